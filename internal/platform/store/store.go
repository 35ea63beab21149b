// Package store opens the one database of an installation, SQLite by default or
// PostgreSQL, and is the only place that knows their differences. Rooms write portable SQL
// ($1 placeholders, ON CONFLICT, RETURNING, CTEs, window functions, integer milliseconds)
// inside View and Update; errors come back as fault kinds, the same on both engines.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
)

// Dialect is one of the two engines.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Config says which database to open.
type Config struct {
	// Path is the SQLite file; used when URL is empty.
	Path string
	// URL is postgres://… or a libpq keyword string ("host=… dbname=…").
	URL string
	// MaxConns bounds the PostgreSQL pool; 0 means 4 × cores, at least 8.
	MaxConns int
}

// DB is an open, migrated database.
type DB struct {
	dialect Dialect
	writer  *sql.DB
	reader  *sql.DB
	pool    *pgxpool.Pool // PostgreSQL only
	clock   clock.Clock
	path    string
	lock    func() error  // releases the process lock
	again   chan struct{} // held by the one transaction that runs again
	wakes   wakes
}

// Open opens and migrates the database. Errors: unavailable when it cannot be reached, is
// locked by another process, is newer than this program, or its SQLite is too old.
func Open(ctx context.Context, cfg Config, clk clock.Clock) (*DB, error) {
	var db *DB
	var err error
	if cfg.URL != "" {
		db, err = openPostgres(ctx, cfg)
	} else {
		db, err = openSQLite(ctx, cfg.Path)
	}
	if err != nil {
		return nil, err
	}
	db.clock, db.again = clk, make(chan struct{}, 1)
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Dialect is the engine in use.
func (db *DB) Dialect() Dialect { return db.dialect }

// Path is the SQLite file, or "" on PostgreSQL.
func (db *DB) Path() string { return db.path }

// Clock is the clock that transactions take their time from.
func (db *DB) Clock() clock.Clock { return db.clock }

// Close closes the pools and gives up the process lock.
func (db *DB) Close() error {
	var errs []error
	if db.reader != nil && db.reader != db.writer {
		errs = append(errs, db.reader.Close())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	if db.pool != nil {
		db.pool.Close()
	}
	if db.lock != nil {
		errs = append(errs, db.lock())
		db.lock = nil
	}
	return errors.Join(errs...)
}

// Tx is a running transaction with one fixed time.
type Tx struct {
	tx      *sql.Tx
	db      *DB
	now     time.Time
	onDone  []func()
	writing bool
}

// Now is the transaction's time: the same for every row that it writes.
func (t *Tx) Now() time.Time { return t.now }

// NowMS is Now in milliseconds, as stored.
func (t *Tx) NowMS() int64 { return t.now.UnixMilli() }

// Dialect is the engine in use.
func (t *Tx) Dialect() Dialect { return t.db.dialect }

// Exec runs a statement.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := t.tx.ExecContext(ctx, query, args...)
	return res, Classify(err)
}

// Query runs a query; close the rows.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := t.tx.QueryContext(ctx, query, args...)
	return rows, Classify(err)
}

// QueryRow runs a query for one row; its Scan error wants Classify (no rows: not found).
func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) Row {
	return Row{t.tx.QueryRowContext(ctx, query, args...)}
}

// Prepare prepares a statement for the transaction; it ends with it.
func (t *Tx) Prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	st, err := t.tx.PrepareContext(ctx, query)
	return st, Classify(err)
}

// OnCommit runs fn after the transaction is durable; it is dropped on rollback. Use it to
// wake in-process listeners, never to do work that must not be lost (that goes to jobs).
func (t *Tx) OnCommit(fn func()) { t.onDone = append(t.onDone, fn) }

// Row is a row whose Scan reports fault kinds.
type Row struct{ row *sql.Row }

// Scan reads the row. Errors: not found when there is none.
func (r Row) Scan(dest ...any) error { return Classify(r.row.Scan(dest...)) }

// View runs fn in a read-only transaction on one consistent state.
func (db *DB) View(ctx context.Context, fn func(*Tx) error) error {
	return db.run(ctx, db.reader, &sql.TxOptions{ReadOnly: true, Isolation: db.isolation(false)}, fn)
}

// Update runs fn in a writing transaction: everything or nothing, durable when it returns
// nil. On PostgreSQL a serialisation failure or deadlock runs fn again, so fn must not touch
// anything outside the transaction. Those that run again queue up, so that each meets only
// transactions that are new: with many writers on one row (the audit head) nobody starves.
func (db *DB) Update(ctx context.Context, fn func(*Tx) error) error {
	for try := 0; ; try++ {
		err := db.run(ctx, db.writer, &sql.TxOptions{Isolation: db.isolation(true)}, fn)
		if err == nil || try == maxRetries || !retryable(err) {
			return err
		}
		if try > 0 {
			continue
		}
		select {
		case db.again <- struct{}{}:
			defer func() { <-db.again }()
		case <-ctx.Done():
			return Classify(ctx.Err())
		}
	}
}

const maxRetries = 20

func (db *DB) isolation(write bool) sql.IsolationLevel {
	if db.dialect == SQLite {
		return sql.LevelDefault // always serialisable
	}
	if write {
		return sql.LevelSerializable
	}
	return sql.LevelRepeatableRead
}

func (db *DB) run(ctx context.Context, pool *sql.DB, opts *sql.TxOptions, fn func(*Tx) error) (err error) {
	if db.dialect == SQLite {
		opts = nil // the pools are read-only and immediate by their DSN
	}
	tx, err := pool.BeginTx(ctx, opts)
	if err != nil {
		return Classify(err)
	}
	t := &Tx{tx: tx, db: db, now: db.clock.Now().Truncate(time.Millisecond), writing: pool == db.writer}
	defer func() {
		if p := recover(); p != nil {
			_ = tx.Rollback()
			panic(p)
		}
	}()
	if err := fn(t); err != nil {
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return Classify(err)
	}
	for _, f := range t.onDone {
		f()
	}
	return nil
}

// In makes "($k,$k+1,…)" for n values and the next free placeholder number.
func In(first, n int) (string, int) {
	if n == 0 {
		return "(NULL)", first
	}
	var b strings.Builder
	for i := range n {
		if i == 0 {
			b.WriteByte('(')
		} else {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	b.WriteByte(')')
	return b.String(), first + n
}

// ErrNewer is the reason a program older than its database refuses to start.
var ErrNewer = fault.New(fault.Unavailable, "schema_newer", "数据库由更新的版本写入，请使用不低于该版本的程序")
