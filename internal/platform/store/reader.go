package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
)

// OpenReader opens an existing database for reading, also while a program runs on it: for
// backup, verify and check. It never migrates; a database of another schema version is
// unavailable. Update fails on it.
func OpenReader(ctx context.Context, cfg Config, clk clock.Clock) (*DB, error) {
	var db *DB
	var err error
	if cfg.URL != "" {
		db, err = openPostgres(ctx, cfg)
	} else {
		db, err = readSQLite(ctx, cfg.Path)
	}
	if err != nil {
		return nil, err
	}
	db.clock = clk
	have, want, err := db.SchemaVersion(ctx)
	switch {
	case err != nil:
	case have > want:
		err = ErrNewer
	case have < want:
		err = fault.Newf(fault.Unavailable, "schema_older", "数据库版本 %d 低于程序所需的 %d：先用本版本的程序启动一次完成升级", have, want)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func readSQLite(ctx context.Context, path string) (*DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "no_database", "没有数据库文件："+path)
	}
	db := &DB{dialect: SQLite, path: path}
	unlock, err := lockFile(path + ".lock")
	if err == nil {
		// Nobody runs on it: the helper files of the log may be missing, and a read-only
		// connection cannot make them.
		db.lock = unlock
		keep, err := sql.Open("sqlite", dsn(path, "_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)"))
		if err != nil {
			return nil, errors.Join(Classify(err), unlock())
		}
		if err := checkSQLite(ctx, keep); err != nil {
			return nil, errors.Join(err, keep.Close(), unlock())
		}
		keep.SetMaxOpenConns(1)
		db.writer = keep
	}
	db.reader, err = openCached(dsn(path, "mode=ro", "_pragma=busy_timeout(10000)", "_pragma=temp_store(MEMORY)"))
	if err != nil {
		return nil, errors.Join(Classify(err), db.Close())
	}
	db.reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	if db.writer == nil {
		db.writer = db.reader // read-only: Update is refused by SQLite
	}
	return db, nil
}

// SchemaVersion is the version of the database and the version this program writes.
func (db *DB) SchemaVersion(ctx context.Context) (have, want int64, err error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, 0, err
	}
	for _, n := range names {
		number, _, _ := strings.Cut(strings.TrimPrefix(n, "migrations/"), "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("migration %s: %w", n, err)
		}
		want = max(want, v)
	}
	err = db.reader.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version").Scan(&have)
	if err != nil {
		return 0, want, fault.Wrap(err, fault.Unavailable, "no_schema", "这不是青山的数据库，或尚未初始化")
	}
	return have, want, nil
}

// CopyTo writes a clean copy of a SQLite database to a new file while others write to it,
// and makes it durable. Errors: invalid on PostgreSQL, conflict when the file exists.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	if db.dialect != SQLite {
		return fault.New(fault.Invalid, "engine", "该方式只用于 SQLite")
	}
	if _, err := os.Lstat(path); err == nil {
		return fault.New(fault.Conflict, "exists", "目标文件已存在："+path)
	}
	// A connection of its own: the pool of readers is barred from it, and the writer must not
	// wait for a long copy.
	one, err := sql.Open("sqlite", dsn(db.path, "mode=ro", "_pragma=busy_timeout(10000)"))
	if err != nil {
		return Classify(err)
	}
	if _, err := one.ExecContext(ctx, "VACUUM INTO $1", path); err != nil {
		return errors.Join(Classify(err), one.Close())
	}
	return errors.Join(one.Close(), syncFile(path))
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Integrity asks the engine to check its own structures; nil on PostgreSQL, which checks
// pages as it reads them.
func (db *DB) Integrity(ctx context.Context) error {
	if db.dialect != SQLite {
		return nil
	}
	var result string
	if err := db.reader.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return Classify(err)
	}
	if result != "ok" {
		return fault.New(fault.Unavailable, "corrupt", "数据库文件损坏："+result)
	}
	return nil
}
