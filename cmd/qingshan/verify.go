package main

import (
	"context"

	"qingshan/internal/server"
)

func verifyCommand() command {
	c := command{
		name:    "verify",
		about:   "Prove the stored data: audit chain, series checksums, received = stored + unchanged + rejected per stream, the hash of every file of evidence.",
		usage:   "--data DIR | --database URL",
		example: "qingshan verify --data /var/lib/qingshan",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		cfg, rest, code, done := c.configured(e, args, nil)
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments, only flags; got %q", rest)
		}
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
