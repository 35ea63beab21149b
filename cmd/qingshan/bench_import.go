package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/standard"
)

type importBenchResult struct {
	Job       string  `json:"job"`
	Engine    string  `json:"engine"`
	Values    int64   `json:"values"`
	Seconds   float64 `json:"seconds"`
	PerSecond int64   `json:"values_per_s"`
	Again     int64   `json:"again_values_per_s"` // the same file a second time
	Account   string  `json:"account"`
}

func benchImportCommand() command {
	c := command{
		name:    "bench import",
		about:   "Time the import of a file from disk into a new database, reading included, and of the same file again.",
		usage:   "--input FILE [--kind KIND] [--runs N] [--database URL]",
		example: "qingshan bench import --input hourly.csv.gz",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		input := fs.String("input", "", "the `FILE` to import")
		kind := fs.String("kind", "air-hourly", "what it holds: "+strings.Join(importer.KindNames(), ", "))
		runs := fs.Int("runs", 3, "how many times to begin with an empty database; the fastest is printed")
		database := fs.String("database", "", "PostgreSQL `URL`; a schema of its own is made there and removed (default: a temporary SQLite file)")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if len(rest) > 0 || *input == "" || *runs < 1 {
			return c.usageError(e, "wants --input FILE and at least one run")
		}
		var best importBenchResult
		for i := range *runs {
			res, err := benchImport(ctx, *input, *kind, *database)
			if err != nil {
				return c.fail(e, err)
			}
			if i == 0 || res.PerSecond > best.PerSecond {
				best = res
			}
		}
		if err := json.NewEncoder(e.stdout).Encode(best); err != nil {
			fmt.Fprintf(e.stderr, "qingshan %s: %v\n", c.name, err)
			return exitInternal
		}
		return exitOK
	}
	return c
}

func benchImport(ctx context.Context, input, kind, database string) (res importBenchResult, err error) {
	cfg, remove, err := benchStore(ctx, database)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	db, err := store.Open(ctx, cfg, clock.System())
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		return res, err
	}
	reg, err := standard.Builtin()
	if err != nil {
		return res, err
	}
	file, err := importFile(input)
	if err != nil {
		return res, err
	}
	imports := telemetry.NewImports(telemetry.New(db, rules), db, reg, telemetry.ImportConfig{})
	ctx = access.With(ctx, access.System("bench"))
	once := func() (telemetry.ImportReport, time.Duration, error) {
		watch := clock.Start()
		rep, err := imports.Run(ctx, file, telemetry.ImportOptions{Kind: kind}, nil, nil)
		return rep, watch.Elapsed(), err
	}
	first, took, err := once()
	if err != nil {
		return res, err
	}
	again, tookAgain, err := once()
	if err != nil {
		return res, err
	}
	return importBenchResult{Job: "import", Engine: string(db.Dialect()), Values: first.Received, Seconds: took.Seconds(),
		PerSecond: perSecond(int(first.Received), took), Again: perSecond(int(again.Received), tookAgain), Account: first.ImportCounts.String()}, nil
}
