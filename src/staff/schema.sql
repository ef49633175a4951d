-- People and programs that work here with a password.
CREATE TABLE staff_account (
  id         BIGINT NOT NULL,
  login      TEXT   NOT NULL CHECK (length(login) BETWEEN 2 AND 64), -- lower case
  name       TEXT   NOT NULL CHECK (length(name) <= 200),
  password   TEXT   NOT NULL CHECK (length(password) <= 200),        -- argon2id, with its salt and cost
  active     BIGINT NOT NULL CHECK (active IN (0, 1)),
  version    BIGINT NOT NULL CHECK (version > 0),                    -- +1 with every change; the ETag
  created_at BIGINT NOT NULL,                                        -- ms since 1970 UTC
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX staff_account_login ON staff_account (login);

-- A set of rights with a name.
CREATE TABLE staff_role (
  id      BIGINT NOT NULL,
  code    TEXT   NOT NULL CHECK (length(code) BETWEEN 2 AND 64),
  name_ru TEXT   NOT NULL CHECK (length(name_ru) <= 200),
  name_en TEXT   NOT NULL CHECK (length(name_en) <= 200),
  version BIGINT NOT NULL CHECK (version > 0),                       -- the ETag
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX staff_role_code ON staff_role (code);

-- Rights by their word (base/right.def), so that the order of that table is free.
CREATE TABLE staff_role_right (
  role_id BIGINT NOT NULL REFERENCES staff_role,
  word    TEXT   NOT NULL CHECK (length(word) <= 64),                -- "*": every right there is
  PRIMARY KEY (role_id, word)
) $WITHOUT_ROWID$;

-- Who has which role, and where.
CREATE TABLE staff_account_role (
  account_id BIGINT NOT NULL REFERENCES staff_account,
  place_id   BIGINT NOT NULL,                                        -- 0: in the whole chain
  role_id    BIGINT NOT NULL REFERENCES staff_role,
  PRIMARY KEY (account_id, place_id, role_id)
) $WITHOUT_ROWID$;
CREATE INDEX staff_account_role_role ON staff_account_role (role_id);

-- Open sessions.  The token itself is only in the browser.
CREATE TABLE staff_session (
  token_hash BYTEA  NOT NULL,                                        -- BLAKE2b-256 of the cookie
  id         BIGINT NOT NULL,
  account_id BIGINT NOT NULL REFERENCES staff_account,
  place_id   BIGINT NOT NULL,                                        -- where he works now; 0 the chain
  created_at BIGINT NOT NULL,                                        -- ms since 1970 UTC
  seen_at    BIGINT NOT NULL,                                        -- to about a minute
  until_at   BIGINT NOT NULL,                                        -- ends then, used or not
  ip         TEXT   NOT NULL CHECK (length(ip) <= 64),
  agent      TEXT   NOT NULL CHECK (length(agent) <= 400),           -- User-Agent, for "is this me?"
  PRIMARY KEY (token_hash)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX staff_session_account ON staff_session (account_id, id);
CREATE INDEX staff_session_until ON staff_session (until_at);

-- API keys of programs.  Shown once; only the hash is kept.
CREATE TABLE staff_key (
  id         BIGINT NOT NULL,
  key_hash   BYTEA  NOT NULL,                                        -- BLAKE2b-256
  prefix     TEXT   NOT NULL CHECK (length(prefix) <= 16),           -- its first letters, to tell keys apart
  name       TEXT   NOT NULL CHECK (length(name) <= 200),
  rights     TEXT   NOT NULL CHECK (length(rights) <= 1000),         -- words with spaces between; "*" all
  place_id   BIGINT NOT NULL,                                        -- 0: the whole chain
  created_at BIGINT NOT NULL,                                        -- ms since 1970 UTC
  created_by BIGINT NOT NULL,                                        -- account; 0 the system
  until_at   BIGINT,                                                 -- NULL: until it is deleted
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX staff_key_hash ON staff_key (key_hash);

-- Who did what to what, and who read whose profile.  Never changed.
CREATE TABLE staff_audit (
  id         BIGINT NOT NULL,
  at         BIGINT NOT NULL,                                        -- ms since 1970 UTC
  who_kind   BIGINT NOT NULL,                                        -- enum who_kind
  who_id     BIGINT NOT NULL,
  place_id   BIGINT NOT NULL,                                        -- where he worked; 0 the chain
  what       TEXT   NOT NULL CHECK (length(what) <= 64),             -- "order.cancel"
  subject_id BIGINT NOT NULL,
  detail     TEXT   CHECK (length(detail) <= 16384),                 -- JSON, never secrets
  request_id TEXT   CHECK (length(request_id) <= 64),                -- finds the log line
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;
CREATE INDEX staff_audit_subject ON staff_audit (subject_id, id);
CREATE INDEX staff_audit_who ON staff_audit (who_id, id) WHERE who_kind IN (2, 3);

-- Tries against limits, and locks after failures.
CREATE TABLE staff_try (
  key      TEXT   NOT NULL CHECK (length(key) <= 200),
  n        BIGINT NOT NULL CHECK (n >= 0),                           -- tries since since_at
  since_at BIGINT NOT NULL,                                          -- ms since 1970 UTC
  until_at BIGINT NOT NULL,                                          -- locked until; 0 not
  PRIMARY KEY (key)
) $WITHOUT_ROWID$;
CREATE INDEX staff_try_since ON staff_try (since_at);

INSERT INTO staff_role (id, code, name_ru, name_en, version) VALUES
  (1, 'owner', 'Владелец', 'Owner', 1),
  (2, 'administrator', 'Администратор системы', 'System administrator', 1),
  (3, 'shop_manager', 'Директор магазина', 'Shop manager', 1),
  (4, 'seller', 'Продавец-консультант', 'Seller', 1),
  (5, 'storekeeper', 'Кладовщик', 'Storekeeper', 1),
  (6, 'operator', 'Оператор контакт-центра', 'Contact centre operator', 1),
  (7, 'marketer', 'Маркетолог', 'Marketer', 1),
  (8, 'analyst', 'Аналитик', 'Analyst', 1),
  (9, 'exchange', 'Обмен с 1С', 'Exchange with 1C', 1);
INSERT INTO staff_role_right (role_id, word) VALUES
  (1, '*'),
  (2, 'staff_admin'), (2, 'settings'), (2, 'audit_read'), (2, 'operate'),
  (2, 'exchange'), (2, 'place_write'),
  (3, 'sell'), (3, 'stock_read'), (3, 'stock_write'), (3, 'stock_approve'),
  (3, 'customer_read'), (3, 'customer_write'), (3, 'order_read'), (3, 'order_write'),
  (4, 'sell'), (4, 'stock_read'), (4, 'customer_read'),
  (5, 'sell'), (5, 'stock_read'), (5, 'stock_write'),
  (6, 'stock_read'), (6, 'customer_read'), (6, 'customer_write'), (6, 'order_read'),
  (6, 'order_write'),
  (7, 'stock_read'), (7, 'catalog_write'), (7, 'customer_read'), (7, 'order_read'),
  (8, 'stock_read'), (8, 'order_read'),
  (9, 'exchange');
-- migration 2: filters that people keep, names for other rooms

-- A list as somebody likes to see it: his filter and columns on one screen.
CREATE TABLE staff_view (
  account_id BIGINT NOT NULL REFERENCES staff_account,
  id         BIGINT NOT NULL,
  screen     TEXT   NOT NULL CHECK (length(screen) BETWEEN 1 AND 64),  -- "office.orders"
  name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  query      TEXT   NOT NULL CHECK (length(query) <= 2000),            -- the list's query string
  columns    TEXT   NOT NULL CHECK (length(columns) <= 1000),          -- the columns' names by commas; '' the usual ones
  is_default BIGINT NOT NULL CHECK (is_default IN (0, 1)),             -- 1: what the screen opens with
  at         BIGINT NOT NULL,                                          -- ms since 1970 UTC
  PRIMARY KEY (account_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX staff_view_name ON staff_view (account_id, screen, name);

CREATE VIEW pub_staff_name AS
  SELECT 2 AS who_kind, id, name FROM staff_account
  UNION ALL SELECT 3 AS who_kind, id, name FROM staff_key;

-- migration 3: who may take goods back against the rules

INSERT INTO staff_role_right (role_id, word)
SELECT id, 'return_any' FROM staff_role WHERE code = 'shop_manager' AND id = 3;

-- migration 4: who works at a place; tills that sell without a line, tasks
CREATE INDEX staff_account_role_place ON staff_account_role (place_id);
INSERT INTO staff_role_right (role_id, word) VALUES
  (2, 'tills'), (3, 'sell_offline'), (3, 'tills'), (3, 'tasks'), (4, 'sell_offline'),
  (6, 'tasks')
ON CONFLICT (role_id, word) DO NOTHING;

-- migration 5: who may take lists away as files
INSERT INTO staff_role_right (role_id, word) VALUES
  (2, 'export'), (3, 'export'), (7, 'export'), (8, 'export')
ON CONFLICT (role_id, word) DO NOTHING;

-- migration 6: who works with segments of customers
INSERT INTO staff_role_right (role_id, word) VALUES
  (7, 'segments'), (8, 'segments')
ON CONFLICT (role_id, word) DO NOTHING;

-- migration 7: who answers people about their data
INSERT INTO staff_role_right (role_id, word) VALUES (2, 'privacy'), (6, 'privacy')
ON CONFLICT (role_id, word) DO NOTHING;

-- migration 8: what an entry says stands sealed

-- Before and after, JSON, sealed (base/seal.h); `detail` is of older rows only.
ALTER TABLE staff_audit ADD COLUMN sealed TEXT;
-- migration 9: who reads about more people than his work explains

-- How many different people somebody was shown since when; one window after another.
CREATE TABLE staff_look (
  who_kind   BIGINT NOT NULL CHECK (who_kind IN (2, 3)),             -- enum who_kind: account, API key
  who_id     BIGINT NOT NULL,
  since_at   BIGINT NOT NULL,                                        -- ms since 1970 UTC: when the window began
  n          BIGINT NOT NULL CHECK (n >= 0),                         -- people
  stopped_at BIGINT NOT NULL,                                        -- ms: reads nothing more until; 0 not stopped
  PRIMARY KEY (who_kind, who_id)
) $WITHOUT_ROWID$;
CREATE INDEX staff_look_stopped ON staff_look (stopped_at) WHERE stopped_at > 0;

-- It was more than staff.bulk_people (or bulk_people_key).  Never changed.
CREATE TABLE staff_alarm (
  id         BIGINT NOT NULL,
  at         BIGINT NOT NULL,                                        -- ms since 1970 UTC
  who_kind   BIGINT NOT NULL,                                        -- enum who_kind
  who_id     BIGINT NOT NULL,
  n          BIGINT NOT NULL,                                        -- people so far
  since_at   BIGINT NOT NULL,                                        -- ms: within what time
  what       TEXT   NOT NULL CHECK (length(what) <= 64),             -- what he was looking at last
  stopped_at BIGINT NOT NULL,                                        -- ms: stopped until; 0 not
  PRIMARY KEY (id)
) $WITHOUT_ROWID$;

CREATE VIEW pub_staff_alarm AS
  SELECT id, at, who_kind, who_id, n, since_at, what, stopped_at FROM staff_alarm;
-- migration 10: who writes down what customers agree to

-- Whoever could change a profile, and the seller, before whom the customer stands.
INSERT INTO staff_role_right (role_id, word)
SELECT r.id, 'consent' FROM staff_role r
 WHERE (r.code = 'seller' AND r.id = 4)
    OR EXISTS (SELECT 1 FROM staff_role_right w WHERE w.role_id = r.id AND w.word = 'customer_write');
UPDATE staff_key SET rights = rights || ' consent'
 WHERE ' ' || rights || ' ' LIKE '% customer\_write %' ESCAPE '\' AND length(rights) <= 992;
