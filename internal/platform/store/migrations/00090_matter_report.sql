-- +goose Up
-- Reports that took up a closed matter again, by the number that the reporter's device gave
-- them: the same report sent twice finds the matter, and the first reporter keeps theirs.
CREATE TABLE matter_report (
    account   BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    matter    BIGINT NOT NULL REFERENCES matter (id),
    at        BIGINT NOT NULL,
    PRIMARY KEY (account, client_id)
) /*strict*/;
CREATE INDEX matter_report_matter ON matter_report (matter);

-- +goose Down
DROP TABLE matter_report;
