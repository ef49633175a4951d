-- migration 1: first answers

-- The first answer to a write that came with an Idempotency-Key.  Written in the
-- unit of the write itself, so that it is there if and only if the change is.
CREATE TABLE http_answer (
    who_id      BIGINT NOT NULL,  -- customer, account, key; of guests the visit, 0 without one
    who_kind    BIGINT NOT NULL,  -- enum who_kind
    key_hash    BYTEA  NOT NULL,  -- BLAKE2b of the key, 32 bytes: the key itself opens `cookies`
    request     BYTEA  NOT NULL,  -- BLAKE2b of method, path, query and body, 32 bytes
    status      BIGINT NOT NULL,  -- 200..399
    body        TEXT,             -- as it was sent
    type        TEXT,             -- its media type; NULL is JSON
    etag        TEXT,
    location    TEXT,
    cookies     BYTEA,            -- Set-Cookie lines, sealed with a key made of the Idempotency-Key
    at          BIGINT NOT NULL,  -- ms since 1970 UTC; forgotten 72 h later
    PRIMARY KEY (who_id, who_kind, key_hash)
) $WITHOUT_ROWID$;

CREATE INDEX http_answer_at ON http_answer (at);
-- migration 2: answers that only their own client can read

-- The body, sealed with a key made of the Idempotency-Key; `body` is of older rows only.
ALTER TABLE http_answer ADD COLUMN sealed BYTEA;
