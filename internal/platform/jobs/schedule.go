package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Policy says what becomes of the times that passed while no runner was there.
type Policy string

// The policies.
const (
	RunOnce Policy = "run_once" // one job, for the last of them
	RunAll  Policy = "run_all"  // a job for each, at most maxSlots
	Skip    Policy = "skip"     // none: wait for the next time
)

// maxSlots bounds run_all after a long stop or a leap of the clock.
const maxSlots = 1000

// Schedule makes a job at each time of a cron expression, civil time Asia/Shanghai.
type Schedule struct {
	Name    string
	Kind    string
	Payload any
	// Spec has five fields (minute hour day month weekday) or is @hourly, @daily, @monthly …,
	// optionally after "CRON_TZ=Asia/Shanghai ".
	Spec    string
	Policy  Policy // "" is run_once
	Enabled bool   // set by AddSchedule; operators may switch it off
	LastRun time.Time
}

// ParseSpec reads a cron expression in Asia/Shanghai. Any other zone is an error: the rules
// know one civil time.
func ParseSpec(spec string) (cron.Schedule, error) {
	text := strings.TrimSpace(spec)
	if rest, ok := strings.CutPrefix(text, "CRON_TZ=Asia/Shanghai "); ok {
		text = strings.TrimSpace(rest)
	}
	bad := func(err error) error {
		return fault.Wrap(err, fault.Invalid, "cron", fmt.Sprintf("定时表达式 %q 有误，应为“分 时 日 月 周”", spec))
	}
	if strings.Contains(text, "TZ=") {
		return nil, bad(fmt.Errorf("only Asia/Shanghai is known"))
	}
	s, err := cron.ParseStandard(text)
	if err != nil {
		return nil, bad(err)
	}
	if c, ok := s.(*cron.SpecSchedule); ok {
		c.Location = clock.Shanghai
	}
	if s.Next(time.Unix(0, 0).In(clock.Shanghai)).IsZero() {
		return nil, bad(fmt.Errorf("the expression never comes true"))
	}
	return s, nil
}

// AddSchedule writes the schedule when Run begins; a schedule of that name keeps its last
// run and whether it is enabled, and takes the new expression, payload and policy.
func (r *Runner) AddSchedule(s Schedule) { r.plans = append(r.plans, s) }

func (r *Runner) saveSchedules(ctx context.Context) error {
	if len(r.plans) == 0 {
		return nil
	}
	return r.db.Update(ctx, func(tx *store.Tx) error {
		for _, s := range r.plans {
			if err := SaveSchedule(ctx, tx, s); err != nil {
				return fmt.Errorf("schedule %s: %w", s.Name, err)
			}
		}
		return nil
	})
}

// SaveSchedule adds or changes a schedule; a new one begins now.
func SaveSchedule(ctx context.Context, tx *store.Tx, s Schedule) error {
	if s.Policy == "" {
		s.Policy = RunOnce
	}
	if _, err := ParseSpec(s.Spec); err != nil {
		return err
	}
	payload, err := json.Marshal(s.Payload)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "job_payload", "任务内容无法保存")
	}
	_, err = tx.Exec(ctx, `INSERT INTO schedule (name, kind, payload, spec, policy, enabled, last_run, updated_at)
		VALUES ($1, $2, $3, $4, $5, 1, $6, $7)
		ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, payload = excluded.payload, spec = excluded.spec,
			policy = excluded.policy, updated_at = excluded.updated_at`,
		s.Name, s.Kind, string(payload), s.Spec, string(s.Policy), tx.NowMS(), tx.NowMS())
	return err
}

// EnableSchedule switches a schedule on, from now, or off.
func EnableSchedule(ctx context.Context, tx *store.Tx, name string, on bool) error {
	flag := 0
	if on {
		flag = 1
	}
	res, err := tx.Exec(ctx, "UPDATE schedule SET enabled = $1, last_run = $2, updated_at = $3 WHERE name = $4 AND enabled <> $5",
		flag, tx.NowMS(), tx.NowMS(), name, flag)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		var have int
		return tx.QueryRow(ctx, "SELECT 1 FROM schedule WHERE name = $1", name).Scan(&have)
	}
	return nil
}

// Schedules lists all schedules by name.
func Schedules(ctx context.Context, tx *store.Tx) ([]Schedule, error) {
	rows, err := tx.Query(ctx, "SELECT name, kind, payload, spec, policy, enabled, last_run FROM schedule ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Schedule
	for rows.Next() {
		var s Schedule
		var payload string
		var enabled, last int64
		if err := rows.Scan(&s.Name, &s.Kind, &payload, &s.Spec, &s.Policy, &enabled, &last); err != nil {
			return nil, store.Classify(err)
		}
		s.Payload, s.Enabled, s.LastRun = json.RawMessage(payload), enabled == 1, instant(last)
		out = append(out, s)
	}
	return out, store.Classify(rows.Err())
}

// runSchedules makes jobs of the times that have come since the last look. It first looks
// without writing: most looks find nothing.
func (r *Runner) runSchedules(ctx context.Context) error {
	var due []Schedule
	err := r.db.View(ctx, func(tx *store.Tx) error {
		all, err := Schedules(ctx, tx)
		for _, s := range all {
			if slots, _ := s.slots(tx.Now()); len(slots) > 0 && s.Enabled {
				due = append(due, s)
			}
		}
		return err
	})
	if err != nil || len(due) == 0 {
		return err
	}
	return r.db.Update(ctx, func(tx *store.Tx) error {
		for _, s := range due {
			if err := r.runSchedule(ctx, tx, s); err != nil {
				return fmt.Errorf("schedule %s: %w", s.Name, err)
			}
		}
		return nil
	})
}

// slots are the times after the last run up to now, the latest maxSlots of them.
func (s Schedule) slots(now time.Time) ([]time.Time, error) {
	spec, err := ParseSpec(s.Spec)
	if err != nil {
		return nil, err
	}
	var out []time.Time
	for t := spec.Next(s.LastRun); !t.IsZero() && !t.After(now); t = spec.Next(t) {
		if out = append(out, t); len(out) > 2*maxSlots {
			out = append(out[:0:0], out[len(out)-maxSlots:]...)
		}
	}
	if len(out) > maxSlots {
		out = out[len(out)-maxSlots:]
	}
	return out, nil
}

func (r *Runner) runSchedule(ctx context.Context, tx *store.Tx, s Schedule) error {
	slots, err := s.slots(tx.Now())
	if err != nil || len(slots) == 0 {
		return err
	}
	last := slots[len(slots)-1]
	// Two runners look at the same time: the one that moves last_run makes the jobs.
	res, err := tx.Exec(ctx, "UPDATE schedule SET last_run = $1 WHERE name = $2 AND last_run = $3 AND enabled = 1",
		last.UnixMilli(), s.Name, s.LastRun.UnixMilli())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for _, t := range r.chosen(s.Policy, slots) {
		if err := Enqueue(ctx, tx, Job{Kind: s.Kind, Payload: s.Payload, RunAt: t}); err != nil {
			return err
		}
	}
	return nil
}

// chosen applies the policy. A time is missed when it came before this runner started; of
// the times since then that one look finds together, the last is taken.
func (r *Runner) chosen(p Policy, slots []time.Time) []time.Time {
	last := slots[len(slots)-1:]
	switch {
	case p == RunAll:
		return slots
	case p == Skip && last[0].Before(r.started):
		return nil
	}
	return last
}
