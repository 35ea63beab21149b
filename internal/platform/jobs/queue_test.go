package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// bench is one database with its two clocks and the runners that a test starts.
type bench struct {
	t       *testing.T
	db      *store.DB
	city    *clock.Manual
	machine *clock.Manual
}

// both runs a test on each engine with an empty database.
func both(t *testing.T, test func(t *testing.T, b *bench)) {
	for name, cfg := range map[string]func(t *testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Path: filepath.Join(t.TempDir(), "q.db")} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{t: t, city: clock.NewManual(morning), machine: clock.NewManual(morning)}
			b.db = open(t, cfg(t), b.city)
			test(t, b)
		})
	}
}

func open(t *testing.T, cfg store.Config, clk clock.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (b *bench) runner(name string) *jobs.Runner {
	return jobs.NewRunner(b.db, jobs.Options{Name: name, Machine: b.machine, Jitter: func() float64 { return 0.5 }})
}

// start runs r until stop is called or the test ends.
func (b *bench) start(r *jobs.Runner) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() {
		defer close(over)
		if err := r.Run(ctx); !errors.Is(err, context.Canceled) {
			b.t.Errorf("run ended with %v", err)
		}
	}()
	var once sync.Once
	stop = func() { once.Do(func() { cancel(); <-over }) }
	b.t.Cleanup(stop)
	return stop
}

func (b *bench) enqueue(j jobs.Job) int64 {
	b.t.Helper()
	ctx := access.WithRequestID(b.t.Context(), "req-1")
	var id int64
	err := b.db.Update(ctx, func(tx *store.Tx) (err error) {
		id, err = jobs.EnqueueID(ctx, tx, j)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func (b *bench) get(id int64) jobs.Job {
	b.t.Helper()
	var j jobs.Job
	err := b.db.View(b.t.Context(), func(tx *store.Tx) (err error) {
		j, err = jobs.Get(b.t.Context(), tx, id)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return j
}

// until waits, in real time, for a state that a goroutine brings about; the machine's clock
// of the runners moves by step at each look.
func (b *bench) until(what string, step time.Duration, reached func() bool) {
	b.t.Helper()
	watch := clock.Start()
	for !reached() {
		if watch.Elapsed() > 20*time.Second {
			b.t.Fatalf("never: %s", what)
		}
		b.machine.Advance(step)
		time.Sleep(2 * time.Millisecond)
	}
}

func (b *bench) done(id int64) func() bool {
	return func() bool { return b.get(id).State == jobs.Done }
}

func TestJobRunsAfterTheCommitWithItsPayload(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		got := make(chan string, 1)
		r := b.runner("a")
		r.Handle("greet", func(ctx context.Context, j jobs.Job) error {
			var p struct{ Name string }
			if err := j.Decode(&p); err != nil {
				return err
			}
			who, _ := access.From(ctx)
			got <- fmt.Sprint(p.Name, " ", j.Attempt, " ", access.RequestID(ctx), " ", who.IsSystem())
			return nil
		})
		b.start(r)
		boom := errors.New("boom")
		err := b.db.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(jobs.Enqueue(t.Context(), tx, jobs.Job{Kind: "greet"}), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		id := b.enqueue(jobs.Job{Kind: "greet", Payload: map[string]string{"Name": "青山"}})
		b.until("done", 0, b.done(id)) // woken by the commit, not by the clock
		if g, want := <-got, "青山 1 req-1 true"; g != want {
			t.Errorf("got %q, want %q", g, want)
		}
		if len(got) != 0 {
			t.Error("the rolled back job ran")
		}
	})
}

func TestJobWaitsForItsTime(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		r := b.runner("a")
		r.Handle("k", func(context.Context, jobs.Job) error { return nil })
		b.start(r)
		id := b.enqueue(jobs.Job{Kind: "k", RunAt: morning.Add(time.Hour)})
		first := b.enqueue(jobs.Job{Kind: "k"})
		b.until("the due one", 0, b.done(first))
		if s := b.get(id).State; s != jobs.Ready {
			t.Fatalf("a job of 09:00 is %s at 08:00", s)
		}
		b.city.Advance(time.Hour)
		b.until("the later one", time.Second, b.done(id)) // by polling
	})
}

func TestFailureIsTriedAgainWithPausesAndThenDead(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		var tries []time.Time
		fail := true
		r := b.runner("a")
		r.Handle("k", func(context.Context, jobs.Job) error {
			tries = append(tries, b.machine.Now())
			if fail {
				return errors.New("no network")
			}
			return nil
		})
		stop := b.start(r)
		id := b.enqueue(jobs.Job{Kind: "k", MaxAttempts: 4})
		b.until("dead", time.Second, func() bool { return b.get(id).State == jobs.Dead })
		stop()
		// 5 s doubled, half of it fixed and half × 0.5 jitter: 3.75, 7.5 and 15 s.
		for i, want := range []time.Duration{3750, 7500, 15000} {
			if got := tries[i+1].Sub(tries[i]); got < want*time.Millisecond {
				t.Errorf("pause %d was %v, want at least %v", i+1, got, want*time.Millisecond)
			}
		}
		j := b.get(id)
		if len(tries) != 4 || j.Attempt != 4 || j.LastError != "no network" || j.FinishedAt.IsZero() {
			t.Errorf("%d tries, %+v", len(tries), j)
		}
		events, err := jobs.Feed(t.Context(), b.db, 0, 10)
		if err != nil || len(events) != 1 || events[0].Name != "job.dead" || events[0].Object != fmt.Sprint(id) {
			t.Errorf("events %+v, %v", events, err)
		}
		fail = false
		retry := func() error {
			return b.db.Update(t.Context(), func(tx *store.Tx) error { return jobs.Retry(t.Context(), tx, id) })
		}
		if err := retry(); err != nil {
			t.Fatal(err)
		}
		if err := retry(); !fault.Is(err, fault.Conflict) {
			t.Errorf("retry of a waiting job: %v", err)
		}
		again := b.runner("b")
		again.Handle("k", func(context.Context, jobs.Job) error { return nil })
		b.start(again)
		b.until("done after retry", time.Second, b.done(id))
	})
}

