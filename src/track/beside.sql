-- migration 1: the log of events, and what is known to make it short

-- One row: what is given next.  Whoever writes to the log changes it first, so that
-- places become visible in their order on every engine.
CREATE TABLE track_log (
  one      BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  next_id  BIGINT NOT NULL,                 -- the next place in the log
  next_no  BIGINT NOT NULL,                 -- the next number of a word
  hash_key BYTEA                            -- 16 bytes: with them message ids are hashed
);
INSERT INTO track_log (one, next_id, next_no) VALUES (1, 1, 1);

-- Texts that come again and again, as numbers: devices, users, names of events.
CREATE TABLE track_word (
  no    $ROWID$ PRIMARY KEY,
  kind  BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 2), -- enum word_kind: device, user, name
  value TEXT   NOT NULL CHECK (length(value) <= 1000)
);
CREATE UNIQUE INDEX track_word_value ON track_word (value, kind);

-- What happened, in the order of arrival; only ever added to, until it is old.
CREATE TABLE track_event (
  id          $ROWID$ PRIMARY KEY,
  device_no   BIGINT NOT NULL,              -- the anonymous id; the user when there is none
  user_no     BIGINT,                       -- NULL: nobody is named
  at          BIGINT NOT NULL,              -- ms UTC, put right for the sender's clock
  received_at BIGINT NOT NULL,              -- ms UTC
  kind        BIGINT NOT NULL,              -- enum track_kind | enum track_mark
  name_no     BIGINT NOT NULL,              -- track_word; 0: it has none
  source_id   BIGINT NOT NULL,              -- track_source; 0: the server itself
  message_id  TEXT   NOT NULL,
  data        TEXT   NOT NULL,              -- JSON object: properties or traits
  context     TEXT   NOT NULL               -- JSON object
);
CREATE INDEX track_event_device ON track_event (device_no, at);
CREATE INDEX track_event_user   ON track_event (user_no, id) WHERE user_no IS NOT NULL;

-- Message ids of the last 30 days, by hash.  New ones go where this week's are, so that
-- random numbers fall on few pages; what is old is a range.
CREATE TABLE track_seen (
  bucket   BIGINT NOT NULL,                 -- when it came, in eights of days since 1970
  h1       BIGINT NOT NULL,                 -- hash of the message id: first half
  h2       BIGINT NOT NULL,                 -- and second
  event_id BIGINT NOT NULL,                 -- its place in the log
  PRIMARY KEY (bucket, h1, h2)
) $WITHOUT_ROWID$;

-- Events that do not fit the tracking plan and wait until somebody decides.
CREATE TABLE track_held (
  id          BIGINT NOT NULL PRIMARY KEY,  -- the place it had been given
  unknown_id  BIGINT NOT NULL,              -- track_unknown: why it waits
  device_no   BIGINT NOT NULL,              -- these as in track_event
  user_no     BIGINT,
  at          BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  kind        BIGINT NOT NULL,
  name_no     BIGINT NOT NULL,
  source_id   BIGINT NOT NULL,
  message_id  TEXT   NOT NULL,
  data        TEXT   NOT NULL,
  context     TEXT   NOT NULL
);
CREATE INDEX track_held_unknown ON track_held (unknown_id, id);
CREATE INDEX track_held_at ON track_held (received_at);

-- What nobody declared: an event, a member of one, a member of another type.
CREATE TABLE track_unknown (
  id       BIGINT NOT NULL PRIMARY KEY,
  kind     BIGINT NOT NULL,                 -- enum track_kind
  name     TEXT   NOT NULL,                 -- of the event
  member   TEXT   NOT NULL,                 -- '' the event itself
  why      BIGINT NOT NULL CHECK (why BETWEEN 0 AND 3), -- enum track_why
  type     BIGINT NOT NULL,                 -- enum track_type of what came
  n        BIGINT NOT NULL,                 -- times it was seen
  first_at BIGINT NOT NULL,                 -- ms UTC, of the receipt
  last_at  BIGINT NOT NULL,
  source_id BIGINT NOT NULL,                -- of the last
  sample   TEXT   NOT NULL                  -- of the last: its properties, cut at 2,000 bytes
);
CREATE UNIQUE INDEX track_unknown_name ON track_unknown (name, kind, member, why, type);

-- What was refused as no event at all: answered with an error, and shown for some days.
CREATE TABLE track_refused (
  id        BIGINT NOT NULL PRIMARY KEY,
  at        BIGINT NOT NULL,                -- ms UTC
  source_id BIGINT NOT NULL,
  field     TEXT   NOT NULL,                -- the member at fault
  why       TEXT   NOT NULL,
  sample    TEXT   NOT NULL                 -- what came, cut at 2,000 bytes
);
CREATE INDEX track_refused_at ON track_refused (at);

-- A session: what a device did without a pause of 30 minutes and without coming anew
-- from another campaign.  Made from the events alone: the same events give the same
-- sessions in whatever order they arrive.
CREATE TABLE track_session (
  device_no BIGINT NOT NULL,
  from_at   BIGINT NOT NULL,                -- ms UTC, of the first event
  to_at     BIGINT NOT NULL,                -- of the last
  events    BIGINT NOT NULL CHECK (events > 0),
  pages     BIGINT NOT NULL,                -- pages and screens among them
  first_id  BIGINT NOT NULL,                -- place in the log of the first event
  channel   BIGINT NOT NULL,                -- enum track_channel of the first
  source_id BIGINT NOT NULL,
  campaign  TEXT   NOT NULL,                -- source/medium/name, '' none
  source    TEXT   NOT NULL,                -- campaign's source, referrer's host, or 'direct'
  medium    TEXT   NOT NULL,                -- campaign's medium, 'organic', 'referral', 'none'
  landing   TEXT   NOT NULL,                -- path of the first page, or name of the first screen
  PRIMARY KEY (device_no, from_at)
) $WITHOUT_ROWID$;
CREATE INDEX track_session_from ON track_session (from_at);

-- How far sessions are made.
CREATE TABLE track_mark (
  name TEXT   NOT NULL PRIMARY KEY,
  pos  BIGINT NOT NULL
) $WITHOUT_ROWID$;
INSERT INTO track_mark (name, pos) VALUES ('session', 0);
