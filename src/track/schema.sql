-- migration 1: who may tell, what is declared, whose devices are, how far is followed

-- Somebody who tells events: the site, an app, a till.  He shows a write key, which
-- pages carry openly: it lets him tell, and nothing else.
CREATE TABLE track_source (
  id         BIGINT NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  channel    BIGINT NOT NULL CHECK (channel BETWEEN 0 AND 5), -- enum track_channel
  key_hash   BYTEA  NOT NULL,               -- SHA-256 of the write key
  prefix     TEXT   NOT NULL,               -- what of the key may be shown
  per_second BIGINT NOT NULL CHECK (per_second >= 0), -- events a second it may send; 0: any
  active     BIGINT NOT NULL CHECK (active IN (0, 1)),
  created_at BIGINT NOT NULL,               -- ms UTC
  created_by BIGINT NOT NULL                -- staff account or key; 0 the program itself
);
CREATE UNIQUE INDEX track_source_key ON track_source (key_hash);

-- The tracking plan: an event that may come, and what of it is heard.
CREATE TABLE track_plan (
  id         BIGINT NOT NULL PRIMARY KEY,
  kind       BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 5), -- enum track_kind
  name       TEXT   NOT NULL CHECK (length(name) <= 200),  -- of a track; '' of the others
  doc        TEXT   NOT NULL CHECK (length(doc) <= 500),   -- a sentence: when it is told
  open       BIGINT NOT NULL CHECK (open IN (0, 1)),       -- 1: may bring members that nobody declared
  version    BIGINT NOT NULL,               -- the ETag
  changed_at BIGINT NOT NULL                -- ms UTC
);
CREATE UNIQUE INDEX track_plan_name ON track_plan (kind, name);

-- A member of its properties or traits.
CREATE TABLE track_member (
  plan_id BIGINT NOT NULL REFERENCES track_plan ON DELETE CASCADE,
  name    TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type    BIGINT NOT NULL CHECK (type BETWEEN 0 AND 6), -- enum track_type
  must    BIGINT NOT NULL CHECK (must IN (0, 1)),       -- 1: an event without it waits
  doc     TEXT   NOT NULL CHECK (length(doc) <= 500),
  PRIMARY KEY (plan_id, name)
) $WITHOUT_ROWID$;

-- Changes of the two above, so that every process reads them anew: one row.
CREATE TABLE track_change (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  n   BIGINT NOT NULL                       -- +1 at each
);
INSERT INTO track_change (one, n) VALUES (1, 1);

-- How far each follower has heard.
CREATE TABLE track_cursor (
  follower TEXT   NOT NULL CHECK (length(follower) <= 100),
  pos      BIGINT NOT NULL CHECK (pos >= 0), -- place in the log, of the last one heard
  epoch    BIGINT NOT NULL,                 -- +1 when it is sent back
  tries    BIGINT NOT NULL,                 -- failures in a row after pos
  retry_at BIGINT NOT NULL,                 -- ms UTC: not before this
  error    TEXT,                            -- what the last failure said
  heard_at BIGINT NOT NULL,                 -- ms UTC
  PRIMARY KEY (follower)
) $WITHOUT_ROWID$;

-- Whose a device, or a user id of another system, is, since it was told at a place in
-- the log.  The first row of a number also covers all that it did before.
CREATE TABLE track_owner (
  no          BIGINT NOT NULL,              -- track_word beside
  known_id    BIGINT NOT NULL,              -- place in the log of the event that told
  customer_id BIGINT NOT NULL,
  born_id     BIGINT,                       -- by whom it was born, see base/person.h; NULL: by customer_id
  PRIMARY KEY (no, known_id)
) $WITHOUT_ROWID$;
CREATE INDEX track_owner_customer ON track_owner (customer_id, no);
