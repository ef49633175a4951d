-- migration 1: catalogue, prices, compatibility, search

-- The tree that people browse.  A category without a parent is a root.
CREATE TABLE catalog_category (
  id        BIGINT NOT NULL PRIMARY KEY,
  parent_id BIGINT REFERENCES catalog_category,
  name      TEXT   NOT NULL,
  name_en   TEXT   NOT NULL,                 -- "" the same as name
  slug      TEXT   NOT NULL UNIQUE,          -- its address: "smartfony"
  sort      BIGINT NOT NULL,                 -- among its neighbours, small first
  active    BIGINT NOT NULL CHECK (active IN (0, 1)),
  change_id BIGINT NOT NULL                  -- id of the last change, rises with time
);
CREATE INDEX catalog_category_parent ON catalog_category (parent_id, sort);
CREATE INDEX catalog_category_change ON catalog_category (change_id);

CREATE TABLE catalog_brand (
  id   BIGINT NOT NULL PRIMARY KEY,
  name TEXT   NOT NULL,
  fold TEXT   NOT NULL UNIQUE                -- name without case and ё, for finding it again
);

-- What a specification is: "Диагональ", a number of "дюйм".
CREATE TABLE catalog_spec (
  id      BIGINT NOT NULL PRIMARY KEY,
  code    TEXT   NOT NULL UNIQUE,            -- "diagonal": its name in filters
  name    TEXT   NOT NULL,
  name_en TEXT   NOT NULL,
  unit    TEXT   NOT NULL,                   -- "" none
  kind    BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 3), -- enum catalog_spec_kind
  facet   BIGINT NOT NULL CHECK (facet IN (0, 1)),      -- shoppers filter by it
  compare BIGINT NOT NULL CHECK (compare IN (0, 1)),    -- shown when products are compared
  sort    BIGINT NOT NULL
);

-- Rates of VAT and since when they hold: law changes rows, not code.
CREATE TABLE catalog_vat (
  code    TEXT   NOT NULL,                   -- "standard"
  from_at BIGINT NOT NULL,                   -- ms since 1970 UTC; holds until the next row
  rate_bp BIGINT NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000), -- 1/100 %
  PRIMARY KEY (code, from_at)
) $WITHOUT_ROWID$;
-- Midnight in Moscow of 1 January 2019, 2025, 2026.
INSERT INTO catalog_vat (code, from_at, rate_bp) VALUES
  ('standard', 1546290000000, 2000), ('standard', 1767214800000, 2200),
  ('reduced', 1546290000000, 1000), ('none', 0, 0),
  ('simplified5', 1735678800000, 500), ('simplified7', 1735678800000, 700);

-- What people compare and choose: a model.
CREATE TABLE catalog_product (
  id            BIGINT NOT NULL PRIMARY KEY,
  category_id   BIGINT NOT NULL REFERENCES catalog_category,
  brand_id      BIGINT REFERENCES catalog_brand,
  name          TEXT   NOT NULL,
  name_en       TEXT   NOT NULL,
  slug          TEXT   NOT NULL UNIQUE,
  description   TEXT   NOT NULL,
  model         TEXT   NOT NULL,             -- the maker's own: "SM-S918B"
  vat_code      TEXT,                        -- a code of catalog_vat; NULL: vat_bp is fixed
  vat_bp        BIGINT NOT NULL CHECK (vat_bp BETWEEN 0 AND 10000), -- 1/100 %; of vat_code at the last change
  warranty_days BIGINT NOT NULL CHECK (warranty_days >= 0),
  active        BIGINT NOT NULL CHECK (active IN (0, 1)),
  complex_goods BIGINT NOT NULL CHECK (complex_goods IN (0, 1)), -- technically complex, ЗоЗПП art. 18
  popularity    BIGINT NOT NULL CHECK (popularity >= 0),         -- pieces sold in 90 days
  version       BIGINT NOT NULL,             -- counts changes, the ETag
  change_id     BIGINT NOT NULL              -- id of the last change to it, its variants or prices
);
CREATE INDEX catalog_product_category ON catalog_product (category_id, id);
CREATE INDEX catalog_product_model ON catalog_product (model);
CREATE INDEX catalog_product_vat ON catalog_product (vat_code, vat_bp);
CREATE INDEX catalog_product_change ON catalog_product (change_id);

