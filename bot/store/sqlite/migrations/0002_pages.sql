-- What the web chat shows, in order; a page that reloads reads it again.
CREATE TABLE pages (
  seq          INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT    NOT NULL UNIQUE,
  conversation TEXT    NOT NULL,
  payload      BLOB    NOT NULL
) STRICT;
CREATE INDEX pages_conversation ON pages (conversation, seq);
