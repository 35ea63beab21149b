package store

import (
	"container/list"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"modernc.org/sqlite"
)

// maxStatements is how many parsed statements a connection keeps; maxStatementText is the
// longest text, in bytes, that is kept. PostgreSQL's driver keeps its own.
const (
	maxStatements    = 256
	maxStatementText = 16 << 10
)

// openCached opens a SQLite database whose connections keep parsed statements: parsing and
// planning costs more than running most of the rooms' statements. SQLite itself parses a kept
// statement again when the schema changed under it.
func openCached(dsn string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(cachingConnector{c}), nil
}

type cachingConnector struct{ driver.Connector }

func (c cachingConnector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := raw.(liteConn)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what its connections are asked for"), raw.Close())
	}
	return &cachingConn{liteConn: conn, byText: map[string]*list.Element{}}, nil
}

// liteConn is what database/sql uses of a connection of the driver.
type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// cachingConn is a connection with its parsed statements, the last used in front.
// database/sql lets only one goroutine at a time use a connection, its rows included.
type cachingConn struct {
	liteConn
	byText map[string]*list.Element
	used   list.List // of *kept
}

// kept is a parsed statement; busy while rows of it are open.
type kept struct {
	text string
	stmt liteStmt
	busy bool
}

type liteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// ExecContext implements driver.ExecerContext.
func (c *cachingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	k, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.liteConn.ExecContext(ctx, query, args)
	}
	return k.stmt.ExecContext(ctx, args)
}

// QueryContext implements driver.QueryerContext.
func (c *cachingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	k, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return c.liteConn.QueryContext(ctx, query, args)
	}
	rows, err := k.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	k.busy = true
	return &keptRows{rows, k}, nil
}

// keptRows gives its statement free when it is closed.
type keptRows struct {
	driver.Rows
	k *kept
}

func (r *keptRows) Close() error {
	r.k.busy = false
	return r.Rows.Close()
}

// statement finds or parses a statement; nil when this run must do without: the text is not
// worth keeping, or rows of the same text are still open.
func (c *cachingConn) statement(ctx context.Context, query string) (*kept, error) {
	if e := c.byText[query]; e != nil {
		c.used.MoveToFront(e)
		if k := e.Value.(*kept); !k.busy {
			return k, nil
		}
		return nil, nil
	}
	if !worthKeeping(query) {
		return nil, nil
	}
	st, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	stmt, ok := st.(liteStmt)
	if !ok {
		return nil, errors.Join(errors.New("the SQLite driver lacks what its statements are asked for"), st.Close())
	}
	k := &kept{text: query, stmt: stmt}
	c.byText[query] = c.used.PushFront(k)
	return k, c.trim()
}

// trim drops the statements that were not used for longest, but none whose rows are open.
func (c *cachingConn) trim() error {
	for e := c.used.Back(); e != nil && c.used.Len() > maxStatements; {
		k, before := e.Value.(*kept), e.Prev()
		if !k.busy {
			c.used.Remove(e)
			delete(c.byText, k.text)
			if err := k.stmt.Close(); err != nil {
				return err
			}
		}
		e = before
	}
	return nil
}

// worthKeeping tells whether a text is one of the rooms' statements: not a change of the
// schema, a pragma or a script of the migrations.
func worthKeeping(query string) bool {
	if len(query) > maxStatementText {
		return false
	}
	word := strings.TrimLeft(query, " \t\n")
	for _, start := range []string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"} {
		if len(word) > len(start) && strings.EqualFold(word[:len(start)], start) {
			return true
		}
	}
	return false
}

// Close implements driver.Conn.
func (c *cachingConn) Close() error {
	var errs []error
	for e := c.used.Front(); e != nil; e = e.Next() {
		errs = append(errs, e.Value.(*kept).stmt.Close())
	}
	c.used.Init()
	clear(c.byText)
	return errors.Join(append(errs, c.liteConn.Close())...)
}
