package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

const columns = `seq, at, account, post, actor, action, object, region, summary, detail, request_id, algorithm, prev, hash`

func scan(rows *sql.Rows) (Record, error) {
	var r Record
	err := rows.Scan(&r.Seq, &r.At, &r.Account, &r.Post, &r.Actor, &r.Action, &r.Object, &r.Region,
		&r.Summary, &r.Detail, &r.RequestID, &r.Algorithm, &r.Prev, &r.Hash)
	return r, store.Classify(err)
}

// Filter narrows a list. The zero value is everything.
type Filter struct {
	Actor  string    // login name, exact
	Action string    // exact, or "account.*" for all of a kind
	Object string    // exact
	From   time.Time // entries at or after
	To     time.Time // entries before
	// Regions limits the list to entries inside one of these; nil is no limit. NoRegion adds
	// the entries that belong to no region.
	Regions  []region.Code
	NoRegion bool
	Before   int64 // entries with a smaller number: the cursor
	Limit    int   // 0: 50
}

// likeLiteral leaves no pattern character in a text; PostgreSQL's backslash escape is not
// SQLite's, and no action contains one of them.
var likeLiteral = strings.NewReplacer("%", "", "_", "", `\`, "")

// where is the condition and its arguments; without Before when total.
func (f Filter) where(total bool) (string, []any) {
	var conds []string
	var args []any
	add := func(cond string, arg any) {
		args = append(args, arg)
		conds = append(conds, fmt.Sprintf(cond, len(args)))
	}
	if f.Actor != "" {
		add("actor = $%d", f.Actor)
	}
	if kind, all := strings.CutSuffix(f.Action, ".*"); all {
		add("action LIKE $%d", likeLiteral.Replace(kind)+".%")
	} else if f.Action != "" {
		add("action = $%d", f.Action)
	}
	if f.Object != "" {
		add("object = $%d", f.Object)
	}
	if !f.From.IsZero() {
		add("at >= $%d", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		add("at < $%d", f.To.UnixMilli())
	}
	if f.Before > 0 && !total {
		add("seq < $%d", f.Before)
	}
	if f.Regions != nil {
		var any []string
		for _, r := range f.Regions {
			args = append(args, r.Short()+"%")
			any = append(any, fmt.Sprintf("region LIKE $%d", len(args)))
		}
		if f.NoRegion {
			any = append(any, "region = ''")
		}
		any = append(any, "1 = 0")
		conds = append(conds, "("+strings.Join(any, " OR ")+")")
	}
	if len(conds) == 0 {
		return "", nil
	}
	return " WHERE " + strings.Join(conds, " AND "), args
}

// List returns the newest entries that pass the filter, newest first, and the cursor of the
// next page (Filter.Before), 0 at the end.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Record, int64, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	where, args := f.where(false)
	rows, err := tx.Query(ctx, fmt.Sprintf("SELECT %s FROM audit_entry%s ORDER BY seq DESC LIMIT %d", columns, where, limit+1), args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var out []Record
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, store.Classify(err)
	}
	if len(out) > limit {
		return out[:limit], out[limit-1].Seq, nil
	}
	return out, 0, nil
}

// Count is the number of entries that pass the filter, whatever the page.
func Count(ctx context.Context, tx *store.Tx, f Filter) (int, error) {
	where, args := f.where(true)
	var n int
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM audit_entry"+where, args...).Scan(&n)
	return n, err
}

// Roots lists the closed days, newest first.
func Roots(ctx context.Context, tx *store.Tx, limit int) ([]Root, error) {
	rows, err := tx.Query(ctx, "SELECT day, first_seq, last_seq, algorithm, root FROM audit_root ORDER BY day DESC LIMIT $1", limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Root
	for rows.Next() {
		var r Root
		if err := rows.Scan(&r.Day, &r.First, &r.Last, &r.Algorithm, &r.Root); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, r)
	}
	return out, store.Classify(rows.Err())
}
