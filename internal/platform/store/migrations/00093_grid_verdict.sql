-- +goose Up
-- What the grid says about each problem that others found: looked (the last two looks had seen
-- nothing though it was there) and unlooked (a look was due and nobody came) are missed; due:
-- it was there while a patrol was due, and was not missed; none: no patrol was due while it
-- was there, so it counts for neither side. A matter that came back has a line for each round.
CREATE TABLE grid_verdict (
    matter     BIGINT NOT NULL,
    round      BIGINT NOT NULL,
    cell       BIGINT NOT NULL,
    region     TEXT NOT NULL, -- of the matter
    county     TEXT NOT NULL, -- its first six digits, "" when it is wider
    kind       TEXT NOT NULL,
    object     BIGINT NOT NULL,
    category   TEXT NOT NULL,
    roadside   BIGINT NOT NULL CHECK (roadside IN (0, 1)),
    verdict    TEXT NOT NULL CHECK (verdict IN ('looked', 'unlooked', 'due', 'none')),
    visits     TEXT NOT NULL, -- ids of the visits that decided, JSON
    found_at   BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    judged_at  BIGINT NOT NULL,
    PRIMARY KEY (matter, round)
) /*strict*/;
CREATE INDEX grid_verdict_opened ON grid_verdict (opened_at);
CREATE INDEX grid_verdict_county ON grid_verdict (county, opened_at);
-- Up to when the changes of matters were judged.
CREATE TABLE grid_judged (
    id    BIGINT PRIMARY KEY CHECK (id = 1),
    up_to BIGINT NOT NULL
) /*strict*/;
INSERT INTO grid_judged (id, up_to) VALUES (1, 0);
DROP TABLE grid_missed;

-- +goose Down
CREATE TABLE grid_missed (
    matter     BIGINT PRIMARY KEY,
    cell       BIGINT NOT NULL,
    region     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    object     BIGINT NOT NULL,
    category   TEXT NOT NULL,
    roadside   BIGINT NOT NULL CHECK (roadside IN (0, 1)),
    basis      TEXT NOT NULL CHECK (basis IN ('looked', 'unlooked')),
    visits     TEXT NOT NULL,
    found_at   BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) /*strict*/;
CREATE INDEX grid_missed_region ON grid_missed (region, found_at);
DROP TABLE grid_judged;
DROP TABLE grid_verdict;
