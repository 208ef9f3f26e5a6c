// A list of messages in order of time, with what is still on its way at its end.

import { el, message } from './render.js';

export class Log {
  // opts: describe(message) → {kind, who, hideWho, texts, pick}; texts; retry(); tidy(messages with
  // their nodes, in order), when something has changed
  constructor(root, opts) {
    this.box = root.querySelector('.log');
    this.scroller = this.box.closest('.scroll');
    this.newer = root.querySelector('.newer');
    this.opts = opts;
    this.known = new Map(); // id → {m, node}
    this.waiting = new Map(); // client id → {body, node, failed}
    this.used = new Map(); // id → {choice, v}
    this.newer.addEventListener('click', () => this.bottom());
    this.end = true; // the reader was at the end: stay there when the pane changes its size
    this.scroller.addEventListener('scroll', () => {
      this.end = this.atEnd();
      if (this.end) this.newer.hidden = true;
    });
    new ResizeObserver(() => { if (this.end) this.bottom(); }).observe(this.scroller);
  }

  get empty() { return !this.waiting.size && ![...this.known.values()].some((k) => k.node); }

  clear() {
    this.known.clear();
    this.waiting.clear();
    this.used.clear();
    this.box.replaceChildren();
    this.newer.hidden = true;
  }

  atEnd() { return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < 90; }

  bottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.newer.hidden = true;
  }

  tidy() {
    if (!this.opts.tidy) return;
    this.opts.tidy([...this.box.children].map((node) => ({ node, m: this.known.get(node.dataset.id)?.m })).filter((x) => x.m));
  }

  // settle keeps the end in view when it was, or points to what is new.
  settle(wasAtEnd, fresh) {
    if (wasAtEnd) this.bottom();
    else if (fresh) this.newer.hidden = false;
  }

  build(m) {
    const u = this.used.get(m.id);
    return message(m, { ...this.opts.describe(m), texts: this.opts.texts, used: u && u.v === m.v ? u.choice : undefined });
  }

  // merge takes a whole history without moving what is there.
  merge(list) {
    const end = this.atEnd();
    for (const m of list) this.put(m);
    this.tidy();
    this.settle(end, false);
  }

  add(m) {
    const end = this.atEnd() || (m.client && this.waiting.has(m.client));
    const fresh = this.put(m);
    this.tidy();
    this.settle(end, fresh && !m.gone);
    return fresh;
  }

  put(m) {
    const old = this.known.get(m.id);
    if (old && (old.m.v > m.v || (old.m.v === m.v && old.node))) return false;
    if (m.client) this.take(m.client);
    if (m.gone) {
      old?.node?.remove();
      this.known.set(m.id, { m });
      return false;
    }
    const node = this.build(m);
    this.known.set(m.id, { m, node });
    if (old?.node) {
      const had = old.node.contains(document.activeElement);
      node.at = old.node.at;
      old.node.replaceWith(node);
      if (had) (node.querySelector('button:enabled, select:enabled') ?? this.scroller).focus({ preventScroll: true });
      return false;
    }
    this.place(node, m.at);
    return true;
  }

  place(node, at) {
    node.at = Date.parse(at);
    let before = null;
    for (let n = this.box.lastElementChild; n; n = n.previousElementSibling) {
      if (n.at !== undefined && n.at <= node.at) break;
      before = n;
    }
    this.box.insertBefore(node, before);
  }

  redraw(id) {
    const k = this.known.get(id);
    if (!k?.node) return;
    const node = this.build(k.m);
    node.at = k.node.at;
    k.node.replaceWith(node);
    k.node = node;
    this.tidy();
  }

  redrawAll() {
    for (const id of this.known.keys()) this.redraw(id);
    for (const [id, w] of this.waiting) this.pend(id, w.body, w.failed);
  }

  // use shows at once which choice was made; to look at the original is none.
  use(m, choice) {
    if (choice.action === 'original') return;
    this.used.set(m.id, { choice, v: m.v });
    this.redraw(m.id);
  }

  unuse(id) {
    this.used.delete(id);
    this.redraw(id);
  }

  // pend shows words that the server does not have yet.
  pend(client, body, failed) {
    const { texts } = this.opts;
    const end = this.atEnd();
    const state = [el('span', { class: failed ? 'failed' : '' }, texts.t(failed ? 'web.no_answer' : 'web.sending'))];
    if (failed) state.push(el('button', { type: 'button', class: 'link', onclick: () => this.opts.retry() }, texts.t('web.retry')));
    const m = { id: client, dir: 'auto', blocks: [{ type: 'p', spans: [{ text: body.text }] }] };
    const node = message(m, { kind: 'own waiting', who: texts.t('web.you'), hideWho: true, texts, state });
    const old = this.waiting.get(client);
    if (old) old.node.replaceWith(node);
    else this.box.append(node);
    this.waiting.set(client, { body, node, failed });
    if (end || !old) this.bottom();
  }

  take(client) {
    this.waiting.get(client)?.node.remove();
    this.waiting.delete(client);
  }

  // notice is a line of the page itself.
  notice(text) {
    const node = el('p', { class: 'notice', role: 'status' }, text);
    this.box.append(node);
    this.bottom();
    setTimeout(() => node.remove(), 12000);
  }
}

// composer makes a text box that sends with Enter and grows with its text. While an
// input method composes, Enter belongs to it.
export function composer(form, texts, send) {
  const box = form.querySelector('textarea');
  const fit = () => {
    box.dir = box.value ? 'auto' : texts.dir;
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight + 2, 190)}px`;
  };
  form.addEventListener('submit', (e) => {
    e.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = '';
    fit();
    box.dispatchEvent(new Event('input'));
    send(text);
  });
  box.addEventListener('input', fit);
  addEventListener('resize', fit);
  box.addEventListener('keydown', (e) => {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    e.preventDefault();
    form.requestSubmit();
  });
  box.addEventListener('keypress', (e) => { if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) e.preventDefault(); });
  return { box, fit };
}
