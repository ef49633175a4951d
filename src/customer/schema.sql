-- migration 1: people, their keys, visits, one-time codes

-- Somebody who bought, ordered or left a contact.
CREATE TABLE customer_person (
  id          BIGINT NOT NULL PRIMARY KEY,  -- scattered: the shard key of almost everything
  last_name   TEXT   NOT NULL,              -- '' unknown, as the next two
  first_name  TEXT   NOT NULL,
  middle_name TEXT   NOT NULL,
  by_last     TEXT   NOT NULL,              -- "иванова анна петровна": folded, for search by beginning
  by_first    TEXT   NOT NULL,              -- "анна иванова": the same the other way round
  birth_day   BIGINT,                       -- day number since 1970-01-01
  region_id   BIGINT,                       -- place_region
  lang        TEXT   NOT NULL,              -- "ru", "en"
  created_at  BIGINT NOT NULL,              -- ms UTC, as the next
  changed_at  BIGINT NOT NULL,
  version     BIGINT NOT NULL               -- ETag
);
CREATE INDEX customer_person_last  ON customer_person (by_last, id);
CREATE INDEX customer_person_first ON customer_person (by_first, id) WHERE by_first <> '';

-- Whose a phone, e-mail or card is: one person at a time.  The table is unique
-- over all shards, so its shard key is the value itself.
CREATE TABLE customer_key (
  kind         BIGINT NOT NULL,             -- enum customer_key_kind: 0 phone, 1 e-mail, 2 card, 3 device ... 8 another system's number
  value        TEXT   NOT NULL,             -- normalised
  customer_id  BIGINT NOT NULL,
  added_at     BIGINT NOT NULL,             -- ms UTC
  confirmed_at BIGINT,                      -- ms UTC, proved by a code; NULL not
  PRIMARY KEY (kind, value)
) $WITHOUT_ROWID$;
CREATE INDEX customer_key_person ON customer_key (customer_id, kind, added_at);

