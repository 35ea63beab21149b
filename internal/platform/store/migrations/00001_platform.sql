-- +goose Up
-- Facts about this installation: its data pack, marks, feed positions.
CREATE TABLE setting (
    name       TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
) /*strict*/;

-- +goose Down
DROP TABLE setting;