CREATE TABLE catalog_product_spec (
  product_id BIGINT NOT NULL REFERENCES catalog_product,
  spec_id    BIGINT NOT NULL REFERENCES catalog_spec,
  text       TEXT   NOT NULL,                -- as shown: "6,7 дюйма"
  number     DOUBLE PRECISION,               -- in the specification's unit; NULL: words
  PRIMARY KEY (product_id, spec_id)
) $WITHOUT_ROWID$;

CREATE TABLE catalog_image (
  product_id BIGINT NOT NULL REFERENCES catalog_product,
  sort       BIGINT NOT NULL,                -- 0 is the one in lists
  url        TEXT   NOT NULL,
  PRIMARY KEY (product_id, sort)
) $WITHOUT_ROWID$;

-- What lies on the shelf: a colour and size of a product.
CREATE TABLE catalog_variant (
  id           BIGINT NOT NULL PRIMARY KEY,
  product_id   BIGINT NOT NULL REFERENCES catalog_product,
  sku          TEXT   NOT NULL UNIQUE,       -- the chain's article
  name         TEXT   NOT NULL,              -- "256 ГБ, чёрный", or ""
  unit_tracked BIGINT NOT NULL CHECK (unit_tracked IN (0, 1)), -- each piece has a serial number
  active       BIGINT NOT NULL CHECK (active IN (0, 1)),
  weight_g     BIGINT NOT NULL CHECK (weight_g >= 0)           -- grams, packed
);
CREATE INDEX catalog_variant_product ON catalog_variant (product_id, id);

CREATE TABLE catalog_barcode (
  code       TEXT   NOT NULL PRIMARY KEY,    -- EAN-8, UPC-A, EAN-13, GTIN-14, right check digit
  variant_id BIGINT NOT NULL REFERENCES catalog_variant
);
CREATE INDEX catalog_barcode_variant ON catalog_barcode (variant_id);

-- A set of prices for a region, a channel, or everybody.
CREATE TABLE catalog_price_list (
  id         BIGINT NOT NULL PRIMARY KEY,
  code       TEXT   NOT NULL UNIQUE,
  name       TEXT   NOT NULL,
  region_id  BIGINT REFERENCES place_region, -- NULL all regions
  channel    BIGINT NOT NULL CHECK (channel BETWEEN -1 AND 5), -- enum catalog_channel; -1 all
  priority   BIGINT NOT NULL,                -- the higher wins among lists of equal reach
  price_type TEXT   NOT NULL                 -- "retail", or 1C's type
);

-- What a variant costs on a list, from a time until a time.
CREATE TABLE catalog_price (
  variant_id  BIGINT NOT NULL REFERENCES catalog_variant,
  list_id     BIGINT NOT NULL REFERENCES catalog_price_list,
  from_at     BIGINT NOT NULL,               -- ms since 1970 UTC
  to_at       BIGINT,                        -- NULL open
  price_minor BIGINT NOT NULL CHECK (price_minor >= 0),      -- kopecks, VAT included
  old_minor   BIGINT CHECK (old_minor > price_minor),        -- struck price; NULL none
  PRIMARY KEY (variant_id, list_id, from_at),
  CHECK (to_at IS NULL OR to_at > from_at)
) $WITHOUT_ROWID$;

-- This accessory fits that product.
CREATE TABLE catalog_compat (
  product_id      BIGINT NOT NULL REFERENCES catalog_product, -- the accessory
  fits_product_id BIGINT NOT NULL REFERENCES catalog_product,
  PRIMARY KEY (product_id, fits_product_id)
) $WITHOUT_ROWID$;
CREATE INDEX catalog_compat_back ON catalog_compat (fits_product_id, product_id);

