-- migration 1: tills, their sales, PINs

-- A device that sells in a shop.
CREATE TABLE till_till (
  id         BIGINT NOT NULL,
  place_id   BIGINT NOT NULL,
  number     BIGINT NOT NULL CHECK (number > 0), -- 1, 2, ... in its shop: begins its receipts' numbers
  name       TEXT   NOT NULL CHECK (length(name) <= 200),
  key_hash   BYTEA  NOT NULL,               -- BLAKE2b-256 of its key
  people_key BYTEA  NOT NULL,               -- 32 bytes: what customers' keys are hashed with on it
  offline    BIGINT NOT NULL CHECK (offline IN (0, 1)), -- may sell without a line
  closed     BIGINT NOT NULL CHECK (closed IN (0, 1)),  -- lost, stolen, sold: its key is worth nothing
  last_seq   BIGINT NOT NULL CHECK (last_seq >= 0),     -- the number of the last sale it told
  last_at    BIGINT NOT NULL,               -- ms UTC, when that was; at first when it was made
  seen_at    BIGINT NOT NULL,               -- ms UTC, to about a minute
  made_at    BIGINT NOT NULL,               -- ms UTC
  made_by    BIGINT NOT NULL,               -- staff account
  version    BIGINT NOT NULL,               -- the ETag
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX till_till_number ON till_till (place_id, number);

-- Every sale a till told us of, in its order, without a gap, for ever: so that the
-- same word twice is one sale.
CREATE TABLE till_sale (
  till_id     BIGINT NOT NULL,
  seq         BIGINT NOT NULL CHECK (seq > 0),
  sale_key    TEXT   NOT NULL CHECK (length(sale_key) <= 64), -- the sale's own name, given by the till
  state       BIGINT NOT NULL CHECK (state BETWEEN 0 AND 2),  -- enum till_sale_state
  customer_id BIGINT NOT NULL,              -- of the order, 0 nobody known
  order_id    BIGINT NOT NULL,              -- 0: refused or parked
  staff_id    BIGINT NOT NULL,              -- who sold
  total_minor BIGINT NOT NULL,              -- kopecks
  at          BIGINT NOT NULL,              -- ms UTC, when it was, as we believe
  till_at     BIGINT NOT NULL,              -- ms UTC by the till's own clock
  clock_ms    BIGINT NOT NULL,              -- how far that clock was behind ours; 0: near enough
  said_at     BIGINT NOT NULL,              -- ms UTC, when we heard of it
  happened    BIGINT NOT NULL CHECK (happened IN (0, 1)), -- 1: told as a fact, 0: asked for
  conflicts   BIGINT NOT NULL,              -- how many
  receipt     TEXT   CHECK (length(receipt) <= 40), -- the number on the till's own receipt
  body        TEXT   CHECK (length(body) <= 65536), -- what was told, of a parked one
  answer      TEXT   NOT NULL CHECK (length(answer) <= 65536), -- what we said to it
  PRIMARY KEY (till_id, seq)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX till_sale_key ON till_sale (sale_key);
CREATE INDEX till_sale_receipt ON till_sale (receipt) WHERE receipt IS NOT NULL;

-- What lets somebody in at a till that has no line.
CREATE TABLE till_pin (
  account_id BIGINT NOT NULL,               -- staff account
  salt       BYTEA  NOT NULL,               -- 16 random bytes
  rounds     BIGINT NOT NULL,               -- of PBKDF2 with HMAC-SHA-256
  hash       BYTEA  NOT NULL,               -- 32 bytes
  changed_at BIGINT NOT NULL,               -- ms UTC
  PRIMARY KEY (account_id)
) $WITHOUT_ROWID$;
-- migration 2: people who became one
ALTER TABLE till_sale ADD COLUMN born_id BIGINT;  -- whose it was before a merge; NULL: customer_id's
CREATE INDEX till_sale_customer ON till_sale (customer_id) WHERE customer_id <> 0;
