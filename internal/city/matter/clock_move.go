package matter

import (
	"fmt"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
)

// enter lets the clocks of a matter start, stop and stand still as it enters its state.
// rework says that it came back for another round. The matter's nearest end is set; the
// caller saves it.
func (w *work) enter(m *Matter, k *kind.Kind, _ string, rework bool) error {
	return w.enterBy(m, k, rework, 0, "")
}

// ending is an end that somebody set for a clock: ms UTC, the part of the request that set it,
// and why.
type ending struct {
	at            int64
	field, reason string
}

// enterBy is enter with an end that was set for the matter's main clock (ms UTC, 0 none), the
// first one that can be extended, and the reason for it.
func (w *work) enterBy(m *Matter, k *kind.Kind, rework bool, due int64, reason string) error {
	list, err := clocksOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return err
	}
	for i := range k.Clocks {
		c := &k.Clocks[i]
		set, now := until(m, c), latest(list, c.ID)
		if len(c.Extend) > 0 && due != 0 {
			if !slices.Contains(c.Start, m.State) {
				return invalid("due", "due_not_here", "“"+k.Name+"”在这一步不能另定办理期限", "")
			}
			set, due = ending{due, "due", reason}, 0
		}
		if set.field != "due" && now != nil && !now.Over() {
			set = ending{} // it runs already, with the day that it was started with
		}
		if err := w.turn(m, c, now, rework, set); err != nil {
			return err
		}
	}
	return w.nearest(m)
}

// until is the end that a field of the matter sets for a clock: the end of that day.
func until(m *Matter, c *kind.Clock) ending {
	day, err := calendar.ParseDay(m.Fields[c.Until])
	if c.Until == "" || err != nil {
		return ending{}
	}
	return ending{at: day.End(), field: "fields." + c.Until}
}

// grant puts a set end to a clock. It lies after now and not after the clock's own term, with
// what was granted to it: more time is asked for, and granted by somebody else. Only the end of
// a clock that the kind calls dated may be set later, with a reason.
func (w *work) grant(c *kind.Clock, x *Clock, set ending) error {
	if set.at <= w.NowMS() {
		return invalid(set.field, "due_past", "期限不能早于现在", "")
	}
	own := *x
	own.Granted = slices.DeleteFunc(slices.Clone(x.Granted), func(g Granted) bool { return g.Due != 0 })
	pauses, err := w.stood(x.ID)
	if err != nil {
		return err
	}
	d, err := w.s.clocks.deadline(&own, pauses)
	if err != nil {
		return err
	}
	last := d.At
	if set.field != "due" { // a day is kept up to its end
		last = calendar.DayOf(d.At - 1).End()
	}
	switch later := set.at > last; {
	case later && (!c.Dated || set.field != "due"):
		return invalid(set.field, "due_beyond", fmt.Sprintf("“%s”最迟 %s（%s以内）；需要更多时间请申请延期", c.Name, calendar.FormatTime(d.At), x.Term.Text()), "")
	case later && set.reason == "":
		return invalid("opinion", kind.NeedsOpinion, fmt.Sprintf("期限晚于“%s”的 %s，请写明理由", c.Name, x.Term.Text()), "")
	}
	x.Granted = append(x.Granted, Granted{Due: set.at, By: w.me.Display, At: w.NowMS()})
	return nil
}

// turn is what entering the state does to one clock.
func (w *work) turn(m *Matter, c *kind.Clock, now *Clock, rework bool, set ending) error {
	over := now == nil || now.Over()
	switch {
	case slices.Contains(c.Stop, m.State) || !m.Open():
		return w.stopClock(m, now, "done")
	case slices.Contains(c.Start, m.State) && set.at != 0 && !over:
		if err := w.grant(c, now, set); err != nil {
			return err
		}
		return w.count(m, c, now)
	case slices.Contains(c.Start, m.State) && over && (!rework || c.Rework != "" || now == nil):
		return w.startClock(m, c, rework, set)
	case over:
		return nil
	case slices.Contains(c.Pause, m.State) && now.State == "running":
		return w.pauseByState(m, now)
	case !slices.Contains(c.Pause, m.State) && now.State == "paused":
		return w.resumeByState(m, c, now)
	}
	return nil
}

