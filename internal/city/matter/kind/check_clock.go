package kind

import (
	"fmt"
	"slices"
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
	}
}
