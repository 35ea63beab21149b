package main

import (
	"context"
	"fmt"

	"qingshan/internal/platform/backup"
)

func backupCommand() command {
	c := command{
		name:    "backup",
		about:   "Copy the whole database into a new folder while the server may be running.",
		usage:   "--data DIR | --database URL TO",
		example: "qingshan backup --data /var/lib/qingshan /backup/qingshan-20260828",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		cfg, rest, code, done := c.configured(e, args, nil)
		if done {
			return code
		}
		if len(rest) != 1 {
			return c.usageError(e, "wants one folder to write to")
		}
		db, err := readDatabase(ctx, cfg)
		if err != nil {
			return c.fail(e, err)
		}
		defer func() { _ = db.Close() }() // read only: nothing to lose
		m, err := backup.Write(ctx, db, rest[0], version, cfg.Folders()...)
		if err != nil {
			return c.fail(e, err)
		}
		rows, size := sizes(m)
		fmt.Fprintf(e.stdout, "%s: %s, schema %d, %d tables, %d rows, %d files, %d bytes\n",
			rest[0], m.Engine, m.Schema, len(m.Tables), rows, len(m.Files), size)
		return exitOK
	}
	return c
}

func sizes(m *backup.Manifest) (rows, size int64) {
	for _, t := range m.Tables {
		rows += t.Rows
	}
	for _, f := range m.Files {
		size += f.Size
	}
	return rows, size
}
