// The customer's pane.

import { Texts, zone } from './texts.js';
import { Log, composer } from './log.js';
import { Outbox, get, newID, post } from './net.js';
import { ask } from './form.js';

const patience = 6000; // how long an answer is announced

// What a choice is about: a newer one about the same takes its place, and a proposal that of a question.
const about = (action = '') => (action.startsWith('slot:') || action === 'form' ? 'question' : /fixed$/.test(action) ? 'verdict' : action);

// tidy hides the choices that are no longer what is asked, so that one set is open at a time: who
// answered in words, or by the form, leaves no buttons behind.
function tidy(list) {
  const later = new Set();
  for (const { m, node } of list.reverse()) {
    if (m.from !== 'bot') continue;
    const here = [...node.querySelectorAll('.choices [data-action]')];
    for (const e of here) e.hidden = later.has(about(e.dataset.action));
    const box = node.querySelector('.choices');
    if (box) box.hidden = here.every((e) => e.hidden);
    for (const e of here) later.add(about(e.dataset.action));
    if (later.has('verdict')) later.add('question');
    if (m.name) later.add('human');
    if (m.v && !here.length) for (const kind of ['question', 'verdict', 'human']) later.add(kind); // a used choice
  }
}

export class Chat {
  constructor(boot, hooks) {
    this.root = document.getElementById('chat');
    this.texts = new Texts(boot.customer);
    this.conversation = boot.conversation;
    this.hooks = hooks;
    this.answers = true; // the bot did answer last time: a case with an engineer has a silent bot
    this.log = new Log(this.root, { texts: this.texts, describe: (m) => this.describe(m), retry: () => this.outbox.kick(), tidy });
    this.composer = composer(this.root.querySelector('form.composer'), this.texts, (text) => this.say(text));
    this.typing = this.root.querySelector('.typing');
    this.begin();
    for (const b of this.root.querySelectorAll('.sample')) {
      b.addEventListener('click', () => {
        this.composer.box.value = b.textContent;
        this.root.querySelector('form.composer').requestSubmit();
      });
    }
    document.getElementById('language').addEventListener('change', (e) => this.speak(e.target.value));
    document.getElementById('new').addEventListener('click', () => this.anew());
  }

  // begin opens the queue of this conversation and shows what waits in it.
  begin() {
    this.outbox?.clear();
    this.outbox = new Outbox(this.conversation, {
      sent: (item) => this.sent(item),
      trouble: (item) => this.trouble(item),
      refused: (item, err) => this.refused(item, err),
    });
    for (const item of this.outbox.items) if (item.body.text !== undefined) this.log.pend(item.body.id, item.body, item.failed);
    this.outbox.kick();
    this.emptiness();
  }

  head() { return { id: newID(), conversation: this.conversation, lang: this.texts.lang, zone: zone() }; }

  describe(m) {
    const pick = (choice) => this.pick(m, choice);
    const { texts } = this;
    if (m.from === 'customer') return { kind: 'own', who: texts.t('web.you'), hideWho: true, pick };
    if (m.name) return { kind: 'person', who: `${m.name} · ${texts.t('web.engineer')}`, pick };
    return { kind: 'bot', who: texts.t('web.title'), pick };
  }

  say(text) {
    const body = { ...this.head(), text };
    this.log.pend(body.id, body, false);
    this.outbox.add('api/message', body);
    this.emptiness();
  }

  async pick(m, choice) {
    if (choice.action === 'form') {
      this.openForm(m, choice.value);
      return;
    }
    this.log.use(m, choice);
    this.outbox.add('api/action', { ...this.head(), message: m.id, ...choice });
    this.log.scroller.focus({ preventScroll: true });
  }

  async openForm(m, id) {
    try {
      const form = await get(`api/form?case=${encodeURIComponent(id)}`);
      ask(form, this.texts, (fields) => {
        this.outbox.add('api/form', { ...this.head(), message: m.id, case: id, fields });
      });
    } catch {
      this.log.notice(this.texts.t('web.form_failed'));
    }
  }

