-- What was said to customers, and what waits to be said.
CREATE TABLE message_outbox (
  customer_id BIGINT NOT NULL,                          -- 0: not a customer yet (a login code)
  id          BIGINT NOT NULL,
  channel     BIGINT NOT NULL CHECK (channel IN (0, 1, 2)), -- sms, email, push
  address     TEXT   NOT NULL CHECK (length(address) <= 400), -- phone in E.164, e-mail, token
  template    TEXT   NOT NULL CHECK (length(template) <= 64),
  lang        TEXT   NOT NULL CHECK (lang IN ('ru', 'en')),
  subject     TEXT   NOT NULL CHECK (length(subject) <= 400),
  body        TEXT   NOT NULL CHECK (length(body) <= 4096), -- '' when it was wiped
  secret      BIGINT NOT NULL CHECK (secret IN (0, 1)), -- 1: wiped as soon as it is sent
  state       BIGINT NOT NULL CHECK (state IN (0, 1, 2)), -- waiting, sent, failed
  tries       BIGINT NOT NULL CHECK (tries >= 0),
  error       TEXT   CHECK (length(error) <= 1000),     -- why the last try failed
  created_at  BIGINT NOT NULL,                          -- ms since 1970 UTC
  sent_at     BIGINT,                                   -- ms since 1970 UTC
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX message_outbox_id ON message_outbox (id);
CREATE INDEX message_outbox_secret ON message_outbox (created_at) WHERE secret = 1 AND body <> '';
-- migration 2: what could not be said, and the story of one customer
CREATE INDEX message_outbox_failed ON message_outbox (id) WHERE state = 2;

-- Without the text: it may be a secret.
CREATE VIEW pub_message_outbox AS
  SELECT customer_id, id, channel, address, template, lang, state, error, created_at, sent_at
    FROM message_outbox;
-- migration 3: people who became one
ALTER TABLE message_outbox ADD COLUMN born_id BIGINT;   -- whose it was before a merge; NULL: customer_id's
-- migration 4: codes by their address, so that a person can be forgotten
CREATE INDEX message_outbox_code ON message_outbox (address) WHERE customer_id = 0;
-- migration 5: advertising says what it is for, and is dropped when it is not wanted any more
DROP VIEW pub_message_outbox;
CREATE TABLE message_outbox_new (
  customer_id BIGINT NOT NULL,                          -- 0: not a customer yet (a login code)
  id          BIGINT NOT NULL,
  channel     BIGINT NOT NULL CHECK (channel IN (0, 1, 2)), -- sms, email, push
  address     TEXT   NOT NULL CHECK (length(address) <= 400), -- phone in E.164, e-mail, token
  template    TEXT   NOT NULL CHECK (length(template) <= 64),
  lang        TEXT   NOT NULL CHECK (lang IN ('ru', 'en')),
  subject     TEXT   NOT NULL CHECK (length(subject) <= 400),
  body        TEXT   NOT NULL CHECK (length(body) <= 4096), -- '' when it was wiped
  secret      BIGINT NOT NULL CHECK (secret IN (0, 1)), -- 1: wiped as soon as it is sent
  state       BIGINT NOT NULL CHECK (state IN (0, 1, 2, 3)), -- waiting, sent, failed, dropped
  tries       BIGINT NOT NULL CHECK (tries >= 0),
  error       TEXT   CHECK (length(error) <= 1000),     -- why the last try failed, or why it was dropped
  created_at  BIGINT NOT NULL,                          -- ms since 1970 UTC
  sent_at     BIGINT,                                   -- ms since 1970 UTC
  born_id     BIGINT,                                   -- whose it was before a merge; NULL: customer_id's
  purpose     TEXT   CHECK (length(purpose) <= 20),     -- which consent it needs; NULL: his own affairs, none
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;
INSERT INTO message_outbox_new (customer_id, id, channel, address, template, lang, subject, body, secret, state,
                                tries, error, created_at, sent_at, born_id)
SELECT customer_id, id, channel, address, template, lang, subject, body, secret, state,
       tries, error, created_at, sent_at, born_id FROM message_outbox;
DROP TABLE message_outbox;
ALTER TABLE message_outbox_new RENAME TO message_outbox;
CREATE UNIQUE INDEX message_outbox_id ON message_outbox (id);
CREATE INDEX message_outbox_secret ON message_outbox (created_at) WHERE secret = 1 AND body <> '';
CREATE INDEX message_outbox_failed ON message_outbox (id) WHERE state = 2;
CREATE INDEX message_outbox_dropped ON message_outbox (id) WHERE state = 3;
CREATE INDEX message_outbox_code ON message_outbox (address) WHERE customer_id = 0;
CREATE VIEW pub_message_outbox AS
  SELECT customer_id, id, channel, address, template, lang, state, error, created_at, sent_at
    FROM message_outbox;
