-- migration 1: levels, holds, moves, units, transfers, counts, sources

-- What stands where: a row for a variant at a place that ever had it.  Bulk feeds
-- write this table, so it is narrow, has one tree and no foreign key; the places
-- and variants it names are proved by `prilavok check`.
CREATE TABLE stock_level (
  place_id   BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  on_hand    BIGINT NOT NULL,             -- pieces by the book; < 0: sold though the book had none
  held       BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),  -- pieces promised: sum of stock_hold
  base_qty   BIGINT NOT NULL DEFAULT 0,   -- pieces of the last count
  base_at    BIGINT NOT NULL DEFAULT 0,   -- ms UTC, as of when it was counted; 0 never
  base_doc   BIGINT NOT NULL DEFAULT 0,   -- the document that counted
  PRIMARY KEY (place_id, variant_id)
) $WITHOUT_ROWID$;

-- A place that has levels.  Its row is the gate of the ledger: moves and counts
-- pass it one after another, so that a count never overtakes a sale.
CREATE TABLE stock_place (
  place_id   BIGINT NOT NULL PRIMARY KEY,
  moved_at   BIGINT NOT NULL DEFAULT 0,   -- ms UTC, the latest `at` of a move
  safety     BIGINT NOT NULL DEFAULT 0    -- pieces; the safety stock its shop-window flags were made with
);

-- Promises that still stand.  A closed hold is gone; its story is in the events.
CREATE TABLE stock_hold (
  place_id   BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  owner      BIGINT NOT NULL,             -- enum stock_owner: 0 basket, 1 order, 2 transfer, 3 service
  owner_id   BIGINT NOT NULL,
  qty        BIGINT NOT NULL CHECK (qty > 0),  -- pieces
  until_at   BIGINT,                      -- ms UTC; NULL: until it is closed
  PRIMARY KEY (place_id, variant_id, owner, owner_id)
) $WITHOUT_ROWID$;
CREATE INDEX stock_hold_owner ON stock_hold (owner, owner_id);
-- For the expiry job; orders have a deadline job of their own and stay out.
CREATE INDEX stock_hold_until ON stock_hold (until_at) WHERE owner <> 1;

-- The ledger: every change of on_hand that was not a count.  Append-only.  Its key
-- says what happened, so that saying it twice changes nothing.
CREATE TABLE stock_move (
  place_id   BIGINT NOT NULL,
  doc_id     BIGINT NOT NULL,             -- order, transfer, count ...
  line_no    BIGINT NOT NULL,
  reason     BIGINT NOT NULL,             -- enum stock_reason
  unit_id    BIGINT NOT NULL DEFAULT 0,   -- stock_unit; 0: pieces without a serial number
  variant_id BIGINT NOT NULL,
  qty        BIGINT NOT NULL CHECK (qty <> 0),  -- pieces, signed: -1 left the place
  at         BIGINT NOT NULL,             -- ms UTC, when it happened
  said_at    BIGINT NOT NULL,             -- ms UTC, when we heard of it
  who_kind   BIGINT NOT NULL,             -- enum who_kind
  who_id     BIGINT NOT NULL,
  PRIMARY KEY (place_id, doc_id, line_no, reason, unit_id)
) $WITHOUT_ROWID$;
CREATE INDEX stock_move_at ON stock_move (place_id, at);
CREATE INDEX stock_move_variant ON stock_move (variant_id, place_id, at);
CREATE INDEX stock_move_unit ON stock_move (unit_id, at) WHERE unit_id <> 0;

-- Single pieces with a serial number or IMEI.  A piece travels between places, so
-- its serial is its shard key.
CREATE TABLE stock_unit (
  serial     TEXT   NOT NULL,             -- upper case, no blanks
  id         BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  place_id   BIGINT NOT NULL,             -- 0: with the customer, on the road, gone
  state      BIGINT NOT NULL,             -- enum stock_unit_state
  owner      BIGINT NOT NULL DEFAULT -1,  -- of a held one: enum stock_owner
  owner_id   BIGINT NOT NULL DEFAULT 0,
  doc_id     BIGINT NOT NULL,             -- what happened last
  at         BIGINT NOT NULL,             -- ms UTC
  PRIMARY KEY (serial)
) $WITHOUT_ROWID$;
CREATE INDEX stock_unit_owner ON stock_unit (owner, owner_id) WHERE owner >= 0;
CREATE INDEX stock_unit_id ON stock_unit (id);

