package matter

import (
	"cmp"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// Askable is what the actor may ask for about a running clock now.
type Askable struct {
	Until    calendar.Day  // latest day on which a pause may end, 0: no such pause
	ReviewBy calendar.Day  // latest review of a pause with a condition, 0: no such pause
	Longer   calendar.Term // most that an extension may add, zero: none may be asked for
}

// clockRights are what the actor may do about a matter's clocks, by id.
type clockRights struct {
	decide map[int64]bool    // requests that wait for a word
	end    map[int64]bool    // pauses that go on
	ask    map[int64]Askable // clocks
}

// clockRightsOf finds what the actor, who is who to the matter, may decide and ask for: the
// same rules as Decide, EndPause, AskPause and AskExtension, asked beforehand.
func (w *work) clockRightsOf(m *Matter, k *kind.Kind, clocks []Clock, pauses []Pause, who kind.Who) (clockRights, error) {
	out := clockRights{map[int64]bool{}, map[int64]bool{}, map[int64]Askable{}}
	var askers map[int64]kind.Who
	open := map[int64][]string{} // clock -> what is asked for
	for _, p := range pauses {
		i := slices.IndexFunc(clocks, func(c Clock) bool { return c.ID == p.Clock })
		if i < 0 || p.State != "asked" && p.State != "running" {
			continue
		}
		x := &clocks[i]
		c := k.Clock(x.Clock)
		if p.State == "asked" {
			open[x.ID] = append(open[x.ID], p.What)
		}
		if c == nil || !w.me.Has(access.MatterAllow) {
			continue
		}
		if p.State == "running" {
			out.end[p.ID] = p.What == "pause" && mayDecide(&kind.Kind{}, c, x, p, kind.Who{}, who) == nil
			continue
		}
		if askers == nil {
			var err error
			if askers, err = w.askers(m.ID); err != nil {
				return out, err
			}
		}
		out.decide[p.ID] = mayDecide(k, c, x, p, askers[p.ID], who) == nil
	}
	if !w.me.Has(access.MatterAct) || !who.Relations[Owner] && !who.Relations[HolderOf] {
		return out, nil
	}
	for i := range clocks {
		if c := k.Clock(clocks[i].Clock); c != nil && !clocks[i].Over() {
			if a := w.askable(c, &clocks[i], open[clocks[i].ID], spentOn(pauses, clocks[i].ID)); a != (Askable{}) {
				out.ask[clocks[i].ID] = a
			}
		}
	}
	return out, nil
}

// pausedBefore is how often a clock was stopped by request, and for how long with a fixed end.
type pausedBefore struct {
	n     int
	spent int64 // ms; a pause that goes on counts up to the end that was granted
}

func spentOn(pauses []Pause, clock int64) (b pausedBefore) {
	for _, p := range pauses {
		if p.Clock != clock || p.What != "pause" || p.State != "running" && p.State != "over" {
			continue
		}
		b.n++
		if p.Until != 0 {
			b.spent += cmp.Or(p.To, p.Until) - p.From
		}
	}
	return b
}

// askers are those who asked for what waits for a word in a matter.
func (w *work) askers(matter int64) (map[int64]kind.Who, error) {
	rows, err := w.Query(w.ctx, "SELECT id, asked_by, asker, asked_post FROM matter_pause WHERE matter = $1 AND state = 'asked'", matter)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]kind.Who{}
	for rows.Next() {
		var id int64
		var who kind.Who
		if err := rows.Scan(&id, &who.Account, &who.Person, &who.Post); err != nil {
			return nil, store.Classify(err)
		}
		out[id] = who
	}
	return out, store.Classify(rows.Err())
}

// askable is what may be asked for about one clock; open is what is asked for already.
// A pause that would end in a year without a calendar cannot be counted, so it is not offered.
func (w *work) askable(c *kind.Clock, x *Clock, open []string, before pausedBefore) (a Askable) {
	if len(c.Pauses.By) > 0 && before.n < c.Pauses.Times && x.State == "running" && !slices.Contains(open, "pause") {
		for _, p := range []struct {
			most calendar.Term
			day  *calendar.Day
			back int // what a day's end must lie before, its start need not
		}{{c.Pauses.Fixed, &a.Until, 0}, {c.Pauses.Review, &a.ReviewBy, -1}} {
			if p.most.IsZero() {
				continue
			}
			if d, err := w.s.clocks.Due(w.NowMS(), p.most, false); err == nil {
				*p.day = calendar.DayOf(d.At).Add(p.back)
			}
		}
		if left := calendar.DayOf(w.NowMS() + c.Pauses.Left(before.spent)); a.Until > left {
			if a.Until = left; a.Until <= calendar.DayOf(w.NowMS()) {
				a.Until = 0
			}
		}
	}
	n := x.extensions()
	if n >= len(c.Extend) || slices.Contains(open, "extension") || w.NowMS() > x.DueAt && x.State == "running" {
		return a
	}
	a.Longer = x.Term
	if l := c.Extend[n].Most; l.Unit == x.Term.Unit {
		a.Longer = l
	}
	return a
}
