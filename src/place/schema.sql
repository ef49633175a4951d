-- migration 1: regions, places, hours

-- A part of the country with prices, fees and settings of its own.
CREATE TABLE place_region (
  id                       BIGINT NOT NULL PRIMARY KEY,
  code                     TEXT   NOT NULL UNIQUE,      -- "77"
  name                     TEXT   NOT NULL,
  utc_offset_min           BIGINT NOT NULL CHECK (utc_offset_min BETWEEN -720 AND 840),
  digital_level            BIGINT CHECK (digital_level BETWEEN 0 AND 100), -- NULL unknown
  delivery_fee_minor       BIGINT NOT NULL CHECK (delivery_fee_minor >= 0), -- kopecks
  delivery_free_from_minor BIGINT CHECK (delivery_free_from_minor >= 0),    -- kopecks; NULL never
  version                  BIGINT NOT NULL              -- counts changes, the ETag
);

-- Anything that holds or hands over goods.
CREATE TABLE place_place (
  id             BIGINT NOT NULL PRIMARY KEY,
  region_id      BIGINT NOT NULL REFERENCES place_region,
  kind           BIGINT NOT NULL CHECK (kind BETWEEN 0 AND 3), -- enum place_kind
  code           TEXT   NOT NULL UNIQUE,                -- the chain's own short name
  name           TEXT   NOT NULL,
  city           TEXT   NOT NULL,
  address        TEXT   NOT NULL,
  phone          TEXT   NOT NULL,
  lat_e6         BIGINT CHECK (lat_e6 BETWEEN -90000000 AND 90000000),   -- NULL unknown
  lon_e6         BIGINT CHECK (lon_e6 BETWEEN -180000000 AND 180000000), -- NULL unknown
  utc_offset_min BIGINT NOT NULL CHECK (utc_offset_min BETWEEN -720 AND 840),
  active         BIGINT NOT NULL CHECK (active IN (0, 1)),
  can_pickup     BIGINT NOT NULL CHECK (can_pickup IN (0, 1)),  -- hands over orders
  can_reserve    BIGINT NOT NULL CHECK (can_reserve IN (0, 1)), -- holds goods without payment
  can_ship       BIGINT NOT NULL CHECK (can_ship IN (0, 1)),    -- sends goods to homes and other places
  version        BIGINT NOT NULL                        -- counts changes, the ETag
);
CREATE INDEX place_place_region ON place_place (region_id, id);
CREATE INDEX place_place_lat ON place_place (lat_e6);   -- bounding boxes of "near"

-- When a place is open, per weekday; several rows a day leave a break between
-- them; a day without rows is closed; a place without rows never closes.
CREATE TABLE place_hours (
  place_id  BIGINT NOT NULL REFERENCES place_place,
  weekday   BIGINT NOT NULL CHECK (weekday BETWEEN 0 AND 6), -- 0 Monday
  open_min  BIGINT NOT NULL CHECK (open_min >= 0),      -- minutes after local midnight
  close_min BIGINT NOT NULL CHECK (close_min <= 1440),
  PRIMARY KEY (place_id, weekday, open_min),
  CHECK (open_min < close_min)
) $WITHOUT_ROWID$;

-- A day that differs from its weekday: holidays, short days, stock-taking.
CREATE TABLE place_day (
  place_id  BIGINT NOT NULL REFERENCES place_place,
  day       BIGINT NOT NULL,                            -- local days since 1970-01-01
  open_min  BIGINT NOT NULL CHECK (open_min >= 0),      -- minutes; equal to close_min: closed all day
  close_min BIGINT NOT NULL CHECK (close_min <= 1440),
  PRIMARY KEY (place_id, day),
  CHECK (open_min <= close_min)
) $WITHOUT_ROWID$;

CREATE VIEW pub_place_place AS
  SELECT id, region_id, kind, code, name, city, address, phone, lat_e6, lon_e6,
         utc_offset_min, active, can_pickup, can_reserve, can_ship
    FROM place_place;
-- migration 2: how digital regions are, for other rooms
CREATE VIEW pub_place_region AS
  SELECT id, code, name, utc_offset_min, digital_level FROM place_region;