func TestPanicAndPermanentErrors(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		r := b.runner("a")
		r.Handle("panics", func(context.Context, jobs.Job) error { panic("index out of range") })
		r.Handle("hopeless", func(context.Context, jobs.Job) error { return jobs.Permanent(errors.New("no such site")) })
		r.Handle("unreadable", func(_ context.Context, j jobs.Job) error {
			var n int
			return j.Decode(&n)
		})
		r.Handle("fine", func(context.Context, jobs.Job) error { return nil })
		b.start(r)
		for kind, want := range map[string]struct {
			attempts int
			text     string
		}{
			"panics": {2, "panic: index out of range"}, "hopeless": {1, "no such site"},
			"unreadable": {1, "invalid job_payload: 任务内容无法读取: json: cannot unmarshal string into Go value of type int"},
		} {
			id := b.enqueue(jobs.Job{Kind: kind, Payload: "x", MaxAttempts: 2})
			b.until(kind+" dead", time.Second, func() bool { return b.get(id).State == jobs.Dead })
			if j := b.get(id); j.Attempt != want.attempts || j.LastError != want.text {
				t.Errorf("%s: attempt %d, %q", kind, j.Attempt, j.LastError)
			}
		}
		id := b.enqueue(jobs.Job{Kind: "fine"})
		b.until("the runner survives", 0, b.done(id))
	})
}

func TestDedupe(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		j := jobs.Job{Kind: "k", DedupeKey: "day 2026-08-27"}
		first, second := b.enqueue(j), b.enqueue(j)
		other := b.enqueue(jobs.Job{Kind: "other", DedupeKey: j.DedupeKey})
		free := b.enqueue(jobs.Job{Kind: "k"})
		if first != second || other == first || free == first {
			t.Errorf("ids %d %d %d %d", first, second, other, free)
		}
		inside, leave := make(chan int64, 9), make(chan error)
		r := b.runner("a")
		r.Handle("k", func(ctx context.Context, j jobs.Job) error {
			inside <- j.ID
			select {
			case err := <-leave:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		b.start(r)
		<-inside
		<-inside // both of kind k run now
		third := b.enqueue(j)
		if third == first {
			t.Fatal("a change during the run was lost in the running job")
		}
		leave <- errors.New("fails once")
		leave <- errors.New("fails once")
		b.until("the later job", time.Second, func() bool {
			select {
			case leave <- nil:
			default:
			}
			return b.get(third).State == jobs.Done && b.get(first).State == jobs.Done
		})
		// The waiting one takes the failed one's work over, unless it had already begun when
		// the first failed: then the first runs again.
		if j := b.get(first); j.LastError != "由后续相同任务执行" && j.Attempt < 2 {
			t.Errorf("the failed one was neither taken over nor run again: %+v", j)
		}
	})
}