  sent(item) {
    if (item.body.text !== undefined && this.log.waiting.has(item.body.id)) this.log.pend(item.body.id, item.body, false);
    this.expect(item);
  }

  trouble(item) {
    this.hush();
    if (item.body.text !== undefined) this.log.pend(item.body.id, item.body, true);
    else if (!item.told) this.log.notice(this.texts.t('web.no_answer'));
    item.told = true;
  }

  refused(item, err) {
    const { body } = item;
    if (err.status === 401 || err.code === 'other_conversation') {
      this.hooks.stale();
    } else if (body.text !== undefined) {
      this.log.take(body.id);
      this.composer.box.value = body.text + (this.composer.box.value ? `\n${this.composer.box.value}` : '');
      this.composer.fit();
      this.log.notice(this.texts.t(err.status === 413 ? 'web.too_long' : 'web.refused'));
    } else {
      this.log.unuse(body.message);
      this.log.notice(this.texts.t(err.code === 'not_offered' ? 'web.stale' : 'web.refused'));
      this.load();
    }
  }

  // expect announces an answer, unless it is here already, or the bot has gone silent because a person took over.
  expect(item) {
    if (!this.answers || this.heard >= item.at) return;
    clearTimeout(this.quiet);
    const end = this.log.atEnd();
    this.typing.hidden = false;
    if (end) this.log.bottom();
    this.quiet = setTimeout(() => { this.answers = false; this.hush(); }, patience);
  }

  hush() {
    clearTimeout(this.quiet);
    this.typing.hidden = true;
  }

  change(c) {
    if (c.channel !== this.conversation) return;
    const { message: m } = c;
    if (m.from === 'bot' && !m.v) {
      this.heard = Date.now();
      this.answers = !m.name;
      this.hush();
    }
    if (this.log.add(m) && m.from === 'bot') this.hooks.news();
    this.emptiness();
  }

  async load() {
    const h = await get('api/history');
    if (h.conversation !== this.conversation) {
      this.become(h.conversation);
      this.hooks.moved();
    }
    this.log.merge(h.messages);
    this.emptiness();
  }

  // become shows another conversation of this browser; unsent words come along as a draft.
  become(conversation) {
    const unsent = this.outbox.clear().map((i) => i.body.text).filter(Boolean);
    this.conversation = conversation;
    this.log.clear();
    this.hush();
    this.answers = true;
    if (unsent.length) this.composer.box.value = unsent.join('\n');
    this.composer.fit();
    this.begin();
  }

  async anew() {
    try {
      const { conversation } = await post('api/new', {});
      this.become(conversation);
      this.hooks.moved();
      this.composer.box.focus();
    } catch {
      this.log.notice(this.texts.t('web.lost'));
    }
  }

  emptiness() { this.root.querySelector('.empty').hidden = !this.log.empty; }

  // speak changes the language of the pane.
  async speak(lang) {
    let words;
    try {
      words = await get(`api/texts?lang=${encodeURIComponent(lang)}`);
    } catch {
      document.getElementById('language').value = this.texts.lang;
      this.log.notice(this.texts.t('web.lost'));
      return;
    }
    this.texts.set(words);
    document.cookie = `firstline_lang=${lang}; path=/; max-age=31536000; samesite=lax`;
    document.documentElement.lang = lang;
    document.title = this.texts.t('web.title');
    this.root.lang = lang;
    this.root.dir = words.dir;
    for (const e of document.querySelectorAll('[data-t]')) e.textContent = this.texts.t(e.dataset.t);
    const { box } = this.composer;
    box.placeholder = this.texts.t(box.dataset.label);
    box.setAttribute('aria-label', box.placeholder);
    this.composer.fit();
    const tab = document.getElementById('tab-chat');
    if (tab) tab.lang = lang;
    this.log.redrawAll();
  }
}
