-- migration 1: keys, runs, sessions, documents, feeds

-- Which of their things is which of ours.  A thing may have several names, a name
-- means one thing.
CREATE TABLE exchange_key (
    source   TEXT   NOT NULL,  -- who speaks: "1c", "yml:rival"
    kind     TEXT   NOT NULL,  -- "group", "property", "product", "variant", "place", "price_type", "region"
    external TEXT   NOT NULL,  -- their id; "" where they have none
    our_id   BIGINT NOT NULL,  -- category, spec, product, variant, place, price list, region
    seen_run BIGINT NOT NULL,  -- exchange_run that named it last, 0: a person did
    hash     BIGINT NOT NULL,  -- of what they said last, so that a repeat costs nothing; 0 none
    active   BIGINT NOT NULL CHECK (active IN (0, 1)), -- 0: gone from a full file, or marked deleted
    PRIMARY KEY (source, kind, external)
) $WITHOUT_ROWID$;

CREATE INDEX exchange_key_ours ON exchange_key (kind, our_id, source);

-- What a property is called there, and which specification of ours it became.
CREATE TABLE exchange_property (
    source   TEXT   NOT NULL,
    external TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    kind     BIGINT NOT NULL,  -- enum catalog_spec_kind
    spec_id  BIGINT NOT NULL,  -- catalog_spec
    PRIMARY KEY (source, external)
) $WITHOUT_ROWID$;

CREATE INDEX exchange_property_spec ON exchange_property (spec_id);

-- Words of a property's list of values: goods name them by id.
CREATE TABLE exchange_value (
    source   TEXT NOT NULL,
    property TEXT NOT NULL,    -- their id of the property
    external TEXT NOT NULL,    -- their id of the value
    word     TEXT NOT NULL,
    PRIMARY KEY (source, property, external)
) $WITHOUT_ROWID$;

-- What a price type means: a price list of ours.
CREATE TABLE exchange_price_type (
    source     TEXT   NOT NULL,
    external   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    currency   TEXT   NOT NULL,  -- as they write it: "руб", "USD"
    tax_inside BIGINT NOT NULL CHECK (tax_inside IN (0, 1)),
    list_id    BIGINT NOT NULL,  -- catalog_price_list
    PRIMARY KEY (source, external)
) $WITHOUT_ROWID$;

-- One reading of one file.
CREATE TABLE exchange_run (
    id         BIGINT NOT NULL PRIMARY KEY,
    source     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,  -- "commerceml", "documents", "yml", "levels", "prices", "customers", "products"
    file       TEXT   NOT NULL,  -- the name its sender gave
    path       TEXT   NOT NULL,  -- where it lies in the spool
    session_id BIGINT NOT NULL,  -- exchange_session, 0 none
    dry        BIGINT NOT NULL CHECK (dry IN (0, 1)),  -- 1: only looked at
    own        BIGINT NOT NULL CHECK (own IN (0, 1)),  -- 0: a rival's feed, nothing of ours changes
    state      TEXT   NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    reason     TEXT,             -- why it failed
    at         BIGINT NOT NULL,  -- ms since 1970 UTC: when the file was here
    started_at BIGINT,
    ended_at   BIGINT,
    bytes      BIGINT NOT NULL,  -- of the file
    read_bytes BIGINT NOT NULL,  -- of them done
    position   BIGINT NOT NULL,  -- elements or rows done, all of them on disk
    rejects    BIGINT NOT NULL,  -- rejected elements; the first 100,000 have a row
    who_kind   BIGINT NOT NULL,  -- enum who_kind of who gave it
    who_id     BIGINT NOT NULL
);

CREATE INDEX exchange_run_session ON exchange_run (session_id, file, id);

-- What a run read and took, by kind of element.
CREATE TABLE exchange_run_count (
    run_id BIGINT NOT NULL REFERENCES exchange_run,
    what   TEXT   NOT NULL,      -- "goods", "offers", "prices", "rests", "documents" ...
    seen   BIGINT NOT NULL,      -- in the file
    taken  BIGINT NOT NULL,      -- of them applied (or found equal)
    PRIMARY KEY (run_id, what)
) $WITHOUT_ROWID$;

-- Why an element was not taken as it stood.
CREATE TABLE exchange_reject (
    run_id   BIGINT NOT NULL REFERENCES exchange_run,
    n        BIGINT NOT NULL,    -- 1.. in the order of the file
    line     BIGINT NOT NULL,    -- of the file
    what     TEXT   NOT NULL,    -- kind of element, or the column of a table
    external TEXT,               -- its id, or the value complained of
    reason   TEXT   NOT NULL,
    PRIMARY KEY (run_id, n)
) $WITHOUT_ROWID$;

-- A conversation with 1C.
CREATE TABLE exchange_session (
    id         BIGINT NOT NULL PRIMARY KEY,
    token_hash TEXT   NOT NULL UNIQUE,  -- of the cookie's value, hexadecimal
    source     TEXT   NOT NULL,
    account_id BIGINT NOT NULL,         -- staff_account that logged in
    begun_at   BIGINT NOT NULL,         -- ms since 1970 UTC
    seen_at    BIGINT NOT NULL
);

CREATE INDEX exchange_session_seen ON exchange_session (seen_at);

