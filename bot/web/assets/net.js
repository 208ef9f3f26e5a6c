// The line to the server: one stream of changes, and a queue that keeps what a
// person wrote until the server has it.

export class Refused extends Error {
  constructor(status, code) { super(code); this.status = status; this.code = code; }
}

async function request(path, init) {
  const resp = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
  const body = await resp.json().catch(() => ({}));
  if (!resp.ok) throw new Refused(resp.status, body.error || '');
  return body;
}

export const get = (path) => request(path, {});

export const post = (path, body) => request(path, {
  method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Firstline': '1' }, body: JSON.stringify(body), signal: AbortSignal.timeout(20000),
});

export function newID() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
}

function load(key) {
  try { return JSON.parse(sessionStorage.getItem(key)) ?? []; } catch { return []; }
}

function save(key, items) {
  try {
    if (items.length) sessionStorage.setItem(key, JSON.stringify(items));
    else sessionStorage.removeItem(key);
  } catch { /* a browser without storage forgets at reload */ }
}

// Outbox sends one thing after the other, each with the id that it got when it
// was written, so that trying again can never double it. hooks: sent(item, answer),
// trouble(item) when it will be tried again, refused(item, error) when it never will.
export class Outbox {
  constructor(name, hooks) {
    this.key = `firstline.unsent.${name}`;
    this.hooks = hooks;
    this.items = load(this.key);
    this.wait = 1000;
    addEventListener('online', () => this.kick());
  }

  add(path, body) {
    const item = { path, body, at: Date.now() };
    this.items.push(item);
    save(this.key, this.items);
    this.kick();
    return item;
  }

  // kick tries now what would be tried later.
  kick() {
    clearTimeout(this.timer);
    if (!this.busy) this.run();
  }

  async run() {
    this.busy = true;
    while (this.items.length) {
      const item = this.items[0];
      let answer;
      try {
        answer = await post(item.path, item.body);
      } catch (err) {
        if (this.items[0] !== item) continue;
        if (!(err instanceof Refused) || err.status >= 500 || err.status === 429) {
          item.failed = true;
          this.hooks.trouble(item);
          this.timer = setTimeout(() => this.kick(), this.wait);
          this.wait = Math.min(this.wait * 2, 30000);
          break;
        }
        this.done();
        this.hooks.refused(item, err);
        continue;
      }
      if (this.items[0] !== item) continue;
      this.done();
      this.wait = 1000;
      this.hooks.sent(item, answer);
    }
    this.busy = false;
  }

  done() {
    this.items.shift();
    save(this.key, this.items);
  }

  // clear gives back what was never sent.
  clear() {
    const left = this.items;
    this.items = [];
    save(this.key, this.items);
    return left;
  }
}

const silence = 45000; // the server gives a sign of life every 15 s

// Stream keeps the line open. hooks: reset() when the history must be read,
// change(data), lost(bool), closed() when the server refuses the stream.
export class Stream {
  constructor(query, hooks) {
    this.query = query;
    this.hooks = hooks;
    this.wait = 1000;
    this.open();
    this.watch = setInterval(() => { if (Date.now() - this.seen > silence) this.again(); }, 10000);
  }

  open() {
    const params = new URLSearchParams(this.query());
    if (this.last) params.set('last', this.last);
    const source = new EventSource(`events?${params}`);
    this.source = source;
    this.seen = Date.now();
    const note = (e) => { this.seen = Date.now(); if (e.lastEventId) this.last = e.lastEventId; };
    source.addEventListener('open', () => { this.wait = 1000; this.alive(); });
    source.addEventListener('beat', note);
    source.addEventListener('reset', (e) => { note(e); this.hooks.reset(); });
    source.addEventListener('change', (e) => { note(e); this.hooks.change(JSON.parse(e.data)); });
    source.addEventListener('error', () => {
      this.grace ??= setTimeout(() => this.hooks.lost(true), 1500);
      if (source.readyState === EventSource.CLOSED && source === this.source) {
        this.hooks.closed();
        this.timer = setTimeout(() => this.again(), this.wait);
        this.wait = Math.min(this.wait * 2, 15000);
      }
    });
  }

  alive() {
    this.seen = Date.now();
    clearTimeout(this.grace);
    this.grace = undefined;
    this.hooks.lost(false);
  }

  again() {
    clearTimeout(this.timer);
    this.source.close();
    this.open();
  }

  // anew forgets the position: another conversation.
  anew() { this.last = ''; this.again(); }
}
