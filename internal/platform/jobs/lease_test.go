package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

const crashEnv = "QINGSHAN_TEST_CRASH_DB"

// TestMain is also the program that dies in the middle of a job (TestCrash).
func TestMain(m *testing.M) {
	if dsn := os.Getenv(crashEnv); dsn != "" {
		crash(dsn)
	}
	pgtest.Main(m)
}

func config(dsn string) store.Config {
	if strings.HasPrefix(dsn, "host=") {
		return store.Config{URL: dsn}
	}
	return store.Config{Path: dsn}
}

// crash takes a job, does half of its work and dies like a killed process.
func crash(dsn string) {
	db, err := store.Open(context.Background(), config(dsn), clock.NewManual(morning))
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	r := jobs.NewRunner(db, jobs.Options{Name: "child", Machine: clock.NewManual(morning)})
	r.Handle("k", func(ctx context.Context, j jobs.Job) error {
		if err := effect(ctx, db, j); err != nil {
			fmt.Println(err)
		}
		os.Exit(42)
		return nil
	})
	fmt.Println(r.Run(context.Background()))
	os.Exit(1)
}

// effect does a job's work once, whatever the number of runs: the row's key is the job's id.
func effect(ctx context.Context, db *store.DB, j jobs.Job) error {
	return db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
			fmt.Sprintf("effect/%d", j.ID), fmt.Sprint(j.Attempt), tx.NowMS())
		return err
	})
}

func TestCrashBetweenClaimAndCompletion(t *testing.T) {
	for name, dsn := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "q.db") },
		"postgres": func(t *testing.T) string { return pgtest.URL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{t: t, city: clock.NewManual(morning), machine: clock.NewManual(morning)}
			at := dsn(t)
			b.db = open(t, config(at), b.city)
			id := b.enqueue(jobs.Job{Kind: "k"})
			if err := b.db.Close(); err != nil { // the child takes the SQLite file's lock
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), crashEnv+"="+at)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 42 {
				t.Fatalf("the child did not die as planned: %v\n%s", err, out)
			}
			b.db = open(t, config(at), b.city)
			if j := b.get(id); j.State != jobs.Running || j.Attempt != 1 {
				t.Fatalf("after the crash: %+v", j)
			}
			r := b.runner("heir")
			r.Handle("k", func(ctx context.Context, j jobs.Job) error { return effect(ctx, b.db, j) })
			b.start(r)
			before := b.machine.Now()
			b.until("run again", time.Second, b.done(id))
			if waited := b.machine.Now().Sub(before); waited < time.Minute {
				t.Errorf("taken over after %v, before the lease of a minute was over", waited)
			}
			var n int
			err = b.db.View(t.Context(), func(tx *store.Tx) error {
				return tx.QueryRow(t.Context(), "SELECT COUNT(*) FROM setting WHERE name LIKE 'effect/%' AND value = '1'").Scan(&n)
			})
			if err != nil || n != 1 || b.get(id).Attempt != 2 {
				t.Errorf("%d effects of the first run (%v), %+v", n, err, b.get(id))
			}
		})
	}
}

func TestAJobThatKillsItsProcessIsDeadInTheEnd(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		id := b.enqueue(jobs.Job{Kind: "k", MaxAttempts: 3})
		err := b.db.Update(t.Context(), func(tx *store.Tx) error { // what the third crash leaves behind
			_, err := tx.Exec(t.Context(), "UPDATE job SET state = 'running', attempts = 3, locked_by = 'gone', locked_until = 1 WHERE id = $1", id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		r := b.runner("a")
		r.Handle("k", func(context.Context, jobs.Job) error { t.Error("ran a fourth time"); return nil })
		b.start(r)
		b.until("dead", time.Second, func() bool { return b.get(id).State == jobs.Dead })
	})
}

func TestOneJobIsClaimedByOneRunner(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		const n = 40
		var mu sync.Mutex
		ran := map[int64]int{}
		for i := range 4 {
			r := b.runner(fmt.Sprint("r", i))
			r.Handle("k", func(_ context.Context, j jobs.Job) error {
				mu.Lock()
				defer mu.Unlock()
				ran[j.ID]++
				return nil
			})
			b.start(r)
		}
		for range n {
			b.enqueue(jobs.Job{Kind: "k"})
		}
		b.until("all done", 100*time.Millisecond, func() bool { return b.counts()[jobs.Done] == n })
		if len(ran) != n {
			t.Errorf("%d jobs ran, want %d", len(ran), n)
		}
		for id, times := range ran {
			if times != 1 {
				t.Errorf("job %d ran %d times", id, times)
			}
		}
	})
}

