package kind

import (
	"fmt"
	"slices"

	"qingshan/internal/rules/calendar"
)

func (c *checker) clocks() {
	seen := map[string]bool{}
	for i := range c.k.Clocks {
		k := &c.k.Clocks[i]
		path := fmt.Sprintf("clock.%d", i)
		c.names(path, k.ID, k.Name, k.NameEn, seen)
		if k.Source == "" {
			c.fail(path+".source", "clock %s needs a source", k.ID)
		}
		c.confidence(path+".confidence", k.Confidence)
		if len(k.Start) == 0 || len(k.Stop) == 0 {
			c.fail(path, "clock %s needs states in which it starts and stops", k.ID)
		}
		c.clockStates(path, k)
		c.terms(path, k)
		c.steps(path, k)
		c.ends(path, k)
		if !slices.Contains([]string{"", "restart", "half"}, k.Rework) {
			c.fail(path+".rework", "clock %s: rework %q: want restart or half", k.ID, k.Rework)
		}
	}
}

func (c *checker) clockStates(path string, k *Clock) {
	for part, ids := range map[string][]string{"start": k.Start, "stop": k.Stop, "pause": k.Pause} {
		for _, id := range ids {
			if c.k.State(id) == nil {
				c.fail(path+"."+part, "clock %s: %s in %q, which is not a state", k.ID, part, id)
			}
			if part != "start" && slices.Contains(k.Start, id) {
				c.fail(path+"."+part, "clock %s both starts and %ss in state %s", k.ID, part, id)
			}
		}
	}
}

func (c *checker) terms(path string, k *Clock) {
	if len(k.Terms) == 0 {
		c.fail(path, "clock %s has no term", k.ID)
	}
	classes := map[string]bool{"": true}
	for _, g := range c.k.Categories {
		classes[g.Class] = true
	}
	seen := map[string]bool{}
	for i, class := range k.classes {
		at := fmt.Sprintf("%s.term.%d", path, i)
		if !classes[class] {
			c.fail(at+".class", "clock %s: no category is of class %q", k.ID, class)
		}
		if seen[class] {
			c.fail(at, "clock %s: two terms for class %q", k.ID, class)
		}
		seen[class] = true
		c.confidence(at+".confidence", k.Bases[class].Confidence)
	}
}

func (c *checker) steps(path string, k *Clock) {
	for i, s := range k.Escalate {
		at := fmt.Sprintf("%s.escalate.%d", path, i)
		if s.Light != "yellow" && s.Light != "red" {
			c.fail(at+".light", "clock %s: light %q: want yellow or red", k.ID, s.Light)
		}
		c.relations(at+".to", []string{s.To})
		if s.Every && s.After.IsZero() {
			c.fail(at+".every", "clock %s: every needs after", k.ID)
		}
		c.basis(at, s.Basis)
	}
	for i, e := range k.Extend {
		at := fmt.Sprintf("%s.extend.%d", path, i)
		c.relations(at+".by", []string{e.By})
		c.basis(at, e.Basis)
	}
	if p := k.Pauses; len(p.By) > 0 {
		at := path + ".pauses"
		c.relations(at+".by", p.By)
		c.basis(at, p.Basis)
		if p.Fixed.IsZero() && p.Review.IsZero() {
			c.fail(at, "clock %s: a pause needs a limit: fixed or review", k.ID)
		}
		if p.Times < 1 {
			c.fail(at, "clock %s: pauses need times, how often they may be granted", k.ID)
		}
		for key, t := range map[string]calendar.Term{"fixed": p.Fixed, "sum": p.Sum} {
			if !t.IsZero() && t.Unit != calendar.TermCalendarDays {
				c.fail(at+"."+key, "clock %s: %s is counted in calendar days (cd)", k.ID, key)
			}
		}
	}
}

// ends: a day on which a clock ends is asked for on every way that starts it, and what the
// system does at the end leads on from the states in which the clock runs.
func (c *checker) ends(path string, k *Clock) {
	if k.Dated && len(k.Extend) == 0 {
		c.fail(path+".dated", "clock %s: only a clock that can be extended can be dated", k.ID)
	}
	if k.Until != "" {
		if f := c.k.Field(k.Until); f == nil || f.Type != DayOf {
			c.fail(path+".until", "clock %s: until %q: want a field of type day", k.ID, k.Until)
		}
		for _, t := range c.k.Transitions {
			begins := slices.Contains(k.Start, t.To) && !slices.ContainsFunc(t.From, func(f string) bool { return slices.Contains(k.Start, f) })
			if begins && !slices.Contains(t.Need.Fields, k.Until) {
				c.fail(path+".until", "clock %s: transition %s starts it and does not ask for field %s", k.ID, t.ID, k.Until)
			}
		}
	}
	if k.Then == "" {
		return
	}
	t := c.k.Transition(k.Then)
	if t == nil || !slices.Contains(t.By, "system") || len(t.Need.Fields)+len(t.Need.Evidence) > 0 || t.Need.Opinion || t.Assigns != "" {
		c.fail(path+".then", "clock %s: then %q: want a transition that the system may make and that needs nothing", k.ID, k.Then)
		return
	}
	for _, s := range k.Start {
		if !slices.Contains(t.From, s) {
			c.fail(path+".then", "clock %s: then %s is not possible in state %s", k.ID, t.ID, s)
		}
	}
}

// hungUp: what is put off comes up again. In every state of type suspended a clock runs that
// starts there, or the matter would lie for ever.
func (c *checker) hungUp() {
	for _, s := range c.k.States {
		if s.Type == Suspended && !slices.ContainsFunc(c.k.Clocks, func(k Clock) bool {
			return slices.Contains(k.Start, s.ID) && !slices.ContainsFunc(k.classes, func(class string) bool { return k.Terms[class].IsZero() }) && !k.Terms[""].IsZero()
		}) {
			c.fail(c.statePath(s.ID), "state %s puts the matter off and no clock starts there: name the latest day of its review", s.ID)
		}
	}
}
