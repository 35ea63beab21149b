package main

import (
	"context"
	"fmt"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/server"
)

func checkCommand() command {
	c := command{
		name:    "check",
		about:   "Explain every setting and check what the system stands on: clock, calendar, standards, disk, files, database.",
		usage:   "--data DIR | --database URL [--config FILE]",
		example: "qingshan check --data /var/lib/qingshan",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		cfg, rest, code, done := c.configured(e, args, nil)
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments, only flags; got %q", rest)
		}
		for _, s := range cfg.Explain() {
			from := s.From
			if s.Place != "" {
				from += " " + s.Place
			}
			fmt.Fprintf(e.stdout, "%-16s = %-24s [%s] %s\n", s.Name, s.Value, from, s.Explain)
		}
		fmt.Fprintln(e.stdout)
		db, err := readDatabase(ctx, cfg)
		checks := server.Checks(ctx, cfg, db, clock.System())
		if db != nil {
			defer func(db *store.DB) { _ = db.Close() }(db) // read only: nothing to lose
		}
		switch {
		case fault.Is(err, fault.NotFound):
			checks = append(checks, server.Check{Name: "数据库", OK: true, Detail: "尚未建立，首次启动时创建：" + cfg.Store().Path})
		case err != nil:
			checks = append(checks, server.Check{Name: "数据库", Detail: sentence(err)})
		}
		return printChecks(e, checks)
	}
	return c
}