func (b *bench) counts() map[jobs.State]int {
	b.t.Helper()
	var out map[jobs.State]int
	err := b.db.View(b.t.Context(), func(tx *store.Tx) (err error) {
		out, err = jobs.Counts(b.t.Context(), tx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestHeartbeatKeepsALongJob(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		inside, leave := make(chan int, 9), make(chan error)
		work := func(_ context.Context, j jobs.Job) error {
			inside <- j.Attempt
			return <-leave
		}
		for _, name := range []string{"a", "b"} {
			r := b.runner(name)
			r.Handle("k", work)
			b.start(r)
		}
		id := b.enqueue(jobs.Job{Kind: "k"})
		<-inside
		end := b.machine.Now().Add(5 * time.Minute) // five leases
		b.until("five minutes", time.Second, func() bool { return b.machine.Now().After(end) })
		leave <- nil
		b.until("done", 0, b.done(id))
		if len(inside) != 0 || b.get(id).Attempt != 1 {
			t.Errorf("a job with a heartbeat was taken over: %+v", b.get(id))
		}
	})
}

func TestLostLeaseCancelsAndMayNotFinish(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		inside, finish := make(chan struct{}), make(chan error, 1)
		r := b.runner("slow")
		r.Handle("k", func(ctx context.Context, j jobs.Job) error {
			close(inside)
			<-ctx.Done() // the heartbeat finds the lease gone
			ctx = context.WithoutCancel(ctx)
			finish <- b.db.Update(ctx, func(tx *store.Tx) error { return j.Finish(ctx, tx) })
			return nil
		})
		b.start(r)
		id := b.enqueue(jobs.Job{Kind: "k"})
		<-inside
		err := b.db.Update(t.Context(), func(tx *store.Tx) error { // another process took over
			_, err := tx.Exec(t.Context(), "UPDATE job SET locked_by = 'other', attempts = 2, locked_until = $1 WHERE id = $2",
				morning.Add(24*time.Hour).UnixMilli(), id)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		b.until("cancelled", time.Second, func() bool { return len(finish) == 1 })
		if err := <-finish; !fault.Is(err, fault.Conflict) {
			t.Errorf("finish without the lease: %v", err)
		}
		if j := b.get(id); j.State != jobs.Running || j.Attempt != 2 {
			t.Errorf("the other runner's job was changed: %+v", j)
		}
	})
}

func TestFinishIsPartOfTheHandlersTransaction(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		var tries int
		r := b.runner("a")
		r.Handle("k", func(ctx context.Context, j jobs.Job) error {
			tries++
			err := b.db.Update(ctx, func(tx *store.Tx) error {
				if err := j.Finish(ctx, tx); err != nil {
					return err
				}
				if tries == 1 {
					return errors.New("rolled back with the work")
				}
				return nil
			})
			if err == nil {
				return errors.New("said after the end: must not count")
			}
			return err
		})
		b.start(r)
		id := b.enqueue(jobs.Job{Kind: "k"})
		b.until("done", time.Second, b.done(id))
		if j := b.get(id); tries != 2 || j.Attempt != 2 || j.LastError != "" {
			t.Errorf("%d tries, %+v", tries, j)
		}
		var loose jobs.Job
		err := b.db.Update(t.Context(), func(tx *store.Tx) error { return loose.Finish(t.Context(), tx) })
		if !fault.Is(err, fault.Internal) {
			t.Errorf("finish of a job that nobody runs: %v", err)
		}
	})
}

func TestStopGivesTheJobBackUnharmed(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		inside := make(chan struct{})
		r := b.runner("a")
		r.Handle("k", func(ctx context.Context, _ jobs.Job) error {
			close(inside)
			<-ctx.Done()
			return ctx.Err()
		})
		stop := b.start(r)
		id := b.enqueue(jobs.Job{Kind: "k"})
		<-inside
		stop()
		if j := b.get(id); j.State != jobs.Ready || j.Attempt != 0 {
			t.Errorf("after the stop: %+v", j)
		}
		again := b.runner("b")
		again.Handle("k", func(context.Context, jobs.Job) error { return nil })
		b.start(again)
		b.until("done at once", 0, b.done(id))
	})
}

func TestStopDoesNotWaitForeverForADeafHandler(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		inside, leave := make(chan struct{}), make(chan struct{})
		defer close(leave)
		r := b.runner("a")
		r.Handle("k", func(context.Context, jobs.Job) error {
			close(inside)
			<-leave
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- r.Run(ctx) }()
		b.enqueue(jobs.Job{Kind: "k"})
		<-inside
		cancel()
		b.until("run returned", time.Second, func() bool { return len(over) == 1 })
	})
}

func TestCancelledContextChangesNothing(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		id := b.enqueue(jobs.Job{Kind: "k"})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		r := b.runner("a")
		r.Handle("k", func(context.Context, jobs.Job) error { t.Error("ran"); return nil })
		if err := r.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("run: %v", err)
		}
		err := b.db.Update(ctx, func(tx *store.Tx) error { return jobs.Enqueue(ctx, tx, jobs.Job{Kind: "k"}) })
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("enqueue: %v", err)
		}
		if j := b.get(id); j.State != jobs.Ready || b.counts()[jobs.Ready] != 1 {
			t.Errorf("%+v, %v", j, b.counts())
		}
	})
}
