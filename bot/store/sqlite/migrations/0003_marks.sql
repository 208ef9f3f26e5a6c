-- How far each place of a platform has been read, for platforms that do not
-- deliver an event again.
CREATE TABLE marks (
  platform   TEXT    NOT NULL,
  place      TEXT    NOT NULL,
  message_id TEXT    NOT NULL,
  PRIMARY KEY (platform, place)
) STRICT, WITHOUT ROWID;
