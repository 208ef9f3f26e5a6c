// The page's texts and how a moment is written. Each pane has its own language.

export class Texts {
  constructor(words) { this.set(words); }

  set({ lang, dir, texts }) {
    this.lang = lang;
    this.dir = dir;
    this.texts = texts;
    // The bot writes Western digits, the Gregorian calendar and a 24-hour clock everywhere.
    const how = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', numberingSystem: 'latn', calendar: 'gregory' };
    this.clock = new Intl.DateTimeFormat(lang, how);
    this.moment = new Intl.DateTimeFormat(lang, { ...how, day: 'numeric', month: 'short' });
    this.full = new Intl.DateTimeFormat(lang, { ...how, dateStyle: undefined, day: 'numeric', month: 'long', year: 'numeric', timeZoneName: 'short' });
  }

  t(key) { return this.texts[key] ?? key; }

  time(at) {
    const then = new Date(at);
    const today = then.toDateString() === new Date().toDateString();
    return (today ? this.clock : this.moment).format(then);
  }

  exactly(at) { return this.full.format(new Date(at)); }
}

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || '';
