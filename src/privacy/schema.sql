-- migration 1: what people asked about themselves

-- A request to see, or to forget, what is kept about a person; with the day by which the law
-- wants its answer.
CREATE TABLE privacy_request (
  customer_id BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  kind        BIGINT NOT NULL CHECK (kind IN (0, 1)),     -- enum privacy_ask
  state       BIGINT NOT NULL CHECK (state IN (0, 1, 2)), -- enum privacy_state
  asked_at    BIGINT NOT NULL,              -- ms UTC, as all times here
  due_at      BIGINT NOT NULL,              -- by law
  run_at      BIGINT NOT NULL,              -- of an erasure: not before
  ended_at    BIGINT,
  waits       TEXT   CHECK (length(waits) <= 64),         -- why it has not begun: "open_order"
  result      TEXT   CHECK (length(result) <= 65536),     -- the certificate, JSON
  who_kind    BIGINT NOT NULL,              -- enum who_kind of who_id: who asked
  who_id      BIGINT NOT NULL,
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX privacy_request_id ON privacy_request (id);
CREATE UNIQUE INDEX privacy_request_waiting ON privacy_request (customer_id, kind) WHERE state = 0;
CREATE INDEX privacy_request_run ON privacy_request (kind, run_at) WHERE state = 0;
CREATE INDEX privacy_request_state ON privacy_request (state, id);

CREATE VIEW pub_privacy_request AS
  SELECT customer_id, id, kind, state, asked_at, due_at, run_at, ended_at FROM privacy_request;
-- migration 2: people who became one
ALTER TABLE privacy_request ADD COLUMN born_id BIGINT;  -- whose it was before a merge; NULL: customer_id's
-- migration 3: somebody of us reads about too many people

-- An alarm of the room staff that somebody was told of: so it is told once.
CREATE TABLE privacy_alarm (
  alarm_id BIGINT NOT NULL PRIMARY KEY,     -- pub_staff_alarm
  task_id  BIGINT NOT NULL,                 -- the task that came of it; 0 nobody could take it
  at       BIGINT NOT NULL                  -- ms UTC
);
CREATE VIEW pub_privacy_alarm AS SELECT alarm_id, task_id, at FROM privacy_alarm;
-- migration 4: how long what is kept

-- A kind of data (struct privacy_term): how much of it there is, and what went.
CREATE TABLE privacy_term (
  what       TEXT   NOT NULL PRIMARY KEY,   -- "message.texts"
  stand      BIGINT NOT NULL,               -- rows when last counted, 100,000 at most, as the next two
  past       BIGINT NOT NULL,               -- of them past their time
  soon       BIGINT NOT NULL,               -- of them past it within 30 days
  counted_at BIGINT NOT NULL,               -- ms UTC
  run_gone   BIGINT NOT NULL CHECK (run_gone >= 0), -- rows that the run under way has let go
  last_gone  BIGINT NOT NULL,               -- that the last whole run let go
  gone       BIGINT NOT NULL,               -- that all whole runs let go
  ran_at     BIGINT                         -- ms UTC, when the last whole run ended; NULL none has
) $WITHOUT_ROWID$;
CREATE INDEX privacy_request_ended ON privacy_request (ended_at) WHERE state <> 0;
-- migration 5: whom a dispute keeps

-- Nobody forgets this person while one of these holds (privacy_hold.c).
CREATE TABLE privacy_hold (
  customer_id BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  born_id     BIGINT,                       -- whose it was before a merge; NULL: customer_id's
  kind        BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 2), -- enum privacy_hold_kind
  why         TEXT   NOT NULL,              -- staff's words, sealed (base/seal.h); '' forgotten
  at          BIGINT NOT NULL,              -- ms UTC, as all times here
  until_at    BIGINT NOT NULL CHECK (until_at > at),        -- it holds until then, or until lifted
  lifted_at   BIGINT CHECK (lifted_at BETWEEN at AND until_at), -- NULL: nobody lifted it
  lifted_by   BIGINT,                       -- staff account or key
  who_kind    BIGINT NOT NULL,              -- enum who_kind of who_id: who put it
  who_id      BIGINT NOT NULL,
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;
CREATE INDEX privacy_hold_until ON privacy_hold (until_at);
CREATE INDEX privacy_hold_now ON privacy_hold (id) WHERE lifted_at IS NULL;
CREATE INDEX privacy_hold_held ON privacy_hold (customer_id, until_at) WHERE lifted_at IS NULL;
