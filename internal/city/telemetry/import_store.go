package telemetry

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

const importColumns = `id, status, dry_run, kind, file, size, sha256, path, options, preview, grants, account, actor, display, region,
	batch_id, read_rows, rejected_rows, received, stored, revised, unchanged, rejected, missing, suspect, error,
	created_at, started_at, finished_at`

func isMissing(err error) bool { return fault.Is(err, fault.NotFound) }

// saveImport writes an entry of the history; one without an ID gets one.
func saveImport(ctx context.Context, tx *store.Tx, x *Import) error {
	preview := ""
	if x.Preview != nil {
		preview = toJSON(x.Preview)
	}
	args := []any{string(x.Status), asInt(x.DryRun), x.Kind, storable(x.File, 300), x.Size, x.SHA256, x.Path, toJSON(x.Options), preview,
		toJSON(x.Grants), x.Account, x.Actor, x.Display, string(x.Region), x.Batch, x.Rows, x.RejectedRows, x.Received, x.Stored,
		x.Revised, x.Unchanged, x.Rejected, x.Missing, x.Suspect, storable(x.Error, 1000), millis(x.CreatedAt), millis(x.StartedAt), millis(x.FinishedAt)}
	names := strings.TrimPrefix(importColumns, "id, ")
	if x.ID == 0 {
		in, _ := store.In(1, len(args))
		return tx.QueryRow(ctx, "INSERT INTO import_run ("+names+") VALUES "+in+" RETURNING id", args...).Scan(&x.ID)
	}
	var set []string
	for i, n := range strings.Split(names, ",") {
		set = append(set, fmt.Sprintf("%s = $%d", strings.TrimSpace(n), i+1))
	}
	_, err := tx.Exec(ctx, fmt.Sprintf("UPDATE import_run SET %s WHERE id = $%d", strings.Join(set, ", "), len(args)+1), append(args, x.ID)...)
	return err
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).In(clock.Shanghai)
}

func scanImport(scan func(...any) error) (x Import, err error) {
	var dry int
	var options, preview, grants string
	var created, started, finished int64
	err = scan(&x.ID, &x.Status, &dry, &x.Kind, &x.File, &x.Size, &x.SHA256, &x.Path, &options, &preview, &grants, &x.Account, &x.Actor,
		&x.Display, &x.Region, &x.Batch, &x.Rows, &x.RejectedRows, &x.Received, &x.Stored, &x.Revised, &x.Unchanged, &x.Rejected,
		&x.Missing, &x.Suspect, &x.Error, &created, &started, &finished)
	if err != nil {
		return x, store.Classify(err)
	}
	x.DryRun, x.CreatedAt, x.StartedAt, x.FinishedAt = dry == 1, moment(created), moment(started), moment(finished)
	for _, part := range []struct {
		text string
		into any
	}{{options, &x.Options}, {preview, &x.Preview}, {grants, &x.Grants}} {
		if part.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(part.text), part.into); err != nil {
			return x, fmt.Errorf("import %d: %w", x.ID, err)
		}
	}
	x.Options.DryRun = x.DryRun
	return x, nil
}

func readImport(ctx context.Context, tx *store.Tx, id int64) (Import, error) {
	return scanImport(tx.QueryRow(ctx, "SELECT "+importColumns+" FROM import_run WHERE id = $1", id).Scan)
}

// importsSeen lists the history, newest first: the account's own imports and those of the
// regions. Before is the cursor, 0 for the newest.
func importsSeen(ctx context.Context, tx *store.Tx, account int64, regions []region.Code, before int64, limit int) ([]Import, int, error) {
	where, args := importFilter(account, regions)
	var total int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM import_run WHERE "+where, args...).Scan(&total); err != nil {
		return nil, 0, err
	}
	if before > 0 {
		args = append(args, before)
		where = fmt.Sprintf("(%s) AND id < $%d", where, len(args))
	}
	rows, err := tx.Query(ctx, fmt.Sprintf("SELECT %s FROM import_run WHERE %s ORDER BY id DESC LIMIT %d", importColumns, where, limit), args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var out []Import
	for rows.Next() {
		x, err := scanImport(rows.Scan)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, x)
	}
	return out, total, store.Classify(rows.Err())
}

func importFilter(account int64, regions []region.Code) (string, []any) {
	where, args := []string{"account = $1"}, []any{account}
	for _, r := range regions {
		if r == "" {
			return "account = $1 OR 1 = 1", args
		}
		args = append(args, r.Short()+"%")
		where = append(where, fmt.Sprintf("region LIKE $%d", len(args)))
	}
	return strings.Join(where, " OR "), args
}
