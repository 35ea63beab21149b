package main

import (
	"context"
	"fmt"

	"qingshan/internal/platform/backup"
	"qingshan/internal/platform/clock"
	"qingshan/internal/server"
)

func restoreCommand() command {
	c := command{
		name:    "restore",
		about:   "Bring a backup into an empty data folder or database, and prove what was restored.",
		usage:   "FROM --data DIR | --database URL",
		example: "qingshan restore /backup/qingshan-20260828 --data /var/lib/qingshan",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		cfg, rest, code, done := c.configured(e, args, nil)
		if done {
			return code
		}
		if len(rest) != 1 {
			return c.usageError(e, "wants one folder to read from")
		}
		m, err := backup.Restore(ctx, rest[0], cfg.Store(), clock.System(), cfg.Folders()...)
		if err != nil {
			return c.fail(e, err)
		}
		rows, _ := sizes(m)
		fmt.Fprintf(e.stdout, "restored %d tables, %d rows of %s\n", len(m.Tables), rows, m.CreatedAt)
		db, err := readDatabase(ctx, cfg)
		if err != nil {
			return c.fail(e, err)
		}
		defer func() { _ = db.Close() }() // read only: nothing to lose
		checks, err := server.Verify(ctx, cfg, db)
		code = printChecks(e, checks)
		if err != nil {
			return c.fail(e, err)
		}
		return code
	}
	return c
}
