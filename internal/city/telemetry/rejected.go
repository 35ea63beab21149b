package telemetry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// RejectFilter selects rejects.
type RejectFilter struct {
	Region region.Code // "" = all that the actor may see
	Stream string      // code, "" = all
	Batch  int64       // 0 = all
}

// RejectRow is a stored reject.
type RejectRow struct {
	ID         int64
	Batch      int64
	Stream     string // name
	File       string
	RecordedAt int64
	Site       string
	Factor     string
	Time       int64 // 0 when not known
	Line       int64
	Column     string
	Code       string
	Reason     string // Chinese
	Raw        string
	Values     int64
}

// Rejects lists rejects, newest first: those before the id before (0: from the start), and
// how many rows the filter selects in all. A reject without a known site is seen by those
// who may see its whole stream. Needs data.read.
func (s *Service) Rejects(ctx context.Context, f RejectFilter, before int64, limit int) (out []RejectRow, total int, err error) {
	regions, err := visible(ctx, access.DataRead, f.Region)
	if err != nil {
		return nil, 0, err
	}
	where, args := f.condition(regions)
	const from = " FROM reject r JOIN batch b ON b.id = r.batch_id JOIN stream s ON s.id = b.stream_id "
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT COUNT(*)"+from+where, args...).Scan(&total); err != nil {
			return err
		}
		if before > 0 {
			args = append(args, before)
			where += fmt.Sprintf(" AND r.id < $%d", len(args))
		}
		args = append(args, limit)
		out, err = readRejects(ctx, tx, from+where+fmt.Sprintf(" ORDER BY r.id DESC LIMIT $%d", len(args)), args)
		return err
	})
	return out, total, err
}

func readRejects(ctx context.Context, tx *store.Tx, rest string, args []any) ([]RejectRow, error) {
	rows, err := tx.Query(ctx, `SELECT r.id, r.batch_id, s.name, b.file, b.recorded_at, r.site, r.factor, r.time, r.line, r.place,
		r.code, r.reason, r.raw, r.amount`+rest, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []RejectRow
	for rows.Next() {
		var x RejectRow
		err := rows.Scan(&x.ID, &x.Batch, &x.Stream, &x.File, &x.RecordedAt, &x.Site, &x.Factor, &x.Time, &x.Line, &x.Column,
			&x.Code, &x.Reason, &x.Raw, &x.Values)
		if err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, x)
	}
	return out, store.Classify(rows.Err())
}

// condition is the filter as SQL over r (reject), b (batch) and s (stream).
func (f RejectFilter) condition(regions []region.Code) (string, []any) {
	var args []any
	and := []string{"1 = 1"}
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	if !slices.Contains(regions, "") {
		or := []string{"1 = 0"}
		for _, r := range regions {
			lo, hi := span(r)
			a, b := arg(lo), arg(hi)
			or = append(or, fmt.Sprintf("r.region BETWEEN %s AND %s", a, b), fmt.Sprintf("r.region = '' AND s.region BETWEEN %s AND %s", a, b))
		}
		and = append(and, "("+strings.Join(or, " OR ")+")")
	}
	if f.Stream != "" {
		and = append(and, "s.code = "+arg(f.Stream))
	}
	if f.Batch != 0 {
		and = append(and, "r.batch_id = "+arg(f.Batch))
	}
	return "WHERE " + strings.Join(and, " AND "), args
}
