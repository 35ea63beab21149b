package demonstration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// now is where a matter stands.
type now struct {
	version, due, holder int64
	state, kind, edition string
	open                 bool
}

func (h *history) look(ctx context.Context, id int64) (n now, err error) {
	err = h.db.View(ctx, func(tx *store.Tx) error {
		var open int
		err := tx.QueryRow(ctx, "SELECT version, due_at, holder_post, state, kind, edition, open FROM matter WHERE id = $1", id).
			Scan(&n.version, &n.due, &n.holder, &n.state, &n.kind, &n.edition, &open)
		n.open = open == 1
		return err
	})
	return n, err
}

// step plays the next turn of a matter and says when the one after it comes.
func (h *history) step(ctx context.Context, a *agent) error {
	if a.id == 0 {
		if err := h.open(ctx, a); err != nil {
			return err
		}
		if a.signal == nil {
			a.next++
		}
		return h.later(ctx, a)
	}
	t := a.turn()
	if strings.HasPrefix(t.Do, "@") {
		if err := h.special(ctx, a, t.Do); err != nil {
			return err
		}
		a.next++
		return h.later(ctx, a)
	}
	n, err := h.look(ctx, a.id)
	if err != nil {
		return err
	}
	// Somebody else may have moved it meanwhile: a new report, a merge.
	if tr := h.kinds.Edition(n.kind, n.edition).Transition(t.Do); tr != nil && slices.Contains(tr.From, n.state) {
		if err := h.move(ctx, a, n, tr.Assigns); err != nil {
			return err
		}
		if t.Recur > 0 && !a.again && a.rng.Float64() < t.Recur {
			h.recur(a)
		}
	}
	a.next++
	return h.later(ctx, a)
}

// recur lets the problem come back near by after some days.
func (h *history) recur(old *agent) {
	when := h.clk.Now().Add(time.Duration(3*24*60+old.rng.IntN(30*24*60)) * time.Minute)
	if hour := when.In(clock.Shanghai).Hour(); hour < 7 || hour > 19 {
		when = when.Add(10 * time.Hour)
	}
	if !when.Before(h.end.Add(-3 * time.Hour)) {
		return
	}
	script := h.story.Script(old.script.Kind, 0)
	a := &agent{rng: old.rng, script: script, turns: script.Turns, again: true, place: old.place, about: old.about, category: old.category, firm: old.firm}
	a.place.at.Lng += int64(a.rng.IntN(6000) - 3000)
	h.push(a, when)
}

// later puts the matter back into the queue for its next turn.
func (h *history) later(ctx context.Context, a *agent) error {
	if a.next >= len(a.turns) {
		return nil
	}
	n, err := h.look(ctx, a.id)
	if err != nil || !n.open {
		return err
	}
	t, from := a.turn(), h.clk.Now()
	least, most := 60, 300
	if len(t.Wait) == 2 {
		least, most = t.Wait[0], t.Wait[1]
	}
	minutes := least + a.rng.IntN(most-least+1)
	left := time.Duration(n.due-from.UnixMilli()) * time.Millisecond
	if n.due == matter.Never || left <= 0 || len(t.Share) != 2 {
		h.push(a, h.office(a, from.Add(time.Duration(minutes)*time.Minute)))
		return nil
	}
	share := t.Share[0] + a.rng.Float64()*(t.Share[1]-t.Share[0])
	if share > 0.95 && !h.mayBeLate(a.place, from) {
		share = 0.9
	}
	at := from.Add(max(time.Duration(share*float64(left)), 3*time.Minute)).Truncate(time.Second)
	if left > 3*time.Hour && !a.script.Now { // short limits are kept by whoever is on duty
		at = h.office(a, at)
		if end := from.Add(left); share < 1 && !at.Before(end) {
			at = end.Add(-time.Duration(5+a.rng.IntN(20)) * time.Minute)
		}
	}
	h.push(a, at)
	return nil
}