func (w *work) startClock(m *Matter, c *kind.Clock, rework bool, set ending) error {
	term, _ := c.Term(m.Class)
	if term.IsZero() {
		return nil
	}
	if rework && c.Rework == "half" {
		term = half(term)
	}
	x := &Clock{Clock: c.ID, Term: term, StartedAt: w.NowMS(), State: "running", Rolls: c.Rolls}
	if set.at != 0 {
		if err := w.grant(c, x, set); err != nil {
			return err
		}
	}
	return w.count(m, c, x)
}

// clockEffects does what a transition causes to clocks, after the state was entered: a clock is
// started when it does not run, stopped when it does, or ended and started anew.
func (w *work) clockEffects(c *change) error {
	any := false
	for _, e := range c.t.Effects {
		if e.Do != "clock" {
			continue
		}
		any = true
		list, err := clocksOf(w.ctx, w.Tx, c.m.ID)
		if err != nil {
			return err
		}
		k, x := c.k.Clock(e.Clock), latest(list, e.Clock)
		if e.Action != "start" {
			if err := w.stopClock(c.m, x, "done"); err != nil {
				return err
			}
		}
		if e.Action == "restart" || e.Action == "start" && (x == nil || x.Over()) {
			if err := w.startClock(c.m, k, false, until(c.m, k)); err != nil {
				return err
			}
		}
	}
	if !any {
		return nil
	}
	return w.nearest(c.m)
}

// half is half a term; where that is no whole number of units it is rounded up.
func half(t calendar.Term) calendar.Term { return calendar.Term{N: (t.N + 1) / 2, Unit: t.Unit} }

// stopClock ends a clock: done, or late when its end has passed. What was asked about it and
// not decided falls away.
func (w *work) stopClock(m *Matter, x *Clock, state string) error {
	if x == nil || x.Over() {
		return nil
	}
	if state == "done" && x.State == "running" && w.NowMS() > x.DueAt {
		state, m.Late = "late", true
	}
	for _, q := range []string{
		"UPDATE matter_pause SET state = 'over', to_at = $1 WHERE clock = $2 AND state = 'running'",
		"UPDATE matter_pause SET state = 'withdrawn', decided_at = $1 WHERE clock = $2 AND state = 'asked'",
	} {
		if _, err := w.Exec(w.ctx, q, w.NowMS(), x.ID); err != nil {
			return err
		}
	}
	x.State, x.StoppedAt, x.WakeAt = state, w.NowMS(), 0
	return w.saveClock(m, x)
}

// pauseByState lets a clock stand still while the matter is in a state of Pause.
func (w *work) pauseByState(m *Matter, x *Clock) error {
	if w.NowMS() > x.DueAt {
		m.Late = true
	}
	_, err := w.Exec(w.ctx, `INSERT INTO matter_pause (matter, clock, what, state, from_at, reason, asked_at, asked_by, asker) VALUES ($1, $2, 'state', 'running', $3, '', $4, $5, '')`,
		m.ID, x.ID, w.NowMS(), w.NowMS(), w.me.Account)
	if err != nil {
		return err
	}
	x.State, x.WakeAt = "paused", 0
	return w.saveClock(m, x)
}

func (w *work) resumeByState(m *Matter, c *kind.Clock, x *Clock) error {
	if _, err := w.Exec(w.ctx, "UPDATE matter_pause SET state = 'over', to_at = $1 WHERE clock = $2 AND what = 'state' AND state = 'running'", w.NowMS(), x.ID); err != nil {
		return err
	}
	return w.goOn(m, c, x)
}

// goOn lets a clock run again when no pause holds it any more.
func (w *work) goOn(m *Matter, c *kind.Clock, x *Clock) error {
	var n int64
	if err := w.QueryRow(w.ctx, "SELECT COUNT(*) FROM matter_pause WHERE clock = $1 AND what <> 'extension' AND state = 'running'", x.ID).Scan(&n); err != nil || n > 0 {
		return err
	}
	x.State = "running"
	return w.count(m, c, x)
}

// clockOf finds a running or paused clock of a matter by its own id or its id in the kind.
func (w *work) clockOf(m *Matter, k *kind.Kind, id string) (*kind.Clock, *Clock, error) {
	list, err := clocksOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, x := range list { // the interface names the row
		if idText(x.ID) == id {
			id = x.Clock
			break
		}
	}
	c := k.Clock(id)
	if c == nil {
		return nil, nil, invalid("clock", "unknown_clock", "没有这个时限", id)
	}
	x := latest(list, id)
	if x == nil || x.Over() {
		return nil, nil, fault.Newf(fault.Conflict, "clock_not_running", "“%s”时限没有在计算，不能申请", c.Name)
	}
	return c, x, nil
}
