package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/analysis/budget/hindcast"
	"qingshan/internal/rules/standard"
)

// dailyPanel is the daily city file of the hindcast, inside the shared folder.
const dailyPanel = "data/air/air_daily_aqistudy_2014-12_2017-01.csv.gz"

func evalCommand() command {
	c := command{
		name:    "eval",
		about:   "Rerun the hindcast of the target probability and write it beside the published bars.",
		usage:   "--shared DIR [--out FILE] [--members N] [--seed N]",
		example: "qingshan eval --shared ../shared --out docs/evaluation.md",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		shared := fs.String("shared", "", "`DIR` with "+dailyPanel)
		outFile := fs.String("out", "-", "`FILE` for the report (Markdown); - is standard output")
		members := fs.Int("members", 400, "`NUMBER` of members per city and day")
		seed := fs.Uint64("seed", 1, "`SEED`")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if *shared == "" || len(rest) > 0 || *members < 100 {
			return c.usageError(e, "want --shared DIR and at least 100 members")
		}
		report, missed, err := evaluate(ctx, filepath.Join(*shared, dailyPanel), *members, *seed)
		if err == nil {
			err = writeReport(e, *outFile, report)
		}
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		fmt.Fprintf(e.stderr, "hindcast done, %d bars missed\n", missed)
		return exitOK
	}
	return c
}

func evaluate(ctx context.Context, file string, members int, seed uint64) (report []byte, missed int, err error) {
	cities, err := readPanelFile(file)
	if err != nil {
		return nil, 0, err
	}
	panel, err := hindcast.NewPanel(cities, 2016, hindcast.PublishedSelection())
	if err != nil {
		return nil, 0, err
	}
	prior, err := budget.Prior()
	if err != nil {
		return nil, 0, err
	}
	cfg := hindcast.Config{Members: members, Seed: seed, YearShock: prior.YearShock, Workers: runtime.GOMAXPROCS(0)}
	for m := range hindcast.Methods {
		cfg.Methods = append(cfg.Methods, m)
	}
	if cfg.Limits2012, err = dailyLimits("2012"); err != nil {
		return nil, 0, err
	}
	if cfg.Limits2026, err = dailyLimits("2026-transition"); err != nil {
		return nil, 0, err
	}
	res, err := hindcast.Run(ctx, panel, cfg)
	if err != nil {
		return nil, 0, err
	}
	pub, err := hindcast.ReadPublished()
	if err != nil {
		return nil, 0, err
	}
	for _, v := range pub.Judge(res) {
		if !v.Kept {
			missed++
		}
	}
	var buf bytes.Buffer
	err = hindcast.Report(&buf, res, cfg, pub)
	return buf.Bytes(), missed, err
}

func dailyLimits(set string) (budget.Limits, error) {
	reg, err := standard.Builtin()
	if err != nil {
		return budget.Limits{}, err
	}
	ed, ok := reg.ByID(set)
	if !ok {
		return budget.Limits{}, fmt.Errorf("no standard set %s", set)
	}
	r, err := budget.RulingOf(ed)
	return r.Limits, err
}

func readPanelFile(file string) ([]hindcast.City, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return hindcast.ReadDaily(z)
}

// writeReport writes the whole report or, when that fails, leaves the old one.
func writeReport(e *env, file string, report []byte) error {
	if file == "-" {
		_, err := e.stdout.Write(report)
		return err
	}
	tmp := file + ".new"
	if err := os.WriteFile(tmp, report, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}
