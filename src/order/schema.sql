-- migration 1: baskets, orders, fulfilments

-- What somebody wants.  A basket has its owner's id: the customer's, or a guest's
-- visit.  So it is found without a search and joining two is moving lines.
CREATE TABLE order_basket (
  id            BIGINT NOT NULL,              -- customer or visit
  kind          BIGINT NOT NULL DEFAULT 0 CHECK (kind BETWEEN 0 AND 2), -- enum order_kind it is meant for
  place_id      BIGINT,                       -- the chosen shop
  region_id     BIGINT,                       -- the chosen region (delivery)
  hold_until_at BIGINT,                       -- goods are held for checkout until; NULL: not in checkout
  changed_at    BIGINT NOT NULL,              -- ms since 1970 UTC
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;

-- One variant in one basket.
CREATE TABLE order_basket_line (
  basket_id   BIGINT NOT NULL,
  variant_id  BIGINT NOT NULL,
  qty         BIGINT NOT NULL CHECK (qty BETWEEN 1 AND 999), -- pieces
  price_minor BIGINT,                         -- kopecks, as shown when it was put there; NULL: was not for sale
  added_at    BIGINT NOT NULL,                -- ms since 1970 UTC
  PRIMARY KEY (basket_id, variant_id)
) $WITHOUT_ROWID$;

-- A promise to one customer (0: a sale to nobody known), in any channel.
CREATE TABLE order_order (
  customer_id    BIGINT NOT NULL,
  id             BIGINT NOT NULL,
  number         TEXT   NOT NULL,             -- for people: "7K2-M9QFX"
  token          TEXT   NOT NULL,             -- for the guest's link: 80 random bits
  kind           BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 3),    -- enum order_kind
  channel        BIGINT NOT NULL CHECK (channel BETWEEN 0 AND 5), -- enum catalog_channel
  state          BIGINT NOT NULL CHECK (state BETWEEN 0 AND 6),   -- enum order_state
  place_id       BIGINT NOT NULL,             -- where it is picked up; of a delivery the first place
  region_id      BIGINT NOT NULL,             -- whose prices and fee it has
  pay            BIGINT NOT NULL CHECK (pay BETWEEN 0 AND 3),     -- enum order_pay
  total_minor    BIGINT NOT NULL CHECK (total_minor >= 0),    -- kopecks: lines and delivery
  delivery_minor BIGINT NOT NULL CHECK (delivery_minor >= 0), -- kopecks
  paid_minor     BIGINT NOT NULL DEFAULT 0 CHECK (paid_minor >= 0), -- kopecks: sum of the payments
  placed_at      BIGINT NOT NULL,             -- ms since 1970 UTC; of an offline sale the till's time
  changed_at     BIGINT NOT NULL,             -- ms
  promised_at    BIGINT,                      -- ms: ready, or delivered, by
  deadline_at    BIGINT,                      -- ms: to be picked up until
  slot_id        BIGINT,                      -- order_slot of the region
  extended       BIGINT NOT NULL DEFAULT 0 CHECK (extended >= 0), -- times the customer put the deadline off
  address        TEXT,                        -- of a delivery
  comment        TEXT,
  PRIMARY KEY (customer_id, id),
  CHECK (paid_minor <= total_minor)
) $WITHOUT_ROWID$;

CREATE UNIQUE INDEX order_order_id ON order_order (id);  -- by id alone: links, staff

-- Numbers for people, unique over all shards: written with the order.
CREATE TABLE order_number (
  number      TEXT   NOT NULL,
  customer_id BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  PRIMARY KEY (number)
) $WITHOUT_ROWID$;

-- One variant of an order from one place.
CREATE TABLE order_line (
  customer_id  BIGINT NOT NULL,
  order_id     BIGINT NOT NULL,
  line_no      BIGINT NOT NULL,               -- 1, 2, ...
  place_id     BIGINT NOT NULL,               -- who fulfils it
  variant_id   BIGINT NOT NULL,
  sku          TEXT   NOT NULL,               -- sku and name as they were then
  name         TEXT   NOT NULL,
  unit_tracked BIGINT NOT NULL CHECK (unit_tracked IN (0, 1)),
  qty_ordered  BIGINT NOT NULL CHECK (qty_ordered > 0),              -- pieces asked for
  qty          BIGINT NOT NULL CHECK (qty BETWEEN 0 AND qty_ordered), -- left after cancels and short picks
  picked_qty   BIGINT NOT NULL DEFAULT 0 CHECK (picked_qty BETWEEN 0 AND qty),
  done_qty     BIGINT NOT NULL DEFAULT 0 CHECK (done_qty BETWEEN 0 AND qty), -- has left the place
  price_minor  BIGINT NOT NULL CHECK (price_minor >= 0), -- kopecks a piece, VAT inside
  vat_bp       BIGINT NOT NULL,               -- 1/100 %
  PRIMARY KEY (customer_id, order_id, line_no)
) $WITHOUT_ROWID$;

