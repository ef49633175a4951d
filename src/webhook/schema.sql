-- migration 1: who is told, and what he was told

-- An address of another system that wants to hear facts.
CREATE TABLE webhook_hook (
  id            BIGINT NOT NULL PRIMARY KEY,
  name          TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  url           TEXT   NOT NULL CHECK (length(url) <= 2000),
  events        TEXT   NOT NULL CHECK (length(events) <= 2000), -- names with blanks between: "order.* stock.short", or "*"
  secret        TEXT   NOT NULL,              -- sealed (base/seal.h): signs what is sent
  active        BIGINT NOT NULL CHECK (active IN (0, 1)),
  failing_since BIGINT,                       -- ms UTC, of the first failure since the last success; NULL: well
  disabled_at   BIGINT,                       -- ms UTC, when it was switched off for failing; NULL not
  lease_until   BIGINT NOT NULL,              -- ms UTC: somebody sends to it now
  version       BIGINT NOT NULL,              -- the ETag
  created_at    BIGINT NOT NULL,              -- ms UTC
  created_by    BIGINT NOT NULL               -- staff account or key
);
CREATE INDEX webhook_hook_active ON webhook_hook (active);

-- One fact for one address.
CREATE TABLE webhook_delivery (
  hook_id      BIGINT NOT NULL REFERENCES webhook_hook ON DELETE CASCADE,
  id           BIGINT NOT NULL,
  event        TEXT   NOT NULL,
  subject_id   BIGINT NOT NULL,               -- facts of one subject go in their order
  body         TEXT   NOT NULL,               -- as it is signed and sent
  state        BIGINT NOT NULL CHECK (state IN (0, 1, 2)), -- waiting, delivered, failed
  tries        BIGINT NOT NULL,
  next_at      BIGINT NOT NULL,               -- ms UTC: not before
  status       BIGINT,                        -- HTTP status of the last try; NULL none came
  took_ms      BIGINT,                        -- how long the last try took
  excerpt      TEXT,                          -- beginning of the answer, or why there was none
  created_at   BIGINT NOT NULL,               -- ms UTC
  delivered_at BIGINT,                        -- ms UTC
  PRIMARY KEY (hook_id, id)
) $WITHOUT_ROWID$;
CREATE INDEX webhook_delivery_due ON webhook_delivery (hook_id, next_at, id) WHERE state = 0;
CREATE INDEX webhook_delivery_subject ON webhook_delivery (hook_id, subject_id, id) WHERE state = 0;
CREATE INDEX webhook_delivery_old ON webhook_delivery (created_at);

CREATE VIEW pub_webhook_hook AS
  SELECT id, name, active, failing_since, disabled_at FROM webhook_hook;