-- What is on its way: sent transfers, purchases, EDI notices.
CREATE TABLE stock_incoming (
  place_id   BIGINT NOT NULL,             -- where it will stand
  variant_id BIGINT NOT NULL,
  doc_id     BIGINT NOT NULL,             -- transfer or purchase
  qty        BIGINT NOT NULL CHECK (qty > 0),  -- pieces
  due_at     BIGINT NOT NULL,             -- ms UTC
  PRIMARY KEY (place_id, variant_id, doc_id)
) $WITHOUT_ROWID$;
CREATE INDEX stock_incoming_doc ON stock_incoming (place_id, doc_id);

-- Goods sent from one of our places to another.
CREATE TABLE stock_transfer (
  place_id    BIGINT NOT NULL,            -- from
  id          BIGINT NOT NULL,
  to_place_id BIGINT NOT NULL,
  state       BIGINT NOT NULL,            -- enum transfer_state: draft, sent, received, cancelled
  comment     TEXT   NOT NULL,
  created_at  BIGINT NOT NULL,            -- ms UTC, as the next three
  sent_at     BIGINT,
  due_at      BIGINT,
  received_at BIGINT,
  version     BIGINT NOT NULL,            -- ETag
  PRIMARY KEY (place_id, id)
);
CREATE UNIQUE INDEX stock_transfer_id ON stock_transfer (id);
CREATE INDEX stock_transfer_to ON stock_transfer (to_place_id, id);

CREATE TABLE stock_transfer_line (
  place_id    BIGINT NOT NULL,            -- from, as in stock_transfer
  transfer_id BIGINT NOT NULL,
  variant_id  BIGINT NOT NULL,
  qty         BIGINT NOT NULL CHECK (qty > 0),   -- pieces asked and sent
  got_qty     BIGINT CHECK (got_qty >= 0),       -- pieces that arrived; NULL: not yet
  PRIMARY KEY (place_id, transfer_id, variant_id),
  FOREIGN KEY (place_id, transfer_id) REFERENCES stock_transfer ON DELETE CASCADE
) $WITHOUT_ROWID$;

-- People counting shelves without seeing the book.
CREATE TABLE stock_count (
  place_id     BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  state        BIGINT NOT NULL,           -- enum count_state: counting, submitted, approved
  whole        BIGINT NOT NULL CHECK (whole IN (0, 1)),  -- 1: what nobody counted is not there
  comment      TEXT   NOT NULL,
  created_at   BIGINT NOT NULL,           -- ms UTC, as the next two
  submitted_at BIGINT,
  approved_at  BIGINT,
  approved_by  BIGINT,                    -- staff account
  version      BIGINT NOT NULL,           -- ETag
  PRIMARY KEY (place_id, id)
);
CREATE UNIQUE INDEX stock_count_id ON stock_count (id);

CREATE TABLE stock_count_line (
  place_id   BIGINT NOT NULL,
  count_id   BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  qty        BIGINT NOT NULL CHECK (qty >= 0),   -- pieces somebody saw
  book_qty   BIGINT,                      -- pieces the book had at `at`; NULL until submitted
  at         BIGINT NOT NULL,             -- ms UTC, when they were seen
  PRIMARY KEY (place_id, count_id, variant_id),
  FOREIGN KEY (place_id, count_id) REFERENCES stock_count ON DELETE CASCADE
) $WITHOUT_ROWID$;

-- Who tells us of stock: 1C, a WMS, EDI, tills, people with a spreadsheet.
CREATE TABLE stock_source (
  id      BIGINT NOT NULL PRIMARY KEY,
  name    TEXT   NOT NULL,
  kind    TEXT   NOT NULL CHECK (kind IN ('1c', 'wms', 'edi', 'till', 'csv', 'yml')),
  sla_min BIGINT CHECK (sla_min >= 0)     -- minutes of silence before the alarm; 0 never, NULL as its kind
);
CREATE UNIQUE INDEX stock_source_name ON stock_source (name);

