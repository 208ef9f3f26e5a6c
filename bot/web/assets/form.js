// The form that asks several things at once, as a dialog.

import { el } from './render.js';

// ask shows the form and calls send with what was filled in.
export function ask(form, texts, send) {
  const dialog = document.getElementById('form');
  dialog.lang = form.lang;
  dialog.dir = form.dir;
  const rows = (form.fields ?? []).map((f, i) => {
    const id = `field-${i}`;
    const hint = f.hint ? `${id}-hint` : undefined;
    const input = f.options?.length
      ? el('select', { id, name: f.name },
        el('option', { value: '' }, f.hint || texts.t('web.choose')),
        ...f.options.map((o) => el('option', { value: o.value, selected: o.value === f.value && f.value !== '' }, o.label)))
      : el('input', { id, name: f.name, dir: f.value ? 'auto' : undefined, maxlength: '500', value: f.value ?? '', 'aria-describedby': hint });
    if (input.tagName === 'INPUT') input.addEventListener('input', () => { input.dir = input.value ? 'auto' : form.dir; });
    return el('div', { class: 'field' }, el('label', { for: id }, f.label), input, hint && !f.options?.length ? el('p', { class: 'hint', id: hint }, f.hint) : null);
  });
  const body = el('form', { method: 'dialog' },
    el('h2', { id: 'form-title' }, form.title),
    el('div', { class: 'fieldset' }, ...rows),
    el('div', { class: 'dialogbar' },
      el('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, form.cancel),
      el('button', { class: 'strong' }, form.submit)));
  body.addEventListener('submit', (e) => {
    e.preventDefault();
    const fields = {};
    for (const [k, v] of new FormData(body)) if (v.trim()) fields[k] = v.trim();
    dialog.close();
    if (Object.keys(fields).length) send(fields);
  });
  dialog.replaceChildren(body);
  dialog.showModal();
}
