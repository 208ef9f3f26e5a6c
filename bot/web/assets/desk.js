// The engineers' pane: the list of cards, and one of them with its thread.

import { Texts, zone } from './texts.js';
import { Log, composer } from './log.js';
import { Outbox, get, newID } from './net.js';
import { blocks, card, choices, el, severity } from './render.js';

// What of a card the list shows besides its title, where the fields have keys.
const inList = ['status', 'assignee', 'language', 'local_time'];

export class Desk {
  constructor(boot, hooks) {
    this.root = document.getElementById('desk');
    this.texts = new Texts(boot.engineers);
    this.hooks = hooks;
    this.cards = new Map(); // id → {m, last, unread, used}
    this.asides = new Map(); // thread → messages for this engineer alone
    this.thread = this.root.querySelector('.thread');
    this.list = this.root.querySelector('.list');
    this.log = new Log(this.thread, { texts: this.texts, describe: (m) => this.describe(m), retry: () => this.outbox.kick() });
    this.composer = composer(this.thread.querySelector('form.composer'), this.texts, (text) => this.say(text));
    const inward = this.thread.querySelector('.inward');
    this.composer.box.addEventListener('input', (e) => {
      const lines = e.target.value.split('\n').filter((l) => l.trim());
      inward.hidden = !lines.length || !lines.every((l) => l.trim().startsWith('//'));
    });
    this.outbox = new Outbox('desk', {
      sent: (item) => this.sent(item),
      trouble: (item) => this.trouble(item),
      refused: (item, err) => this.refused(item, err),
    });
    this.thread.querySelector('.back').addEventListener('click', () => this.close());
    this.name = document.getElementById('name');
    this.remembered();
    this.outbox.kick();
  }

  remembered() {
    const key = 'firstline.name';
    try {
      this.name.value = localStorage.getItem(key) || this.name.value;
      this.name.addEventListener('change', () => localStorage.setItem(key, this.name.value.trim()));
    } catch { /* the name lasts as long as the page */ }
  }

  head(thread) { return { id: newID(), conversation: 'desk', thread, zone: zone(), name: this.name.value.trim() }; }

  describe(m) {
    const pick = (choice) => this.act(m, choice);
    if (m.from === 'engineer') return { kind: 'own', who: m.name, pick };
    if (m.name) return { kind: 'person', who: m.name, pick };
    return { kind: 'note', pick };
  }

  say(text) {
    const body = { ...this.head(this.open), text };
    this.log.pend(body.id, body, false);
    this.outbox.add('api/message', body);
  }

  act(m, choice) {
    const body = { ...this.head(this.open), message: m.id, ...choice };
    const c = this.cards.get(m.id);
    if (c) {
      c.used = choice;
      this.drawBar(c);
    } else {
      this.log.use(m, choice);
    }
    this.outbox.add('api/action', body);
  }

  // sent: what an action changes arrives as a change of the card; when it was not
  // for this engineer to do, nothing changes and the buttons come back.
  sent(item) {
    if (item.body.text !== undefined) return;
    const c = this.cards.get(item.body.message);
    const v = c?.m.v;
    setTimeout(() => {
      if (c && c.m.v === v && c.used) {
        c.used = undefined;
        this.drawBar(c);
      }
    }, 4000);
  }

  trouble(item) {
    if (item.body.text === undefined) {
      if (!item.told) this.log.notice(this.texts.t('web.no_answer'));
      item.told = true;
    } else if (item.body.thread === this.open) {
      this.log.pend(item.body.id, item.body, true);
    }
  }

  refused(item, err) {
    const { body } = item;
    if (err.status === 401) {
      this.hooks.stale();
      return;
    }
    const c = this.cards.get(body.message);
    if (c) c.used = undefined;
    if (body.text !== undefined) {
      this.log.take(body.id);
      this.composer.box.value = body.text;
      this.composer.fit();
    }
    this.log.notice(this.texts.t(err.status === 413 ? 'web.too_long' : err.code === 'not_offered' ? 'web.stale' : 'web.refused'));
    this.load();
  }

  change(c) {
    if (c.channel !== 'desk') return;
    if (c.thread) this.talk(c.thread, c.message);
    else this.put(c.message, undefined, true);
  }

  // put takes a card that is new or has changed.
  put(m, last, live) {
    const old = this.cards.get(m.id);
    if (m.gone) {
      this.cards.delete(m.id);
    } else if (!old || m.v >= old.m.v) {
      const c = { m, last: last ?? old?.last, unread: old?.unread || (live && !old && this.open !== m.id), used: old?.m.v === m.v ? old.used : undefined };
      this.cards.set(m.id, c);
      if (this.open === m.id) this.drawCard(c);
      if (live && !old) this.hooks.news();
    }
    this.drawList();
  }

