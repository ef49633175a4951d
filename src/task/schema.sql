-- migration 1: tasks

-- Something a person has to do.  Its words are made from `code` and `args` in the
-- reader's language; `body` is what somebody wrote.
CREATE TABLE task_task (
  id           BIGINT NOT NULL,
  place_id     BIGINT NOT NULL,             -- the shop it is about; 0: the chain
  code         TEXT   NOT NULL CHECK (length(code) <= 64),  -- "till_oversold", "count", "hand"
  args         TEXT   NOT NULL,             -- JSON object of texts and numbers for the words
  body         TEXT   NOT NULL CHECK (length(body) <= 8000),
  owner_id     BIGINT NOT NULL,             -- staff account whose task it is; 0 nobody was found
  state        BIGINT NOT NULL CHECK (state BETWEEN 0 AND 3), -- enum task_state
  subject_kind TEXT   NOT NULL CHECK (length(subject_kind) <= 32), -- "order", "variant", "till_sale"; '' none
  subject_id   BIGINT NOT NULL,             -- 0 none
  due_at       BIGINT,                      -- ms UTC; NULL: whenever
  made_kind    BIGINT NOT NULL,             -- enum who_kind
  made_by      BIGINT NOT NULL,
  made_at      BIGINT NOT NULL,             -- ms UTC, as the next two
  taken_at     BIGINT,
  ended_at     BIGINT,
  ended_by     BIGINT,                      -- staff account
  note         TEXT,                        -- what came of it
  version      BIGINT NOT NULL,             -- the ETag
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE INDEX task_task_owner ON task_task (owner_id, state, id);
CREATE INDEX task_task_place ON task_task (place_id, state, id);
CREATE INDEX task_task_state ON task_task (state, id);
CREATE INDEX task_task_subject ON task_task (subject_kind, subject_id, id);

-- migration 2: for those who look whether all goes well

CREATE INDEX task_task_due ON task_task (due_at) WHERE state < 2;

CREATE VIEW pub_task_open AS
  SELECT place_id, due_at FROM task_task WHERE state < 2 AND due_at IS NOT NULL;

-- migration 3: people who became one
ALTER TABLE task_task ADD COLUMN born_id BIGINT;  -- of a task about a customer: whose it was before a merge

-- migration 4: what is about whom, for other rooms
CREATE VIEW pub_task_about AS
  SELECT id, subject_kind, subject_id, owner_id, due_at FROM task_task WHERE state < 2;

-- migration 5: reminders, and what is to be done today
ALTER TABLE task_task ADD COLUMN reminded_at BIGINT;  -- ms UTC: when its owner was reminded; NULL: not yet
CREATE INDEX task_task_today ON task_task (owner_id, due_at) WHERE state < 2;
CREATE INDEX task_task_remind ON task_task (due_at) WHERE state < 2 AND reminded_at IS NULL;