-- All of one category fit all of another whose value of a specification is the same.
CREATE TABLE catalog_compat_rule (
  accessory_category_id BIGINT NOT NULL REFERENCES catalog_category,
  category_id           BIGINT NOT NULL REFERENCES catalog_category,
  spec_id               BIGINT NOT NULL,     -- 0: no condition
  PRIMARY KEY (accessory_category_id, category_id, spec_id)
) $WITHOUT_ROWID$;
CREATE INDEX catalog_compat_rule_back ON catalog_compat_rule (category_id, accessory_category_id);
CREATE INDEX catalog_product_spec_text ON catalog_product_spec (spec_id, text);

-- Which bit of catalog_stock_bits a place has.
CREATE TABLE catalog_place_bit (
  place_id BIGINT NOT NULL PRIMARY KEY,
  bit      BIGINT NOT NULL UNIQUE            -- 0, 1, 2 ... in order of first use
);

-- "In this shop now": one bit for a variant and a place, 62 places a row.
CREATE TABLE catalog_stock_bits (
  variant_id BIGINT NOT NULL,
  word       BIGINT NOT NULL,                -- bit / 62
  bits       BIGINT NOT NULL CHECK (bits >= 0),
  change_id  BIGINT NOT NULL,                -- id of the last change
  PRIMARY KEY (variant_id, word)
) $WITHOUT_ROWID$;
CREATE INDEX catalog_stock_bits_change ON catalog_stock_bits (change_id);

-- The posting table of search: for a product its terms with their fields'
-- weights, made by search_terms() in the unit that changes the product.
CREATE TABLE catalog_posting (
  product_id BIGINT NOT NULL PRIMARY KEY REFERENCES catalog_product,
  terms      TEXT   NOT NULL                 -- "смартфон=смартфоны 8 samsung 8 ...", see catalog_search.h
);

-- Words that mean others: "айфон" is "iphone", "стиралка" is "стиральная машина".
CREATE TABLE catalog_synonym (
  word  TEXT NOT NULL,                       -- folded, one or several words
  means TEXT NOT NULL,                       -- folded, one or several words
  PRIMARY KEY (word, means)
) $WITHOUT_ROWID$;

