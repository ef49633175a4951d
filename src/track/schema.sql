-- migration 1: who may tell, what is declared, whose devices are, how far is followed

-- Somebody who tells events: the site, an app, a till.  He shows a write key, which
-- pages carry openly: it lets him tell, and nothing else.
CREATE TABLE track_source (
  id         BIGINT NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  channel    BIGINT NOT NULL CHECK (channel BETWEEN 0 AND 5), -- enum track_channel
  key_hash   BYTEA  NOT NULL,               -- SHA-256 of the write key
  prefix     TEXT   NOT NULL,               -- what of the key may be shown
  per_second BIGINT NOT NULL CHECK (per_second >= 0), -- events a second it may send; 0: any
  active     BIGINT NOT NULL CHECK (active IN (0, 1)),
  created_at BIGINT NOT NULL,               -- ms UTC
  created_by BIGINT NOT NULL                -- staff account or key; 0 the program itself
);
CREATE UNIQUE INDEX track_source_key ON track_source (key_hash);

-- The tracking plan: an event that may come, and what of it is heard.
CREATE TABLE track_plan (
  id         BIGINT NOT NULL PRIMARY KEY,
  kind       BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 5), -- enum track_kind
  name       TEXT   NOT NULL CHECK (length(name) <= 200),  -- of a track; '' of the others
  doc        TEXT   NOT NULL CHECK (length(doc) <= 500),   -- a sentence: when it is told
  open       BIGINT NOT NULL CHECK (open IN (0, 1)),       -- 1: may bring members that nobody declared
  version    BIGINT NOT NULL,               -- the ETag
  changed_at BIGINT NOT NULL                -- ms UTC
);
CREATE UNIQUE INDEX track_plan_name ON track_plan (kind, name);

-- A member of its properties or traits.
CREATE TABLE track_member (
  plan_id BIGINT NOT NULL REFERENCES track_plan ON DELETE CASCADE,
  name    TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  type    BIGINT NOT NULL CHECK (type BETWEEN 0 AND 6), -- enum track_type
  must    BIGINT NOT NULL CHECK (must IN (0, 1)),       -- 1: an event without it waits
  doc     TEXT   NOT NULL CHECK (length(doc) <= 500),
  PRIMARY KEY (plan_id, name)
) $WITHOUT_ROWID$;

-- Changes of the two above, so that every process reads them anew: one row.
CREATE TABLE track_change (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  n   BIGINT NOT NULL                       -- +1 at each
);
INSERT INTO track_change (one, n) VALUES (1, 1);

-- How far each follower has heard.
CREATE TABLE track_cursor (
  follower TEXT   NOT NULL CHECK (length(follower) <= 100),
  pos      BIGINT NOT NULL CHECK (pos >= 0), -- place in the log, of the last one heard
  epoch    BIGINT NOT NULL,                 -- +1 when it is sent back
  tries    BIGINT NOT NULL,                 -- failures in a row after pos
  retry_at BIGINT NOT NULL,                 -- ms UTC: not before this
  error    TEXT,                            -- what the last failure said
  heard_at BIGINT NOT NULL,                 -- ms UTC
  PRIMARY KEY (follower)
) $WITHOUT_ROWID$;

-- Whose a device, or a user id of another system, is, since it was told at a place in
-- the log.  The first row of a number also covers all that it did before.
CREATE TABLE track_owner (
  no          BIGINT NOT NULL,              -- track_word beside
  known_id    BIGINT NOT NULL,              -- place in the log of the event that told
  customer_id BIGINT NOT NULL,
  born_id     BIGINT,                       -- by whom it was born, see base/person.h; NULL: by customer_id
  PRIMARY KEY (no, known_id)
) $WITHOUT_ROWID$;
CREATE INDEX track_owner_customer ON track_owner (customer_id, no);
-- migration 2: what is declared from the first day

