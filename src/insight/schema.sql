-- migration 1: what was sold by the hour, what is open, what is short

-- What was ordered in one hour, less what was cancelled: of the chain, a region, a
-- place.  Counted anew from the orders, so it may be thrown away.
CREATE TABLE insight_hour (
  scope       BIGINT NOT NULL CHECK (scope IN (0, 1, 2)), -- 0 chain, 1 region, 2 place
  scope_id    BIGINT NOT NULL,              -- the region or place; 0 for the chain
  hour_at     BIGINT NOT NULL,              -- ms UTC, when the hour begins
  orders      BIGINT NOT NULL CHECK (orders >= 0),
  sum_minor   BIGINT NOT NULL,              -- kopecks
  till_orders BIGINT NOT NULL CHECK (till_orders >= 0), -- of them sold at the till
  till_minor  BIGINT NOT NULL,              -- kopecks of those
  PRIMARY KEY (scope, scope_id, hour_at)
) $WITHOUT_ROWID$;
CREATE INDEX insight_hour_at ON insight_hour (hour_at);  -- one hour of all, to compare

-- What a place still has to do, counted anew every few seconds.
CREATE TABLE insight_open (
  place_id  BIGINT NOT NULL,
  state     BIGINT NOT NULL,                -- enum fulfil_state
  n         BIGINT NOT NULL CHECK (n > 0),
  overdue   BIGINT NOT NULL CHECK (overdue >= 0), -- of them past the promised time, or past the deadline
  n_hour    BIGINT NOT NULL,                -- of them placed within the last hour
  n_day     BIGINT NOT NULL,                -- of them within the last day, but not the last hour
  oldest_at BIGINT NOT NULL,                -- ms UTC, when the oldest was placed
  PRIMARY KEY (place_id, state)
) $WITHOUT_ROWID$;

-- Levels of a place that cannot be right, looked at place by place, in turn.
CREATE TABLE insight_short (
  place_id  BIGINT NOT NULL PRIMARY KEY,
  short     BIGINT NOT NULL,                -- variants promised beyond what there is
  negative  BIGINT NOT NULL,                -- variants sold though the book had none
  at        BIGINT NOT NULL                 -- ms UTC, when it was looked at
);

-- How far the counting is.
CREATE TABLE insight_mark (
  name TEXT   NOT NULL PRIMARY KEY,         -- "rolled_at", "next_hour", "short_place"
  at   BIGINT NOT NULL                      -- ms UTC, or the id of a place
);
-- migration 2: what is known of each customer, and who belongs to which segment

-- A customer's facts in few bytes, made from his rows in other rooms whenever something
-- of him is heard: struct facts_head and what follows it (insight_trait.h).  May be
-- thrown away; insight.trait_rebuild makes all anew.
CREATE TABLE insight_person (
  customer_id BIGINT NOT NULL PRIMARY KEY,
  facts       BYTEA  NOT NULL,              -- struct facts_head ...; empty: being made
  at          BIGINT NOT NULL               -- ms UTC, when they were made
);

-- What he did on screens, summed by day, event and category: struct seen, newest first.
CREATE TABLE insight_seen (
  customer_id BIGINT NOT NULL,              -- whose it is now
  born_id     BIGINT NOT NULL,              -- whose it was when it happened: a merge moves rows, an undo moves them back
  seen        BYTEA  NOT NULL,              -- struct seen[], at most SEEN_MOST
  PRIMARY KEY (customer_id, born_id)
);

-- A set of customers by conditions.
CREATE TABLE insight_segment (
  id         BIGINT NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  about      TEXT   NOT NULL CHECK (length(about) <= 2000), -- for colleagues; '' nothing
  rule       TEXT   NOT NULL,               -- the conditions, JSON: shape SegmentRule
  state      BIGINT NOT NULL CHECK (state BETWEEN 0 AND 2), -- enum segment_state: filling, live, archived
  n          BIGINT NOT NULL CHECK (n >= 0),                -- members now
  filled_at  BIGINT,                        -- ms UTC, last looked at everybody; NULL never
  made_at    BIGINT NOT NULL,               -- ms UTC, as the next
  changed_at BIGINT NOT NULL,
  changed_by BIGINT NOT NULL,               -- staff account; 0 none
  version    BIGINT NOT NULL                -- ETag
);
CREATE INDEX insight_segment_state ON insight_segment (state, id);

