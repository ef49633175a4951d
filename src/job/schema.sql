-- Work that can wait.  A schedule is a row that goes back to the queue after
-- each run; other rows stay job.keep_days after their end, to be looked at.
CREATE TABLE job_task (
  id         BIGINT NOT NULL,
  kind       TEXT   NOT NULL CHECK (length(kind) <= 64),      -- "order.release_overdue"
  arg        TEXT   NOT NULL CHECK (length(arg) <= 65536),    -- JSON of the kind's own
  key        TEXT   CHECK (length(key) <= 200),               -- one waiting job for a kind and key
  every_ms   BIGINT CHECK (every_ms > 0),                     -- of a schedule, else NULL
  state      BIGINT NOT NULL CHECK (state BETWEEN 0 AND 4),   -- waiting, running, done, parked, cancelled
  run_at     BIGINT NOT NULL,                                 -- ms since 1970 UTC: not before
  tries      BIGINT NOT NULL CHECK (tries >= 0),              -- runs begun since it was queued
  lease      BIGINT NOT NULL,                                 -- of the run that has it; 0 nobody
  lease_at   BIGINT NOT NULL,                                 -- ms since 1970 UTC: until when
  note       TEXT   CHECK (length(note) <= 65536),            -- JSON: where to go on
  result     TEXT   CHECK (length(result) <= 1048576),        -- JSON: what came out
  error      TEXT   CHECK (length(error) <= 4096),            -- why the last run failed
  done       BIGINT NOT NULL,                                 -- of total, in what the kind counts
  total      BIGINT NOT NULL,                                 -- 0: unknown
  created_at BIGINT NOT NULL,                                 -- ms since 1970 UTC
  began_at   BIGINT,                                          -- of the last run
  ended_at   BIGINT,                                          -- of the last run
  who_kind   BIGINT NOT NULL,                                 -- enum who_kind of who_id
  who_id     BIGINT NOT NULL,                                 -- who queued it, and may look at it
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE INDEX job_task_due ON job_task (run_at) WHERE state = 0;
CREATE INDEX job_task_lease ON job_task (lease_at) WHERE state = 1;
CREATE UNIQUE INDEX job_task_key ON job_task (kind, key) WHERE state = 0 AND key IS NOT NULL;
CREATE UNIQUE INDEX job_task_every ON job_task (kind) WHERE every_ms IS NOT NULL;
CREATE INDEX job_task_state ON job_task (state, id);
-- migration 2: for those who look whether all goes well
CREATE VIEW pub_job_task AS
  SELECT id, kind, state, run_at, every_ms, error, created_at, began_at, ended_at FROM job_task;
-- migration 3: the next one to run is the first of the waiting, however many wait
DROP INDEX job_task_due;
CREATE INDEX job_task_due ON job_task (state, run_at);