-- What one place does for one order.
CREATE TABLE order_fulfilment (
  place_id    BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  kind        BIGINT NOT NULL,                -- of the order
  state       BIGINT NOT NULL CHECK (state BETWEEN 0 AND 6), -- enum fulfil_state
  promised_at BIGINT,                         -- ms
  ready_at    BIGINT,                         -- ms
  done_at     BIGINT,                         -- ms: handed over, or given up
  deadline_at BIGINT,                         -- ms: released after this
  due_at      BIGINT,                         -- ms: when the job looks at it again (reminder, deadline)
  code        TEXT,                           -- of pick-up, 6 digits, while ready
  PRIMARY KEY (place_id, order_id)
) $WITHOUT_ROWID$;

CREATE INDEX order_fulfilment_open ON order_fulfilment (place_id, state, order_id)
 WHERE state < 5;                             -- picking lists
CREATE UNIQUE INDEX order_fulfilment_code ON order_fulfilment (place_id, code)
 WHERE code IS NOT NULL;                      -- at the till
CREATE INDEX order_fulfilment_due ON order_fulfilment (due_at)
 WHERE due_at IS NOT NULL;                    -- reminders and deadlines

-- Who did what to an order, and why.  Only ever added to.
CREATE TABLE order_history (
  customer_id BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  at          BIGINT NOT NULL,                -- ms
  what        TEXT   NOT NULL,                -- "placed", "ready", "line_cancelled" ...
  why         TEXT,
  who_kind    BIGINT NOT NULL,                -- enum who_kind
  who_id      BIGINT NOT NULL,
  PRIMARY KEY (customer_id, order_id, id)
) $WITHOUT_ROWID$;

-- Money in (> 0) and back (< 0).
CREATE TABLE order_payment (
  customer_id  BIGINT NOT NULL,
  order_id     BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  kind         BIGINT NOT NULL CHECK (kind IN (2, 3)),      -- enum order_pay: card, cash
  amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),   -- kopecks
  at           BIGINT NOT NULL,               -- ms
  place_id     BIGINT,                        -- the till; NULL: site
  ref          TEXT,                          -- the terminal's number
  refund_of    BIGINT,                        -- the payment this gives back from
  PRIMARY KEY (customer_id, order_id, id)
) $WITHOUT_ROWID$;

CREATE UNIQUE INDEX order_payment_ref ON order_payment (customer_id, order_id, kind, ref)
 WHERE ref IS NOT NULL;                       -- the same slip twice is one payment

-- IMEIs and serial numbers that went out with a line.
CREATE TABLE order_serial (
  customer_id BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  line_no     BIGINT NOT NULL,
  serial      TEXT   NOT NULL,
  PRIMARY KEY (customer_id, order_id, line_no, serial)
) $WITHOUT_ROWID$;

-- When the courier can come, and how many times that has been promised.
CREATE TABLE order_slot (
  region_id BIGINT NOT NULL,
  id        BIGINT NOT NULL,                  -- day x 10000 + from_min: the same on every node
  day       BIGINT NOT NULL,                  -- local day number
  from_min  BIGINT NOT NULL CHECK (from_min BETWEEN 0 AND 1439), -- minutes after local midnight
  to_min    BIGINT NOT NULL CHECK (to_min BETWEEN 1 AND 1440),
  capacity  BIGINT NOT NULL CHECK (capacity >= 0), -- deliveries
  taken     BIGINT NOT NULL DEFAULT 0 CHECK (taken >= 0),
  PRIMARY KEY (region_id, id),
  CHECK (from_min < to_min)
) $WITHOUT_ROWID$;

-- Which version of an order the other side (1C) has.  Follows the event log.
CREATE TABLE order_export (
  customer_id BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  changed_pos BIGINT NOT NULL,                -- event of the last change
  taken_pos   BIGINT NOT NULL DEFAULT 0,      -- the version they took
  PRIMARY KEY (customer_id, order_id)
) $WITHOUT_ROWID$;

CREATE INDEX order_export_waiting ON order_export (changed_pos)
 WHERE taken_pos < changed_pos;

CREATE VIEW pub_order_order AS
SELECT customer_id, id, number, kind, channel, state, place_id, region_id, pay,
       total_minor, delivery_minor, paid_minor, placed_at, changed_at, promised_at
  FROM order_order;

CREATE VIEW pub_order_line AS
SELECT customer_id, order_id, line_no, place_id, variant_id, sku, name,
       qty, done_qty, price_minor, vat_bp
  FROM order_line;
-- migration 2: what the desk and the office look at