// office is the instant itself in office hours, else in the next morning's first hour.
func (h *history) office(a *agent, at time.Time) time.Time {
	if a.script.Now {
		return at
	}
	local := at.In(clock.Shanghai)
	minute := local.Hour()*60 + local.Minute()
	day := calendar.DayOf(at.UnixMilli())
	works, err := h.cal.IsWorkday(day)
	if err == nil && works && minute >= 8*60+30 && minute < 18*60 {
		return at
	}
	if minute >= 18*60 || err != nil || !works {
		day++
	}
	for range 12 {
		if works, err := h.cal.IsWorkday(day); err == nil && works {
			break
		}
		day++
	}
	return time.UnixMilli(day.Start()).Add(time.Duration(8*3600+1800+a.rng.IntN(3000)) * time.Second)
}

// open reports the problem.
func (h *history) open(ctx context.Context, a *agent) error {
	if a.signal != nil {
		return h.db.Update(ctx, func(tx *store.Tx) (err error) {
			a.id, err = h.matters.Signal(access.With(ctx, access.System("signals")), tx, *a.signal)
			return err
		})
	}
	if a.twin != nil {
		h.findTwin(ctx, a)
	}
	t := a.turn()
	actor, post, err := h.actor(ctx, a, t.By)
	if err != nil {
		return err
	}
	at := a.place.at
	o := matter.Opening{Kind: a.script.Kind, Category: a.category, Transition: t.Do, Region: a.place.village.Code, At: &at, Accuracy: int64(5 + a.rng.IntN(20)),
		Title: h.fill(a, one(a.rng, a.about.Titles)), Description: h.fill(a, one(a.rng, h.story.Texts.Notes)), Place: h.fill(a, "{village}{where}"),
		Source: a.script.Source, ClientID: fmt.Sprintf("story-%d", a.seq), AcknowledgeDuplicates: true, Fields: h.fields(a, t.Do)}
	if a.script.Kind == "complaint" {
		o.Source, o.SourceNumber = "complaint", fmt.Sprintf("演示-%05d", 10000+a.seq)
	}
	if o.Evidence, err = h.bring(access.With(ctx, actor), a, t); err != nil {
		return err
	}
	m, err := h.matters.Open(access.With(ctx, actor), o)
	if err != nil {
		return err
	}
	a.id, a.reporter = m.ID, post
	if a.script.Kind == "grid" {
		h.recent = append(h.recent, a)
	}
	h.visited(a, t.Visit, m.Cell)
	return nil
}

// visited notes the look at the place: that it found the problem, or that one just before had
// seen nothing.
func (h *history) visited(a *agent, what string, cell int64) {
	v := grid.Visit{Cell: cell, At: h.clk.Now().UnixMilli(), Result: "found", ClientID: fmt.Sprintf("story-visit-%d", a.seq)}
	switch {
	case cell == 0 || what == "" || what == "missed" && a.rng.Float64() < 0.5:
		return
	case what == "missed":
		v.Result, v.At = "none", v.At-int64(1+a.rng.IntN(5))*calendar.MsPerDay
	}
	h.visits = append(h.visits, v)
}

// findTwin looks for an open matter of the county that was reported a short while ago.
func (h *history) findTwin(ctx context.Context, a *agent) {
	a.twin = nil
	for i := len(h.recent) - 1; i >= max(0, len(h.recent)-40); i-- {
		x := h.recent[i]
		if n, err := h.look(ctx, x.id); err != nil || !n.open || n.state == "suspended" {
			continue
		}
		a.twin, a.place, a.about, a.category, a.firm = x, x.place, x.about, x.category, x.firm
		a.place.at.Lat += 3000
		return
	}
	a.turns = h.story.Script("grid", 0).Turns
}

