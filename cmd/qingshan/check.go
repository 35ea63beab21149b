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
		for _, text := range cfg.Idle() {
			fmt.Fprintf(e.stderr, "qingshan check: warning: %s\n", text)
		}
		db, err := readDatabase(ctx, cfg)
		checks := server.Checks(ctx, cfg, db, clock.System())
		checks = append(checks, rolesCheck(cfg))
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

// rolesCheck reads the installation's own roles.
func rolesCheck(cfg *server.Config) server.Check {
	path := cfg.RolePack()
	switch roles, err := cfg.LoadRoles(); {
	case err != nil:
		return server.Check{Name: "角色", Detail: err.Error()}
	case path == "":
		return server.Check{Name: "角色", OK: true, Detail: fmt.Sprintf("内置 %d 种，无自定角色", len(roles.All()))}
	default:
		return server.Check{Name: "角色", OK: true, Detail: fmt.Sprintf("共 %d 种，自定角色见 %s", len(roles.All()), path)}
	}
}