-- A code alone, without its shop: the desk's one field.
CREATE INDEX order_fulfilment_pickup ON order_fulfilment (code) WHERE code IS NOT NULL;

CREATE VIEW pub_order_history AS
SELECT customer_id, order_id, id, at, what, why, who_kind, who_id FROM order_history;

CREATE VIEW pub_order_payment AS
SELECT customer_id, order_id, id, kind, amount_minor, at, place_id FROM order_payment;

-- What places still have to do.
CREATE VIEW pub_order_open AS
SELECT place_id, order_id, customer_id, kind, state, promised_at, ready_at, deadline_at
  FROM order_fulfilment WHERE state < 5;

CREATE VIEW pub_order_code AS
SELECT code, place_id, order_id, customer_id FROM order_fulfilment WHERE code IS NOT NULL;

-- migration 3: goods come back

ALTER TABLE order_line ADD COLUMN returned_qty BIGINT NOT NULL DEFAULT 0
  CHECK (returned_qty >= 0 AND returned_qty <= done_qty);  -- of done_qty: came back
ALTER TABLE order_order ADD COLUMN returned_minor BIGINT NOT NULL DEFAULT 0
  CHECK (returned_minor >= 0 AND returned_minor <= total_minor); -- kopecks of the lines that came back
ALTER TABLE order_payment ADD COLUMN return_id BIGINT;     -- of a refund: by which return

