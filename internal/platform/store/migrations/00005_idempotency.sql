-- +goose Up
-- Answers of posts that carried an Idempotency-Key, so that a repeat after a lost answer
-- does not act twice. The row is written before the handler runs: done_at NULL means that
-- the outcome is not known (still running, or the program died).
CREATE TABLE idempotency (
    actor      BIGINT NOT NULL,
    operation  TEXT NOT NULL,
    key        TEXT NOT NULL,
    body_hash  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at    BIGINT,
    status     BIGINT NOT NULL DEFAULT 0,
    headers    TEXT NOT NULL DEFAULT '',
    answer     BYTEA,
    PRIMARY KEY (actor, operation, key)
) /*strict,without rowid*/;
CREATE INDEX idempotency_created ON idempotency (created_at);

-- +goose Down
DROP TABLE idempotency;
