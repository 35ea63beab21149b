package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

func TestParseSpec(t *testing.T) {
	for spec, want := range map[string]string{
		"5 * * * *":                        "2026-08-28T08:05:00+08:00",
		"CRON_TZ=Asia/Shanghai 30 7 * * *": "2026-08-29T07:30:00+08:00",
		"@daily":                           "2026-08-29T00:00:00+08:00",
		"0 9 1 * *":                        "2026-09-01T09:00:00+08:00",
		"0 9 * * 1":                        "2026-08-31T09:00:00+08:00",
		"@every 90m":                       "2026-08-28T09:30:00+08:00",
		"CRON_TZ=UTC 5 * * * *":            "",
		"TZ=Asia/Tokyo 5 * * * *":          "",
		"5 * * *":                          "",
		"61 * * * *":                       "",
		"0 0 31 2 *":                       "",
		"":                                 "",
	} {
		s, err := jobs.ParseSpec(spec)
		if want == "" {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v, want a refusal", spec, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", spec, err)
			continue
		}
		if got := s.Next(morning).Format(time.RFC3339); got != want {
			t.Errorf("%q: next %s, want %s", spec, got, want)
		}
	}
}

// TestMissedRuns starts a runner with the schedule at 08:00 (when fresh), stops it, lets the city's
// clock run for away, starts again, and lists the times of the jobs that came of it.
func TestMissedRuns(t *testing.T) {
	for policy, want := range map[jobs.Policy]string{
		jobs.RunOnce: "12:05 13:05", jobs.RunAll: "09:05 10:05 11:05 12:05 13:05", jobs.Skip: "13:05", "": "12:05 13:05",
	} {
		t.Run(string(policy), func(t *testing.T) {
			both(t, func(t *testing.T, b *bench) {
				first := b.hourly(policy)
				stop := b.start(first)
				b.until("known", 0, func() bool { return len(b.schedules()) == 1 })
				stop()
				b.setLastRun(morning.Add(10 * time.Minute))
				b.city.Set(morning.Add(4*time.Hour + 30*time.Minute)) // 12:30, four were missed
				b.start(b.hourly(policy))
				b.until("looked", time.Second, func() bool { return b.schedules()[0].LastRun.Hour() == 12 })
				b.city.Advance(40 * time.Minute) // 13:10, this one comes while it runs
				b.until("13:05", time.Second, func() bool { return b.schedules()[0].LastRun.Hour() == 13 })
				b.until("all done", time.Second, func() bool { return b.counts()[jobs.Ready]+b.counts()[jobs.Running] == 0 })
				if got := b.slots(); got != want {
					t.Errorf("policy %q: %s, want %s", policy, got, want)
				}
			})
		})
	}
}

func (b *bench) hourly(p jobs.Policy) *jobs.Runner {
	r := b.runner("a")
	r.Handle("brief", func(context.Context, jobs.Job) error { return nil })
	r.AddSchedule(jobs.Schedule{Name: "hourly", Kind: "brief", Payload: 1, Spec: "5 * * * *", Policy: p})
	return r
}

func (b *bench) schedules() []jobs.Schedule {
	b.t.Helper()
	var out []jobs.Schedule
	err := b.db.View(b.t.Context(), func(tx *store.Tx) (err error) {
		out, err = jobs.Schedules(b.t.Context(), tx)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *bench) setLastRun(at time.Time) {
	b.t.Helper()
	err := b.db.Update(b.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(b.t.Context(), "UPDATE schedule SET last_run = $1", at.UnixMilli())
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// slots lists the start times of all jobs, sorted.
func (b *bench) slots() string {
	b.t.Helper()
	var out []string
	err := b.db.View(b.t.Context(), func(tx *store.Tx) error {
		list, err := jobs.List(b.t.Context(), tx, jobs.Filter{})
		for _, j := range list {
			out = append(out, j.RunAt.Format("15:04"))
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestTwoRunnersMakeOneJobPerTime(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		for range 3 {
			b.start(b.hourly(jobs.RunOnce))
		}
		b.until("known", 0, func() bool { return len(b.schedules()) == 1 })
		for i := range 4 {
			b.city.Advance(time.Hour)
			want := morning.Add(time.Duration(i)*time.Hour + 5*time.Minute)
			b.until(fmt.Sprint("hour ", i), time.Second, func() bool { return b.schedules()[0].LastRun.Equal(want) })
		}
		if got, want := b.slots(), "08:05 09:05 10:05 11:05"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestSwitchedOffScheduleRests(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		b.start(b.hourly(jobs.RunAll))
		b.until("known", 0, func() bool { return len(b.schedules()) == 1 })
		enable := func(name string, on bool) error {
			return b.db.Update(ctx, func(tx *store.Tx) error { return jobs.EnableSchedule(ctx, tx, name, on) })
		}
		if err := enable("hourly", false); err != nil {
			t.Fatal(err)
		}
		b.city.Advance(5 * time.Hour)
		for range 5 { // a few looks
			b.machine.Advance(time.Second)
			time.Sleep(5 * time.Millisecond)
		}
		if got := b.slots(); got != "" {
			t.Errorf("ran while switched off: %s", got)
		}
		if err := enable("hourly", true); err != nil { // begins now, at 13:00: nothing was missed
			t.Fatal(err)
		}
		b.city.Advance(time.Hour)
		b.until("13:05", time.Second, func() bool { return b.slots() == "13:05" })
		if err := enable("nothing", true); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown schedule: %v", err)
		}
	})
}

func TestBrokenScheduleStopsTheStart(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		r := b.runner("a")
		r.AddSchedule(jobs.Schedule{Name: "x", Kind: "k", Spec: "every monday"})
		if err := r.Run(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "schedule x") {
			t.Errorf("got %v", err)
		}
	})
}