-- What Russian shoppers type for brands and kinds of goods.
INSERT INTO catalog_synonym (word, means) VALUES
  ('kaercher', 'karcher'), ('power bank', 'внешний аккумулятор'),
  ('powerbank', 'внешний аккумулятор'), ('ps4', 'playstation 4'), ('ps5', 'playstation 5'),
  ('type c', 'usbc'), ('yandex', 'яндекс'), ('аирподс', 'airpods'), ('аирподсы', 'airpods'),
  ('аймак', 'imac'), ('айпад', 'ipad'), ('айпод', 'ipod'), ('айфон', 'iphone'),
  ('айфончик', 'iphone'), ('алиса', 'станция'), ('аппл', 'apple'), ('асер', 'acer'),
  ('асус', 'asus'), ('беспроводная зарядка', 'беспроводное зарядное устройство'), ('бош', 'bosch'),
  ('бронестекло', 'защитное стекло'), ('вайфай', 'wifi'), ('видюха', 'видеокарта'),
  ('винчестер', 'ssd накопитель'), ('вотч', 'watch'), ('вытяжка', 'кухонная вытяжка'),
  ('галакси', 'galaxy'), ('гарнитура', 'наушники'), ('гелакси', 'galaxy'), ('гоупро', 'gopro'),
  ('гугл', 'google'), ('гэлакси', 'galaxy'), ('дайсон', 'dyson'), ('дек', 'deck'), ('делл', 'dell'),
  ('джибиэль', 'jbl'), ('джойстик', 'геймпад'), ('дрон', 'квадрокоптер'),
  ('духовка', 'духовой шкаф'), ('епл', 'apple'), ('жбл', 'jbl'), ('зарядка', 'зарядное устройство'),
  ('зарядник', 'зарядное устройство'), ('затычки', 'наушники'), ('иксбокс', 'xbox'),
  ('индезит', 'indesit'), ('ифон', 'iphone'), ('квадрик', 'квадрокоптер'), ('керхер', 'karcher'),
  ('клава', 'клавиатура'), ('книжка', 'чехол'), ('кондей', 'сплит система'),
  ('кондиционер', 'сплит система'), ('консоль', 'игровая приставка'), ('контроллер', 'геймпад'),
  ('ксиаоми', 'xiaomi'), ('ксиоми', 'xiaomi'), ('лджи', 'lg'), ('леново', 'lenovo'),
  ('лэптоп', 'ноутбук'), ('макбук', 'macbook'), ('макс', 'max'), ('маршал', 'marshall'),
  ('маршрутизатор', 'роутер'), ('машинка автомат', 'стиральная машина'),
  ('микроволновка', 'микроволновая печь'), ('мини', 'mini'), ('мобильник', 'смартфон'),
  ('мобильный телефон', 'смартфон'), ('моник', 'монитор'), ('морозилка', 'морозильная камера'),
  ('мышка', 'мышь'), ('нинтендо', 'nintendo'), ('нот', 'note'), 
  ('ноут', 'ноутбук'), ('озу', 'оперативная память'), ('оперативка', 'оперативная память'),
  ('пауэрбанк', 'внешний аккумулятор'), ('пиксель', 'pixel'), ('плейстейшен', 'playstation'),
  ('плейстейшн', 'playstation'), ('плойка', 'playstation 5'), ('плэйстейшн', 'playstation'),
  ('плюс', 'plus'), ('повербанк', 'внешний аккумулятор'), ('поко', 'poco'),
  ('посудомойка', 'посудомоечная машина'), ('приставка', 'игровая приставка'), ('про', 'pro'),
  ('проц', 'процессор'), ('пс', 'playstation'), ('пс4', 'playstation 4'), ('пс5', 'playstation 5'),
  ('пылик', 'пылесос'), ('реалми', 'realme'), ('регистратор', 'видеорегистратор'),
  ('редмонд', 'redmond'), ('рилми', 'realme'), ('рог', 'rog'), ('свитч', 'switch'),
  ('свч', 'микроволновая печь'), ('симка', 'sim'), ('смарт часы', 'умные часы'),
  ('смартчасы', 'умные часы'), ('сони', 'sony'), ('сотовый', 'смартфон'),
  ('сотовый телефон', 'смартфон'), ('ссд', 'ssd'), ('стекло', 'защитное стекло'), ('стим', 'steam'),
  ('стиралка', 'стиральная машина'), ('сушилка', 'сушильная машина'), ('сяеми', 'xiaomi'),
  ('сяоми', 'xiaomi'), ('тайп си', 'usbc'), ('тв', 'телевизор'), ('телек', 'телевизор'),
  ('телефон', 'смартфон'), ('телик', 'телевизор'), ('тефаль', 'tefal'), ('трубка', 'смартфон'),
  ('ультра', 'ultra'), ('утюжок', 'утюг'), ('ушки', 'наушники'), ('филипс', 'philips'),
  ('флэшка', 'флешка'), ('фотик', 'фотоаппарат'), ('хаер', 'haier'), ('хайер', 'haier'),
  ('хбокс', 'xbox'), ('хисенс', 'hisense'), ('холодос', 'холодильник'), ('хонер', 'honor'),
  ('хонор', 'honor'), ('хуавей', 'huawei'), ('хуавэй', 'huawei'), ('хьюлетт', 'hp'),
  ('шаоми', 'xiaomi'), ('эирподс', 'airpods'), ('эйр', 'air'), ('эйрподс', 'airpods'),
  ('эйсер', 'acer'), ('элджи', 'lg'), ('электрочайник', 'чайник электрический'), ('эпл', 'apple'),
  ('юсб', 'usb');