  talk(thread, m) {
    if (m.only) this.asides.set(thread, [...(this.asides.get(thread) ?? []), m]);
    if (this.open === thread) this.log.add(m);
    const c = this.cards.get(thread);
    if (!c || m.v || m.gone) return;
    const text = (m.blocks ?? []).map((b) => [...(b.spans ?? []), ...(b.items ?? []).flat()].map((s) => s.text).join('') || b.text || '').join(' ');
    if (!m.only) c.last = { at: m.at, name: m.name, text: text.slice(0, 160) };
    if (this.open !== thread && m.from !== 'engineer') {
      c.unread = true;
      this.hooks.news();
    }
    this.drawList();
  }

  async load() {
    const { cards } = await get('api/history?desk=1');
    const there = new Set(cards.map((r) => r.message.id));
    for (const id of [...this.cards.keys()]) if (!there.has(id)) this.cards.delete(id);
    for (const r of cards) this.put(r.message, r.last, false);
    this.drawList();
    if (this.open) await this.fill(this.open);
  }

  unread() { return [...this.cards.values()].filter((c) => c.unread).length; }

  drawList() {
    const when = (c) => Date.parse(c.last?.at ?? c.m.at);
    const rows = [...this.cards.values()].sort((a, b) => when(b) - when(a)).map((c) => this.row(c));
    const ul = this.list.querySelector('.cards');
    const focus = ul.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
    ul.replaceChildren(...rows);
    if (focus) [...ul.querySelectorAll('button')].find((b) => b.dataset.id === focus)?.focus({ preventScroll: true });
    this.list.querySelector('.empty').hidden = rows.length > 0;
    this.hooks.counted(this.unread());
  }

  row(c) {
    const { m, last } = c;
    if (!m.card) return el('li', { class: 'plain', dir: m.dir }, ...blocks(m.blocks, m.dir, this.texts));
    const all = m.card.fields ?? [];
    const told = inList.map((k) => all.find((f) => f.key === k)).filter(Boolean);
    const facts = (told.length ? told : all.slice(0, 4)).map((f) => el('span', {}, el('span', { class: 'k' }, f.label), ' ',
      el('bdi', {}, (f.blocks ?? []).map((b) => (b.spans ?? []).map((s) => s.text).join('')).join(' '))));
    return el('li', {}, el('button', { type: 'button', class: `row${c.unread ? ' unread' : ''}`, 'data-id': m.id, lang: m.lang, onclick: () => this.enter(m.id) },
      el('span', { class: 'top' }, m.card.severity ? severity(m.card.severity) : null, el('bdi', { class: 'title' }, m.card.title),
        c.unread ? el('span', { class: 'dot' }, el('span', { class: 'sr' }, this.texts.t('web.newer'))) : null,
        el('time', { datetime: last?.at ?? m.at }, this.texts.time(last?.at ?? m.at))),
      el('span', { class: 'facts' }, ...facts),
      last ? el('span', { class: 'last' }, last.name ? el('bdi', { class: 'k' }, last.name) : null, ' ', el('bdi', {}, last.text)) : null));
  }

  async enter(id) {
    const c = this.cards.get(id);
    if (!c) return;
    this.open = id;
    c.unread = false;
    this.log.clear();
    this.list.hidden = true;
    this.thread.hidden = false;
    this.drawCard(c);
    this.drawList();
    this.composer.fit();
    this.thread.querySelector('h3').focus({ preventScroll: true });
    this.log.scroller.scrollTop = 0;
    this.log.end = false;
    await this.fill(id).catch(() => this.log.notice(this.texts.t('web.lost')));
  }

  // fill reads a thread and shows what of it waits to be sent.
  async fill(id) {
    const { messages } = await get(`api/history?thread=${encodeURIComponent(id)}`);
    if (this.open !== id) return;
    const quiet = !messages.length;
    this.log.merge([...messages, ...(this.asides.get(id) ?? [])]);
    for (const { body, failed } of this.outbox.items) if (body.thread === id && body.text !== undefined) this.log.pend(body.id, body, failed);
    if (quiet) this.log.scroller.scrollTop = 0;
  }

  close() {
    const id = this.open;
    this.open = undefined;
    this.thread.hidden = true;
    this.list.hidden = false;
    [...this.list.querySelectorAll('button')].find((b) => b.dataset.id === id)?.focus();
  }

  drawCard(c) {
    this.thread.querySelector('.cardbox').replaceChildren(c.m.card ? card(c.m, this.texts) : '', ...(c.m.card ? blocks(c.m.blocks, c.m.dir, this.texts) : []));
    this.drawBar(c);
  }

  // drawBar shows the open case's name and what can be done about it.
  drawBar(c) {
    if (this.open !== c.m.id) return;
    const bar = this.thread.querySelector('.threadbar');
    const level = c.m.card?.severity;
    const badge = bar.querySelector('.sev');
    badge.hidden = !level;
    badge.className = `sev ${(level ?? '').toLowerCase()}`;
    badge.textContent = level ?? '';
    const title = bar.querySelector('h3');
    title.textContent = c.m.card?.title ?? '';
    title.lang = c.m.lang ?? '';
    const had = bar.querySelector('.actions').contains(document.activeElement);
    bar.querySelector('.actions').replaceChildren(choices(c.m, c.used, this.texts, (choice) => this.act(c.m, choice)) ?? '');
    if (had) this.composer.box.focus({ preventScroll: true });
  }
}
