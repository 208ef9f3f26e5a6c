-- Times are microseconds since 1970 in UTC, 0 for none. Bodies are JSON.

CREATE TABLE inbox (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  platform     TEXT    NOT NULL,
  event_id     TEXT    NOT NULL,
  conversation TEXT    NOT NULL,
  accepted_at  INTEGER NOT NULL,
  attempts     INTEGER NOT NULL DEFAULT 0,
  reason       TEXT    NOT NULL DEFAULT '',
  dropped      INTEGER NOT NULL DEFAULT 0,
  settled_at   INTEGER,
  body         TEXT,
  UNIQUE (platform, event_id)
) STRICT;
CREATE INDEX inbox_pending ON inbox (seq) WHERE settled_at IS NULL;
CREATE INDEX inbox_settled ON inbox (settled_at) WHERE settled_at IS NOT NULL;

CREATE TABLE cases (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT    NOT NULL UNIQUE,
  version      INTEGER NOT NULL,
  conversation TEXT    NOT NULL,
  customer     TEXT    NOT NULL,
  status       TEXT    NOT NULL,
  symptom      TEXT    NOT NULL,
  regions      TEXT    NOT NULL,
  opened       INTEGER NOT NULL,
  updated      INTEGER NOT NULL,
  body         TEXT    NOT NULL
) STRICT;
CREATE INDEX cases_updated ON cases (updated, seq);
CREATE INDEX cases_status ON cases (status, updated, seq);
CREATE INDEX cases_customer ON cases (customer, updated, seq);
CREATE INDEX cases_symptom ON cases (symptom, seq) WHERE symptom <> '';

-- The leading symptom by region, to find similar cases.
CREATE TABLE case_regions (
  region   TEXT    NOT NULL,
  symptom  TEXT    NOT NULL,
  case_seq INTEGER NOT NULL REFERENCES cases (seq),
  PRIMARY KEY (region, symptom, case_seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX case_regions_case ON case_regions (case_seq);

CREATE TABLE links (
  case_id      TEXT NOT NULL REFERENCES cases (id),
  role         TEXT NOT NULL,
  conversation TEXT NOT NULL,
  PRIMARY KEY (case_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_conversation ON links (conversation);

CREATE TABLE events (
  case_id  TEXT    NOT NULL REFERENCES cases (id),
  n        INTEGER NOT NULL,
  event_id TEXT    NOT NULL,
  kind     TEXT    NOT NULL,
  at       INTEGER NOT NULL,
  body     TEXT    NOT NULL,
  UNIQUE (case_id, n)
) STRICT;

CREATE TABLE timers (
  case_id TEXT    NOT NULL REFERENCES cases (id),
  name    TEXT    NOT NULL,
  due     INTEGER NOT NULL,
  PRIMARY KEY (case_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due);

CREATE TABLE outbox (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,
  case_id    TEXT    REFERENCES cases (id),
  at         INTEGER NOT NULL,
  lane       TEXT    NOT NULL,
  platform   TEXT    NOT NULL,
  kind       TEXT    NOT NULL,
  original   TEXT    NOT NULL,
  state      TEXT    NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT 0,
  error      TEXT    NOT NULL DEFAULT '',
  message_id TEXT    NOT NULL DEFAULT '',
  address    TEXT    NOT NULL DEFAULT '',
  body       TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_open ON outbox (lane, seq) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_sending ON outbox (seq) WHERE state = 'sending';
CREATE INDEX outbox_failed ON outbox (seq) WHERE state = 'queued' AND error <> '';
CREATE INDEX outbox_dead ON outbox (seq) WHERE state = 'dead';
CREATE INDEX outbox_case ON outbox (case_id, seq);
CREATE INDEX outbox_message ON outbox (platform, message_id, seq) WHERE message_id <> '';

CREATE TABLE contacts (
  platform TEXT    NOT NULL,
  id       TEXT    NOT NULL,
  lang     TEXT    NOT NULL,
  chosen   INTEGER NOT NULL,
  PRIMARY KEY (platform, id)
) STRICT, WITHOUT ROWID;

-- One row, written to find out whether the disk takes writes.
CREATE TABLE health (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  at    INTEGER NOT NULL,
  probe BLOB    NOT NULL
) STRICT;
