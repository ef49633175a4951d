-- What the chain has changed from the defaults.  A value that was given back to
-- the wider scope keeps its row, so that the sum of versions never falls: that
-- sum is how other nodes see that there is something new.
CREATE TABLE setting_value (
  scope        BIGINT NOT NULL CHECK (scope IN (0, 1, 2)), -- 0 chain, 1 region, 2 place
  scope_id     BIGINT NOT NULL,           -- the region or place; 0 for the chain
  name         TEXT   NOT NULL CHECK (length(name) <= 100),
  value        TEXT   CHECK (length(value) <= 4096), -- NULL: as the wider scope says
  version      BIGINT NOT NULL CHECK (version > 0),  -- +1 with every change; the ETag
  changed_at   BIGINT NOT NULL,           -- ms since 1970 UTC
  changed_kind BIGINT NOT NULL,           -- enum who_kind of changed_by
  changed_by   BIGINT NOT NULL,           -- account or API key; 0 the system
  PRIMARY KEY (scope, scope_id, name)
) $WITHOUT_ROWID$;
