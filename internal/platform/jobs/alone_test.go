package jobs_test

import (
	"context"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// TestARunnerAloneTakesUpWhatADeadProcessLeft: the lease of a killed process has an hour to
// go; a runner that knows itself alone does not wait for it, another one does.
func TestARunnerAloneTakesUpWhatADeadProcessLeft(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Path: t.TempDir() + "/q.db"}, clock.NewManual(morning))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	until := clock.System().Now().Add(time.Hour).UnixMilli()
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		id, err := jobs.EnqueueID(t.Context(), tx, jobs.Job{Kind: "k"})
		if err != nil {
			return err
		}
		_, err = tx.Exec(t.Context(), "UPDATE job SET state = 'running', attempts = 1, locked_by = 'dead', locked_until = $1 WHERE id = $2", until, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, alone := range []bool{false, true} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		if !alone {
			ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
		}
		attempt := 0
		r := jobs.NewRunner(db, jobs.Options{Alone: alone, Poll: 10 * time.Millisecond})
		r.Handle("k", func(_ context.Context, j jobs.Job) error {
			attempt = j.Attempt
			cancel()
			return nil
		})
		_ = r.Run(ctx) // it ends with its context
		cancel()
		if want := map[bool]int{false: 0, true: 2}[alone]; attempt != want {
			t.Errorf("alone %v: try %d, want %d", alone, attempt, want)
		}
	}
}
