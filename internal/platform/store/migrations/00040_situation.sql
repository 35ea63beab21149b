-- +goose Up
-- A target of one year for one item. Values are in thousandths of the item's unit (days × 1000
-- for good_days), so that a target of 46.5 µg/m³ is exact.
CREATE TABLE air_target (
    region     TEXT NOT NULL,
    year       BIGINT NOT NULL,
    item       TEXT NOT NULL,
    value      BIGINT NOT NULL,
    source     TEXT NOT NULL,
    version    BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    PRIMARY KEY (region, year, item)
) /*strict*/;

-- Days that the review confirmed as dust-influenced; they leave PM10 and PM2.5 out of the
-- assessed figures and nothing else. A day taken back keeps its row with removed_at set, so
-- that an as-of view still sees it.
CREATE TABLE dust_day (
    region      TEXT NOT NULL,
    day         BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    removed_at  BIGINT NOT NULL DEFAULT 0,
    source      TEXT NOT NULL,
    PRIMARY KEY (region, day, recorded_at)
) /*strict*/;

-- Shapes of a region's map: layer county, town, village or river, as a GeoJSON
-- FeatureCollection with properties code, name and level.
CREATE TABLE map_layer (
    region     TEXT NOT NULL,
    layer      TEXT NOT NULL,
    geojson    TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (region, layer)
) /*strict*/;

-- +goose Down
DROP TABLE map_layer;
DROP TABLE dust_day;
DROP TABLE air_target;