-- What happened to keys, so that records can be merged and parted again.
CREATE TABLE customer_key_log (
  customer_id BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  kind        BIGINT NOT NULL,
  value       TEXT   NOT NULL,
  what        BIGINT NOT NULL,              -- 0 added, 1 removed, 2 confirmed
  at          BIGINT NOT NULL,              -- ms UTC
  who_kind    BIGINT NOT NULL,
  who_id      BIGINT NOT NULL,
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;

-- A browser or app.  Guests have a row from the moment they keep something.
CREATE TABLE customer_visit (
  id          BIGINT NOT NULL PRIMARY KEY,
  secret      BYTEA  NOT NULL,              -- hash of the cookie's secret half
  customer_id BIGINT,                       -- NULL: a guest
  agent       TEXT   NOT NULL,              -- what the browser says it is, for "my visits"
  created_at  BIGINT NOT NULL,              -- ms UTC, as the next two
  seen_at     BIGINT NOT NULL,              -- to the hour
  ended_at    BIGINT                        -- logged out, or ended from another device
);
CREATE INDEX customer_visit_seen ON customer_visit (seen_at);
CREATE INDEX customer_visit_person ON customer_visit (customer_id, seen_at) WHERE customer_id IS NOT NULL;

-- A one-time code that waits for its answer; one for an address.
CREATE TABLE customer_code (
  kind       BIGINT NOT NULL,               -- as in customer_key
  value      TEXT   NOT NULL,               -- where it was sent
  hash       BYTEA  NOT NULL,               -- of salt and code
  salt       BYTEA  NOT NULL,
  until_at   BIGINT NOT NULL,               -- ms UTC
  tries      BIGINT NOT NULL,               -- answers so far
  PRIMARY KEY (kind, value)
) $WITHOUT_ROWID$;
CREATE INDEX customer_code_until ON customer_code (until_at);

CREATE VIEW pub_customer_person AS
  SELECT p.id,
         p.last_name, p.first_name, p.middle_name,
         CASE WHEN p.last_name <> '' AND p.first_name <> '' THEN p.last_name || ' ' || p.first_name
              ELSE p.last_name || p.first_name END AS name,
         (SELECT k.value FROM customer_key k
           WHERE k.customer_id = p.id AND k.kind = 0 ORDER BY k.added_at, k.value LIMIT 1) AS phone,
         (SELECT k.value FROM customer_key k
           WHERE k.customer_id = p.id AND k.kind = 1 ORDER BY k.added_at, k.value LIMIT 1) AS email,
         p.region_id, p.lang, p.created_at
    FROM customer_person p;
-- migration 2: notes and tags of staff

-- What staff wrote about somebody, or about one of his orders.
CREATE TABLE customer_note (
  customer_id BIGINT NOT NULL,              -- 0: of an order of nobody known
  id          BIGINT NOT NULL,
  order_id    BIGINT NOT NULL,              -- 0: about the person
  text        TEXT   NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
  at          BIGINT NOT NULL,              -- ms UTC, as the next two
  changed_at  BIGINT,                       -- NULL never
  deleted_at  BIGINT,                       -- NULL: it stands; else it can be put back for a while
  who_kind    BIGINT NOT NULL,              -- enum who_kind of who_id, who wrote it
  who_id      BIGINT NOT NULL,
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX customer_note_id ON customer_note (id);
CREATE INDEX customer_note_order ON customer_note (order_id, id) WHERE order_id <> 0;
CREATE INDEX customer_note_deleted ON customer_note (deleted_at) WHERE deleted_at IS NOT NULL;

-- Words that staff put on a person or an order: "опт", "просил перезвонить".
CREATE TABLE customer_tag (
  customer_id BIGINT NOT NULL,              -- 0: of an order of nobody known
  order_id    BIGINT NOT NULL,              -- 0: on the person
  tag         TEXT   NOT NULL CHECK (length(tag) BETWEEN 1 AND 40),
  at          BIGINT NOT NULL,              -- ms UTC
  PRIMARY KEY (customer_id, order_id, tag)
) $WITHOUT_ROWID$;

CREATE VIEW pub_customer_note AS
  SELECT customer_id, id, order_id, text, at, changed_at, who_kind, who_id
    FROM customer_note WHERE deleted_at IS NULL;

CREATE VIEW pub_customer_visit AS
  SELECT id, customer_id, agent, created_at, seen_at, ended_at FROM customer_visit;

CREATE VIEW pub_customer_key_log AS
  SELECT customer_id, id, kind, value, what, at, who_kind, who_id FROM customer_key_log;
-- migration 3: what people agreed to

-- Given or withdrawn, for what and by which way; only ever added to.  The newest row of a
-- purpose and channel holds, of two at the same time the withdrawal; no row is no.
CREATE TABLE customer_consent (
  customer_id  BIGINT NOT NULL,
  purpose      BIGINT NOT NULL CHECK (purpose BETWEEN 0 AND 2), -- enum consent_purpose
  channel      BIGINT NOT NULL CHECK (channel BETWEEN 0 AND 3), -- enum consent_channel
  at           BIGINT NOT NULL,              -- ms UTC
  given        BIGINT NOT NULL CHECK (given IN (0, 1)),         -- 0 withdrawn
  text_version TEXT   NOT NULL,              -- of the words that were read: "2026-11"
  source       BIGINT NOT NULL CHECK (source BETWEEN 0 AND 2),  -- enum consent_source: where it was said
  who_kind     BIGINT NOT NULL,              -- enum who_kind of who_id: who wrote it down
  who_id       BIGINT NOT NULL,
  PRIMARY KEY (customer_id, purpose, channel, at, given)
) $WITHOUT_ROWID$;
-- migration 4: two records become one, and are parted again

-- Whose a row was before two people became one; NULL: customer_id's own.
ALTER TABLE customer_key ADD COLUMN born_id BIGINT;
ALTER TABLE customer_key ADD COLUMN used_at BIGINT;  -- ms UTC, to the month: whoever brought it was its owner
ALTER TABLE customer_key_log ADD COLUMN born_id BIGINT;
ALTER TABLE customer_visit ADD COLUMN born_id BIGINT;
ALTER TABLE customer_note ADD COLUMN born_id BIGINT;
ALTER TABLE customer_tag ADD COLUMN born_id BIGINT;
ALTER TABLE customer_consent ADD COLUMN born_id BIGINT;

-- Somebody who was merged keeps his row and his id: who asks for it gets the survivor.
ALTER TABLE customer_person ADD COLUMN merged_into BIGINT; -- who lives for him now, never merged himself; NULL: he lives
ALTER TABLE customer_person ADD COLUMN merge_id BIGINT;    -- the merge that took him away; NULL: he lives
ALTER TABLE customer_person ADD COLUMN joined_at BIGINT;   -- ms UTC, of a survivor: his last merge that holds
CREATE INDEX customer_person_merged ON customer_person (merged_into) WHERE merged_into IS NOT NULL;

-- Two records became one.  A fact: an undo is written beside it, nothing is taken away.
CREATE TABLE customer_merge (
  survivor_id  BIGINT NOT NULL,             -- who lived on; he may have been merged himself since
  id           BIGINT NOT NULL,
  loser_id     BIGINT NOT NULL,
  at           BIGINT NOT NULL,             -- ms UTC
  how          BIGINT NOT NULL CHECK (how BETWEEN 0 AND 3), -- enum merge_how
  why          TEXT   NOT NULL CHECK (length(why) <= 1000), -- somebody's words; '' none
  evidence     TEXT   NOT NULL CHECK (length(evidence) <= 8000), -- JSON: what spoke for it
  score_ppm    BIGINT,                      -- probability x 1,000,000; NULL: not weighed
  rule         BIGINT NOT NULL,             -- version of the rules that held
  told         TEXT   NOT NULL CHECK (length(told) <= 4000), -- JSON: what was moved
  who_kind     BIGINT NOT NULL,             -- enum who_kind of who_id
  who_id       BIGINT NOT NULL,
  undone_at    BIGINT,                      -- ms UTC; NULL: it holds
  undone_why   TEXT   CHECK (length(undone_why) <= 1000),
  undone_told  TEXT   CHECK (length(undone_told) <= 4000), -- JSON: what went back, what of it was newer
  undone_kind  BIGINT,
  undone_by    BIGINT,
  PRIMARY KEY (survivor_id, id)
) $WITHOUT_ROWID$;
CREATE UNIQUE INDEX customer_merge_id ON customer_merge (id);
CREATE INDEX customer_merge_loser ON customer_merge (loser_id, id);
CREATE INDEX customer_merge_at ON customer_merge (at, id);

-- What each person who is part of a merge says himself; what is shown of the survivor
-- is chosen from these, field by field.
CREATE TABLE customer_own (
  id          BIGINT NOT NULL PRIMARY KEY,  -- the person
  last_name   TEXT   NOT NULL,
  first_name  TEXT   NOT NULL,
  middle_name TEXT   NOT NULL,
  name_at     BIGINT NOT NULL,              -- ms UTC: when the name was said, as the next three
  birth_day   BIGINT,
  birth_at    BIGINT NOT NULL,
  region_id   BIGINT,
  region_at   BIGINT NOT NULL,
  lang        TEXT   NOT NULL,
  lang_at     BIGINT NOT NULL,
  created_at  BIGINT NOT NULL,              -- ms UTC
  changed_at  BIGINT NOT NULL               -- ms UTC
);

-- Who lives for whom: every person once, himself when he was not merged.
CREATE VIEW pub_customer_living AS
  SELECT id, COALESCE(merged_into, id) AS living_id FROM customer_person;

-- Who brought a key that is somebody else's: a family's telephone, a shop's computer.
CREATE TABLE customer_key_use (
  kind        BIGINT NOT NULL,              -- enum customer_key_kind
  value       TEXT   NOT NULL,
  customer_id BIGINT NOT NULL,              -- not its owner
  born_id     BIGINT,                       -- whose it was before a merge
  first_at    BIGINT NOT NULL,              -- ms UTC
  last_at     BIGINT NOT NULL,              -- ms UTC
  times       BIGINT NOT NULL CHECK (times > 0),
  PRIMARY KEY (kind, value, customer_id)
) $WITHOUT_ROWID$;
CREATE INDEX customer_key_use_person ON customer_key_use (customer_id);

-- Keys that are nobody's: their row in customer_key has the customer 0.
CREATE TABLE customer_key_block (
  kind     BIGINT NOT NULL,
  value    TEXT   NOT NULL,
  why      BIGINT NOT NULL CHECK (why BETWEEN 0 AND 3), -- enum block_why
  people   BIGINT NOT NULL,                 -- how many had brought it
  owner_id BIGINT NOT NULL,                 -- who had it until then, 0 nobody
  note     TEXT   NOT NULL CHECK (length(note) <= 1000),
  at       BIGINT NOT NULL,                 -- ms UTC
  who_kind BIGINT NOT NULL,                 -- enum who_kind of who_id
  who_id   BIGINT NOT NULL,
  PRIMARY KEY (kind, value)
) $WITHOUT_ROWID$;
CREATE INDEX customer_key_block_at ON customer_key_block (at);

-- Two records that may be one person, and what was said of it.
CREATE TABLE customer_pair (
  a_id       BIGINT NOT NULL,
  b_id       BIGINT NOT NULL,
  state      BIGINT NOT NULL CHECK (state BETWEEN 0 AND 3), -- enum pair_state
  source     BIGINT NOT NULL CHECK (source BETWEEN 0 AND 2), -- enum pair_source
  kinds      BIGINT NOT NULL,               -- bits 1 << enum customer_key_kind: keys they shared
  names      BIGINT NOT NULL CHECK (names BETWEEN 0 AND 2), -- enum names_like, when it was found
  score_ppm  BIGINT NOT NULL CHECK (score_ppm BETWEEN 0 AND 1000000), -- probability; 0 not weighed
  against    TEXT   NOT NULL,               -- what forbids it in spite of the score; '' nothing
  evidence   TEXT   NOT NULL CHECK (length(evidence) <= 8000), -- JSON
  found_at   BIGINT NOT NULL,               -- ms UTC
  decided_at BIGINT,                        -- ms UTC
  later_at   BIGINT NOT NULL DEFAULT 0,     -- ms UTC: asked again after this
  merge_id   BIGINT,                        -- customer_merge that came of it
  note       TEXT   NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
  who_kind   BIGINT,
  who_id     BIGINT,
  PRIMARY KEY (a_id, b_id),
  CHECK (a_id < b_id)
) $WITHOUT_ROWID$;
CREATE INDEX customer_pair_open ON customer_pair (state, score_ppm, a_id, b_id);
CREATE INDEX customer_pair_b ON customer_pair (b_id, a_id);

-- Rules by which records become one; a version never changes.
CREATE TABLE customer_rule (
  version  BIGINT NOT NULL PRIMARY KEY,     -- 1, 2, ...; 0 is built in
  body     TEXT   NOT NULL CHECK (length(body) <= 20000), -- JSON, shape IdentityRule
  note     TEXT   NOT NULL CHECK (length(note) <= 1000),
  at       BIGINT NOT NULL,                 -- ms UTC
  who_id   BIGINT NOT NULL,                 -- staff account
  report   TEXT   CHECK (length(report) <= 60000), -- JSON: what its rehearsal found; NULL none yet
  tried_at BIGINT,                          -- ms UTC, of the rehearsal
  on_at    BIGINT                           -- ms UTC, when it was last switched on; NULL never
);
-- migration 5: what other rooms count people by
CREATE VIEW pub_customer_trait AS
  SELECT id, region_id, birth_day, lang, created_at FROM customer_person
   WHERE merged_into IS NULL;
CREATE VIEW pub_customer_key AS
  SELECT customer_id, kind FROM customer_key;
CREATE VIEW pub_customer_tag AS
  SELECT customer_id, order_id, tag FROM customer_tag;
-- What was said and still weighs; of one purpose and channel the row with the largest
-- weight_at holds, of those the strictest (see customer_consent.c).
CREATE VIEW pub_customer_consent AS
  SELECT k.customer_id, k.purpose, k.channel, k.at, k.given,
         CASE WHEN k.at > COALESCE(p.joined_at, -1) THEN k.at ELSE -1 END AS weight_at
    FROM customer_consent k JOIN customer_person p ON p.id = k.customer_id
   WHERE p.joined_at IS NULL OR k.at > p.joined_at OR NOT EXISTS
         (SELECT 1 FROM customer_consent n
           WHERE n.customer_id = k.customer_id AND n.purpose = k.purpose AND n.channel = k.channel
             AND COALESCE(n.born_id, n.customer_id) = COALESCE(k.born_id, k.customer_id)
             AND (n.at > k.at OR (n.at = k.at AND n.given < k.given)));
-- migration 6: what the base itself has told about who is like whom

-- What customer_like_all learned last; one row.
CREATE TABLE customer_like_model (
  id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  body   TEXT   NOT NULL CHECK (length(body) <= 65536), -- fields, levels, then numbers
  people BIGINT NOT NULL,                   -- of how many it was learned
  at     BIGINT NOT NULL                    -- ms UTC
);
CREATE INDEX customer_person_birth ON customer_person (birth_day, id) WHERE birth_day IS NOT NULL;
-- migration 7: who is to be compared anew

-- People who came or changed since they were last compared with all others.
CREATE TABLE customer_like_later (
  id BIGINT NOT NULL PRIMARY KEY,           -- the person
  at BIGINT NOT NULL                        -- ms UTC, when he last changed
);
ALTER TABLE customer_like_model ADD COLUMN whole_at BIGINT; -- ms UTC, when the whole base was last compared to the end; NULL: never

-- Keys of one that another brings too.
CREATE VIEW pub_customer_shared AS
  SELECT u.customer_id, k.customer_id AS owner_id, u.kind
    FROM customer_key_use u JOIN customer_key k ON k.kind = u.kind AND k.value = u.value
   WHERE k.customer_id <> 0 AND k.customer_id <> u.customer_id;
-- migration 8: consents as documents, and their proof

-- What people agree to: one document for a purpose, one row for a version of it.  A
-- draft may change; from publication on nothing of it ever does.
CREATE TABLE customer_document (
  purpose      BIGINT NOT NULL CHECK (purpose BETWEEN 0 AND 3), -- enum consent_purpose
  version      TEXT   NOT NULL CHECK (length(version) BETWEEN 1 AND 20), -- "2026-11"
  text_ru      TEXT   NOT NULL CHECK (length(text_ru) <= 20000), -- its first line is the title
  text_en      TEXT   NOT NULL CHECK (length(text_en) <= 20000),
  hash_ru      TEXT   NOT NULL,              -- SHA-256 of text_ru as hex; '' a draft, or not kept
  hash_en      TEXT   NOT NULL,              -- of text_en
  kept         BIGINT NOT NULL CHECK (kept IN (0, 1)), -- 0: agreed to before documents were kept, its text is unknown
  from_at      BIGINT,                       -- ms UTC, in force since; NULL a draft
  published_at BIGINT,                       -- ms UTC; NULL a draft
  made_at      BIGINT NOT NULL,              -- ms UTC
  who_kind     BIGINT NOT NULL,              -- enum who_kind of who_id: who wrote it
  who_id       BIGINT NOT NULL,
  row_version  BIGINT NOT NULL,              -- ETag
  PRIMARY KEY (purpose, version)
) $WITHOUT_ROWID$;
CREATE INDEX customer_document_from ON customer_document (purpose, from_at) WHERE from_at IS NOT NULL;

-- The first wordings: for a chain's own lawyer to replace.
INSERT INTO customer_document (purpose, version, text_ru, text_en, hash_ru, hash_en, kept,
                               from_at, published_at, made_at, who_kind, who_id, row_version)
VALUES
  (0, '1', 'Согласие на рекламные сообщения

Я разрешаю владельцу этого магазина (наименование, адрес и ИНН стоят на сайте в сведениях о продавце) присылать мне предложения: сообщения о товарах, акциях и ценах, и только теми способами, которые я сам отметил: СМС, письмо, мессенджер, звонок.

Для этого магазин хранит и использует мои имя, телефон, адрес электронной почты, регион и то, что я здесь отметил.

Согласие действует, пока я его не отзову. Отозвать его можно в любой день, по каждому способу отдельно: в личном кабинете, по ссылке в каждом сообщении или написав продавцу. После отзыва предложений больше нет. О моих заказах магазин сообщает и без этого согласия.

Основание: Федеральный закон 38-ФЗ «О рекламе», статья 18, часть 1, и Федеральный закон 152-ФЗ «О персональных данных», статья 9.
', 'Consent to advertising messages

I allow the owner of this shop (its name, address and tax number stand on the site under the seller) to send me offers: messages about goods, promotions and prices, only by the ways that I have marked myself: text message, letter, messenger, call.

For this the shop keeps and uses my name, telephone, e-mail address, region and what I have marked here.

The consent holds until I withdraw it. It can be withdrawn on any day, for each way apart: in my account, by the link in every message, or by writing to the seller. After that there are no more offers. About my orders the shop tells me without this consent too.

Basis: Federal Law 38-FZ on Advertising, article 18 part 1, and Federal Law 152-FZ on Personal Data, article 9.
',
   '923618135afd04b8f147b0a99004007c093526930e9f384340cda7e5ac1793f1', '37db1455faac9426a3702f14dd95ddd2037b716d3c453b1e768625065a4f828e', 1, 0, 0, 0, 0, 0, 1),
  (1, '1', 'Согласие на личные предложения

Я разрешаю владельцу этого магазина (наименование, адрес и ИНН стоят на сайте в сведениях о продавце) подбирать мне предложения по моим покупкам и присылать их, и только теми способами, которые я сам отметил.

Для этого магазин использует мои покупки, обращения, регион и то, что я смотрел на сайте, пока я разрешаю это запоминать. Решений, которые имеют для меня юридические последствия, магазин так не принимает.

Согласие действует, пока я его не отзову: в личном кабинете, по ссылке в каждом сообщении или написав продавцу. После отзыва мне ничего не подбирают по покупкам.

Основание: Федеральный закон 152-ФЗ «О персональных данных», статьи 9 и 16, и Федеральный закон 38-ФЗ «О рекламе», статья 18, часть 1.
', 'Consent to personal offers

I allow the owner of this shop (its name, address and tax number stand on the site under the seller) to choose offers for me by what I have bought and to send them, only by the ways that I have marked myself.

For this the shop uses my purchases, questions, region and what I looked at on the site, as long as I allow that to be remembered. It takes no decision in this way that has legal effect for me.

The consent holds until I withdraw it: in my account, by the link in every message, or by writing to the seller. After that nothing is chosen for me by my purchases.

Basis: Federal Law 152-FZ on Personal Data, articles 9 and 16, and Federal Law 38-FZ on Advertising, article 18 part 1.
',
   '268d3e65f674bdf928a9182794b43193b683685318869956924f90298efee846', '6cc712ab54a781917e081f8c67b0e262d9eb776f7ea79c7a1065a1267b323e28', 1, 0, 0, 0, 0, 0, 1),
  (2, '1', 'Согласие на вопросы о качестве

Я разрешаю владельцу этого магазина (наименование, адрес и ИНН стоят на сайте в сведениях о продавце) спрашивать меня, доволен ли я товаром и обслуживанием, и только теми способами, которые я сам отметил.

Для этого магазин использует мои имя, телефон или адрес электронной почты и сведения о покупке или обращении, о которых спрашивает. Ответы нужны, чтобы исправлять ошибки.

Согласие действует, пока я его не отзову: в личном кабинете, по ссылке в каждом сообщении или написав продавцу.

Основание: Федеральный закон 152-ФЗ «О персональных данных», статья 9.
', 'Consent to questions about quality

I allow the owner of this shop (its name, address and tax number stand on the site under the seller) to ask me whether I am content with goods and service, only by the ways that I have marked myself.

For this the shop uses my name, telephone or e-mail address and what it knows of the purchase or case that it asks about. The answers serve to put mistakes right.

The consent holds until I withdraw it: in my account, by the link in every message, or by writing to the seller.

Basis: Federal Law 152-FZ on Personal Data, article 9.
',
   '65d09663cda55ff7d25f371a717fc439533d0437ea8bb5a4ce62419c6661ac1e', 'a8a86715fcefaec2519fed8aff92e9ecaf7c4fd144728d69be96382b128ea14e', 1, 0, 0, 0, 0, 0, 1),
  (3, '1', 'Согласие запоминать, что я смотрю

Я разрешаю владельцу этого магазина (наименование, адрес и ИНН стоят на сайте в сведениях о продавце) запоминать, какие страницы и товары я смотрю на сайте и в приложении, и связывать это со мной, чтобы подсказывать подходящее и делать магазин удобнее.

Для этого хранятся просмотренные страницы и товары, поисковые запросы, время, канал и номер устройства, который выдал сам магазин. IP-адрес не хранится.

Отозвать согласие можно в любой день: в личном кабинете, по ссылке в каждом сообщении или написав продавцу. После отзыва за моими действиями больше не следят, а записанное раньше стирается.

Основание: Федеральный закон 152-ФЗ «О персональных данных», статья 9.
', 'Consent to remember what I look at

I allow the owner of this shop (its name, address and tax number stand on the site under the seller) to remember which pages and goods I look at on the site and in the app, and to tie this to me, in order to suggest what fits and to make the shop easier to use.

For this are kept: pages and goods looked at, searches, time, channel and a device number that the shop itself has given. The IP address is not kept.

The consent can be withdrawn on any day: in my account, by the link in every message, or by writing to the seller. After that what I do is not followed any more, and what was written down before is erased.

Basis: Federal Law 152-FZ on Personal Data, article 9.
',
   '2cab3f969c13f559ba2140c89b2b8a4bfa890939e8e06ba962d2a43859eadd26', '2eacaffaa6d57e4719f5dfb62f46419559b42316b07c7c50ed59221f127d0526', 1, 0, 0, 0, 0, 0, 1);

-- What was agreed to before: the versions are known, their words are not.
INSERT INTO customer_document (purpose, version, text_ru, text_en, hash_ru, hash_en, kept,
                               from_at, published_at, made_at, who_kind, who_id, row_version)
SELECT k.purpose, k.text_version, '', '', '', '', 0, MIN(k.at), MIN(k.at), MIN(k.at), 0, 0, 1
  FROM customer_consent k
 WHERE NOT EXISTS (SELECT 1 FROM customer_document d
                    WHERE d.purpose = k.purpose AND d.version = k.text_version)
 GROUP BY k.purpose, k.text_version;

-- Given or withdrawn, for what and by which way; only ever added to.  The newest row of a
-- purpose and channel holds, of two at the same time the withdrawal; no row is no (but see
-- enum consent_purpose).  Each row carries the hash of the one before it that the same
-- person said (customer_proof.c); those from before have none, and say so by n NULL.
DROP VIEW pub_customer_consent;
CREATE TABLE customer_consent_new (
  customer_id  BIGINT NOT NULL,
  purpose      BIGINT NOT NULL CHECK (purpose BETWEEN 0 AND 3), -- enum consent_purpose
  channel      BIGINT NOT NULL CHECK (channel BETWEEN 0 AND 4), -- enum consent_channel
  at           BIGINT NOT NULL,              -- ms UTC
  given        BIGINT NOT NULL CHECK (given IN (0, 1)),         -- 0 withdrawn
  text_version TEXT   NOT NULL,              -- of the document that was shown
  source       BIGINT NOT NULL CHECK (source BETWEEN 0 AND 5),  -- enum consent_source: where it was said
  who_kind     BIGINT NOT NULL,              -- enum who_kind of who_id: who wrote it down
  who_id       BIGINT NOT NULL,
  born_id      BIGINT,                       -- whose it was before two became one
  lang         TEXT   NOT NULL DEFAULT '',   -- "ru", "en" that was read; '' not known
  text_hash    TEXT   NOT NULL DEFAULT '',   -- SHA-256 of the text that was read, hex; '' not known
  device_id    BIGINT NOT NULL DEFAULT 0,    -- customer_visit or staff_session; 0: none, or a key (who_id)
  asked_at     BIGINT,                       -- ms UTC, of one that was confirmed later; NULL: said at once
  n            BIGINT,                       -- 1, 2, ... of what this person has said; NULL: before proofs
  proof        TEXT,                         -- SHA-256 of this row and of the proof before it, hex
  PRIMARY KEY (customer_id, purpose, channel, at, given),
  FOREIGN KEY (purpose, text_version) REFERENCES customer_document (purpose, version)
) $WITHOUT_ROWID$;
INSERT INTO customer_consent_new (customer_id, purpose, channel, at, given, text_version, source, who_kind, who_id, born_id)
SELECT customer_id, purpose, channel, at, given, text_version, source, who_kind, who_id, born_id FROM customer_consent;
DROP TABLE customer_consent;
ALTER TABLE customer_consent_new RENAME TO customer_consent;
CREATE INDEX customer_consent_text ON customer_consent (purpose, text_version, customer_id, channel, at);

-- How far what one person has said goes: his last proof.
CREATE TABLE customer_consent_chain (
  id      BIGINT NOT NULL PRIMARY KEY,       -- who said it; merges do not move it
  n       BIGINT NOT NULL CHECK (n >= 0),    -- of his last row
  proof   TEXT   NOT NULL,                   -- of that row; '' none yet
  cut_n   BIGINT NOT NULL CHECK (cut_n BETWEEN 0 AND n), -- rows up to this one were past their time and are gone
  cut     TEXT   NOT NULL,                   -- the proof of that one; '' none is gone
  earlier BIGINT NOT NULL CHECK (earlier >= 0) -- rows from before proofs were kept
);
INSERT INTO customer_consent_chain (id, n, proof, cut_n, cut, earlier)
SELECT COALESCE(born_id, customer_id), 0, '', 0, '', COUNT(*) FROM customer_consent GROUP BY COALESCE(born_id, customer_id);

-- A consent that waits for its address to be proved: by the link of a letter, or a code.
CREATE TABLE customer_consent_wait (
  customer_id  BIGINT NOT NULL,
  purpose      BIGINT NOT NULL CHECK (purpose BETWEEN 0 AND 3), -- enum consent_purpose
  channel      BIGINT NOT NULL CHECK (channel BETWEEN 0 AND 4), -- enum consent_channel
  at           BIGINT NOT NULL,              -- ms UTC, when it was said
  until_at     BIGINT NOT NULL,              -- ms UTC, forgotten then
  text_version TEXT   NOT NULL,
  source       BIGINT NOT NULL,              -- as in customer_consent, like the next four
  who_kind     BIGINT NOT NULL,
  who_id       BIGINT NOT NULL,
  lang         TEXT   NOT NULL,
  device_id    BIGINT NOT NULL,
  born_id      BIGINT,                       -- whose it was before two became one
  PRIMARY KEY (customer_id, purpose, channel)
) $WITHOUT_ROWID$;
CREATE INDEX customer_consent_wait_until ON customer_consent_wait (until_at);

-- What was said and still weighs; of one purpose and channel the row with the largest
-- weight_at holds, of those the strictest (see customer_consent.c).
CREATE VIEW pub_customer_consent AS
  SELECT k.customer_id, k.purpose, k.channel, k.at, k.given,
         CASE WHEN k.at > COALESCE(p.joined_at, -1) THEN k.at ELSE -1 END AS weight_at
    FROM customer_consent k JOIN customer_person p ON p.id = k.customer_id
   WHERE p.joined_at IS NULL OR k.at > p.joined_at OR NOT EXISTS
         (SELECT 1 FROM customer_consent n
           WHERE n.customer_id = k.customer_id AND n.purpose = k.purpose AND n.channel = k.channel
             AND COALESCE(n.born_id, n.customer_id) = COALESCE(k.born_id, k.customer_id)
             AND (n.at > k.at OR (n.at = k.at AND n.given < k.given)));
-- migration 9: who was forgotten stays so

ALTER TABLE customer_person ADD COLUMN forgotten BIGINT NOT NULL DEFAULT 0; -- 1: erased at his wish; nothing is concluded from what the law keeps
DROP VIEW pub_customer_trait;
CREATE VIEW pub_customer_trait AS
  SELECT id, region_id, birth_day, lang, created_at FROM customer_person
   WHERE merged_into IS NULL AND forgotten = 0;
-- migration 10: who of the staff keeps a customer

-- Who cares for a customer and is asked first; only ever added to, the newest row holds.
CREATE TABLE customer_keeper (
  customer_id BIGINT NOT NULL,
  id          BIGINT NOT NULL,
  at          BIGINT NOT NULL,              -- ms UTC
  staff_id    BIGINT NOT NULL,              -- staff account; 0: nobody from then on
  who_kind    BIGINT NOT NULL,              -- enum who_kind of who_id: who said so
  who_id      BIGINT NOT NULL,
  born_id     BIGINT,                       -- whose it was before a merge
  PRIMARY KEY (customer_id, id)
) $WITHOUT_ROWID$;
CREATE INDEX customer_keeper_staff ON customer_keeper (staff_id, customer_id);
-- migration 11: where each word about a person comes from

-- enum said_by of each field: himself, a till, 1C ...; 0 from before this was written down.
ALTER TABLE customer_person ADD COLUMN name_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_person ADD COLUMN birth_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_person ADD COLUMN region_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_person ADD COLUMN lang_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_own ADD COLUMN name_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_own ADD COLUMN birth_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_own ADD COLUMN region_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customer_own ADD COLUMN lang_by BIGINT NOT NULL DEFAULT 0;
-- migration 12: what is old goes
ALTER TABLE customer_person ADD COLUMN forgotten_at BIGINT; -- ms UTC; NULL of those from before: the proofs of their consents stay
CREATE INDEX customer_consent_at ON customer_consent (at);
-- migration 13: where staff stood who wrote a consent down
ALTER TABLE customer_consent ADD COLUMN place_id BIGINT NOT NULL DEFAULT 0;      -- where he worked who wrote it down; 0: in no place
ALTER TABLE customer_consent_wait ADD COLUMN place_id BIGINT NOT NULL DEFAULT 0; -- as in customer_consent
-- migration 14: an address whose reader answered
ALTER TABLE customer_key ADD COLUMN read_at BIGINT; -- ms UTC: who reads it has agreed to be written to there; opens nothing; NULL never
-- migration 15: a person's keys are read where they are found
DROP INDEX customer_key_person;
CREATE INDEX customer_key_person ON customer_key (customer_id, kind, added_at, value, confirmed_at, read_at);
