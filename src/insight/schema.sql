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