-- When a source last spoke of a place.
CREATE TABLE stock_source_place (
  place_id  BIGINT NOT NULL,
  source_id BIGINT NOT NULL REFERENCES stock_source ON DELETE CASCADE,
  heard_at  BIGINT NOT NULL,              -- ms UTC
  stale     BIGINT NOT NULL CHECK (stale IN (0, 1)),  -- 1: the alarm has been given
  PRIMARY KEY (place_id, source_id)
) $WITHOUT_ROWID$;
CREATE INDEX stock_source_place_source ON stock_source_place (source_id);

CREATE VIEW pub_stock_level AS
  SELECT place_id, variant_id, on_hand, held, on_hand - held AS unheld, base_at FROM stock_level;

CREATE VIEW pub_stock_hold AS
  SELECT place_id, variant_id, owner, owner_id, qty, until_at FROM stock_hold;
-- migration 2: for those who look for one piece, or at all of a place
CREATE VIEW pub_stock_unit AS
  SELECT serial, id, variant_id, place_id, state, doc_id, at FROM stock_unit;

-- migration 3: what stands aside

-- Pieces that came back and may not be sold until somebody decides about them.  They
-- are outside of stock_level: nobody is promised them.
CREATE TABLE stock_quarantine (
  place_id   BIGINT NOT NULL,
  id         BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  qty        BIGINT NOT NULL CHECK (qty > 0),  -- pieces
  serial     TEXT,                        -- of a unit-tracked piece
  doc_id     BIGINT NOT NULL,             -- the return
  line_no    BIGINT NOT NULL,
  why        TEXT   NOT NULL,             -- what is wrong with it
  at         BIGINT NOT NULL,             -- ms UTC
  ended_at   BIGINT,                      -- ms UTC; NULL: it still stands there
  ended_how  BIGINT,                      -- enum aside_end: 0 shelf, 1 written off, 2 service, 3 undone
  ended_by   BIGINT,                      -- staff account
  PRIMARY KEY (place_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX stock_quarantine_id ON stock_quarantine (id);
CREATE UNIQUE INDEX stock_quarantine_doc ON stock_quarantine (doc_id, line_no);
CREATE INDEX stock_quarantine_open ON stock_quarantine (place_id, id) WHERE ended_at IS NULL;

-- migration 4: numbered pieces on the road, shelves

-- Which numbered pieces a transfer carries.
CREATE TABLE stock_transfer_serial (
  place_id    BIGINT NOT NULL,            -- from, as in stock_transfer
  transfer_id BIGINT NOT NULL,
  serial      TEXT   NOT NULL,
  variant_id  BIGINT NOT NULL,
  got         BIGINT CHECK (got IN (0, 1)), -- 1: arrived; NULL: not yet known
  PRIMARY KEY (place_id, transfer_id, serial)
) $WITHOUT_ROWID$;

-- Where in a shop a thing stands: for whoever fetches it.
CREATE TABLE stock_shelf (
  place_id   BIGINT NOT NULL,
  variant_id BIGINT NOT NULL,
  aisle      TEXT   NOT NULL,             -- "A", "3", "склад"
  shelf      TEXT   NOT NULL,             -- "12", "" the aisle is enough
  at         BIGINT NOT NULL,             -- ms UTC, when it was said
  PRIMARY KEY (place_id, variant_id)
) $WITHOUT_ROWID$;

CREATE VIEW pub_stock_shelf AS
  SELECT place_id, variant_id, aisle, shelf FROM stock_shelf;

-- migration 5: who counted, so that somebody else approves
ALTER TABLE stock_count ADD COLUMN submitted_by BIGINT;       -- staff account; NULL: not yet, or before we asked
ALTER TABLE stock_count_line ADD COLUMN counted_by BIGINT;    -- staff account that saw the pieces; NULL: nobody, the system

-- migration 6: which document counted a level last
CREATE VIEW pub_stock_count AS
  SELECT place_id, variant_id, on_hand, base_doc FROM stock_level;
