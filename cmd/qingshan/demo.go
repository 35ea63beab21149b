package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/server"
	"qingshan/internal/server/demonstration"
	"qingshan/packs/demo"
)

func demoCommand() command {
	c := command{
		name:    "demo",
		about:   "Make the demonstration city if DIR is empty, run everything in one process, print address and accounts.",
		usage:   "[--dir DIR] [--addr 127.0.0.1:8080] [--speed N] [--start TIME] [--no-sim]",
		example: "qingshan demo --dir data/demo --speed 60",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		var d demoRun
		var start string
		cfg, rest, code, done := c.configured(e, args, func(fs *flag.FlagSet) {
			fs.StringVar(&d.dir, "dir", "", "folder of the demonstration city (default data/demo)")
			fs.Float64Var(&d.speed, "speed", 1, "seconds of the city's clock in a second; 0 stands still")
			fs.StringVar(&start, "start", "", "civil time at which the city's clock goes on, such as 2026-09-30T16:30; time only goes forward")
			fs.BoolVar(&d.still, "no-sim", false, "nothing new arrives while the clock goes on")
		})
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments, only flags; got %q", rest)
		}
		if d.speed < 0 || d.speed > 86400 {
			return c.usageError(e, "--speed %g: want 0 to 86400", d.speed)
		}
		if start != "" {
			ms, err := calendar.ParseTime(start)
			if err != nil {
				return c.usageError(e, "--start: %v", err)
			}
			d.start = time.UnixMilli(ms).In(clock.Shanghai)
		}
		cfg.Data = d.folder(cfg.Data)
		if err := d.run(ctx, e, cfg); err != nil {
			return c.fail(e, err)
		}
		return exitOK
	}
	return c
}

// demoRun is one run of the demonstration.
type demoRun struct {
	dir   string
	speed float64
	start time.Time // zero: where it stopped
	still bool
}

// folder is --dir, else a data folder that was configured, else data/demo.
func (d *demoRun) folder(configured string) string {
	switch {
	case d.dir != "":
		return d.dir
	case configured != server.Default().Data:
		return configured
	}
	return filepath.Join(configured, "demo")
}

func (d *demoRun) run(ctx context.Context, e *env, cfg *server.Config) error {
	span := demonstration.Published()
	ready, err := demonstration.Prepare(ctx, cfg.Store(), cfg.EvidenceDir(), span, demo.Seed, demoProgress(e))
	if err != nil {
		return err
	}
	at, err := d.begin(ready.Resume)
	if err != nil {
		return err
	}
	clk := clock.NewScaled(at, d.speed)
	s, err := server.New(ctx, cfg, server.Options{
		Clock: clk, Log: server.NewLog(e.stderr, cfg), Version: version, Demo: true, Speed: clk.Speed,
	})
	if err != nil {
		return err
	}
	city, err := demonstration.New(s.DB(), cfg.EvidenceDir(), span, ready.Seed)
	if err == nil {
		err = s.Listen()
	}
	if err == nil {
		err = d.announce(e, s.Addr(), at, city)
	}
	if err != nil {
		return errors.Join(err, s.Close())
	}
	return d.serve(ctx, s, city, clk)
}

// begin is where the city's clock goes on: where it stopped, or later when that was asked for.
// Nothing that is recorded may lie in its future.
func (d *demoRun) begin(resume time.Time) (time.Time, error) {
	switch {
	case d.start.IsZero():
		return resume, nil
	case d.start.Before(resume):
		return resume, fmt.Errorf("--start %s: the city's clock stands at %s already, and time only goes forward",
			calendar.FormatTime(d.start.UnixMilli()), calendar.FormatTime(resume.UnixMilli()))
	}
	return d.start, nil
}

// serve runs the server and the feed side by side. The feed writes down where it stopped, so
// it ends first, while the database is open.
func (d *demoRun) serve(ctx context.Context, s *server.Server, city *demonstration.City, clk clock.Clock) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	fed := make(chan error, 1)
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer end()
		if d.still {
			fed <- city.Rest(ctx, clk)
			return
		}
		fed <- city.Run(ctx, clk)
	}()
	err := s.Run(serving)
	stop()
	return errors.Join(err, <-fed)
}

func (d *demoRun) announce(e *env, address string, at time.Time, city *demonstration.City) error {
	who, err := city.Organisation()
	if err != nil {
		return err
	}
	return demonstration.Announce(e.stdout, address, at, d.speed, who.Accounts)
}

// demoProgress prints a line for every tenth of the making.
func demoProgress(e *env) func(float64, string) {
	next := 0.0
	return func(done float64, what string) {
		if done >= next {
			next = done + 0.1
			fmt.Fprintf(e.stderr, "正在生成演示城市 %3.0f %%  %s\n", done*100, what)
		}
	}
}