// move makes the turn's transition.
func (h *history) move(ctx context.Context, a *agent, n now, assigns string) error {
	t := a.turn()
	actor, _, err := h.actor(ctx, a, t.By)
	if err != nil {
		return err
	}
	as := access.With(ctx, actor)
	s := matter.Step{Transition: t.Do, Fields: h.fields(a, t.Do), Opinion: h.opinion(a, t.Do)}
	if s.Evidence, err = h.bring(as, a, t); err != nil {
		return err
	}
	if assigns != "" {
		who := t.To
		if who == "" || who == "handler" {
			who = "branch"
			if a.about != nil && a.about.Handler != "" {
				who = a.about.Handler
			}
		}
		if assigns == "owner" && a.to != "" {
			who = a.to
		}
		if assigns == "checker" && a.checker != "" {
			who = a.checker
		}
		if _, s.AssignPost, err = h.actor(ctx, a, who); err != nil {
			return err
		}
		if assigns == "owner" {
			a.owner = s.AssignPost
		}
	}
	_, err = h.matters.Move(as, a.id, n.version, s)
	return err
}

// special are the turns that are no transitions.
func (h *history) special(ctx context.Context, a *agent, what string) error {
	n, err := h.look(ctx, a.id)
	if err != nil || !n.open {
		return err
	}
	actor, _, err := h.actor(ctx, a, a.turn().By)
	if err != nil {
		return err
	}
	as := access.With(ctx, actor)
	switch what {
	case "@pause":
		until := calendar.DayOf(h.clk.Now().UnixMilli()) + 9
		p, err := h.matters.AskPause(as, a.id, matter.Asking{Clock: "dispose", Reason: "净化器须订货，到货前无法安装，申请缓办", Until: until.Start()})
		a.request = p.ID
		return ignoreOver(err)
	case "@extension":
		p, err := h.matters.AskExtension(as, a.id, matter.Asking{Clock: "dispose", Reason: "设备安装需两天，申请延期", Term: calendar.MustTerm("2wd")})
		a.request = p.ID
		return ignoreOver(err)
	case "@approve":
		if a.request == 0 {
			return nil
		}
		return h.matters.Decide(as, a.id, a.request, true, "情况属实，同意")
	case "@merge":
		if twin, err := h.look(ctx, a.twin.id); err != nil || !twin.open || a.twin.id == a.id {
			return err
		}
		return h.matters.Merge(as, a.twin.id, []int64{a.id}, "与"+a.place.village.Name+"已上报的为同一问题")
	}
	return fmt.Errorf("no such turn %s", what)
}

// ignoreOver lets a person be refused who asks when the limit is over already.
func ignoreOver(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// actor is who holds a post of the matter's place today.
func (h *history) actor(ctx context.Context, a *agent, by string) (access.Actor, int64, error) {
	list := strings.Split(by, "|")
	who := list[0]
	if len(list) > 1 {
		who = one(a.rng, list)
	}
	dir, err := h.City.people.Directory(ctx)
	if err != nil {
		return access.Actor{}, 0, err
	}
	for _, post := range h.candidates(a, who) {
		seat := dir.Posts[post]
		if seat == nil || !seat.Held() {
			continue
		}
		account := seat.Accounts[0]
		x, known := h.actors[account]
		if !known {
			if x, err = h.City.people.ActorOf(ctx, account); err != nil {
				return x, 0, err
			}
			h.actors[account] = x
		}
		return x, post, nil
	}
	return access.Actor{}, 0, fmt.Errorf("nobody is %s in %s", who, a.place.village.Name)
}

// candidates are the posts behind a word of the story, then those that take their place.
func (h *history) candidates(a *agent, who string) []int64 {
	village, town, county := a.place.village.Code.Short(), a.place.town.Code.Short(), a.place.county.Code.GB2260()
	code := func(list ...string) (out []int64) {
		for _, c := range list {
			out = append(out, h.posts[c])
		}
		return out
	}
	switch who {
	case "officer", "chief":
		return code(who+":"+village, "chief:"+village, "chief:"+town)
	case "patroller", "supervisor":
		return code(who + ":" + town)
	case "townchief":
		return code("chief:" + town)
	case "town":
		return code("town:" + town)
	case "county":
		return code("office:" + county)
	case "branch":
		return code("branch:" + county)
	case "city":
		return code("zonghe")
	case "special":
		return code("duchazu")
	case "inspector":
		return code("duchayuan")
	case "bureau":
		return code("kezhang")
	case "owner":
		return []int64{a.owner}
	case "reporter":
		return []int64{a.reporter}
	}
	return nil
}
