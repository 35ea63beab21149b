package jobs

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"sync"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Handler does one job. ctx carries the system as actor and the request id of the job; it is
// cancelled when the lease is lost and when the runner stops.
type Handler func(ctx context.Context, j Job) error

// Options tune a runner. The zero value is right for a server.
type Options struct {
	Workers int           // jobs at a time; 0: 2
	Poll    time.Duration // look for jobs of other processes; 0: 1 s
	Lease   time.Duration // a job without a heartbeat for so long runs again; 0: 60 s
	Grace   time.Duration // wait for handlers at the end; 0: 8 s
	Keep    time.Duration // keep done jobs; 0: 7 days. Dead ones stay until retried
	// Backoff is the pause after the first failure; it doubles up to MaxBackoff. 0: 5 s, 1 h.
	Backoff, MaxBackoff time.Duration
	// Jitter gives a number in [0,1) for each pause, so that jobs that failed together do not
	// come back together. Nil: random.
	Jitter func() float64
	// Machine is the clock of leases, pauses and polling; nil is the machine's. Start times
	// and schedules follow the database's clock, the city's.
	Machine clock.Clock
	Log     *slog.Logger
	// Name of this runner in locks; "": random.
	Name string
	// Alone says that no other process runs jobs of this database, as with SQLite: a job that
	// is running when Run begins was left by a process that died, and is taken up at once
	// instead of when its lease ends.
	Alone bool
}

func (o Options) withDefaults() Options {
	pick := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	pick(&o.Poll, time.Second)
	pick(&o.Lease, time.Minute)
	pick(&o.Grace, 8*time.Second)
	pick(&o.Keep, 7*24*time.Hour)
	pick(&o.Backoff, 5*time.Second)
	pick(&o.MaxBackoff, time.Hour)
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Jitter == nil {
		o.Jitter = mathrand.Float64
	}
	if o.Machine == nil {
		o.Machine = clock.System()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Name == "" {
		b := make([]byte, 8)
		_, _ = rand.Read(b) // never fails
		o.Name = hex.EncodeToString(b)
	}
	return o
}

// Runner runs the jobs it has handlers for. Several runners, in one process or many, share
// one queue.
type Runner struct {
	db       *store.DB
	opt      Options
	handlers map[string]Handler
	plans    []Schedule
	started  time.Time // city time
	looked   time.Time // machine time of the last look at the schedules
	swept    time.Time // machine time of the last clean-up
}

// NewRunner makes a runner. Add handlers and schedules, then Run.
func NewRunner(db *store.DB, opt Options) *Runner {
	return &Runner{db: db, opt: opt.withDefaults(), handlers: map[string]Handler{}}
}

// Handle says what does the jobs of a kind. It panics on a second handler for one kind: that
// is a mistake in the program.
func (r *Runner) Handle(kind string, h Handler) {
	if _, twice := r.handlers[kind]; twice {
		panic("jobs: two handlers for " + kind)
	}
	r.handlers[kind] = h
}

func (r *Runner) kinds() []string {
	out := make([]string, 0, len(r.handlers))
	for k := range r.handlers {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// Run works until ctx ends, then waits for running handlers, at most Grace. A handler that
// ends because of the stop gives its job back unharmed; one that does not end loses its lease
// and runs again elsewhere. A database that is away for a while is waited for. The error is
// ctx's, or that of a schedule that cannot be read.
func (r *Runner) Run(ctx context.Context) error {
	ctx = access.With(ctx, access.System("jobs"))
	woken, stop := r.db.Listen(jobTopic)
	defer stop()
	r.started = r.db.Clock().Now()
	if err := r.takeOver(ctx); err != nil {
		return err
	}
	if err := r.saveSchedules(ctx); err != nil {
		return err
	}
	free := make(chan struct{}, r.opt.Workers)
	var running sync.WaitGroup
	for ctx.Err() == nil {
		r.chores(ctx)
		worked := r.fill(ctx, free, &running)
		if !worked {
			_ = pause(ctx, r.opt.Machine, r.opt.Poll, woken)
		}
	}
	r.wait(&running)
	return ctx.Err()
}

// fill starts jobs until no worker is free or no job is due; false when the queue is empty.
func (r *Runner) fill(ctx context.Context, free chan struct{}, running *sync.WaitGroup) bool {
	select {
	case free <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	j, err := r.claim(ctx)
	if err != nil || j == nil {
		<-free
		if err != nil && ctx.Err() == nil && !fault.Is(err, fault.Unavailable) {
			r.opt.Log.ErrorContext(ctx, "cannot take a job", "error", err)
		}
		return false
	}
	running.Go(func() {
		defer func() { <-free }()
		r.work(ctx, *j)
	})
	return true
}

// chores turn due schedules into jobs and, once in a while, clean up.
func (r *Runner) chores(ctx context.Context) {
	now := r.opt.Machine.Now()
	if now.Sub(r.looked) >= r.opt.Poll {
		r.looked = now
		if err := r.runSchedules(ctx); err != nil && ctx.Err() == nil {
			r.opt.Log.ErrorContext(ctx, "schedules are delayed", "error", err)
		}
	}
	if now.Sub(r.swept) < 10*time.Minute {
		return
	}
	r.swept = now
	before := now.Add(-r.opt.Keep).UnixMilli()
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM job WHERE state = 'done' AND finished_at < $1", before)
		return err
	})
	if err != nil && ctx.Err() == nil {
		r.opt.Log.WarnContext(ctx, "old jobs were not removed", "error", err)
	}
}

func (r *Runner) wait(running *sync.WaitGroup) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		running.Wait()
		cancel()
	}()
	if r.opt.Machine.Sleep(ctx, r.opt.Grace) == nil {
		r.opt.Log.Warn("a job did not stop in time; it will run again when its lease ends")
	}
	cancel()
}

// pauseAfter is the back-off before try number attempt+1: half fixed, half jitter.
func (r *Runner) pauseAfter(attempt int) time.Duration {
	d := r.opt.MaxBackoff
	if shift := attempt - 1; shift < 30 && r.opt.Backoff<<shift < d {
		d = r.opt.Backoff << shift
	}
	return d/2 + time.Duration(r.opt.Jitter()*float64(d/2))
}

func isPermanent(err error) bool {
	var p *permanent
	return errors.As(err, &p)
}
