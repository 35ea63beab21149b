// Package jobs is the durable queue and the event outbox. A job or an event is written in
// the transaction of the change that causes it, so neither can be lost or invented. Jobs run
// at least once: a handler is idempotent by the job's id, or ends its own transaction with
// Job.Finish and then runs exactly once. A job whose process died runs again when its lease
// ends; one that fails too often becomes a dead letter that a person sees and may retry.
package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"sync/atomic"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// DefaultAttempts is how often a job is tried before it is dead.
const DefaultAttempts = 8

const jobTopic = "job"

// State is where a job stands.
type State string

// The states.
const (
	Ready   State = "ready"   // waits for its time or for a retry
	Running State = "running" // a runner holds its lease
	Done    State = "done"
	Dead    State = "dead" // given up; somebody must look
)

// Job is one piece of work. To enqueue, set Kind and, if wanted, the next four fields.
type Job struct {
	Kind string
	// Payload is stored as JSON. A handler gets a json.RawMessage: use Decode.
	Payload any
	// RunAt is the earliest start in the city's time; zero is now. A scheduled job has the
	// time of its slot.
	RunAt time.Time
	// DedupeKey, when not empty, makes Enqueue do nothing while a job of the same kind and
	// key waits. A job that already runs is no obstacle: it may have read before the change.
	DedupeKey string
	// MaxAttempts is the number of tries; 0 is DefaultAttempts.
	MaxAttempts int

	ID         int64
	State      State
	Attempt    int // 1 for the first try
	LastError  string
	RequestID  string // of the request that enqueued it
	CreatedAt  time.Time
	FinishedAt time.Time // of the machine; zero until done or dead

	lock     string
	machine  clock.Clock
	finished *atomic.Bool
}

// Decode reads the payload into v. Errors: invalid, which kills the job: it would never fit.
func (j Job) Decode(v any) error {
	raw, _ := j.Payload.(json.RawMessage)
	if err := json.Unmarshal(raw, v); err != nil {
		return Permanent(fault.Wrap(err, fault.Invalid, "job_payload", "任务内容无法读取"))
	}
	return nil
}

// Enqueue writes the job in the caller's transaction. It starts after the commit.
func Enqueue(ctx context.Context, tx *store.Tx, j Job) error {
	_, err := EnqueueID(ctx, tx, j)
	return err
}

// EnqueueID is Enqueue and gives the job's id: of the waiting one when the key is taken.
func EnqueueID(ctx context.Context, tx *store.Tx, j Job) (int64, error) {
	if j.Kind == "" {
		return 0, fault.New(fault.Internal, "job_kind", "任务缺少类型")
	}
	payload, err := json.Marshal(j.Payload)
	if err != nil {
		return 0, fault.Wrap(err, fault.Internal, "job_payload", "任务内容无法保存")
	}
	if j.MaxAttempts <= 0 {
		j.MaxAttempts = DefaultAttempts
	}
	runAt := tx.NowMS()
	if !j.RunAt.IsZero() {
		runAt = j.RunAt.UnixMilli()
	}
	if j.RequestID == "" {
		j.RequestID = access.RequestID(ctx)
	}
	var id int64
	err = tx.QueryRow(ctx, `INSERT INTO job (kind, payload, dedupe_key, run_at, state, max_attempts, request_id, created_at)
		VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7)
		ON CONFLICT (kind, dedupe_key) WHERE state = 'ready' AND dedupe_key <> '' DO NOTHING RETURNING id`,
		j.Kind, string(payload), j.DedupeKey, runAt, j.MaxAttempts, j.RequestID, tx.NowMS()).Scan(&id)
	if fault.Is(err, fault.NotFound) {
		err = tx.QueryRow(ctx, "SELECT id FROM job WHERE kind = $1 AND dedupe_key = $2 AND state = 'ready'", j.Kind, j.DedupeKey).Scan(&id)
		return id, err
	}
	tx.Wake(jobTopic)
	return id, err
}

// Finish marks the job done in the handler's own transaction, so that its effect and its end
// are one: it runs exactly once. Errors: conflict when the lease was lost meanwhile; return
// it, the other runner does the work.
func (j Job) Finish(ctx context.Context, tx *store.Tx) error {
	if j.finished == nil {
		return fault.New(fault.Internal, "job_not_running", "任务未在运行")
	}
	res, err := tx.Exec(ctx, `UPDATE job SET state = 'done', locked_by = '', last_error = '', finished_at = $1
		WHERE id = $2 AND state = 'running' AND locked_by = $3 AND attempts = $4`,
		j.machine.Now().UnixMilli(), j.ID, j.lock, j.Attempt)
	if err := mine(res, err); err != nil {
		return err
	}
	tx.OnCommit(func() { j.finished.Store(true) })
	return nil
}

// errLost is what a runner gets for a job that another one took over.
var errLost = fault.New(fault.Conflict, "lease_lost", "任务已由其他进程接手")

func mine(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errLost
	}
	return nil
}

// Permanent marks an error that no retry will cure: the job is dead at once.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanent{err}
}

type permanent struct{ error }

func (p *permanent) Unwrap() error { return p.error }
