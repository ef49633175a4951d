-- migration 1: people who live together

CREATE TABLE home_home (
  id      BIGINT NOT NULL PRIMARY KEY,
  made_at BIGINT NOT NULL                   -- ms UTC
);

-- Who lives there: one home a person, so a person's row is found without a search.
CREATE TABLE home_member (
  customer_id BIGINT NOT NULL,
  born_id     BIGINT,                       -- whose it was before two people became one
  home_id     BIGINT NOT NULL REFERENCES home_home,
  joined_at   BIGINT NOT NULL,              -- ms UTC
  shows       BIGINT NOT NULL CHECK (shows BETWEEN 0 AND 3), -- bits of enum home_shows: what the others may see
  PRIMARY KEY (customer_id)
) $WITHOUT_ROWID$;
CREATE INDEX home_member_home ON home_member (home_id, joined_at);

CREATE TABLE home_invite (
  code        TEXT   NOT NULL,              -- ten letters of Crockford's 32
  home_id     BIGINT NOT NULL,              -- 0: made by the first who accepts
  customer_id BIGINT NOT NULL,              -- who invites; 0 the shop
  born_id     BIGINT,
  uses        BIGINT NOT NULL CHECK (uses >= 0), -- how many may still come
  made_at     BIGINT NOT NULL,              -- ms UTC
  until_at    BIGINT NOT NULL,              -- ms UTC
  PRIMARY KEY (code)
) $WITHOUT_ROWID$;
CREATE INDEX home_invite_home ON home_invite (home_id, made_at) WHERE home_id <> 0;
CREATE INDEX home_invite_customer ON home_invite (customer_id) WHERE customer_id <> 0;
CREATE INDEX home_invite_until ON home_invite (until_at);

-- Where goods were sent: who of several people gave one address.
CREATE TABLE home_address (
  hash        TEXT   NOT NULL,              -- of the address as it is read (no case, no signs), sealed; bare: of a release before
  customer_id BIGINT NOT NULL,
  born_id     BIGINT,
  at          BIGINT NOT NULL,              -- ms UTC, the first time
  PRIMARY KEY (hash, customer_id)
) $WITHOUT_ROWID$;
CREATE INDEX home_address_customer ON home_address (customer_id);

-- Two people who may live together: for somebody to look at, nothing follows by itself.
CREATE TABLE home_hint (
  a_id       BIGINT NOT NULL,
  b_id       BIGINT NOT NULL,
  why        BIGINT NOT NULL CHECK (why BETWEEN 1 AND 3), -- bits of enum home_why
  state      BIGINT NOT NULL CHECK (state BETWEEN 0 AND 2), -- enum home_hint_state
  found_at   BIGINT NOT NULL,               -- ms UTC
  decided_at BIGINT,                        -- ms UTC
  decided_by BIGINT,                        -- staff account
  PRIMARY KEY (a_id, b_id),
  CHECK (a_id < b_id)
) $WITHOUT_ROWID$;
CREATE INDEX home_hint_open ON home_hint (found_at) WHERE state = 0;
CREATE INDEX home_hint_b ON home_hint (b_id);
-- migration 2: addresses grow old
CREATE INDEX home_address_at ON home_address (at);
