package matter

import (
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// pastClocks are the clocks that a record of the past would have left, with when each stood
// still: they start, stop and pause by the states that the record enters. An open matter
// whose end is given (DueAt, DueClock) has that end granted; m gets the nearest end, and late.
func (s *Service) pastClocks(m *Matter, k *kind.Kind, record []Told, now int64) ([]pastClock, error) {
	var out []pastClock
	for i := range k.Clocks {
		p := past{s: s, m: m, k: k, c: &k.Clocks[i], now: now}
		for j := range record {
			if record[j].Transition == "" { // a remark, a call of a clock
				continue
			}
			if err := p.enter(&record[j]); err != nil {
				return nil, err
			}
		}
		if p.live {
			if err := p.goOn(); err != nil {
				return nil, err
			}
		}
		out = append(out, p.list...)
	}
	if !m.Open() {
		m.DueAt, m.DueClock = Never, ""
		return out, nil
	}
	m.DueAt, m.DueClock = Never, ""
	for _, x := range out {
		if x.State == "running" && x.DueAt < m.DueAt {
			m.DueAt, m.DueClock = x.DueAt, x.Clock.Clock
		}
	}
	return out, nil
}

// pastClock is a clock with the times that it stood still; the last is open (To 0) while it
// still does.
type pastClock struct {
	Clock
	stood []calendar.Interval
}

// past replays one clock of a kind.
type past struct {
	s    *Service
	m    *Matter
	k    *kind.Kind
	c    *kind.Clock
	now  int64
	list []pastClock
	at   int  // of the last in list
	live bool // it has not ended
}

func (p *past) enter(t *Told) error {
	final := p.k.State(t.To) != nil && p.k.State(t.To).Type.Final()
	rework := p.k.Transition(t.Transition) != nil && p.k.Transition(t.Transition).Rework
	switch {
	case final || slices.Contains(p.c.Stop, t.To):
		return p.stop(t.At)
	case !p.live && slices.Contains(p.c.Start, t.To) && (!rework || p.c.Rework != "" || len(p.list) == 0):
		term, _ := p.c.Term(p.m.Class)
		if term.IsZero() {
			return nil
		}
		if rework && p.c.Rework == "half" {
			term = half(term)
		}
		x := Clock{Clock: p.c.ID, Term: term, StartedAt: t.At, State: "running", Rolls: p.c.Rolls}
		if day, err := calendar.ParseDay(t.Fields[p.c.Until]); p.c.Until != "" && err == nil {
			x.Granted = []Granted{{Due: day.End(), By: t.Display, At: t.At}}
		}
		p.list = append(p.list, pastClock{Clock: x})
		p.at, p.live = len(p.list)-1, true
	case p.live && slices.Contains(p.c.Pause, t.To):
		if x := &p.list[p.at]; x.State == "running" {
			x.State, x.stood = "paused", append(x.stood, calendar.Interval{From: t.At})
		}
	case p.live && p.list[p.at].State == "paused":
		x := &p.list[p.at]
		x.State, x.stood[len(x.stood)-1].To = "running", t.At
	}
	return nil
}

// due counts the end of a clock.
func (p *past) due(x *pastClock, upTo int64) error {
	stood := slices.Clone(x.stood)
	for i := range stood {
		if stood[i].To == 0 {
			stood[i].To = upTo
		}
	}
	d, err := p.s.clocks.deadline(&x.Clock, stood)
	x.DueAt, x.Rolled, x.Calendar = d.At, d.Rolled, d.CalendarVersion
	return err
}

func (p *past) stop(at int64) error {
	if !p.live {
		return nil
	}
	x := &p.list[p.at]
	p.live = false
	if err := p.due(x, at); err != nil {
		return err
	}
	if x.State == "paused" {
		x.stood[len(x.stood)-1].To = at
	}
	x.State, x.StoppedAt = "done", at
	if at > x.DueAt {
		x.State, p.m.Late = "late", true
	}
	return nil
}

// goOn leaves a clock that runs: what was to be told up to now counts as told.
func (p *past) goOn() error {
	x := &p.list[p.at]
	if p.m.DueClock == p.c.ID && p.m.DueAt != Never {
		x.Granted = []Granted{{Due: p.m.DueAt, At: x.StartedAt}}
	}
	if err := p.due(x, p.now); err != nil || x.State != "running" {
		return err
	}
	for {
		at := p.s.clocks.next(p.c, &x.Clock)
		if at == 0 || at > p.now {
			x.WakeAt = at
			break
		}
		if x.Reminded < len(p.c.Remind) {
			x.Reminded++
		} else {
			x.Escalated++
		}
	}
	if p.now > x.DueAt {
		p.m.Late = true
	}
	return nil
}

// fillClocks writes them; pauses are those that the states made.
func (s *Service) fillClocks(w *work, m *Matter, list []pastClock) error {
	for i := range list {
		x := &list[i]
		if err := w.saveClock(m, &x.Clock); err != nil {
			return err
		}
		if x.Over() || x.Escalated > 0 { // a new row takes neither
			if err := w.saveClock(m, &x.Clock); err != nil {
				return err
			}
		}
		for _, iv := range x.stood {
			state := "over"
			if iv.To == 0 {
				state = "running"
			}
			_, err := w.Exec(w.ctx, `INSERT INTO matter_pause (matter, clock, what, state, from_at, to_at, reason, asked_at, asked_by, asker) VALUES ($1, $2, 'state', $3, $4, $5, '', $6, 0, '')`,
				m.ID, x.ID, state, iv.From, iv.To, iv.From)
			if err != nil {
				return store.Classify(err)
			}
		}
	}
	return nil
}
