-- +goose Up
-- Why an hourly value was marked suspect when it was stored: the median of its neighbours at
-- the hour and how many they were. Values in thousandths of the factor's unit.
CREATE TABLE doubt (
    site       TEXT NOT NULL,
    factor     TEXT NOT NULL,
    stat       TEXT NOT NULL,
    time       BIGINT NOT NULL,
    value      BIGINT NOT NULL,
    batch_id   BIGINT NOT NULL REFERENCES batch (id),
    median     BIGINT NOT NULL,
    neighbours BIGINT NOT NULL,
    PRIMARY KEY (site, factor, stat, time, value)
) /*strict*/;

-- +goose Down
DROP TABLE doubt;
