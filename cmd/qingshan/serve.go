package main

import (
	"context"
	"fmt"

	"qingshan/internal/server"
)

func serveCommand() command {
	c := command{
		name:    "serve",
		about:   "Run the system: interface, API, devices and background jobs.",
		usage:   "--data DIR | --database URL [--addr HOST:PORT] [--roles web,ingest,jobs] [--config FILE]",
		example: "qingshan serve --data /var/lib/qingshan --addr 127.0.0.1:8080",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		cfg, rest, code, done := c.configured(e, args, nil)
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments, only flags; got %q", rest)
		}
		for _, text := range cfg.Idle() {
			fmt.Fprintf(e.stderr, "qingshan serve: warning: %s\n", text)
		}
		s, err := server.New(ctx, cfg, server.Options{Version: version, Log: server.NewLog(e.stderr, cfg)})
		if err != nil {
			return c.fail(e, err)
		}
		if err := s.Run(ctx); err != nil {
			return c.fail(e, err)
		}
		return exitOK
	}
	return c
}