-- Segment's calls and e-commerce events, open for more members; prices are numbers.
INSERT INTO track_plan (id, kind, name, doc, open, version, changed_at) VALUES
  (1, 1, '', '', 1, 1, 0),
  (2, 2, '', '', 1, 1, 0),
  (3, 3, '', '', 1, 1, 0),
  (4, 4, '', '', 1, 1, 0),
  (5, 5, '', '', 1, 1, 0),
  (6, 0, 'Products Searched', '', 1, 1, 0),
  (7, 0, 'Product List Viewed', '', 1, 1, 0),
  (8, 0, 'Product List Filtered', '', 1, 1, 0),
  (9, 0, 'Promotion Viewed', '', 1, 1, 0),
  (10, 0, 'Promotion Clicked', '', 1, 1, 0),
  (11, 0, 'Product Clicked', '', 1, 1, 0),
  (12, 0, 'Product Viewed', '', 1, 1, 0),
  (13, 0, 'Product Added', '', 1, 1, 0),
  (14, 0, 'Product Removed', '', 1, 1, 0),
  (15, 0, 'Cart Viewed', '', 1, 1, 0),
  (16, 0, 'Checkout Started', '', 1, 1, 0),
  (17, 0, 'Checkout Step Viewed', '', 1, 1, 0),
  (18, 0, 'Checkout Step Completed', '', 1, 1, 0),
  (19, 0, 'Payment Info Entered', '', 1, 1, 0),
  (20, 0, 'Order Updated', '', 1, 1, 0),
  (21, 0, 'Order Completed', '', 1, 1, 0),
  (22, 0, 'Order Refunded', '', 1, 1, 0),
  (23, 0, 'Order Cancelled', '', 1, 1, 0),
  (24, 0, 'Coupon Entered', '', 1, 1, 0),
  (25, 0, 'Coupon Applied', '', 1, 1, 0),
  (26, 0, 'Coupon Denied', '', 1, 1, 0),
  (27, 0, 'Coupon Removed', '', 1, 1, 0),
  (28, 0, 'Product Added to Wishlist', '', 1, 1, 0),
  (29, 0, 'Product Removed from Wishlist', '', 1, 1, 0),
  (30, 0, 'Wishlist Product Added to Cart', '', 1, 1, 0),
  (31, 0, 'Product Shared', '', 1, 1, 0),
  (32, 0, 'Cart Shared', '', 1, 1, 0),
  (33, 0, 'Product Reviewed', '', 1, 1, 0);
