package jobs

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// claim takes the next due job of the kinds this runner handles, or nil. A running job whose
// lease is over counts as due; the try that it was in stays counted.
func (r *Runner) claim(ctx context.Context) (*Job, error) {
	kinds := r.kinds()
	if len(kinds) == 0 {
		return nil, nil
	}
	var out *Job
	// Look before taking the write lock: most looks find nothing.
	err := r.db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = r.next(ctx, tx, kinds, "")
		return err
	})
	if err != nil || out == nil {
		return nil, err
	}
	lock := ""
	if r.db.Dialect() == store.Postgres {
		lock = " FOR UPDATE SKIP LOCKED" // SQLite has one writer
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		out = nil
		for {
			j, err := r.next(ctx, tx, kinds, lock)
			if err != nil || j == nil {
				return err
			}
			if j.State == Running && j.Attempt >= j.MaxAttempts {
				if err := bury(ctx, tx, *j, "运行中进程中断，已达最多次数", r.opt.Machine.Now().UnixMilli()); err != nil {
					return err
				}
				continue
			}
			out = j
			return r.lock(ctx, tx, out)
		}
	})
	return out, err
}

func (r *Runner) next(ctx context.Context, tx *store.Tx, kinds []string, lock string) (*Job, error) {
	machine := r.opt.Machine.Now().UnixMilli()
	args := []any{tx.NowMS(), machine, machine}
	in, _ := store.In(4, len(kinds))
	for _, k := range kinds {
		args = append(args, k)
	}
	query := `SELECT ` + columns + ` FROM job WHERE ((state = 'ready' AND run_at <= $1 AND retry_at <= $2)
		OR (state = 'running' AND locked_until < $3)) AND kind IN ` + in + ` ORDER BY run_at, id LIMIT 1` + lock
	j, err := scan(tx.QueryRow(ctx, query, args...))
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return &j, err
}

func (r *Runner) lock(ctx context.Context, tx *store.Tx, j *Job) error {
	j.State, j.lock, j.machine, j.finished = Running, r.opt.Name, r.opt.Machine, &atomic.Bool{}
	j.Attempt++
	until := r.opt.Machine.Now().Add(r.opt.Lease).UnixMilli()
	_, err := tx.Exec(ctx, "UPDATE job SET state = 'running', attempts = $1, locked_by = $2, locked_until = $3 WHERE id = $4",
		j.Attempt, j.lock, until, j.ID)
	return err
}

// work runs a claimed job under a heartbeat and writes down how it ended.
func (r *Runner) work(ctx context.Context, j Job) {
	jobCtx, cancel := context.WithCancelCause(ctx)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		r.heartbeat(jobCtx, cancel, j)
	}()
	err := r.call(access.WithRequestID(jobCtx, j.RequestID), j)
	lost := context.Cause(jobCtx) == errLost
	cancel(nil)
	<-beating
	if j.finished.Load() || lost {
		return
	}
	// The end must be written down even while the program stops.
	end, stop := context.WithTimeout(context.WithoutCancel(ctx), r.opt.Grace)
	defer stop()
	if e := r.settle(end, ctx, j, err); e != nil && !fault.Is(e, fault.Conflict) {
		r.opt.Log.ErrorContext(ctx, "the end of a job was not written; it will run again when its lease ends",
			"job", j.ID, "kind", j.Kind, "error", e)
	}
}

// call runs the handler; a panic is an error like any other.
func (r *Runner) call(ctx context.Context, j Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.opt.Log.ErrorContext(ctx, "a job panicked", "job", j.ID, "kind", j.Kind, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.handlers[j.Kind](ctx, j)
}

// heartbeat extends the lease every third of it; when somebody else has the job it cancels
// the handler.
func (r *Runner) heartbeat(ctx context.Context, cancel context.CancelCauseFunc, j Job) {
	for r.opt.Machine.Sleep(ctx, r.opt.Lease/3) == nil {
		until := r.opt.Machine.Now().Add(r.opt.Lease).UnixMilli()
		err := r.db.Update(ctx, func(tx *store.Tx) error {
			return mine(tx.Exec(ctx, `UPDATE job SET locked_until = $1
				WHERE id = $2 AND state = 'running' AND locked_by = $3 AND attempts = $4`, until, j.ID, j.lock, j.Attempt))
		})
		if fault.Is(err, fault.Conflict) && !j.finished.Load() {
			cancel(errLost)
			return
		}
	}
}

// settle writes the end of a try: done, back to the queue after a pause, given back unharmed
// because the runner stops, or dead.
func (r *Runner) settle(ctx, run context.Context, j Job, cause error) error {
	now := r.opt.Machine.Now()
	return r.db.Update(ctx, func(tx *store.Tx) error {
		switch {
		case cause == nil:
			return j.end(ctx, tx, "state = 'done', last_error = '', finished_at = $4", now.UnixMilli())
		case run.Err() != nil && !isPermanent(cause):
			return r.again(ctx, tx, j, "attempts = attempts - 1, last_error = $4, retry_at = 0", "运行中系统停止")
		case isPermanent(cause) || j.Attempt >= j.MaxAttempts:
			return bury(ctx, tx, j, text(cause), now.UnixMilli())
		}
		r.opt.Log.WarnContext(ctx, "a job failed and will be tried again", "job", j.ID, "kind", j.Kind, "attempt", j.Attempt, "error", cause)
		return r.again(ctx, tx, j, "last_error = $4, retry_at = $5", text(cause), now.Add(r.pauseAfter(j.Attempt)).UnixMilli())
	})
}

// again puts the job back. When its key waits in another job, that one does the work.
func (r *Runner) again(ctx context.Context, tx *store.Tx, j Job, set string, args ...any) error {
	waiting, err := twin(ctx, tx, j)
	if err != nil {
		return err
	}
	if waiting {
		return j.end(ctx, tx, "state = 'done', last_error = $4, finished_at = $5", "由后续相同任务执行", r.opt.Machine.Now().UnixMilli())
	}
	return j.end(ctx, tx, "state = 'ready', "+set, args...)
}

// end changes a job whose lease is still held; set uses placeholders from $4 on.
func (j Job) end(ctx context.Context, tx *store.Tx, set string, args ...any) error {
	args = append([]any{j.ID, j.lock, j.Attempt}, args...)
	tx.Wake(jobTopic)
	return mine(tx.Exec(ctx, "UPDATE job SET "+set+`, locked_by = '', locked_until = 0
		WHERE id = $1 AND state = 'running' AND locked_by = $2 AND attempts = $3`, args...))
}

// bury makes a dead letter and says so in the feed.
func bury(ctx context.Context, tx *store.Tx, j Job, why string, now int64) error {
	if err := j.end(ctx, tx, "state = 'dead', last_error = $4, finished_at = $5", why, now); err != nil {
		return err
	}
	return Publish(ctx, tx, Event{Name: "job.dead", Object: fmt.Sprint(j.ID)})
}

// text is an error for the list of dead letters, shortened.
func text(err error) string {
	const most = 2000
	s := []rune(err.Error())
	if len(s) > most {
		s = append(s[:most], '…')
	}
	return string(s)
}

// takeOver ends the leases of a process that died, when there can be no other.
func (r *Runner) takeOver(ctx context.Context) error {
	if !r.opt.Alone {
		return nil
	}
	return r.db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE job SET locked_until = 0 WHERE state = 'running'")
		return err
	})
}
