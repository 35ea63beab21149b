package matter_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// path is a way through a kind: a start, then steps.
type path []*kind.Transition

// ways finds for each state the shortest way there, and the shortest on which work was done
// and a step was made once already where its number is limited.
func ways(k *kind.Kind) map[string]path {
	out := map[string]path{}
	type node struct {
		state  string
		worked bool
		back   bool // handed back once
		again  bool // re-opened
		p      path
	}
	seen := map[string]bool{}
	var queue []node
	for i := range k.Transitions {
		if t := &k.Transitions[i]; t.Starts() {
			queue = append(queue, node{state: t.To, p: path{t}})
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		key := fmt.Sprint(n.state, n.worked, n.back)
		if seen[key] || n.worked && n.back {
			continue
		}
		seen[key] = true
		out[fmt.Sprintf("%s (worked %v, handed back %v)", n.state, n.worked, n.back)] = n.p
		for i := range k.Transitions {
			t := &k.Transitions[i]
			for _, from := range t.From {
				if from != n.state || t.Limit > 0 && n.back || t.Act == kind.Verify && n.worked && k.State(t.To).Type.Final() {
					continue
				}
				if k.State(t.To).Type == kind.Void && len(t.Need.Evidence) == 0 && (n.worked || n.again) {
					continue
				}
				queue = append(queue, node{t.To, n.worked || t.Act == kind.Do, n.back || t.Limit > 0, n.again || t.Reopen, append(append(path{}, n.p...), t)})
			}
		}
	}
	return out
}

// Every transition of every kind is tried from every state, fresh and after a round of work,
// by a post of every role and every relation, through the room itself: what the kind's file
// does not allow is refused, with a reason, and nothing is written. On SQLite all are tried,
// on PostgreSQL every nineteenth.
func TestEveryMoveThroughTheRoom(t *testing.T) {
	both(t, func(c *town) {
		w := c.crowd()
		w.checkRoles()
		start := c.clock.Now()
		tried, allowed, at, stride := 0, 0, 0.0, 1
		if c.db.Dialect() == store.Postgres {
			stride = 19
		}
		for _, kd := range c.svc.Kinds().All() {
			if c.svc.Kinds().Kind(kd.ID, calendar.DayOf(c.clock.Now().UnixMilli())) != kd {
				continue // not in force
			}
			all := ways(kd)
			for _, where := range slices.Sorted(maps.Keys(all)) {
				p := all[where]
				c.clock.Set(start)
				at += 3000 // far from every other, so that none repeats another
				x := w.begins(kd, p[0], at)
				for _, step := range p[1:] {
					w.goes(x, step)
				}
				if slices.ContainsFunc(kd.Transitions, func(t kind.Transition) bool { return !t.Wait.Term.IsZero() && slices.Contains(t.From, x.m.State) }) {
					c.clock.Advance(15 * 24 * time.Hour) // what has to wait, waited
				}
				before := c.rows()
				for i := range kd.Transitions {
					for _, who := range w.names {
						if tried++; tried%stride != 0 {
							continue
						}
						err := w.tries(x, &kd.Transitions[i], who)
						want := w.may(x, &kd.Transitions[i], who)
						if want {
							allowed++
						}
						if (err == nil) != want {
							t.Errorf("%s in %s: %s by %s: %v, want allowed %v", kd.ID, where, kd.Transitions[i].ID, who, err, want)
						}
						if err != nil && !reasoned(err) {
							t.Errorf("%s in %s: %s by %s: refused without a reason: %v", kd.ID, where, kd.Transitions[i].ID, who, err)
						}
					}
				}
				if after := c.rows(); after != before {
					t.Fatalf("%s in %s: a refusal wrote something:\n%s\nbefore:\n%s", kd.ID, where, after, before)
				}
			}
		}
		if tried /= stride; tried < 35_000/stride || allowed < 700/stride {
			t.Errorf("only %d moves tried, %d of them lawful", tried, allowed)
		}
	})
}

// reasoned tells whether a refusal is one of the lawful kinds, with words for people.
func reasoned(err error) bool {
	var f *fault.Error
	if !errors.As(err, &f) || f.Code == "" || f.Message == "" {
		return false
	}
	return fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound)
}
