package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"qingshan/internal/platform/fault"
)

// minSQLite is the first release in which a checkpoint racing a WAL reset can no longer
// lose committed data (3.7.0–3.51.2 can).
var minSQLite = [3]int{3, 51, 3}

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "database_path", "未指定数据库文件")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "data_dir", "数据目录无法创建："+filepath.Dir(path))
	}
	unlock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: SQLite, path: path, lock: unlock}
	// The writer comes first: a read-only open cannot create the -wal and -shm files.
	db.writer, err = openCached(dsn(path, "_txlock=immediate",
		"_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)",
		"_pragma=foreign_keys(1)", "_pragma=temp_store(MEMORY)", "_pragma=cache_size(-16384)",
		"_pragma=journal_size_limit(67108864)"))
	if err != nil {
		return nil, errors.Join(Classify(err), unlock())
	}
	db.writer.SetMaxOpenConns(1)
	db.writer.SetMaxIdleConns(1)
	db.writer.SetConnMaxLifetime(0)
	if err := checkSQLite(ctx, db.writer); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	db.reader, err = openCached(dsn(path, "mode=ro",
		"_pragma=busy_timeout(10000)", "_pragma=query_only(1)", "_pragma=temp_store(MEMORY)"))
	if err != nil {
		return nil, errors.Join(Classify(err), db.Close())
	}
	n := max(4, runtime.NumCPU())
	db.reader.SetMaxOpenConns(n)
	db.reader.SetMaxIdleConns(n)
	return db, nil
}

func dsn(path string, params ...string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: strings.Join(params, "&")}
	return u.String()
}

// SQLiteVersion asks the linked library for its version.
func SQLiteVersion(ctx context.Context) (string, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var v string
	return v, db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v)
}

func checkSQLite(ctx context.Context, db *sql.DB) error {
	var v string
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v); err != nil {
		return Classify(err)
	}
	return checkSQLiteVersion(v)
}

func checkSQLiteVersion(v string) error {
	parts := strings.SplitN(v, ".", 3)
	for i, want := range minSQLite {
		got := 0
		if i < len(parts) {
			got, _ = strconv.Atoi(parts[i])
		}
		if got != want {
			if got > want {
				return nil
			}
			return fault.Newf(fault.Unavailable, "sqlite_old",
				"SQLite %s 过旧，可能丢失已提交的数据；请使用 3.51.3 及以上版本构建", v)
		}
	}
	return nil
}

// lockFile takes the process lock, so that two programs never write one SQLite file.
func lockFile(path string) (func() error, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o640)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "data_dir", "数据目录不可写："+filepath.Dir(path))
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		f.Close()
		return nil, fault.Wrap(err, fault.Unavailable, "locked",
			fmt.Sprintf("数据库正被另一个进程使用（进程号 %s），请先停止它", strings.TrimSpace(string(holder))))
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return f.Close, nil
}
