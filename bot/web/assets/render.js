// Builds elements from what the server has parsed. Texts become text nodes and
// nothing else; there is no way from a text to markup here.

export function el(tag, attrs = {}, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs)) {
    if (v === undefined || v === null || v === false) continue;
    if (k === 'class') e.className = v;
    else if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else e.setAttribute(k, v === true ? '' : v);
  }
  e.append(...children.filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

const SVG = 'http://www.w3.org/2000/svg';

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.append(use);
  return svg;
}

function link(href, text) {
  if (!/^https?:\/\//i.test(href)) return document.createTextNode(text);
  return el('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'ltr' }, text);
}

function span(s) {
  let node = s.href ? link(s.href, s.text) : document.createTextNode(s.text);
  if (s.code) node = el('code', { dir: 'ltr' }, s.text);
  return s.bold ? el('strong', {}, node) : node;
}

function block(b, texts) {
  switch (b.type) {
    case 'code':
      return el('pre', { dir: 'ltr', tabindex: '0' }, el('code', {}, b.text ?? ''));
    case 'ul':
      return el('ul', {}, ...(b.items ?? []).map((i) => el('li', {}, ...(i ?? []).map(span))));
    case 'ol':
      return el('ol', { start: b.start && b.start !== 1 ? b.start : undefined }, ...(b.items ?? []).map((i) => el('li', {}, ...(i ?? []).map(span))));
    case 'internal':
      return el('div', { class: 'internal' }, el('span', { class: 'tag' }, texts.t('web.internal')), el('p', { dir: 'auto' }, ...(b.spans ?? []).map(span)));
    default:
      return el('p', {}, ...(b.spans ?? []).map(span));
  }
}

// blocks gives the elements of a text; with dir "auto" every part finds its own direction.
export function blocks(list, dir, texts) {
  return (list ?? []).map((b) => {
    const e = block(b, texts);
    if (dir === 'auto' && b.type !== 'code' && b.type !== 'internal') e.dir = 'auto';
    return e;
  });
}

export function severity(level) {
  return el('span', { class: `sev ${level.toLowerCase()}` }, level);
}

// card shows a handoff card in full, without its buttons.
export function card(m, texts) {
  const c = m.card;
  const box = el('article', { class: 'card', lang: m.lang, dir: m.dir });
  const fields = (list, cls) => el('dl', { class: cls }, ...list.map((f) => el('div', {}, el('dt', {}, f.label), el('dd', {}, ...blocks(f.blocks, 'auto', texts)))));
  if (c.fields?.length) box.append(fields(c.fields, 'fields'));
  if (c.notes?.length) box.append(fields(c.notes, 'notes'));
  return box;
}

function size(n) {
  if (!n) return '';
  const unit = n < 1024 ? 'B' : n < 1048576 ? 'KB' : 'MB';
  return ` ${(n / ({ B: 1, KB: 1024, MB: 1048576 })[unit]).toFixed(unit === 'MB' ? 1 : 0)} ${unit}`;
}

function files(list) {
  if (!list?.length) return null;
  return el('ul', { class: 'files' }, ...list.map((f) => el('li', {}, f.url ? link(f.url, f.name || f.url) : f.name, el('span', { dir: 'ltr' }, size(f.size)))));
}

// choices builds the buttons and menus of a message. used is the choice that was
// made here and is on its way; pick is called with the next one.
export function choices(m, used, texts, pick) {
  const box = el('div', { class: 'choices', lang: m.lang, dir: m.dir === 'auto' ? undefined : m.dir });
  for (const menu of m.menus ?? []) {
    const options = menu.options ?? [];
    const action = (o) => o.action || menu.action;
    const chosen = options.findIndex((o) => used && action(o) === used.action && o.value === used.value);
    const sel = el('select', { 'aria-label': menu.hint, disabled: !!used },
      el('option', { value: '', selected: chosen < 0 }, menu.hint || texts.t('web.choose')),
      ...options.map((o, i) => el('option', { value: String(i), selected: i === chosen }, o.label)));
    const go = el('button', { type: 'button', class: 'choice', disabled: true, onclick: () => {
      const o = options[Number(sel.value)];
      if (sel.value !== '' && o) pick({ action: action(o), value: o.value });
    } }, texts.t('web.choose'));
    sel.addEventListener('change', () => { go.disabled = !!used || sel.value === ''; });
    box.append(el('span', { class: 'menu', 'data-action': menu.action }, sel, go));
  }
  for (const c of m.choices ?? []) {
    const mine = used && used.action === c.action && used.value === c.value;
    box.append(el('button', {
      type: 'button', class: `choice${c.strong ? ' strong' : ''}${mine ? ' used' : ''}`, 'data-action': c.action,
      disabled: !!used, 'aria-pressed': mine ? 'true' : undefined, onclick: () => pick({ action: c.action, value: c.value }),
    }, c.label));
  }
  return box.childNodes.length ? box : null;
}

// message builds one line of a conversation. kind: own, person, bot or note; who is the name shown.
export function message(m, { kind, who, hideWho, texts, used, pick, state }) {
  const bubble = el('div', { class: 'bubble', lang: m.lang || undefined, dir: m.dir && m.dir !== 'auto' ? m.dir : undefined }, ...blocks(m.blocks, m.dir || 'auto', texts), files(m.files));
  const meta = el('div', { class: 'meta' });
  if (m.at) meta.append(el('time', { datetime: m.at, title: texts.exactly(m.at) }, texts.time(m.at)));
  const word = texts.t('web.edited');
  if (m.edited && !bubble.textContent.includes(word)) meta.append(el('span', {}, word));
  if (m.only) meta.append(el('span', {}, texts.t('web.only_you')));
  if (state) meta.append(...state);
  return el('article', { class: `msg ${kind}`, 'data-id': m.id },
    who ? el('div', { class: hideWho ? 'who sr' : 'who' }, el('bdi', {}, who)) : null,
    bubble,
    m.note && !m.gone ? el('div', { class: 'note', dir: 'auto' }, m.note) : null,
    m.gone ? null : choices(m, used, texts, pick),
    meta);
}