-- Orders given to 1C in a session and not yet confirmed by it.
CREATE TABLE exchange_offered (
    session_id BIGINT NOT NULL,
    order_id   BIGINT NOT NULL,
    pos        BIGINT NOT NULL,         -- version, for order_taken()
    PRIMARY KEY (session_id, order_id)
) $WITHOUT_ROWID$;

-- Documents of the other side: its word on our orders, and orders born there.
CREATE TABLE exchange_document (
    source      TEXT   NOT NULL,
    external    TEXT   NOT NULL,
    number      TEXT   NOT NULL,
    number_1c   TEXT,
    operation   TEXT   NOT NULL,  -- "Заказ товара" ...
    at          BIGINT NOT NULL,  -- ms since 1970 UTC
    sum_minor   BIGINT NOT NULL,  -- kopecks
    party       TEXT,             -- the buyer's name
    customer_id BIGINT,           -- when a phone or e-mail of it could be read
    order_id    BIGINT,           -- ours, when it is one
    deleted     BIGINT NOT NULL CHECK (deleted IN (0, 1)),
    posted      BIGINT NOT NULL CHECK (posted IN (0, 1)),
    shipped     BIGINT NOT NULL CHECK (shipped IN (0, 1)),
    cancelled   BIGINT NOT NULL CHECK (cancelled IN (0, 1)),
    status      TEXT,             -- its own word for the state
    run_id      BIGINT NOT NULL,
    PRIMARY KEY (source, external)
) $WITHOUT_ROWID$;

-- Their lines.
CREATE TABLE exchange_document_line (
    source     TEXT   NOT NULL,
    document   TEXT   NOT NULL,
    line_no    BIGINT NOT NULL,
    external   TEXT,              -- "good#offer"
    variant_id BIGINT,            -- when we know it
    name       TEXT   NOT NULL,
    qty        BIGINT,            -- whole pieces; NULL when it is no whole number
    sum_minor  BIGINT NOT NULL,
    PRIMARY KEY (source, document, line_no)
) $WITHOUT_ROWID$;

-- Offers of a feed as it last stood: rivals' prices, and our own feed's memory.
CREATE TABLE exchange_feed_offer (
    source      TEXT   NOT NULL,
    external    TEXT   NOT NULL,
    name        TEXT,
    category    TEXT,
    price_minor BIGINT,           -- NULL: none said
    old_minor   BIGINT,
    qty         BIGINT,           -- pieces in all outlets; NULL: not said
    variant_id  BIGINT,           -- ours, when one has this code
    active      BIGINT NOT NULL CHECK (active IN (0, 1)), -- 0: gone from the feed
    changed_at  BIGINT NOT NULL,  -- ms since 1970 UTC
    seen_run    BIGINT NOT NULL,
    PRIMARY KEY (source, external)
) $WITHOUT_ROWID$;

CREATE INDEX exchange_feed_offer_variant ON exchange_feed_offer (variant_id);
-- migration 2: for those who look whether all goes well
CREATE VIEW pub_exchange_run AS
  SELECT id, source, kind, file, dry, state, reason, at, started_at, ended_at, bytes, rejects
    FROM exchange_run;
-- migration 3: people who became one
ALTER TABLE exchange_document ADD COLUMN born_id BIGINT;  -- whose it was before a merge; NULL: customer_id's
CREATE INDEX exchange_document_customer ON exchange_document (customer_id) WHERE customer_id IS NOT NULL;
-- migration 4: what names a person, so that he can be forgotten
CREATE INDEX exchange_reject_external ON exchange_reject (external) WHERE external IS NOT NULL;
-- migration 5: which files with people were taken away, and how they are known again

-- A file with people that somebody took away.  Never changed.
CREATE TABLE exchange_taken (
    id       BIGINT NOT NULL PRIMARY KEY,
    code     TEXT   NOT NULL UNIQUE,  -- stands in the file: "K7F3-9QXM"
    at       BIGINT NOT NULL,         -- ms since 1970 UTC
    who_kind BIGINT NOT NULL,         -- enum who_kind
    who_id   BIGINT NOT NULL,
    place_id BIGINT NOT NULL,         -- where he worked; 0 the chain
    what     TEXT   NOT NULL,         -- the list's route, "/v1/order"
    list     TEXT   NOT NULL,         -- with its filters, sealed: a filter may name a person
    format   TEXT   NOT NULL CHECK (format IN ('csv', 'xlsx')),
    rows     BIGINT NOT NULL,         -- of real people
    people   BIGINT NOT NULL,         -- of them different
    canaries BIGINT NOT NULL,         -- made-up people among them
    secret   TEXT   NOT NULL          -- 16 bytes under which its marks are made, sealed
);

-- Its rows as marks, in the order of the file; see exchange_taken.h.
CREATE TABLE exchange_taken_mark (
    taken_id BIGINT NOT NULL REFERENCES exchange_taken,
    part     BIGINT NOT NULL,         -- 1.. in the order of the file
    marks    BYTEA  NOT NULL,         -- words of 4 bytes
    PRIMARY KEY (taken_id, part)
) $WITHOUT_ROWID$;
-- migration 6: names of buyers grow old
CREATE INDEX exchange_document_party ON exchange_document (at) WHERE party IS NOT NULL;
