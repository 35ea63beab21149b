package main

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	_ "modernc.org/sqlite" // the driver answers which SQLite it is

	"qingshan/internal/rules/standard"
)

// version is the release; the commit comes from the build information.
const version = "0.1.0"

func versionCommand() command {
	c := command{
		name:    "version",
		about:   "Print version, commit, Go and SQLite version, and the built-in standard sets.",
		example: "qingshan version",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments")
		}
		lite, err := sqliteVersion(ctx)
		if err != nil {
			fmt.Fprintf(e.stderr, "qingshan version: %v\n", err)
			return exitInternal
		}
		reg, err := standard.Builtin()
		if err != nil {
			fmt.Fprintf(e.stderr, "qingshan version: %v\n", err)
			return exitInternal
		}
		fmt.Fprintf(e.stdout, "qingshan %s\ncommit %s\n%s %s/%s\nsqlite %s\nstandards:\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, lite)
		for _, ed := range reg.Editions() {
			fmt.Fprintf(e.stdout, "  %-16s %s … %s  %s\n", ed.ID, ed.From, ed.To, strings.Join(ed.Numbers(), ", "))
		}
		return exitOK
	}
	return c
}

func sqliteVersion(ctx context.Context) (v string, err error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return "", err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&v)
	return v, err
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			rev = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = " (modified)"
		}
	}
	return rev + dirty
}
