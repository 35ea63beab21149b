package backup

import (
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/jackc/pgx/v5"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Restore brings a backup into an empty place of the same engine and checks it there: files
// against the manifest, structures, row counts. Errors: conflict when the target holds
// something, invalid for a damaged backup or another engine.
func Restore(ctx context.Context, dir string, cfg store.Config, clk clock.Clock, folders ...Folder) (*Manifest, error) {
	engine := store.SQLite
	if cfg.URL != "" {
		engine = store.Postgres
		if err := emptyPostgres(ctx, cfg.URL); err != nil {
			return nil, err
		}
	}
	m, err := Read(dir)
	if err != nil {
		return nil, err
	}
	if m.Engine != engine {
		return nil, fault.Newf(fault.Invalid, "engine", "备份来自 %s，不能恢复到 %s", m.Engine, engine)
	}
	for _, f := range folders {
		if err := restoreFolder(ctx, f, dir); err != nil {
			return m, err
		}
	}
	if engine == store.SQLite {
		return m, restoreSQLite(ctx, dir, m, cfg, clk)
	}
	if err := loadPostgres(ctx, dir, m, cfg, clk); err != nil {
		return m, err
	}
	return m, checkRestored(ctx, m, cfg, clk, countPostgres)
}

// loadPostgres makes the schema and fills it in one transaction.
func loadPostgres(ctx context.Context, dir string, m *Manifest, cfg store.Config, clk clock.Clock) (err error) {
	db, err := store.Open(ctx, cfg, clk)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, want, err := db.SchemaVersion(ctx); err != nil {
		return err
	} else if want != m.Schema {
		return fault.Newf(fault.Invalid, "schema", "备份的结构版本是 %d，本程序是 %d：请用 %s 版程序恢复后再升级", m.Schema, want, m.Program)
	}
	tx, err := db.Pool().Begin(ctx)
	if err != nil {
		return store.Classify(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	order, err := parentsFirst(ctx, tx, m.Tables)
	if err != nil {
		return err
	}
	var names []string
	for _, t := range order {
		names = append(names, t.Name)
	}
	if len(names) > 0 { // rows that the migrations themselves wrote
		if _, err := tx.Exec(ctx, "TRUNCATE "+quotedList(names)); err != nil {
			return store.Classify(err)
		}
	}
	for _, t := range order {
		if err := loadTable(ctx, tx, t, filepath.Join(dir, filepath.FromSlash(t.File))); err != nil {
			return err
		}
	}
	for _, s := range m.Sequences {
		if s.Last == 0 {
			continue
		}
		if _, err := tx.Exec(ctx, "SELECT setval(pg_get_serial_sequence(quote_ident($1), $2), $3)", s.Table, s.Column, s.Last); err != nil {
			return store.Classify(err)
		}
	}
	return store.Classify(tx.Commit(ctx))
}

func loadTable(ctx context.Context, tx pgx.Tx, t Table, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "backup_file", "备份文件损坏："+t.File)
	}
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, gz, "COPY "+quoted(t.Name)+" ("+quotedList(t.Columns)+") FROM STDIN")
	if err != nil {
		return store.Classify(err)
	}
	if tag.RowsAffected() != t.Rows {
		return fault.Newf(fault.Invalid, "backup_file", "表 %s 读入 %d 行，备份为 %d 行", t.Name, tag.RowsAffected(), t.Rows)
	}
	return nil
}

// parentsFirst orders the tables so that a reference is there before who refers to it.
func parentsFirst(ctx context.Context, tx pgx.Tx, tables []Table) ([]Table, error) {
	rows, err := tx.Query(ctx, `
		SELECT child.relname, parent.relname FROM pg_constraint k
		JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
		WHERE k.contype = 'f' AND child.relnamespace = current_schema()::regnamespace AND child.oid <> parent.oid`)
	if err != nil {
		return nil, store.Classify(err)
	}
	parents := map[string][]string{}
	var child, parent string
	if _, err := pgx.ForEachRow(rows, []any{&child, &parent}, func() error {
		parents[child] = append(parents[child], parent)
		return nil
	}); err != nil {
		return nil, store.Classify(err)
	}
	var out []Table
	left := slices.Clone(tables)
	for len(left) > 0 {
		waiting := slices.Clone(left)
		left = slices.DeleteFunc(left, func(t Table) bool {
			free := !slices.ContainsFunc(parents[t.Name], func(p string) bool {
				return slices.ContainsFunc(waiting, func(w Table) bool { return w.Name == p })
			})
			if free {
				out = append(out, t)
			}
			return free
		})
		if len(left) == len(waiting) {
			return nil, fault.New(fault.Internal, "reference_cycle", "表之间循环引用，无法恢复")
		}
	}
	return out, nil
}

func countPostgres(ctx context.Context, db *store.DB) ([]Table, error) {
	tx, err := db.Pool().Begin(ctx)
	if err != nil {
		return nil, store.Classify(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	tables, err := listPostgres(ctx, tx)
	if err != nil {
		return nil, err
	}
	for i := range tables {
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+quoted(tables[i].Name)).Scan(&tables[i].Rows); err != nil {
			return nil, store.Classify(err)
		}
	}
	return tables, nil
}
