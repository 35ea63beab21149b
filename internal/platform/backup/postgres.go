package backup

import (
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func quotedList(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, quoted(n))
	}
	return strings.Join(out, ", ")
}

// dumpPostgres copies every table in one repeatable-read snapshot: all files show the same
// instant, whatever is written meanwhile.
func dumpPostgres(ctx context.Context, db *store.DB, dir string, m *Manifest) error {
	if err := os.Mkdir(filepath.Join(dir, tableFolder), 0o700); err != nil {
		return unwritable(err, dir)
	}
	tx, err := db.Pool().BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return store.Classify(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	if m.Tables, err = listPostgres(ctx, tx); err != nil {
		return err
	}
	for i := range m.Tables {
		t := &m.Tables[i]
		t.File = tableFolder + "/" + t.Name + ".copy.gz"
		if err := dumpTable(ctx, tx, t, filepath.Join(dir, filepath.FromSlash(t.File))); err != nil {
			return err
		}
	}
	m.Sequences, err = listSequences(ctx, tx)
	return err
}

// listPostgres names the tables with their stored columns. Parts of a partitioned table come
// with their whole; the record of migrations belongs to the program.
func listPostgres(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		  AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND c.relname <> 'goose_db_version'
		GROUP BY c.relname ORDER BY c.relname`)
	if err != nil {
		return nil, store.Classify(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (t Table, err error) {
		err = r.Scan(&t.Name, &t.Columns)
		return t, err
	})
	return out, store.Classify(err)
}

func dumpTable(ctx context.Context, tx pgx.Tx, t *Table, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritable(err, path)
	}
	gz, _ := gzip.NewWriterLevel(f, gzip.BestSpeed) // the level is valid
	tag, err := tx.Conn().PgConn().CopyTo(ctx, gz, "COPY (SELECT "+quotedList(t.Columns)+" FROM "+quoted(t.Name)+") TO STDOUT")
	t.Rows = tag.RowsAffected()
	err = errors.Join(err, gz.Close(), f.Sync(), f.Close())
	return store.Classify(err)
}

func listSequences(ctx context.Context, tx pgx.Tx) ([]Sequence, error) {
	rows, err := tx.Query(ctx, `
		SELECT c.relname, a.attname, COALESCE(s.last_value, 0)
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
		JOIN pg_sequences s ON s.schemaname = current_schema()
		  AND pg_get_serial_sequence(quote_ident(c.relname), a.attname)::regclass = format('%I.%I', s.schemaname, s.sequencename)::regclass
		WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
		  AND c.relname <> 'goose_db_version'
		ORDER BY 1, 2`)
	if err != nil {
		return nil, store.Classify(err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (s Sequence, err error) {
		err = r.Scan(&s.Table, &s.Column, &s.Last)
		return s, err
	})
	return out, store.Classify(err)
}

// emptyPostgres wants a database without any table of its own.
func emptyPostgres(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "database_unreachable", "连不上数据库，请检查地址、账号和网络")
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var n int
	err = conn.QueryRow(ctx, "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')").Scan(&n)
	switch {
	case err != nil:
		return store.Classify(err)
	case n > 0:
		return fault.Newf(fault.Conflict, "not_empty", "目标数据库已有 %d 张表，不会覆盖；请新建一个空数据库", n)
	}
	return nil
}
