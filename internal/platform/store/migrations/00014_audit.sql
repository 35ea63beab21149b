-- +goose Up
-- Every change and every export, in one hash chain (docs/audit-chain.md). hash covers all
-- other columns, prev is the hash of the entry before.
CREATE TABLE audit_entry (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL, -- ms UTC
    account    BIGINT NOT NULL, -- 0: the system or nobody
    post       BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    action     TEXT NOT NULL,
    object     TEXT NOT NULL,
    region     TEXT NOT NULL,
    summary    TEXT NOT NULL,
    detail     TEXT NOT NULL, -- JSON, the exact bytes that were hashed
    request_id TEXT NOT NULL,
    algorithm  TEXT NOT NULL,
    prev       BYTEA NOT NULL,
    hash       BYTEA NOT NULL
) /*strict*/;
CREATE INDEX audit_entry_at ON audit_entry (at);
CREATE INDEX audit_entry_actor ON audit_entry (actor, seq);
CREATE INDEX audit_entry_action ON audit_entry (action, seq);
CREATE INDEX audit_entry_object ON audit_entry (object, seq);

-- The end of the chain: writers take this row one after the other. day is the civil day
-- (days since 1970-01-01) that the next root will close, first its first entry.
CREATE TABLE audit_head (
    id    BIGINT PRIMARY KEY CHECK (id = 1),
    seq   BIGINT NOT NULL,
    day   BIGINT NOT NULL,
    first BIGINT NOT NULL,
    hash  BYTEA NOT NULL,
    root  BYTEA NOT NULL -- the last root made
) /*strict*/;

-- One row per day with entries, made when a later day begins.
CREATE TABLE audit_root (
    day       BIGINT PRIMARY KEY,
    first_seq BIGINT NOT NULL,
    last_seq  BIGINT NOT NULL,
    algorithm TEXT NOT NULL,
    root      BYTEA NOT NULL
) /*strict*/;

-- +goose Down
DROP TABLE audit_root;
DROP TABLE audit_head;
DROP TABLE audit_entry;
