package matter

import (
	"context"
	"slices"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// timekeeper counts terms by the calendar and the office hours.
type timekeeper struct {
	cal    *calendar.Calendar
	office *calendar.Office
}

func newTimekeeper(cal *calendar.Calendar, h calendar.Hours) (*timekeeper, error) {
	o, err := calendar.NewOffice(cal, h)
	return &timekeeper{cal, o}, err
}

// due is the end of a term that starts at a time (ms UTC). The day it starts is not counted
// in terms of days; a working day ends with the office, a calendar day at midnight (民法典
// 203), on the next working day when the rule rolls on. Errors: unavailable calendar_missing
// when the calendar of a year is not there.
func (k *timekeeper) due(start int64, t calendar.Term, rolls bool) (at int64, rolled bool, err error) {
	day := calendar.DayOf(start)
	switch t.Unit {
	case calendar.TermMinutes:
		return start + int64(t.N)*calendar.MsPerMinute, false, nil
	case calendar.TermHours:
		return start + int64(t.N)*calendar.MsPerHour, false, nil
	case calendar.TermWorkingHours:
		at, err = k.office.Add(start, time.Duration(t.N)*time.Hour)
		return at, false, missingYear(err)
	case calendar.TermWorkingDays:
		last, err := k.cal.AddWorkdays(day, t.N)
		if err != nil {
			return 0, false, missingYear(err)
		}
		at, err = k.office.Add(last.Start(), k.office.DayLength())
		return at, false, missingYear(err)
	}
	last := day.Add(t.N)
	if rolls {
		r, err := k.cal.Roll(last)
		if err != nil {
			return 0, false, missingYear(err)
		}
		rolled, last = r != last, r
	}
	return last.End(), rolled, nil
}

func missingYear(err error) error {
	if err == nil {
		return nil
	}
	return fault.Wrap(err, fault.Unavailable, "calendar_missing", "缺少该年度的放假调休安排，无法计算法定时限：请先在系统管理中补充日历")
}

// enter lets the clocks of a matter start, stop and stand still as it enters its state.
// rework says that it came back for another round. The matter's nearest end is set; the
// caller saves it.
func (w *work) enter(m *Matter, k *kind.Kind, from string, rework bool) error {
	running, err := clocksOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	for i := range k.Clocks {
		c := &k.Clocks[i]
		if err := w.turn(m, c, latest(running, c.ID), rework); err != nil {
			return err
		}
	}
	return w.nearest(m)
}

// turn is what entering the state does to one clock.
func (w *work) turn(m *Matter, c *kind.Clock, now *Clock, rework bool) error {
	switch {
	case slices.Contains(c.Stop, m.State) || !m.Open():
		return w.stopClock(m, now)
	case slices.Contains(c.Start, m.State) && (now == nil || now.Over()):
		return w.startClock(m, c)
	}
	return w.standClock(m, c, now, rework)
}

func (w *work) startClock(m *Matter, c *kind.Clock) error {
	term, _ := c.Term(m.Class)
	if term.IsZero() {
		return nil
	}
	due, rolled, err := w.s.clocks.due(w.NowMS(), term, c.Rolls)
	if err != nil {
		return err
	}
	_, err = w.Exec(w.ctx, `INSERT INTO matter_clock (matter, clock, term, started_at, due_at, state, rolls, rolled, wake_at)
		VALUES ($1, $2, $3, $4, $5, 'running', $6, $7, $8)`, m.ID, c.ID, term.String(), w.NowMS(), due, bit(c.Rolls), bit(rolled), due)
	return err
}

func (w *work) stopClock(m *Matter, now *Clock) error {
	if now == nil || now.Over() {
		return nil
	}
	state := "done"
	if w.NowMS() > now.DueAt && now.State == "running" {
		state, m.Late = "late", true
	}
	_, err := w.Exec(w.ctx, "UPDATE matter_clock SET state = $1, stopped_at = $2, wake_at = 0 WHERE id = $3", state, w.NowMS(), now.ID)
	return err
}

// standClock stops a clock while the matter is in a state of Pause and lets it go on after.
func (w *work) standClock(m *Matter, c *kind.Clock, now *Clock, _ bool) error {
	if now == nil || now.Over() {
		return nil
	}
	paused := slices.Contains(c.Pause, m.State)
	switch {
	case paused && now.State == "running":
		_, err := w.Exec(w.ctx, `INSERT INTO matter_pause (matter, clock, what, state, from_at, reason, asked_at, asked_by) VALUES ($1, $2, 'state', 'running', $3, '', $4, $5)`,
			m.ID, now.ID, w.NowMS(), w.NowMS(), w.me.Account)
		if err != nil {
			return err
		}
		_, err = w.Exec(w.ctx, "UPDATE matter_clock SET state = 'paused' WHERE id = $1", now.ID)
		return err
	case !paused && now.State == "paused":
		var from int64
		err := w.QueryRow(w.ctx, "SELECT COALESCE(MAX(from_at), 0) FROM matter_pause WHERE clock = $1 AND what = 'state' AND state = 'running'", now.ID).Scan(&from)
		if err != nil || from == 0 {
			return err
		}
		if _, err := w.Exec(w.ctx, "UPDATE matter_pause SET state = 'over', to_at = $1 WHERE clock = $2 AND what = 'state' AND state = 'running'", w.NowMS(), now.ID); err != nil {
			return err
		}
		_, err = w.Exec(w.ctx, "UPDATE matter_clock SET state = 'running', due_at = due_at + $1, wake_at = due_at + $2 WHERE id = $3", w.NowMS()-from, w.NowMS()-from, now.ID)
		return err
	}
	return nil
}

// nearest sets the matter's due time to the nearest end of its running clocks.
func (w *work) nearest(m *Matter) error {
	m.DueAt, m.DueClock = Never, ""
	list, err := clocksOf(w.ctx, w.Tx, m.ID)
	for _, c := range list {
		if c.State == "running" && c.DueAt < m.DueAt {
			m.DueAt, m.DueClock = c.DueAt, c.Clock
		}
	}
	return err
}

// Clock is a time limit of a matter.
type Clock struct {
	ID        int64
	Clock     string // id in the kind
	Term      calendar.Term
	StartedAt int64
	DueAt     int64
	StoppedAt int64
	State     string // running, paused, done, late, void
	Rolled    bool
}

// Over tells whether the clock has ended.
func (c *Clock) Over() bool { return c.State != "running" && c.State != "paused" }

func clocksOf(ctx context.Context, tx *store.Tx, id int64) ([]Clock, error) {
	rows, err := tx.Query(ctx, "SELECT id, clock, term, started_at, due_at, stopped_at, state, rolled FROM matter_clock WHERE matter = $1 ORDER BY id", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Clock
	for rows.Next() {
		var c Clock
		var term string
		var rolled int64
		if err := rows.Scan(&c.ID, &c.Clock, &term, &c.StartedAt, &c.DueAt, &c.StoppedAt, &c.State, &rolled); err != nil {
			return nil, store.Classify(err)
		}
		if c.Term, err = calendar.ParseTerm(term); err != nil {
			return nil, err
		}
		c.Rolled = rolled == 1
		out = append(out, c)
	}
	return out, store.Classify(rows.Err())
}

// latest is the last clock of an id, nil when it never ran.
func latest(list []Clock, id string) *Clock {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Clock == id {
			return &list[i]
		}
	}
	return nil
}
