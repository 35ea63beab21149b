package matter

import (
	"context"
	"encoding/json"
	"errors"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// timekeeper counts terms by the calendar and the office hours.
type timekeeper struct{ *calendar.Counter }

func newTimekeeper(cal *calendar.Calendar, h calendar.Hours) (*timekeeper, error) {
	c, err := calendar.NewCounter(cal, h)
	return &timekeeper{c}, err
}

// missingYear says to people what is missing: deadlines are never guessed.
func missingYear(err error) error {
	var missing *calendar.MissingYearError
	if !errors.As(err, &missing) {
		return err
	}
	return fault.Wrap(err, fault.Unavailable, "calendar_missing", "缺少该年度的放假调休安排，无法计算法定时限：请先在系统管理中补充日历")
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
	Rolls     bool
	Rolled    bool
	Granted   []Granted
	Reminded  int    // reminders sent
	Escalated int    // steps taken upward
	WakeAt    int64  // next of them, 0 none
	Calendar  string // version that DueAt was counted with
}

// Granted is what was added to a term: an extension, or an end set when the matter was
// handed over.
type Granted struct {
	Term string `json:"term,omitempty"` // added, in the clock's own unit
	Due  int64  `json:"due,omitempty"`  // set, ms UTC
	By   string `json:"by"`
	At   int64  `json:"at"`
}

// Over tells whether the clock has ended.
func (c *Clock) Over() bool { return c.State != "running" && c.State != "paused" }

// extensions is how often the term was extended.
func (c *Clock) extensions() int {
	n := 0
	for _, g := range c.Granted {
		if g.Term != "" {
			n++
		}
	}
	return n
}

const clockColumns = "id, clock, term, started_at, due_at, stopped_at, state, rolls, rolled, extended, reminded, escalated, wake_at, calendar"

func clocksOf(ctx context.Context, tx *store.Tx, id int64) ([]Clock, error) {
	rows, err := tx.Query(ctx, "SELECT "+clockColumns+" FROM matter_clock WHERE matter = $1 ORDER BY id", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Clock
	for rows.Next() {
		var c Clock
		var term, granted string
		var rolls, rolled int64
		if err := rows.Scan(&c.ID, &c.Clock, &term, &c.StartedAt, &c.DueAt, &c.StoppedAt, &c.State, &rolls, &rolled, &granted,
			&c.Reminded, &c.Escalated, &c.WakeAt, &c.Calendar); err != nil {
			return nil, store.Classify(err)
		}
		if c.Term, err = calendar.ParseTerm(term); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(granted), &c.Granted); err != nil {
			return nil, err
		}
		c.Rolls, c.Rolled = rolls == 1, rolled == 1
		out = append(out, c)
	}
	return out, store.Classify(rows.Err())
}

// saveClock writes what changes about a clock; a clock without id is new.
func (w *work) saveClock(m *Matter, c *Clock) error {
	if c.Granted == nil {
		c.Granted = []Granted{}
	}
	granted, err := json.Marshal(c.Granted)
	if err != nil {
		return err
	}
	if c.ID == 0 {
		return w.QueryRow(w.ctx, `INSERT INTO matter_clock (matter, clock, term, started_at, due_at, state, rolls, rolled, extended, reminded, wake_at, calendar)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`, m.ID, c.Clock, c.Term.String(), c.StartedAt, c.DueAt,
			c.State, bit(c.Rolls), bit(c.Rolled), string(granted), c.Reminded, c.WakeAt, c.Calendar).Scan(&c.ID)
	}
	_, err = w.Exec(w.ctx, `UPDATE matter_clock SET due_at = $1, stopped_at = $2, state = $3, rolled = $4, extended = $5, reminded = $6, escalated = $7,
		wake_at = $8, calendar = $9 WHERE id = $10`, c.DueAt, c.StoppedAt, c.State, bit(c.Rolled), string(granted), c.Reminded, c.Escalated, c.WakeAt, c.Calendar, c.ID)
	return err
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