-- Goods that came back, as one document with a printed slip.
CREATE TABLE order_return (
  customer_id  BIGINT NOT NULL,
  order_id     BIGINT NOT NULL,
  id           BIGINT NOT NULL,
  seq          BIGINT NOT NULL,               -- 1, 2, ... of this order
  place_id     BIGINT NOT NULL,               -- where they came back
  state        BIGINT NOT NULL CHECK (state BETWEEN 0 AND 1),  -- enum return_state: done, undone
  reason       BIGINT NOT NULL CHECK (reason BETWEEN 0 AND 2), -- enum return_reason
  why          TEXT,                          -- the buyer's words
  warned       TEXT,                          -- rules that spoke against it, by blanks
  goods_minor  BIGINT NOT NULL CHECK (goods_minor >= 0),  -- kopecks, what the goods had cost
  refund_minor BIGINT NOT NULL CHECK (refund_minor >= 0 AND refund_minor <= goods_minor), -- kopecks given back
  at           BIGINT NOT NULL,               -- ms since 1970 UTC
  who_id       BIGINT NOT NULL,               -- staff account
  PRIMARY KEY (customer_id, order_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX order_return_id ON order_return (id);
CREATE UNIQUE INDEX order_return_seq ON order_return (customer_id, order_id, seq);

CREATE TABLE order_return_line (
  customer_id BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  return_id   BIGINT NOT NULL,
  n           BIGINT NOT NULL,                -- 1, 2, ...
  line_no     BIGINT NOT NULL,                -- of the order
  variant_id  BIGINT NOT NULL,
  qty         BIGINT NOT NULL CHECK (qty > 0),            -- pieces
  price_minor BIGINT NOT NULL CHECK (price_minor >= 0),   -- kopecks a piece
  condition   BIGINT NOT NULL CHECK (condition BETWEEN 0 AND 1), -- enum return_condition
  serial      TEXT,                           -- of a unit-tracked piece
  PRIMARY KEY (customer_id, order_id, return_id, n)
) $WITHOUT_ROWID$;

CREATE INDEX order_serial_serial ON order_serial (serial, order_id); -- whose was this piece

CREATE VIEW pub_order_return AS
SELECT customer_id, order_id, id, place_id, state, reason, goods_minor, refund_minor, at
  FROM order_return;

CREATE VIEW pub_order_return_line AS
SELECT customer_id, order_id, return_id, n, line_no, variant_id, qty, price_minor, condition
  FROM order_return_line;

-- migration 4: receipts put by, who did what at the counter

-- A receipt that somebody put by, so that this or another till of the shop goes on
-- with it.  Nothing is held for it; in the evening it goes.
CREATE TABLE order_parked (
  place_id    BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,                -- 0: nobody known
  note        TEXT   NOT NULL,                -- "синяя куртка"
  total_minor BIGINT NOT NULL CHECK (total_minor >= 0), -- kopecks, as shown then
  pieces      BIGINT NOT NULL CHECK (pieces > 0),
  who_id      BIGINT NOT NULL,                -- staff account
  at          BIGINT NOT NULL,                -- ms since 1970 UTC
  until_at    BIGINT NOT NULL,                -- ms: closing time
  taken_at    BIGINT,                         -- ms; NULL: it waits
  taken_by    BIGINT,                         -- staff account
  PRIMARY KEY (place_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX order_parked_id ON order_parked (id);
CREATE INDEX order_parked_waiting ON order_parked (place_id, id) WHERE taken_at IS NULL;
CREATE INDEX order_parked_until ON order_parked (until_at);

CREATE TABLE order_parked_line (
  place_id   BIGINT NOT NULL,
  parked_id  BIGINT NOT NULL,
  n          BIGINT NOT NULL,                 -- 1, 2, ...
  variant_id BIGINT NOT NULL,
  qty        BIGINT NOT NULL CHECK (qty BETWEEN 1 AND 999), -- pieces
  serial     TEXT,
  PRIMARY KEY (place_id, parked_id, n),
  FOREIGN KEY (place_id, parked_id) REFERENCES order_parked ON DELETE CASCADE
) $WITHOUT_ROWID$;

-- What a member of staff did with orders: for his own figures of the day.
CREATE TABLE order_work (
  who_id      BIGINT NOT NULL,                -- staff account
  at          BIGINT NOT NULL,                -- ms since 1970 UTC
  id          BIGINT NOT NULL,
  what        TEXT   NOT NULL,                -- the history's word: sold, picking, ready ...
  customer_id BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,
  PRIMARY KEY (who_id, at, id)
) $WITHOUT_ROWID$;

-- migration 5: people who became one

-- Whose it was before two people became one; NULL: customer_id's own.  Lines, payments
-- and the like follow their order.
ALTER TABLE order_order ADD COLUMN born_id BIGINT;
ALTER TABLE order_parked ADD COLUMN born_id BIGINT;
ALTER TABLE order_basket_line ADD COLUMN born_id BIGINT;
CREATE INDEX order_parked_customer ON order_parked (customer_id) WHERE customer_id <> 0;

-- migration 6: what somebody bought, line by line
CREATE VIEW pub_order_bought AS
SELECT l.customer_id, l.order_id, l.line_no, o.kind, o.channel, o.state, o.place_id, o.region_id,
       o.placed_at, o.total_minor, o.returned_minor, l.variant_id, l.unit_tracked, l.qty,
       l.done_qty - l.returned_qty AS kept_qty, l.price_minor
  FROM order_line l JOIN order_order o ON o.customer_id = l.customer_id AND o.id = l.order_id;
-- migration 7: whose the numbered pieces are

-- Numbered pieces that are with a buyer, by their order.
CREATE VIEW pub_order_serial AS
SELECT o.id AS order_id, o.customer_id, o.born_id, o.number, l.line_no, l.variant_id, l.place_id, s.serial,
       CASE WHEN o.kind = 3 THEN o.placed_at ELSE f.done_at END AS at
  FROM order_order o
  JOIN order_serial s ON s.customer_id = o.customer_id AND s.order_id = o.id
  JOIN order_line l ON l.customer_id = s.customer_id AND l.order_id = s.order_id AND l.line_no = s.line_no
  LEFT JOIN order_fulfilment f ON f.place_id = l.place_id AND f.order_id = o.id
 WHERE o.kind = 3 OR f.state = 5;

-- Numbered pieces that came back; undone: with the buyer again.
CREATE VIEW pub_order_serial_back AS
SELECT o.id AS order_id, r.id AS return_id, b.serial, b.variant_id, r.place_id, r.at, r.state AS undone
  FROM order_order o
  JOIN order_return r ON r.customer_id = o.customer_id AND r.order_id = o.id
  JOIN order_return_line b ON b.customer_id = r.customer_id AND b.order_id = r.order_id AND b.return_id = r.id
 WHERE b.serial IS NOT NULL;

-- The number on a receipt: of what was handed over.
CREATE VIEW pub_order_receipt AS
SELECT id AS order_id, customer_id, born_id, number FROM order_order WHERE state = 4;

-- Where goods are sent.
CREATE VIEW pub_order_address AS
SELECT id AS order_id, customer_id, born_id, address FROM order_order
 WHERE address IS NOT NULL AND customer_id <> 0;
-- migration 8: words and baskets grow old
CREATE INDEX order_order_words ON order_order (changed_at)
 WHERE state >= 4 AND (address IS NOT NULL OR comment IS NOT NULL);
CREATE INDEX order_history_words ON order_history (at) WHERE why > '';
CREATE INDEX order_return_words ON order_return (at) WHERE why > '';
CREATE INDEX order_basket_changed ON order_basket (changed_at);

-- migration 9: the papers of what came back

-- A return as its buyer may know it: on the slip its order's number and `seq`.
CREATE VIEW pub_order_return_slip AS
SELECT id AS return_id, customer_id, order_id, seq, refund_minor,
       CASE reason WHEN 0 THEN 'not_liked' WHEN 1 THEN 'defect' ELSE 'wrong' END AS reason
  FROM order_return;
