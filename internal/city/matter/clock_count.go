package matter

import (
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// maxRepeats bounds a step upward that is taken again and again.
const maxRepeats = 20

// deadline counts a clock anew from what is stored: its start, its term with what was added,
// and the time it stood still. Every deadline can be counted again at any time.
func (k *timekeeper) deadline(x *Clock, pauses []calendar.Interval) (calendar.Deadline, error) {
	term, set := x.Term, int64(0)
	for _, g := range x.Granted {
		if g.Due != 0 {
			set = g.Due
			continue
		}
		more, err := calendar.ParseTerm(g.Term)
		if err != nil {
			return calendar.Deadline{}, err
		}
		term.N += more.N
	}
	d, err := k.Due(x.StartedAt, term, x.Rolls, pauses...)
	if err != nil || set == 0 {
		return d, missingYear(err)
	}
	// An end that was set moves on by the time the term moved on by pauses and extensions.
	plain, err := k.Due(x.StartedAt, x.Term, x.Rolls)
	if err != nil {
		return d, missingYear(err)
	}
	d.At = set + max(0, d.At-plain.At)
	d.Day, d.Rolled = calendar.DayOf(d.At-1), false
	return d, nil
}

// next is when to wake for a clock: the next reminder, or the next step upward; 0 for never.
func (k *timekeeper) next(c *kind.Clock, x *Clock) int64 {
	at := k.nextCall(c, x)
	if end := x.DueAt + 1; c.Then != "" && (at == 0 || at > end) {
		return end
	}
	return at
}

func (k *timekeeper) nextCall(c *kind.Clock, x *Clock) int64 {
	moments := k.reminders(c, x.DueAt)
	if x.Reminded < len(moments) {
		return moments[x.Reminded]
	}
	step, n := stepAt(c, x.Escalated)
	if step == nil {
		return 0
	}
	if step.After.IsZero() {
		return x.DueAt + 1 // the end itself is still in time
	}
	at, err := k.After(x.DueAt, calendar.Term{N: step.After.N * n, Unit: step.After.Unit})
	if err != nil { // the calendar ends here: remind by clock time rather than never
		return x.DueAt + int64(step.After.N*n)*calendar.MsPerDay
	}
	return at
}

// reminders are the moments of a clock's reminders in rising order.
func (k *timekeeper) reminders(c *kind.Clock, due int64) []int64 {
	var out []int64
	for _, t := range c.Remind {
		at, err := k.Before(due, t)
		if err != nil {
			at = due - calendar.MsPerHour
		}
		out = append(out, at)
	}
	slices.Sort(out)
	return out
}

// stepAt is the step upward of a number from 0, and how many times its After has passed.
func stepAt(c *kind.Clock, number int) (step *kind.Step, n int) {
	if number < len(c.Escalate) {
		return &c.Escalate[number], 1
	}
	if len(c.Escalate) == 0 || number >= len(c.Escalate)+maxRepeats {
		return nil, 0
	}
	last := &c.Escalate[len(c.Escalate)-1]
	if !last.Every {
		return nil, 0
	}
	return last, number - len(c.Escalate) + 2
}

// count sets a clock's end, and what is still to be told before and after it: reminders whose
// moment has passed are not made up for.
func (w *work) count(m *Matter, c *kind.Clock, x *Clock) error {
	pauses, err := w.stood(x.ID)
	if err != nil {
		return err
	}
	d, err := w.s.clocks.deadline(x, pauses)
	if err != nil {
		return err
	}
	if d.At != x.DueAt {
		x.Reminded, x.Escalated = 0, 0
		for _, at := range w.s.clocks.reminders(c, d.At) {
			if at <= w.NowMS() {
				x.Reminded++
			}
		}
	}
	x.DueAt, x.Rolled, x.Calendar = d.At, d.Rolled, d.CalendarVersion
	if x.WakeAt = 0; x.State == "running" {
		x.WakeAt = w.s.clocks.next(c, x)
	}
	if err := w.saveClock(m, x); err != nil {
		return err
	}
	return w.lateness(m)
}

// lateness says anew whether any clock of a matter passed its end: one that ended late, or one
// whose end, with what was granted and the time it stood still, is over now. A longer term and
// a changed calendar take a lateness back.
func (w *work) lateness(m *Matter) error {
	list, err := clocksOf(w.ctx, w.Tx, m.ID)
	m.Late = false
	for i := range list {
		x := &list[i]
		at := x.DueAt
		if x.State == "paused" {
			stood, err := w.stood(x.ID)
			if err != nil {
				return err
			}
			d, err := w.s.clocks.deadline(x, stood)
			if err != nil {
				return err
			}
			at = d.At
		}
		m.Late = m.Late || x.State == "late" || !x.Over() && w.NowMS() > at
	}
	return err
}

// stood is when a clock stood still; a pause that goes on counts up to now.
func (w *work) stood(clock int64) ([]calendar.Interval, error) {
	if clock == 0 {
		return nil, nil
	}
	rows, err := w.Query(w.ctx, "SELECT from_at, to_at FROM matter_pause WHERE clock = $1 AND what <> 'extension' AND state IN ('running', 'over')", clock)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []calendar.Interval
	for rows.Next() {
		var iv calendar.Interval
		if err := rows.Scan(&iv.From, &iv.To); err != nil {
			return nil, store.Classify(err)
		}
		if iv.To == 0 {
			iv.To = w.NowMS()
		}
		out = append(out, iv)
	}
	return out, store.Classify(rows.Err())
}