-- What a segment was before it was changed, newest version as it stands.
CREATE TABLE insight_segment_version (
  segment_id BIGINT NOT NULL REFERENCES insight_segment,
  version    BIGINT NOT NULL,
  name       TEXT   NOT NULL,
  about      TEXT   NOT NULL,
  rule       TEXT   NOT NULL,
  at         BIGINT NOT NULL,               -- ms UTC
  who_id     BIGINT NOT NULL,               -- staff account; 0 none
  PRIMARY KEY (segment_id, version)
);

-- In which segments a customer is, and when time alone may change that.
CREATE TABLE insight_in (
  customer_id BIGINT NOT NULL PRIMARY KEY,
  segments    BYTEA  NOT NULL,              -- struct member[]: segment id, since when; by id
  due_at      BIGINT                        -- ms UTC, not before this; NULL: never by time alone
);
CREATE INDEX insight_in_due ON insight_in (due_at) WHERE due_at IS NOT NULL;

-- The same the other way round, to list a segment's members.
CREATE TABLE insight_member (
  segment_id  BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  since_at    BIGINT NOT NULL,              -- ms UTC
  PRIMARY KEY (segment_id, customer_id)
) $WITHOUT_ROWID$;

-- How a segment grew and shrank, by day.
CREATE TABLE insight_segment_day (
  segment_id BIGINT NOT NULL,
  day        BIGINT NOT NULL,               -- local day number of the chain
  n          BIGINT NOT NULL,               -- members when last looked at that day
  entered    BIGINT NOT NULL,               -- changes of that day
  gone       BIGINT NOT NULL,
  PRIMARY KEY (segment_id, day)
) $WITHOUT_ROWID$;

-- A list of members as it was at a moment.
CREATE TABLE insight_snapshot (
  id         BIGINT NOT NULL PRIMARY KEY,
  segment_id BIGINT NOT NULL,
  name       TEXT   NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  version    BIGINT NOT NULL,               -- of the segment
  state      BIGINT NOT NULL CHECK (state IN (0, 1)), -- 0 being written, 1 finished
  n          BIGINT NOT NULL,               -- members in it
  at         BIGINT NOT NULL,               -- ms UTC
  who_id     BIGINT NOT NULL                -- staff account; 0 none
);
CREATE INDEX insight_snapshot_segment ON insight_snapshot (segment_id, id);

CREATE TABLE insight_snapshot_row (
  snapshot_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL,
  since_at    BIGINT NOT NULL,              -- ms UTC, member since then
  PRIMARY KEY (snapshot_id, customer_id)
) $WITHOUT_ROWID$;
CREATE INDEX insight_snapshot_row_person ON insight_snapshot_row (customer_id);

-- How many conditions would find: counted by a job for the editor.
CREATE TABLE insight_count (
  id         BIGINT NOT NULL PRIMARY KEY,
  rule       TEXT   NOT NULL,               -- JSON: shape SegmentRule
  looked     BIGINT NOT NULL,               -- customers looked at so far
  n          BIGINT NOT NULL,               -- of them found
  done_at    BIGINT,                        -- ms UTC; NULL: it is being counted
  at         BIGINT NOT NULL,               -- ms UTC
  who_id     BIGINT NOT NULL                -- staff account; 0 none
);
CREATE INDEX insight_count_at ON insight_count (at);

-- Of which category a product was when facts were last made of it.
CREATE TABLE insight_goods (
  product_id  BIGINT NOT NULL PRIMARY KEY,
  category_id BIGINT NOT NULL
);
-- migration 3: a person's rows lie where his number says, so that one look finds them

CREATE TABLE insight_person_new (
  customer_id $ROWID$ PRIMARY KEY,
  facts       BYTEA  NOT NULL,              -- as before
  at          BIGINT NOT NULL
);
INSERT INTO insight_person_new (customer_id, facts, at)
  SELECT customer_id, facts, at FROM insight_person ORDER BY customer_id;
DROP TABLE insight_person;
ALTER TABLE insight_person_new RENAME TO insight_person;

CREATE TABLE insight_in_new (
  customer_id $ROWID$ PRIMARY KEY,
  segments    BYTEA  NOT NULL,              -- as before
  due_at      BIGINT
);
INSERT INTO insight_in_new (customer_id, segments, due_at)
  SELECT customer_id, segments, due_at FROM insight_in ORDER BY customer_id;
DROP TABLE insight_in;
ALTER TABLE insight_in_new RENAME TO insight_in;
CREATE INDEX insight_in_due ON insight_in (due_at) WHERE due_at IS NOT NULL;