INSERT INTO track_member (plan_id, name, type, must, doc) VALUES
  (1, 'email', 1, 0, ''), (1, 'phone', 1, 0, ''), (1, 'firstName', 1, 0, ''), (1, 'lastName', 1, 0, ''),
  (1, 'name', 1, 0, ''), (6, 'query', 1, 0, ''), (7, 'list_id', 1, 0, ''), (7, 'category', 1, 0, ''),
  (7, 'products', 6, 0, ''), (8, 'list_id', 1, 0, ''), (8, 'category', 1, 0, ''), (8, 'filters', 6, 0, ''),
  (8, 'sorts', 6, 0, ''), (8, 'products', 6, 0, ''), (9, 'promotion_id', 1, 0, ''), (9, 'creative', 1, 0, ''),
  (9, 'name', 1, 0, ''), (9, 'position', 1, 0, ''), (10, 'promotion_id', 1, 0, ''), (10, 'creative', 1, 0, ''),
  (10, 'name', 1, 0, ''), (10, 'position', 1, 0, ''), (11, 'product_id', 1, 0, ''), (11, 'sku', 1, 0, ''),
  (11, 'category', 1, 0, ''), (11, 'name', 1, 0, ''), (11, 'brand', 1, 0, ''), (11, 'variant', 1, 0, ''),
  (11, 'price', 2, 0, ''), (11, 'quantity', 2, 0, ''), (11, 'currency', 1, 0, ''), (11, 'coupon', 1, 0, ''),
  (11, 'position', 3, 0, ''), (12, 'product_id', 1, 0, ''), (12, 'sku', 1, 0, ''), (12, 'category', 1, 0, ''),
  (12, 'name', 1, 0, ''), (12, 'brand', 1, 0, ''), (12, 'variant', 1, 0, ''), (12, 'price', 2, 0, ''),
  (12, 'quantity', 2, 0, ''), (12, 'currency', 1, 0, ''), (12, 'coupon', 1, 0, ''), (12, 'position', 3, 0, ''),
  (13, 'product_id', 1, 0, ''), (13, 'sku', 1, 0, ''), (13, 'category', 1, 0, ''), (13, 'name', 1, 0, ''),
  (13, 'brand', 1, 0, ''), (13, 'variant', 1, 0, ''), (13, 'price', 2, 0, ''), (13, 'quantity', 2, 0, ''),
  (13, 'currency', 1, 0, ''), (13, 'coupon', 1, 0, ''), (13, 'position', 3, 0, ''), (14, 'product_id', 1, 0, ''),
  (14, 'sku', 1, 0, ''), (14, 'category', 1, 0, ''), (14, 'name', 1, 0, ''), (14, 'brand', 1, 0, ''),
  (14, 'variant', 1, 0, ''), (14, 'price', 2, 0, ''), (14, 'quantity', 2, 0, ''), (14, 'currency', 1, 0, ''),
  (14, 'coupon', 1, 0, ''), (14, 'position', 3, 0, ''), (15, 'cart_id', 1, 0, ''), (15, 'products', 6, 0, ''),
  (16, 'order_id', 1, 0, ''), (16, 'checkout_id', 1, 0, ''), (16, 'affiliation', 1, 0, ''), (16, 'total', 2, 0, ''),
  (16, 'subtotal', 2, 0, ''), (16, 'revenue', 2, 0, ''), (16, 'shipping', 2, 0, ''), (16, 'tax', 2, 0, ''),
  (16, 'discount', 2, 0, ''), (16, 'coupon', 1, 0, ''), (16, 'currency', 1, 0, ''), (16, 'products', 6, 0, ''),
  (17, 'checkout_id', 1, 0, ''), (17, 'step', 3, 0, ''), (17, 'shipping_method', 1, 0, ''), (17, 'payment_method', 1, 0, ''),
  (18, 'checkout_id', 1, 0, ''), (18, 'step', 3, 0, ''), (18, 'shipping_method', 1, 0, ''), (18, 'payment_method', 1, 0, ''),
  (19, 'checkout_id', 1, 0, ''), (19, 'step', 3, 0, ''), (19, 'payment_method', 1, 0, ''), (19, 'order_id', 1, 0, ''),
  (20, 'order_id', 1, 0, ''), (20, 'checkout_id', 1, 0, ''), (20, 'affiliation', 1, 0, ''), (20, 'total', 2, 0, ''),
  (20, 'subtotal', 2, 0, ''), (20, 'revenue', 2, 0, ''), (20, 'shipping', 2, 0, ''), (20, 'tax', 2, 0, ''),
  (20, 'discount', 2, 0, ''), (20, 'coupon', 1, 0, ''), (20, 'currency', 1, 0, ''), (20, 'products', 6, 0, ''),
  (21, 'order_id', 1, 0, ''), (21, 'checkout_id', 1, 0, ''), (21, 'affiliation', 1, 0, ''), (21, 'total', 2, 0, ''),
  (21, 'subtotal', 2, 0, ''), (21, 'revenue', 2, 0, ''), (21, 'shipping', 2, 0, ''), (21, 'tax', 2, 0, ''),
  (21, 'discount', 2, 0, ''), (21, 'coupon', 1, 0, ''), (21, 'currency', 1, 0, ''), (21, 'products', 6, 0, ''),
  (22, 'order_id', 1, 0, ''), (22, 'checkout_id', 1, 0, ''), (22, 'affiliation', 1, 0, ''), (22, 'total', 2, 0, ''),
  (22, 'subtotal', 2, 0, ''), (22, 'revenue', 2, 0, ''), (22, 'shipping', 2, 0, ''), (22, 'tax', 2, 0, ''),
  (22, 'discount', 2, 0, ''), (22, 'coupon', 1, 0, ''), (22, 'currency', 1, 0, ''), (22, 'products', 6, 0, ''),
  (23, 'order_id', 1, 0, ''), (23, 'checkout_id', 1, 0, ''), (23, 'affiliation', 1, 0, ''), (23, 'total', 2, 0, ''),
  (23, 'subtotal', 2, 0, ''), (23, 'revenue', 2, 0, ''), (23, 'shipping', 2, 0, ''), (23, 'tax', 2, 0, ''),
  (23, 'discount', 2, 0, ''), (23, 'coupon', 1, 0, ''), (23, 'currency', 1, 0, ''), (23, 'products', 6, 0, ''),
  (24, 'order_id', 1, 0, ''), (24, 'cart_id', 1, 0, ''), (24, 'coupon_id', 1, 0, ''), (24, 'coupon_name', 1, 0, ''),
  (24, 'discount', 2, 0, ''), (25, 'order_id', 1, 0, ''), (25, 'cart_id', 1, 0, ''), (25, 'coupon_id', 1, 0, ''),
  (25, 'coupon_name', 1, 0, ''), (25, 'discount', 2, 0, ''), (26, 'order_id', 1, 0, ''), (26, 'cart_id', 1, 0, ''),
  (26, 'coupon_id', 1, 0, ''), (26, 'coupon_name', 1, 0, ''), (26, 'discount', 2, 0, ''), (27, 'order_id', 1, 0, ''),
  (27, 'cart_id', 1, 0, ''), (27, 'coupon_id', 1, 0, ''), (27, 'coupon_name', 1, 0, ''), (27, 'discount', 2, 0, ''),
  (28, 'product_id', 1, 0, ''), (28, 'sku', 1, 0, ''), (28, 'category', 1, 0, ''), (28, 'name', 1, 0, ''),
  (28, 'brand', 1, 0, ''), (28, 'variant', 1, 0, ''), (28, 'price', 2, 0, ''), (28, 'quantity', 2, 0, ''),
  (28, 'currency', 1, 0, ''), (28, 'coupon', 1, 0, ''), (28, 'position', 3, 0, ''), (29, 'product_id', 1, 0, ''),
  (29, 'sku', 1, 0, ''), (29, 'category', 1, 0, ''), (29, 'name', 1, 0, ''), (29, 'brand', 1, 0, ''),
  (29, 'variant', 1, 0, ''), (29, 'price', 2, 0, ''), (29, 'quantity', 2, 0, ''), (29, 'currency', 1, 0, ''),
  (29, 'coupon', 1, 0, ''), (29, 'position', 3, 0, ''), (30, 'product_id', 1, 0, ''), (30, 'sku', 1, 0, ''),
  (30, 'category', 1, 0, ''), (30, 'name', 1, 0, ''), (30, 'brand', 1, 0, ''), (30, 'variant', 1, 0, ''),
  (30, 'price', 2, 0, ''), (30, 'quantity', 2, 0, ''), (30, 'currency', 1, 0, ''), (30, 'coupon', 1, 0, ''),
  (30, 'position', 3, 0, ''), (31, 'product_id', 1, 0, ''), (31, 'sku', 1, 0, ''), (31, 'category', 1, 0, ''),
  (31, 'name', 1, 0, ''), (31, 'brand', 1, 0, ''), (31, 'variant', 1, 0, ''), (31, 'price', 2, 0, ''),
  (31, 'quantity', 2, 0, ''), (31, 'currency', 1, 0, ''), (31, 'coupon', 1, 0, ''), (31, 'position', 3, 0, ''),
  (32, 'share_via', 1, 0, ''), (32, 'products', 6, 0, ''), (33, 'product_id', 1, 0, ''), (33, 'review_id', 1, 0, '');
