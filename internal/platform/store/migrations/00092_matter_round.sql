-- +goose Up
-- One line for each life of a matter: from its report, or from its return after a closure, to
-- its closing. It is derived from the record and the clocks and written with each change, so
-- that figures are counted without reading either. Times are ms UTC, 0 none.
CREATE TABLE matter_round (
    matter     BIGINT NOT NULL REFERENCES matter (id),
    round      BIGINT NOT NULL, -- 0 the first, then one for each return
    region     TEXT NOT NULL,
    county     TEXT NOT NULL,
    town       TEXT NOT NULL,
    cell       BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    line       BYTEA NOT NULL, -- kind, edition, category, source, times, counts (lineOf)
    dead       BIGINT NOT NULL CHECK (dead IN (0, 1)), -- void, or merged into another
    until_at   BIGINT NOT NULL, -- the last of its moments that a period is asked by
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (matter, round)
) /*strict*/;
-- The figures of a county are counted on this one alone.
CREATE INDEX matter_round_county ON matter_round (county, until_at, opened_at, dead, matter, region, cell, line);
CREATE INDEX matter_round_town ON matter_round (town, until_at, opened_at);
CREATE INDEX matter_round_until ON matter_round (until_at);
CREATE INDEX matter_round_changed ON matter_round (changed_at);
-- Matters from before, whose lines are still to be made.
CREATE TABLE matter_round_missing (matter BIGINT PRIMARY KEY) /*strict*/;
INSERT INTO matter_round_missing (matter) SELECT id FROM matter;
-- Figures no longer read the matters themselves.
DROP INDEX matter_county_opened;
CREATE INDEX matter_county_opened ON matter (county, opened_at, id);

-- +goose Down
DROP INDEX matter_county_opened;
CREATE INDEX matter_county_opened ON matter (county, opened_at, id, kind, edition, category, source, region, cell, found_at, acted_at, done_at, closed_at, late, reworks, recurrences, open, type, merged_into);
DROP TABLE matter_round_missing;
DROP TABLE matter_round;
