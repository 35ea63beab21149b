-- +goose Up
-- Lists, boards, maps and counts of matters ask nearly always for open ones, which are few
-- beside those of the past. Their indexes hold only open matters and also what is filtered by,
-- so that what is not shown is not read; the past has indexes that moves of open matters leave
-- alone.
DROP INDEX matter_due;
DROP INDEX matter_county_due;
DROP INDEX matter_town_due;
DROP INDEX matter_type_due;
DROP INDEX matter_county_type_due;
DROP INDEX matter_type_updated;
DROP INDEX matter_county_type_updated;
DROP INDEX matter_holder_post;
DROP INDEX matter_holder_unit;
DROP INDEX matter_category;
DROP INDEX matter_opened;
DROP INDEX matter_closed;
DROP INDEX matter_county_opened;
CREATE INDEX matter_open_due ON matter (due_at, id, type, kind, category, source, state, region, county, town, holder_post, holder_unit, lng, lat, number, title, place) WHERE open = 1;
CREATE INDEX matter_open_county ON matter (county, due_at, id, type, kind, category, source, state, region, town, holder_post, holder_unit) WHERE open = 1;
CREATE INDEX matter_open_town ON matter (town, due_at, id, type, kind, category, source, state, region, county, holder_post, holder_unit) WHERE open = 1;
CREATE INDEX matter_open_type ON matter (type, due_at, id, region, kind, category) WHERE open = 1;
CREATE INDEX matter_open_category ON matter (category, due_at, id, type, kind, region, county, town) WHERE open = 1;
CREATE INDEX matter_open_post ON matter (holder_post, due_at, id, type, kind, region, county, town) WHERE open = 1;
CREATE INDEX matter_open_unit ON matter (holder_unit, due_at, id, type, kind, region, county, town) WHERE open = 1 AND holder_post = 0;
CREATE INDEX matter_past_type ON matter (type, updated_at, id, region, county, town, kind, category, source, state) WHERE open = 0;
CREATE INDEX matter_past_county ON matter (county, type, updated_at, id, region, town, kind, category, source, state) WHERE open = 0;
CREATE INDEX matter_past_category ON matter (category, type, updated_at, id, region, county, town, kind) WHERE open = 0;
-- The outcome of a county's grid is counted on this one alone.
CREATE INDEX matter_county_opened ON matter (county, opened_at, id, kind, edition, category, source, region, cell, found_at, acted_at, done_at, closed_at, late, reworks, recurrences, open, type, merged_into);
-- The calendar counts days on these alone.
CREATE INDEX matter_opened ON matter (opened_at, id, region, county, town, kind, category);
CREATE INDEX matter_closed ON matter (closed_at, region, county, town, kind, category) WHERE closed_at > 0;

-- +goose Down
DROP INDEX matter_county_opened;
DROP INDEX matter_closed;
DROP INDEX matter_opened;
DROP INDEX matter_past_category;
DROP INDEX matter_past_county;
DROP INDEX matter_past_type;
DROP INDEX matter_open_unit;
DROP INDEX matter_open_post;
DROP INDEX matter_open_category;
DROP INDEX matter_open_type;
DROP INDEX matter_open_town;
DROP INDEX matter_open_county;
DROP INDEX matter_open_due;
CREATE INDEX matter_county_opened ON matter (county, opened_at, id);
CREATE INDEX matter_closed ON matter (closed_at, region) WHERE closed_at > 0;
CREATE INDEX matter_opened ON matter (opened_at, id);
CREATE INDEX matter_category ON matter (category, open, due_at, id);
CREATE INDEX matter_holder_unit ON matter (holder_unit, open, due_at, id);
CREATE INDEX matter_holder_post ON matter (holder_post, open, due_at, id);
CREATE INDEX matter_county_type_updated ON matter (county, type, updated_at, id);
CREATE INDEX matter_type_updated ON matter (type, updated_at, id);
CREATE INDEX matter_county_type_due ON matter (county, type, due_at, id);
CREATE INDEX matter_type_due ON matter (type, due_at, id);
CREATE INDEX matter_town_due ON matter (town, open, due_at, id);
CREATE INDEX matter_county_due ON matter (county, open, due_at, id);
CREATE INDEX matter_due ON matter (open, due_at, id);