CREATE VIEW pub_catalog_variant AS
  SELECT v.id, v.product_id, v.sku,
         CASE WHEN v.name = '' THEN p.name ELSE p.name || ', ' || v.name END AS name,
         v.unit_tracked, p.vat_bp, v.weight_g, v.active * p.active AS active
    FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id;

CREATE VIEW pub_catalog_product AS
  SELECT id, category_id, brand_id, name, slug, model, warranty_days, active, complex_goods, popularity
    FROM catalog_product;

CREATE VIEW pub_catalog_category AS
  SELECT id, parent_id, name, name_en, slug, sort, active FROM catalog_category;

CREATE VIEW pub_catalog_stock_flag AS
  SELECT b.place_id, s.variant_id
    FROM catalog_stock_bits s
    JOIN catalog_place_bit b ON b.bit / 62 = s.word
   WHERE (s.bits >> CAST(b.bit % 62 AS INTEGER)) & 1 = 1;
-- migration 2: many products or prices changed at once

-- A change of many rows: looked at first, applied, undone if need be.
CREATE TABLE catalog_bulk (
  id         BIGINT NOT NULL PRIMARY KEY,
  ask        TEXT   NOT NULL,              -- the body that asked for it, JSON
  what       BIGINT NOT NULL,              -- enum bulk_what: price, category, brand, active, warranty
  state      BIGINT NOT NULL CHECK (state BETWEEN 0 AND 6), -- enum bulk_state
  n_rows     BIGINT NOT NULL DEFAULT 0,    -- rows that change
  n_same     BIGINT NOT NULL DEFAULT 0,    -- rows found that are so already
  n_warned   BIGINT NOT NULL DEFAULT 0,    -- rows with a warning
  n_done     BIGINT NOT NULL DEFAULT 0,    -- of them applied, or undone
  n_refused  BIGINT NOT NULL DEFAULT 0,    -- of them left alone: somebody changed them meanwhile
  job_id     BIGINT NOT NULL,              -- job_task that works on it, or did last
  error      TEXT,                         -- why it failed
  created_at BIGINT NOT NULL,              -- ms since 1970 UTC, as the next two
  applied_at BIGINT,
  undone_at  BIGINT,
  who_kind   BIGINT NOT NULL,              -- enum who_kind of who_id
  who_id     BIGINT NOT NULL
);
CREATE INDEX catalog_bulk_created ON catalog_bulk (created_at);

-- One product (or, of prices, variant) of it.
CREATE TABLE catalog_bulk_row (
  bulk_id    BIGINT NOT NULL REFERENCES catalog_bulk ON DELETE CASCADE,
  subject_id BIGINT NOT NULL,              -- product, of prices the variant
  state      BIGINT NOT NULL CHECK (state BETWEEN 0 AND 3), -- planned, applied, undone, refused
  was        BIGINT,                       -- the value before: kopecks, id, 0/1, days; NULL none
  was_old    BIGINT,                       -- of prices: the struck price before; NULL none
  becomes    BIGINT,                       -- the value after
  becomes_old BIGINT,                      -- of prices: the struck price after
  warning    TEXT,                         -- by commas: "below_cost", "big_change" ...; NULL none
  PRIMARY KEY (bulk_id, subject_id)
) $WITHOUT_ROWID$;
CREATE INDEX catalog_bulk_row_warned ON catalog_bulk_row (bulk_id, subject_id) WHERE warning IS NOT NULL;
CREATE INDEX catalog_bulk_row_refused ON catalog_bulk_row (bulk_id, subject_id) WHERE state = 3;

-- migration 3: specifications in sections, what sells, what a guide asks

ALTER TABLE catalog_spec ADD COLUMN section TEXT NOT NULL DEFAULT '';    -- "Экран": its heading on the page; "" the general one
ALTER TABLE catalog_spec ADD COLUMN section_en TEXT NOT NULL DEFAULT ''; -- "" the same as section
ALTER TABLE catalog_spec ADD COLUMN better BIGINT NOT NULL DEFAULT 0 CHECK (better BETWEEN 0 AND 2); -- enum catalog_better

