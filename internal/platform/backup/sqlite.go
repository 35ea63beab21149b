package backup

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// copySQLite writes the clean copy, checks its structures and counts its rows.
func copySQLite(ctx context.Context, db *store.DB, dir string, m *Manifest) (err error) {
	path := filepath.Join(dir, sqliteName)
	if err := db.CopyTo(ctx, path); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	copied, err := store.OpenReader(ctx, store.Config{Path: path}, db.Clock())
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, copied.Close())
		for _, extra := range []string{".lock", "-wal", "-shm"} {
			_ = os.Remove(path + extra) // helper files of looking into the copy
		}
	}()
	if err := copied.Integrity(ctx); err != nil {
		return err
	}
	m.Tables, err = countSQLite(ctx, copied)
	return err
}

func countSQLite(ctx context.Context, db *store.DB) ([]Table, error) {
	var out []Table
	err := db.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Table
			if err := rows.Scan(&t.Name); err != nil {
				return store.Classify(err)
			}
			out = append(out, t)
		}
		if err := rows.Err(); err != nil {
			return store.Classify(err)
		}
		for i := range out {
			if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+quoted(out[i].Name)).Scan(&out[i].Rows); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// restoreSQLite puts the file in place and checks it there.
func restoreSQLite(ctx context.Context, dir string, m *Manifest, cfg store.Config, clk clock.Clock) (err error) {
	if _, err := os.Lstat(cfg.Path); err == nil {
		return fault.New(fault.Conflict, "not_empty", "目标目录已有数据库，不会覆盖："+cfg.Path)
	}
	if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o750); err != nil {
		return unwritable(err, filepath.Dir(cfg.Path))
	}
	partial := cfg.Path + ".restoring"
	if err := copyFile(ctx, filepath.Join(dir, sqliteName), partial); err != nil {
		return errors.Join(err, os.Remove(partial))
	}
	if err := os.Rename(partial, cfg.Path); err != nil {
		return unwritable(err, cfg.Path)
	}
	if err := syncFolder(filepath.Dir(cfg.Path)); err != nil {
		return err
	}
	return checkRestored(ctx, m, cfg, clk, countSQLite)
}

// checkRestored opens the restored database as the program would and compares its counts.
func checkRestored(ctx context.Context, m *Manifest, cfg store.Config, clk clock.Clock, count func(context.Context, *store.DB) ([]Table, error)) (err error) {
	db, err := store.Open(ctx, cfg, clk)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.Integrity(ctx); err != nil {
		return err
	}
	if _, want, err := db.SchemaVersion(ctx); err != nil || want != m.Schema {
		return err // the upgrade may have moved rows; the chain and the checksums are checked next
	}
	got, err := count(ctx, db)
	if err != nil {
		return err
	}
	have := map[string]int64{}
	for _, t := range got {
		have[t.Name] = t.Rows
	}
	for _, t := range m.Tables {
		if have[t.Name] != t.Rows {
			return fault.Newf(fault.Invalid, "restore_count", "恢复后表 %s 有 %d 行，备份为 %d 行", t.Name, have[t.Name], t.Rows)
		}
	}
	return nil
}

func copyFile(ctx context.Context, from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return unwritable(err, to)
	}
	_, err = io.Copy(dst, cancellable{ctx, src})
	return errors.Join(err, dst.Sync(), dst.Close())
}

// cancellable ends a long copy with its context.
type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c cancellable) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
