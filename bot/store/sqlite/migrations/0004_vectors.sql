-- Vectors of texts, by the model that made them and a key of the text: what can
-- be computed anew but costs to. A vector is its float32 numbers, little-endian.
CREATE TABLE vectors (
  model  TEXT NOT NULL,
  key    TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (model, key)
) STRICT;
