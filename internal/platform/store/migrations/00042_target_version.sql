-- +goose Up
-- Every version of a target with the time it was recorded, so that a look into the past sees
-- the target of that time. air_target keeps the newest one.
CREATE TABLE air_target_version (
    region      TEXT NOT NULL,
    year        BIGINT NOT NULL,
    item        TEXT NOT NULL,
    version     BIGINT NOT NULL,
    value       BIGINT NOT NULL,
    source      TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    PRIMARY KEY (region, year, item, version)
) /*strict*/;
INSERT INTO air_target_version (region, year, item, version, value, source, recorded_at, recorded_by)
SELECT region, year, item, version, value, source, updated_at, updated_by FROM air_target;

-- +goose Down
DROP TABLE air_target_version;
