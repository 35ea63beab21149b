package kind

import (
	"fmt"
	"slices"
)

func (c *checker) statePath(id string) string {
	for i := range c.k.States {
		if c.k.States[i].ID == id {
			return fmt.Sprintf("state.%d", i)
		}
	}
	return "state"
}

// spread walks the transitions that pass from the states that begin a matter.
func (k *Kind) spread(pass func(*Transition) bool) map[string]bool {
	seen := map[string]bool{}
	for grown := true; grown; {
		grown = false
		for i := range k.Transitions {
			t := &k.Transitions[i]
			from := t.Starts() || slices.ContainsFunc(t.From, func(f string) bool { return seen[f] })
			if from && pass(t) && !seen[t.To] {
				seen[t.To], grown = true, true
			}
		}
	}
	return seen
}

// reachable: every state can be entered, and from each a way leads to closed.
func (c *checker) reachable() {
	seen := c.k.spread(func(*Transition) bool { return true })
	out := map[string]bool{}
	for _, s := range c.k.States {
		out[s.ID] = s.Type == Closed
	}
	for grown := true; grown; {
		grown = false
		for _, t := range c.k.Transitions {
			for _, f := range t.From {
				if out[t.To] && !out[f] {
					out[f], grown = true, true
				}
			}
		}
	}
	for _, s := range c.k.States {
		if !seen[s.ID] {
			c.fail(c.statePath(s.ID), "state %s cannot be reached", s.ID)
		}
		if !out[s.ID] && s.Type != Void {
			c.fail(c.statePath(s.ID), "state %s is a dead end: no way leads from it to a closed state", s.ID)
		}
	}
}

// ball: who holds the ball in a state can make a transition out of it.
func (c *checker) ball() {
	for _, s := range c.k.States {
		if s.Type.Final() {
			continue
		}
		can := slices.ContainsFunc(c.k.Transitions, func(t Transition) bool {
			return slices.Contains(t.From, s.ID) && t.To != s.ID && (slices.Contains(t.By, s.Holder) || slices.Contains(t.By, "holder"))
		})
		if !can {
			c.fail(c.statePath(s.ID), "state %s: %s holds the ball but may make no transition out of it", s.ID, s.Holder)
		}
	}
}

// assigned: where the owner or the checker holds the ball, somebody has been
// named on every way that leads there.
func (c *checker) assigned() {
	for _, role := range []string{"owner", "checker"} {
		without := c.k.spread(func(t *Transition) bool { return t.Assigns != role })
		for _, s := range c.k.States {
			if s.Holder == role && without[s.ID] {
				c.fail(c.statePath(s.ID), "state %s: %s holds the ball, but a way leads here on which no %s was assigned", s.ID, role, role)
			}
		}
	}
}

// doers are the relations that do the work of the kind.
func (k *Kind) doers() map[string]bool {
	out := map[string]bool{"owner": true, "holder": true}
	for _, t := range k.Transitions {
		if t.Act == Do || t.Act == Accept {
			for _, r := range t.By {
				out[r] = true
			}
		}
	}
	delete(out, "system")
	return out
}

// apart: whoever does the work can neither check, approve, hang up, void nor
// close it, by any relation of the file. Decide refuses it again by account,
// person and post, whatever relations somebody gathers.
func (c *checker) apart() {
	doers := c.k.doers()
	for i := range c.k.Transitions {
		t := &c.k.Transitions[i]
		path := fmt.Sprintf("transition.%d", i)
		to := c.k.State(t.To).Type
		switch {
		case to == Closed && t.Act != Check && t.Act != Verify && !c.stays(t):
			c.fail(path+".act", "transition %s closes the matter with act %q: only check may close, or verify when nothing was done", t.ID, t.Act)
		case to == Closed && slices.Contains(t.By, "system") && t.Act != Verify:
			c.fail(path+".by", "transition %s: the system cannot check", t.ID)
		case to == Void && t.Act != VoidAct && t.Act != Verify && t.Act != Withdraw:
			c.fail(path+".act", "transition %s voids the matter with act %q: want void, verify or withdraw", t.ID, t.Act)
		}
		if t.Act == Verify && to.Final() || t.Act == Withdraw {
			c.untouched(path, t)
		}
		if !c.k.KeepsApart(t) || t.Act == Withdraw || c.stays(t) {
			continue
		}
		for _, r := range t.By {
			if doers[r] {
				c.fail(path+".by", "transition %s (%s): %s may do the work and so may not make it: doer and checker are apart", t.ID, t.Act, r)
			}
		}
	}
}

// stays: a note on a closed matter moves nothing.
func (c *checker) stays(t *Transition) bool {
	return t.Act == Note && len(t.From) > 0 && !slices.ContainsFunc(t.From, func(f string) bool { return f != t.To })
}

// untouched: ending without a check is for matters nobody works on yet.
func (c *checker) untouched(path string, t *Transition) {
	for _, f := range t.From {
		if s := c.k.State(f); s.Type != Open {
			c.fail(path+".from", "transition %s (%s) ends the matter from state %s: only from an open state, before anything was done", t.ID, t.Act, f)
		}
	}
	if t.Act == Withdraw && !slices.Equal(t.By, []string{"reporter"}) {
		c.fail(path+".by", "transition %s: only the reporter withdraws", t.ID)
	}
}
