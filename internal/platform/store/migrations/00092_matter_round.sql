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
    kind       TEXT NOT NULL,
    edition    TEXT NOT NULL,
    category   TEXT NOT NULL,
    source     TEXT NOT NULL,
    since_at   BIGINT NOT NULL, -- end of the day on which the problem began, as established
    found_at   BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    filed_at   BIGINT NOT NULL, -- taken up as a case
    sent_at    BIGINT NOT NULL, -- first handed to a handler
    acted_at   BIGINT NOT NULL,
    handed_at  BIGINT NOT NULL, -- last handed in
    closed_at  BIGINT NOT NULL,
    due_at     BIGINT NOT NULL, -- of the disposing clock: its first missed end, else its last; 0 while it stands still
    ended_at   BIGINT NOT NULL, -- when that clock stopped
    reworks    BIGINT NOT NULL,
    performed  BIGINT NOT NULL,
    returned   BIGINT NOT NULL,
    extended   BIGINT NOT NULL,
    shelved    BIGINT NOT NULL CHECK (shelved IN (0, 1)),
    recurred   BIGINT NOT NULL CHECK (recurred IN (0, 1)),
    unfounded  BIGINT NOT NULL CHECK (unfounded IN (0, 1)),
    dead       BIGINT NOT NULL CHECK (dead IN (0, 1)), -- void, or merged into another
    until_at   BIGINT NOT NULL, -- the last of its moments that a period is asked by
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (matter, round)
) /*strict*/;
CREATE INDEX matter_round_county ON matter_round (county, until_at, opened_at);
CREATE INDEX matter_round_town ON matter_round (town, until_at, opened_at);
CREATE INDEX matter_round_until ON matter_round (until_at);
CREATE INDEX matter_round_changed ON matter_round (changed_at);
-- Matters from before, whose lines are still to be made.
CREATE TABLE matter_round_todo (matter BIGINT PRIMARY KEY) /*strict*/;
INSERT INTO matter_round_todo (matter) SELECT id FROM matter;
-- Figures no longer read the matters themselves.
DROP INDEX matter_county_opened;
CREATE INDEX matter_county_opened ON matter (county, opened_at, id);

-- +goose Down
DROP INDEX matter_county_opened;
CREATE INDEX matter_county_opened ON matter (county, opened_at, id, kind, edition, category, source, region, cell, found_at, acted_at, done_at, closed_at, late, reworks, recurrences, open, type, merged_into);
DROP TABLE matter_round_todo;
DROP TABLE matter_round;
