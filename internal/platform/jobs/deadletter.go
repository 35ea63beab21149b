package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

const columns = `id, kind, payload, dedupe_key, run_at, state, attempts, max_attempts, locked_by, last_error, request_id, created_at, finished_at`

func scan(row interface{ Scan(...any) error }) (Job, error) {
	var j Job
	var payload string
	var runAt, created, finished int64
	err := row.Scan(&j.ID, &j.Kind, &payload, &j.DedupeKey, &runAt, &j.State, &j.Attempt, &j.MaxAttempts,
		&j.lock, &j.LastError, &j.RequestID, &created, &finished)
	j.Payload, j.RunAt, j.CreatedAt = json.RawMessage(payload), instant(runAt), instant(created)
	if finished > 0 {
		j.FinishedAt = instant(finished)
	}
	return j, store.Classify(err)
}

func instant(ms int64) time.Time { return time.UnixMilli(ms).In(clock.Shanghai) }

// Filter narrows a list of jobs. The zero value is everything.
type Filter struct {
	State  State
	Kind   string
	Before int64 // jobs with a smaller id: the cursor
	Limit  int   // 0: 50
}

// List returns the newest jobs first.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Job, error) {
	var conds []string
	var args []any
	add := func(cond string, arg any) {
		args = append(args, arg)
		conds = append(conds, fmt.Sprintf(cond, len(args)))
	}
	if f.State != "" {
		add("state = $%d", string(f.State))
	}
	if f.Kind != "" {
		add("kind = $%d", f.Kind)
	}
	if f.Before > 0 {
		add("id < $%d", f.Before)
	}
	where := ""
	if len(conds) > 0 {
		where = " WHERE " + strings.Join(conds, " AND ")
	}
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	rows, err := tx.Query(ctx, fmt.Sprintf("SELECT %s FROM job%s ORDER BY id DESC LIMIT %d", columns, where, limit), args...)
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

func collect(rows *sql.Rows) ([]Job, error) {
	defer rows.Close()
	var out []Job
	for rows.Next() {
		j, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, j)
	}
	return out, store.Classify(rows.Err())
}

// Get reads one job.
func Get(ctx context.Context, tx *store.Tx, id int64) (Job, error) {
	return scan(tx.QueryRow(ctx, "SELECT "+columns+" FROM job WHERE id = $1", id))
}

// Counts gives the number of jobs in each state that has any.
func Counts(ctx context.Context, tx *store.Tx) (map[State]int, error) {
	rows, err := tx.Query(ctx, "SELECT state, COUNT(*) FROM job GROUP BY state")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[State]int{}
	for rows.Next() {
		var s State
		var n int
		if err := rows.Scan(&s, &n); err != nil {
			return nil, store.Classify(err)
		}
		out[s] = n
	}
	return out, store.Classify(rows.Err())
}

// Retry gives a dead job a new set of attempts, at once. Errors: conflict when it is not
// dead, or when a job with its key already waits.
func Retry(ctx context.Context, tx *store.Tx, id int64) error {
	j, err := Get(ctx, tx, id)
	if err != nil {
		return err
	}
	if j.State != Dead {
		return fault.New(fault.Conflict, "job_not_dead", "只有失败的任务可以重试")
	}
	if waiting, err := twin(ctx, tx, j); err != nil || waiting {
		if err == nil {
			err = fault.New(fault.Conflict, "job_waiting", "相同的任务已在排队，无需重试")
		}
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE job SET state = 'ready', attempts = 0, retry_at = 0, finished_at = 0 WHERE id = $1", id)
	tx.Wake(jobTopic)
	return err
}

// twin tells whether another job of the kind waits with the job's key.
func twin(ctx context.Context, tx *store.Tx, j Job) (bool, error) {
	if j.DedupeKey == "" {
		return false, nil
	}
	var n int
	err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM job WHERE kind = $1 AND dedupe_key = $2 AND state = 'ready' AND id <> $3",
		j.Kind, j.DedupeKey, j.ID).Scan(&n)
	return n > 0, err
}
