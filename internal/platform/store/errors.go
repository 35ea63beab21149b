package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"qingshan/internal/platform/fault"
)

// Classify gives a driver's error its kind, the same on both engines: not found for no
// rows, conflict for a duplicate, invalid for a broken reference or check, unavailable for
// busy, full, cancelled or lost connections. Nil and errors that carry a kind pass through.
func Classify(err error) error {
	if err == nil {
		return nil
	}
	var known *fault.Error
	if errors.As(err, &known) {
		return err
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fault.Wrap(err, fault.NotFound, "not_found", "没有找到")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(err, fault.Unavailable, "cancelled", "操作被取消或超时，未作改动")
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return classifySQLite(err, lite.Code())
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyPostgres(err, pg.Code)
	}
	var conn *pgconn.ConnectError
	if errors.As(err, &conn) || pgconn.SafeToRetry(err) {
		return fault.Wrap(err, fault.Unavailable, "database_unreachable", "暂时连不上数据库，请稍后再试")
	}
	return err
}

func classifySQLite(err error, code int) error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return fault.Wrap(err, fault.Conflict, "duplicate", "已存在相同的记录")
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault.Wrap(err, fault.Invalid, "reference", "引用的记录不存在或仍被使用")
	case sqlite3.SQLITE_CONSTRAINT_CHECK, sqlite3.SQLITE_CONSTRAINT_NOTNULL, sqlite3.SQLITE_CONSTRAINT_DATATYPE:
		return fault.Wrap(err, fault.Invalid, "check", "内容不符合数据库的约束")
	}
	switch code & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT:
		return fault.Wrap(err, fault.Unavailable, "busy", "数据库忙，未作改动，请稍后再试")
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return fault.Wrap(err, fault.Unavailable, "disk", "磁盘已满或读写失败，未作改动；请腾出空间后再试")
	case sqlite3.SQLITE_READONLY:
		return fault.Wrap(err, fault.Internal, "readonly", "数据库只读")
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fault.Wrap(err, fault.Unavailable, "corrupt", "数据库文件损坏，请停机并从备份恢复")
	}
	return err
}

func classifyPostgres(err error, code string) error {
	switch code {
	case "23505":
		return fault.Wrap(err, fault.Conflict, "duplicate", "已存在相同的记录")
	case "23503":
		return fault.Wrap(err, fault.Invalid, "reference", "引用的记录不存在或仍被使用")
	case "23514", "23502", "22001", "22003":
		return fault.Wrap(err, fault.Invalid, "check", "内容不符合数据库的约束")
	case "40001", "40P01":
		return fault.Wrap(err, fault.Unavailable, "busy", "数据库忙，未作改动，请稍后再试")
	case "57014", "53300", "57P01", "57P03":
		return fault.Wrap(err, fault.Unavailable, "busy", "数据库忙或操作超时，未作改动，请稍后再试")
	case "53100", "53200", "58030":
		return fault.Wrap(err, fault.Unavailable, "disk", "磁盘已满或读写失败，未作改动；请腾出空间后再试")
	}
	return err
}

// retryable tells whether the same transaction may succeed when run again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