-- The best sold of a region and category in the last days, written anew as a whole by the day.
CREATE TABLE catalog_bestseller (
  region_id   BIGINT NOT NULL,               -- place_region; 0 the whole chain
  category_id BIGINT NOT NULL,               -- with all below it; 0 everything
  rank        BIGINT NOT NULL CHECK (rank >= 1), -- 1 the best
  product_id  BIGINT NOT NULL REFERENCES catalog_product,
  qty         BIGINT NOT NULL CHECK (qty > 0),   -- pieces sold
  PRIMARY KEY (region_id, category_id, rank)
) $WITHOUT_ROWID$;
CREATE INDEX catalog_bestseller_product ON catalog_bestseller (product_id);

-- What a guided selection asks, in words of use: data, so that a new kind of goods needs no code.
-- What has no row here and tells goods apart is asked by the specification's name.
CREATE TABLE catalog_guide (
  category_id BIGINT NOT NULL,               -- with all below it; 0 every category
  code        TEXT   NOT NULL,               -- a specification's code, "price" or "brand"
  sort        BIGINT NOT NULL,               -- small first
  asked       BIGINT NOT NULL CHECK (asked IN (0, 1)), -- 0: never ask this here
  text        TEXT   NOT NULL,               -- "Сколько памяти нужно?"
  text_en     TEXT   NOT NULL,
  hint        TEXT   NOT NULL,               -- a line below it, or ""
  hint_en     TEXT   NOT NULL,
  PRIMARY KEY (category_id, code)
) $WITHOUT_ROWID$;

-- Answers to choose from; a question without any gets them from the goods there are.
CREATE TABLE catalog_guide_answer (
  category_id BIGINT NOT NULL,
  code        TEXT   NOT NULL,
  sort        BIGINT NOT NULL,
  text        TEXT   NOT NULL,               -- "Фото и видео, тысячи снимков"
  text_en     TEXT   NOT NULL,
  value       TEXT   NOT NULL,               -- as in a filter: "256..", "да"
  PRIMARY KEY (category_id, code, sort)
) $WITHOUT_ROWID$;

-- migration 4: what is an accessory of something

CREATE VIEW pub_catalog_accessory AS
  SELECT v.id AS variant_id FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
   WHERE EXISTS (SELECT 1 FROM catalog_compat k WHERE k.product_id = p.id)
      OR EXISTS (SELECT 1 FROM catalog_compat_rule r WHERE r.accessory_category_id = p.category_id);

-- migration 5: brands are renamed

-- A name that a brand had before: feeds go on saying it.
CREATE TABLE catalog_brand_name (
  fold     TEXT   NOT NULL PRIMARY KEY,       -- as catalog_brand.fold, and none of those
  brand_id BIGINT NOT NULL REFERENCES catalog_brand
) $WITHOUT_ROWID$;
CREATE INDEX catalog_brand_name_brand ON catalog_brand_name (brand_id);
CREATE INDEX catalog_product_brand ON catalog_product (brand_id, id);

CREATE VIEW pub_catalog_brand AS SELECT id, name FROM catalog_brand;

-- migration 6: addresses that were

-- A slug that a product or category had before: its old address leads to the new one.
CREATE TABLE catalog_slug_was (
  kind     BIGINT NOT NULL CHECK (kind IN (0, 1)), -- 0 a product's, 1 a category's
  slug     TEXT   NOT NULL,
  thing_id BIGINT NOT NULL,                  -- who had it last
  PRIMARY KEY (kind, slug)
) $WITHOUT_ROWID$;

-- migration 7: the picture of what stands in a list

CREATE VIEW pub_catalog_picture AS
  SELECT v.id AS variant_id, v.product_id,
         (SELECT i.url FROM catalog_image i WHERE i.product_id = v.product_id ORDER BY i.sort LIMIT 1) AS image
    FROM catalog_variant v;
