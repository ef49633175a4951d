-- migration 1: whose a numbered piece is

-- A piece that was ever sold.  Its row is the gate: facts about one piece pass it one
-- after another.
CREATE TABLE owner_unit (
  serial     TEXT   NOT NULL,               -- as stock_unit
  variant_id BIGINT NOT NULL,
  bought_at  BIGINT,                        -- ms UTC, when it was last sold by us; NULL: not yet
  version    BIGINT NOT NULL,               -- counts its facts
  PRIMARY KEY (serial)
) $WITHOUT_ROWID$;

-- What happened to whom a piece belongs.  Only ever added to; a person who is erased
-- leaves a 0.
CREATE TABLE owner_fact (
  serial      TEXT   NOT NULL,
  id          BIGINT NOT NULL,
  what        BIGINT NOT NULL CHECK (what BETWEEN 0 AND 6),   -- enum owner_what
  customer_id BIGINT NOT NULL,              -- who bought, got or uses it; 0 nobody known
  born_id     BIGINT,                       -- whose it was before two people became one
  at          BIGINT NOT NULL,              -- ms UTC, when it happened
  said_at     BIGINT NOT NULL,              -- ms UTC, when we heard of it
  doc_id      BIGINT NOT NULL,              -- the order, return or trade-in; 0 none
  place_id    BIGINT NOT NULL,              -- the shop; 0 none
  source      BIGINT NOT NULL CHECK (source BETWEEN 0 AND 3), -- enum owner_source
  note        TEXT   NOT NULL CHECK (length(note) <= 1000),
  who_kind    BIGINT NOT NULL,              -- enum who_kind: who said it
  who_id      BIGINT NOT NULL,              -- of staff and keys; else 0
  PRIMARY KEY (serial, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX owner_fact_doc ON owner_fact (serial, doc_id, what) WHERE doc_id <> 0;
CREATE INDEX owner_fact_customer ON owner_fact (customer_id) WHERE customer_id <> 0;

-- What the facts come to.
CREATE TABLE owner_role (
  serial      TEXT   NOT NULL,
  role        BIGINT NOT NULL CHECK (role BETWEEN 0 AND 2),   -- enum owner_role
  customer_id BIGINT NOT NULL CHECK (customer_id <> 0),
  born_id     BIGINT,                       -- as in its fact
  since_at    BIGINT NOT NULL,              -- ms UTC
  fact_id     BIGINT NOT NULL,              -- that made it so
  PRIMARY KEY (serial, role)
) $WITHOUT_ROWID$;
CREATE INDEX owner_role_customer ON owner_role (customer_id, role);

-- By which a piece passes to whoever brings it: one of a piece.
CREATE TABLE owner_code (
  serial      TEXT   NOT NULL,
  code        TEXT   NOT NULL,              -- ten letters of Crockford's 32
  customer_id BIGINT NOT NULL,              -- who gives it; 0 nobody known
  born_id     BIGINT,
  gift        BIGINT NOT NULL CHECK (gift IN (0, 1)), -- 1: of a gift receipt
  fact_id     BIGINT NOT NULL,              -- the piece's newest fact of ownership then: it dies with the next
  made_at     BIGINT NOT NULL,              -- ms UTC, as the next two
  until_at    BIGINT NOT NULL,
  used_at     BIGINT,
  PRIMARY KEY (serial)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX owner_code_code ON owner_code (code);
CREATE INDEX owner_code_customer ON owner_code (customer_id) WHERE customer_id <> 0;

-- Who has what now, for profile and segments.
CREATE VIEW pub_owner_device AS
  SELECT r.customer_id, r.role, r.serial, r.since_at, u.variant_id, u.bought_at
    FROM owner_role r JOIN owner_unit u ON u.serial = r.serial;
