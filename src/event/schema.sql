-- Facts, kept event.keep_days.  On SQLite the position is given with the row:
-- one writer, so what is read up to a position stays complete.  On PostgreSQL a
-- row becomes visible at its commit, not in the order of its making, so the
-- position is given afterwards, by one sequencer at a time (event_deliver.c).
CREATE TABLE event_log (
  id         BIGINT NOT NULL,
  pos        BIGINT CHECK (pos > 0),         -- place in the order of delivery; NULL: not yet given
  at         BIGINT NOT NULL,                -- ms since 1970 UTC
  name       TEXT   NOT NULL CHECK (length(name) <= 100), -- room.past_participle
  subject_id BIGINT NOT NULL,                -- whose story; 0 nobody's
  data       TEXT   NOT NULL CHECK (length(data) <= 65536), -- JSON object
  who_kind   BIGINT NOT NULL,                -- enum who_kind
  who_id     BIGINT NOT NULL,
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX event_log_pos ON event_log (pos);
CREATE INDEX event_log_new ON event_log (id) WHERE pos IS NULL;  -- for the sequencer
CREATE INDEX event_log_subject ON event_log (subject_id, id);    -- one story, newest first

-- How far each subscriber has heard.  The row "" is the sequencer's: the last
-- position given.
CREATE TABLE event_cursor (
  subscriber TEXT   NOT NULL CHECK (length(subscriber) <= 100),
  pos        BIGINT NOT NULL CHECK (pos >= 0),
  epoch      BIGINT NOT NULL DEFAULT 0,      -- +1 when it is sent back, so that nobody moves it on by mistake
  tries      BIGINT NOT NULL DEFAULT 0,      -- failures in a row at the fact after pos
  retry_at   BIGINT NOT NULL DEFAULT 0,      -- ms since 1970 UTC: not before this
  error      TEXT,                           -- what the last failure said
  heard_at   BIGINT NOT NULL DEFAULT 0,      -- ms since 1970 UTC: when it last heard something
  PRIMARY KEY (subscriber)
) $WITHOUT_ROWID$;
INSERT INTO event_cursor (subscriber, pos) VALUES ('', 0);
