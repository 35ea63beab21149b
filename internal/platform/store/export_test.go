package store

import (
	"context"
	"fmt"
)

// MaxStatements is the bound that tests hold the connections against.
const MaxStatements = maxStatements

// KeptStatements counts the statements that the writing connection keeps.
func KeptStatements(ctx context.Context, db *DB) (n int, err error) {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	return n, conn.Raw(func(raw any) error {
		c, ok := raw.(*cachingConn)
		if !ok {
			return fmt.Errorf("the writer's connection is a %T", raw)
		}
		if n = c.used.Len(); n != len(c.byText) {
			return fmt.Errorf("%d statements in the list, %d by text", n, len(c.byText))
		}
		return nil
	})
}
