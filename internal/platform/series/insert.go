package series

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"qingshan/internal/platform/store"
)

// Columns and rows of one insert statement.
const (
	segmentColumns = 9
	segmentRows    = 32
)

// inserter collects segment rows and inserts segmentRows at a time with one statement.
type inserter struct {
	args []any
	full *sql.Stmt
}

func (in *inserter) add(ctx context.Context, tx *store.Tx, row ...any) error {
	in.args = append(in.args, row...)
	if len(in.args) < segmentColumns*segmentRows {
		return nil
	}
	return in.flush(ctx, tx)
}

func (in *inserter) flush(ctx context.Context, tx *store.Tx) error {
	n := len(in.args) / segmentColumns
	if n == 0 {
		return nil
	}
	defer func() { in.args = in.args[:0] }()
	if n < segmentRows {
		_, err := tx.Exec(ctx, insertSQL(n), in.args...)
		return err
	}
	if in.full == nil {
		st, err := tx.Prepare(ctx, insertSQL(n))
		if err != nil {
			return err
		}
		in.full = st
	}
	_, err := in.full.ExecContext(ctx, in.args...)
	return store.Classify(err)
}

func insertSQL(rows int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO segment (series_id, part, change, recorded_at, last_time, blocks, points, revised, body) VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		in, _ := store.In(1+i*segmentColumns, segmentColumns)
		b.WriteString(in)
	}
	return b.String()
}

// placeholders numbers the %d verbs of a query from next on.
func placeholders(query string, next int) string {
	nums := make([]any, strings.Count(query, "%d"))
	for i := range nums {
		nums[i] = next + i
	}
	return fmt.Sprintf(query, nums...)
}
