// Puts the panes together: one stream for both, tabs where there is room for one.

import { Chat } from './chat.js';
import { Desk } from './desk.js';
import { Stream } from './net.js';

const boot = JSON.parse(document.getElementById('boot').textContent);
const narrow = matchMedia('(max-width: 899px)');
const tabs = ['chat', 'desk'].map((v) => document.getElementById(`tab-${v}`)).filter(Boolean);

function show(view) {
  document.body.dataset.view = view;
  for (const t of tabs) {
    const on = t.id === `tab-${view}`;
    t.setAttribute('aria-selected', String(on));
    t.tabIndex = on ? 0 : -1;
  }
}

// A pane is a tab's panel only where there are tabs.
function arrange() {
  if (!tabs.length) return;
  for (const v of ['chat', 'desk']) {
    const pane = document.getElementById(v);
    if (narrow.matches) pane.setAttribute('role', 'tabpanel');
    else pane.removeAttribute('role');
  }
}

// The session is gone or another one: begin again, but never in a circle.
function restart() {
  const key = 'firstline.restarted';
  try {
    if (Date.now() - Number(sessionStorage.getItem(key)) < 30000) return;
    sessionStorage.setItem(key, String(Date.now()));
  } catch { return; }
  location.reload();
}

const lost = (is) => { for (const p of document.querySelectorAll('.lost')) p.hidden = !is; };

let stream;
const chat = new Chat(boot, {
  news() {},
  moved: () => stream.anew(),
  stale: () => chat.load().catch((err) => { if (err.status === 401) restart(); }),
});
const desk = boot.desk ? new Desk(boot, {
  news() {},
  stale: restart,
  counted(n) {
    const badge = document.querySelector('#tab-desk .count');
    badge.hidden = !n;
    badge.textContent = n || '';
  },
}) : null;

async function read() {
  try {
    await Promise.all([chat.load(), desk?.load()]);
  } catch (err) {
    if (err.status === 401) restart();
    else setTimeout(read, 3000);
  }
}

stream = new Stream(() => ({ conversation: chat.conversation, ...(desk ? { desk: '1' } : {}) }), {
  reset: read,
  change(c) { chat.change(c); desk?.change(c); },
  lost,
  closed: read,
});

for (const t of tabs) {
  t.addEventListener('click', () => show(t.id.slice(4)));
  t.addEventListener('keydown', (e) => {
    if (e.key !== 'ArrowLeft' && e.key !== 'ArrowRight') return;
    const other = tabs[1 - tabs.indexOf(t)];
    other.focus();
    other.click();
  });
}
arrange();
narrow.addEventListener('change', arrange);
document.documentElement.dataset.ready = 'yes';