-- migration 3: what the server itself reports

-- Orders on their way to the log beside: written with the fact, gone when it is there.
CREATE TABLE track_outbox (
  id          BIGINT NOT NULL PRIMARY KEY,
  at          BIGINT NOT NULL,              -- ms UTC
  channel     BIGINT NOT NULL,              -- enum track_channel
  message_id  TEXT   NOT NULL,              -- of the fact: it comes once however often it is told
  customer_id BIGINT NOT NULL,
  name        TEXT   NOT NULL,              -- Segment's: "Order Completed"
  data        TEXT   NOT NULL               -- JSON object: properties
);
-- migration 4: what should not be told any more, and our own screens' events

-- Still taken and heard; whoever writes the sender is to leave it.
ALTER TABLE track_plan ADD COLUMN old BIGINT NOT NULL DEFAULT 0 CHECK (old IN (0, 1));
ALTER TABLE track_member ADD COLUMN old BIGINT NOT NULL DEFAULT 0 CHECK (old IN (0, 1));

INSERT INTO track_plan (id, kind, name, doc, open, version, changed_at) VALUES
  (40, 0, 'Customer Consulted', 'A seller has opened a customer''s page at the till.', 0, 1, 0),
  (41, 0, 'Products Compared', 'A seller shows products side by side.', 0, 1, 0),
  (42, 0, 'Product Offered', 'A seller puts a compared product into the sale.', 0, 1, 0),
  (43, 0, 'Consultation Sold', 'The sale that a consultation ends with.', 0, 1, 0)
  ON CONFLICT (kind, name) DO NOTHING;
INSERT INTO track_member (plan_id, name, type, must, doc)
  SELECT p.id, m.name, m.type, m.must, '' FROM track_plan p JOIN
  (SELECT 40 AS plan_id, 'consultation_id' AS name, 1 AS type, 1 AS must
   UNION ALL SELECT 40, 'place_id', 1, 1 UNION ALL SELECT 40, 'staff_id', 1, 0
   UNION ALL SELECT 41, 'consultation_id', 1, 1 UNION ALL SELECT 41, 'place_id', 1, 1
   UNION ALL SELECT 41, 'staff_id', 1, 0 UNION ALL SELECT 41, 'products', 6, 1
   UNION ALL SELECT 42, 'consultation_id', 1, 1 UNION ALL SELECT 42, 'place_id', 1, 1
   UNION ALL SELECT 42, 'staff_id', 1, 0 UNION ALL SELECT 42, 'product_id', 1, 1
   UNION ALL SELECT 42, 'name', 1, 0 UNION ALL SELECT 42, 'price', 2, 0
   UNION ALL SELECT 43, 'consultation_id', 1, 1 UNION ALL SELECT 43, 'place_id', 1, 1
   UNION ALL SELECT 43, 'staff_id', 1, 0 UNION ALL SELECT 43, 'order_number', 1, 0
   UNION ALL SELECT 43, 'total', 2, 1 UNION ALL SELECT 43, 'products', 6, 0
   UNION ALL SELECT 43, 'offered', 3, 0) m ON m.plan_id = p.id AND p.changed_at = 0;
