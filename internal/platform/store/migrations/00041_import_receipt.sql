-- +goose Up
-- What is known of a file that was taken in completely: while no observation was appended
-- since (change) and the terms are the same, reading the file again could change nothing
-- (docs/decisions/0006-import-receipts.md).
CREATE TABLE import_receipt (
    sha256    TEXT NOT NULL,
    terms     TEXT NOT NULL, -- digest of all else that reading the file depends on
    size      BIGINT NOT NULL,
    change    BIGINT NOT NULL, -- number of the last append when it was taken in
    import_id BIGINT NOT NULL REFERENCES import_run (id),
    batch_id  BIGINT NOT NULL REFERENCES batch (id),
    PRIMARY KEY (sha256, terms)
) /*strict,without rowid*/;
CREATE INDEX import_receipt_size ON import_receipt (size);

-- +goose Down
DROP TABLE import_receipt;
