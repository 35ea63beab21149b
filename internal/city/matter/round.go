package matter

import (
	"slices"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/rules/calendar"
)

// Round is one life of a matter as figures see it: from its report, or from its return after
// a closure, to its closing. All of it is derived from the record and the clocks. Times are ms
// UTC, 0 none.
type Round struct {
	Round                                  int64
	Source                                 string
	Since                                  int64 // first existence as established (field existed_since), 0 not known
	Found                                  int64
	Opened                                 int64
	Filed                                  int64 // taken up as a case (立案)
	Sent                                   int64 // first handed to a handler (派遣)
	Acted                                  int64
	Handed                                 int64 // last handed in (报结)
	Closed                                 int64
	Due                                    int64 // of the disposing clock with its pauses and extensions: its first missed end, else its last
	Ended                                  int64 // when that clock stopped
	Reworks, Performed, Returned, Extended int64

	Shelved, Recurred, Unfounded, Dead bool
}

// until is the last moment that a period is asked by.
func (r *Round) until() int64 { return max(r.Opened, r.Sent, r.Due, r.Closed) }

// roundsOf reads the lives of a matter from its record (oldest first) and its clocks.
func roundsOf(m *Matter, k *kind.Kind, record []Told, clocks []Clock) []Round {
	var out []Round
	for i := range record {
		t := &record[i]
		tr, st := k.Transition(t.Transition), k.State(t.To)
		if tr == nil || st == nil {
			continue // a remark, a clock's call
		}
		if len(out) == 0 {
			out = append(out, Round{Source: m.Source, Found: m.FoundAt, Opened: t.At})
		} else if tr.Reopen {
			out = append(out, lifeAgain(int64(len(out)), m.Source, t))
		}
		out[len(out)-1].pass(tr, st, t)
	}
	for i := range out {
		r, end := &out[i], int64(Never)
		if i+1 < len(out) {
			r.Recurred, end = true, out[i+1].Opened
		}
		r.clocks(k.Disposing(), clocks, end)
	}
	if n := len(out); n > 0 {
		out[n-1].Dead = m.Type == kind.Void || m.MergedInto != 0
		out[n-1].Recurred = m.Recurrences > int64(n-1) && out[n-1].Closed > 0 // a new matter that repeats it
	}
	return out
}

// lifeAgain begins the life after a return, with what the new report says of itself.
func lifeAgain(n int64, source string, t *Told) Round {
	r := Round{Round: n, Source: source, Found: t.At, Opened: t.At}
	if s := t.More["source"]; s != "" {
		r.Source = s
	}
	if at, err := time.Parse(time.RFC3339, t.More["foundAt"]); err == nil {
		r.Found = at.UnixMilli()
	}
	return r
}

// pass counts one step.
func (r *Round) pass(tr *kind.Transition, st *kind.State, t *Told) {
	taken := slices.Contains([]kind.StateType{kind.Assigned, kind.Working, kind.Submitted, kind.Checking, kind.Suspended, kind.Returned}, st.Type) || st.Stage == "立案"
	if r.Filed == 0 && taken {
		r.Filed = t.At
	}
	if r.Acted == 0 && (taken || st.Type.Final()) {
		r.Acted = t.At
	}
	if r.Sent == 0 && (st.Type == kind.Assigned || st.Type == kind.Working) {
		r.Sent = t.At
	}
	switch {
	case tr.Act == kind.Do:
		r.Handed = t.At
		r.Performed++
	case tr.Rework:
		r.Reworks++
	case tr.Act == kind.Return:
		r.Returned++
	}
	r.Shelved = r.Shelved || st.Type == kind.Suspended
	if st.Type == kind.Closed {
		r.Closed, r.Unfounded = t.At, tr.Act == kind.Verify
	}
	if d, err := calendar.ParseDay(t.Fields["existed_since"]); err == nil {
		r.Since = d.End() // a day that is in doubt is nobody's fault
	}
}

// clocks takes the due moment from the runs of the disposing clock in this life: one that was
// missed stays missed, however the next round went.
func (r *Round) clocks(c *kind.Clock, list []Clock, end int64) {
	missed := false
	for i := range list {
		x := &list[i]
		if c == nil || x.Clock != c.ID || x.State == "void" || x.StartedAt < r.Opened || x.StartedAt >= end {
			continue
		}
		r.Extended += int64(x.extensions())
		r.Shelved = r.Shelved || x.State == "paused"
		if missed {
			continue
		}
		r.Due, r.Ended = x.DueAt, x.StoppedAt
		if x.State == "paused" {
			r.Due = 0 // it moves on as long as the clock stands still
		}
		missed = x.StoppedAt > x.DueAt
	}
}
