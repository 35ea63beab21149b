package kind

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/rules/calendar"
)

// checker gathers everything wrong with a kind, each with its line.
type checker struct {
	k    *Kind
	errs []error
}

func (c *checker) fail(path, format string, args ...any) {
	paths := []string{path}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' {
			paths = append(paths, path[:i])
		}
	}
	c.errs = append(c.errs, c.k.failAt(paths, format, args...))
}

// Check refuses a kind that cannot be worked with: a state nobody can reach or
// leave, a state in which nobody holds the ball, a path on which the one who
// did the work closes it. All errors are joined, each FILE:LINE: reason.
func (k *Kind) Check() error {
	c := &checker{k: k}
	c.head()
	c.categories()
	c.fields()
	c.states()
	c.transitions()
	c.clocks()
	if len(c.errs) == 0 { // the graph is sound enough to be walked
		c.reachable()
		c.ball()
		c.assigned()
		c.apart()
		c.hungUp()
	}
	return errors.Join(c.errs...)
}

func (c *checker) head() {
	k := c.k
	for path, v := range map[string]string{"name": k.Name, "name_en": k.NameEn, "prefix": k.Prefix, "source": k.Source} {
		if strings.TrimSpace(v) == "" {
			c.fail(path, "the kind needs %s", path)
		}
	}
	if !isID(k.ID) {
		c.fail("id", "id %q: want small letters, digits and _", k.ID)
	}
	if _, err := calendar.ParseDay(k.Edition); err != nil {
		c.fail("edition", "edition: %v", err)
	}
	c.confidence("confidence", k.Confidence)
	if k.Apart != "person" && k.Apart != "unit" {
		c.fail("apart", "apart %q: want person or unit", k.Apart)
	}
	r := k.Recurrence
	if r.Days < 0 || r.Metres < 0 || r.Days == 0 && (r.Metres > 0 || r.Reopen) {
		c.fail("recurrence", "recurrence needs days and metres of at least 0")
	}
	if r.Days > 0 {
		c.basis("recurrence", r.Basis)
	}
	if g := k.Merge; g != (Merge{}) {
		c.basis("merge", g.Basis)
		if g.Metres < 1 || g.WithinMS() == 0 {
			c.fail("merge", "merge needs metres and within, a term in h, min or cd")
		}
		if f := k.Field(g.Other); f == nil || f.Type != ChoiceOf {
			c.fail("merge.other", "merge: other %q: want a field of type choice that names who told", g.Other)
		}
	}
}

func (c *checker) confidence(path, v string) {
	if !slices.Contains([]string{"V", "M", "U", "D"}, v) {
		c.fail(path, "confidence %q: want V (verified), M (from memory), U (unsure) or D (design default)", v)
	}
}

func (c *checker) basis(path string, b Basis) {
	if b.Source == "" {
		c.fail(path, "%s needs a source", path)
	}
	c.confidence(path+".confidence", b.Confidence)
}

// names checks id and names of one part and that the id is new.
func (c *checker) names(path, id, name, nameEn string, seen map[string]bool) {
	switch {
	case !isID(id):
		c.fail(path+".id", "id %q: want small letters, digits and _", id)
	case seen[id]:
		c.fail(path+".id", "id %s is used twice", id)
	case strings.TrimSpace(name) == "" || strings.TrimSpace(nameEn) == "":
		c.fail(path, "%s needs name and name_en", id)
	}
	seen[id] = true
}

func (c *checker) categories() {
	if len(c.k.Categories) == 0 {
		c.fail("id", "a kind needs at least one category")
	}
	seen, tiles := map[string]bool{}, map[int]bool{}
	for i, g := range c.k.Categories {
		path := fmt.Sprintf("category.%d", i)
		c.names(path, g.ID, g.Name, g.NameEn, seen)
		if g.Tile != 0 && tiles[g.Tile] || g.Tile < 0 {
			c.fail(path+".tile", "tile %d is taken", g.Tile)
		}
		tiles[g.Tile] = true
	}
}

func (c *checker) fields() {
	seen := map[string]bool{}
	types := []FieldType{Text, LongText, ChoiceOf, Number, DayOf, TimeOf, Bool, UnitRef, PostRef, SiteRef}
	for i, f := range c.k.Fields {
		path := fmt.Sprintf("field.%d", i)
		c.names(path, f.ID, f.Name, f.NameEn, seen)
		if !slices.Contains(types, f.Type) {
			c.fail(path+".type", "field %s: type %q: want one of %v", f.ID, f.Type, types)
		}
		if (f.Type == ChoiceOf) != (len(f.Choices) > 0) {
			c.fail(path, "field %s: a choice needs choices, and nothing else has them", f.ID)
		}
		if f.Max < 0 {
			c.fail(path+".max", "field %s: max is below 0", f.ID)
		}
		choices := map[string]bool{}
		for _, ch := range f.Choices {
			c.names(path+".choices", ch.ID, ch.Name, ch.NameEn, choices)
		}
		c.relations(path+".visible", f.Visible)
		c.relations(path+".write", f.Write)
	}
}

func (c *checker) relations(path string, rs []string) {
	for _, r := range rs {
		if !KnownRelation(r) {
			c.fail(path, "relation %q is not known: want reporter, owner, assigner, checker, superior, holder, system, township, county, city, cell:… or role:…", r)
		}
	}
}

func (c *checker) states() {
	seen := map[string]bool{}
	closed := false
	for i, s := range c.k.States {
		path := fmt.Sprintf("state.%d", i)
		c.names(path, s.ID, s.Name, s.NameEn, seen)
		if !slices.Contains(StateTypes(), s.Type) {
			c.fail(path+".type", "state %s: type %q: want one of %v", s.ID, s.Type, StateTypes())
		}
		closed = closed || s.Type == Closed
		switch {
		case s.Type.Final() && s.Holder != "":
			c.fail(path+".holder", "state %s ends the matter: nobody holds the ball", s.ID)
		case !s.Type.Final() && s.Holder == "":
			c.fail(path, "state %s: nobody holds the ball; name a holder", s.ID)
		case s.Holder == "system" || s.Holder == "holder":
			c.fail(path+".holder", "state %s: %s cannot hold the ball; name who must act", s.ID, s.Holder)
		case s.Holder != "":
			c.relations(path+".holder", []string{s.Holder})
		}
	}
	if !closed {
		c.fail("state.0", "no state of type closed")
	}
}

func (c *checker) transitions() {
	seen := map[string]bool{}
	if len(c.k.Start) == 0 {
		c.fail("transition.0", "no transition without from: nothing can be created")
	}
	for i := range c.k.Transitions {
		t := &c.k.Transitions[i]
		path := fmt.Sprintf("transition.%d", i)
		c.names(path, t.ID, t.Name, t.NameEn, seen)
		c.edges(path, t)
		c.needs(path, t)
		c.effects(path, t)
		c.waits(path+".wait", t)
		if t.Limit < 0 {
			c.fail(path+".limit", "transition %s: limit is below 0", t.ID)
		}
		if t.Assigns != "" && t.Assigns != "owner" && t.Assigns != "checker" {
			c.fail(path+".assigns", "transition %s assigns %q: want owner or checker", t.ID, t.Assigns)
		}
	}
}

func (c *checker) edges(path string, t *Transition) {
	if !slices.Contains(Acts(), t.Act) {
		c.fail(path+".act", "transition %s: act %q: want one of %v", t.ID, t.Act, Acts())
	}
	if len(t.By) == 0 {
		c.fail(path, "transition %s: nobody may make it; name by", t.ID)
	}
	c.relations(path+".by", t.By)
	c.relations(path+".not_by", t.NotBy)
	if c.k.State(t.To) == nil {
		c.fail(path+".to", "transition %s: to %q is not a state", t.ID, t.To)
	}
	for _, f := range t.From {
		s := c.k.State(f)
		switch {
		case s == nil:
			c.fail(path+".from", "transition %s: from %q is not a state", t.ID, f)
		case s.Type == Void:
			c.fail(path+".from", "transition %s: state %s is void and cannot be left", t.ID, f)
		case s.Type == Closed && !t.Reopen && t.To != f:
			c.fail(path+".from", "transition %s leaves closed state %s: only a transition with reopen = true may", t.ID, f)
		case t.Reopen && s.Type != Closed:
			c.fail(path+".reopen", "transition %s re-opens, but state %s is not closed", t.ID, f)
		}
	}
	if (t.Act == Return) != t.Rework && t.Rework {
		c.fail(path+".rework", "transition %s: rework needs act = \"return\"", t.ID)
	}
}

func (c *checker) needs(path string, t *Transition) {
	c.known(path+".fields", t, t.Need.Fields)
	c.known(path+".optional", t, t.Need.Optional)
	for _, e := range t.Need.Evidence {
		if _, ok := evidenceNames[e.Kind]; !ok || e.Min < 1 {
			c.fail(path+".evidence", "transition %s: evidence %q, min %d: want photo, document, reading or statement, at least 1", t.ID, e.Kind, e.Min)
		}
	}
}

func (c *checker) known(path string, t *Transition, fields []string) {
	for _, id := range fields {
		if c.k.Field(id) == nil {
			c.fail(path, "transition %s: field %q is not known", t.ID, id)
		}
	}
}

func (c *checker) waits(path string, t *Transition) {
	if t.Wait == (Wait{}) {
		return
	}
	c.basis(path, t.Wait.Basis)
	if t.Wait.Term.IsZero() || t.Starts() || t.Reopen {
		c.fail(path, "transition %s: wait needs a term, and a state that was entered before", t.ID)
	}
	if f := c.k.Field(t.Wait.Field); t.Wait.Field != "" && (f == nil || f.Type != DayOf) {
		c.fail(path+".field", "transition %s: wait since %q: want a field of type day", t.ID, t.Wait.Field)
	}
}

func (c *checker) effects(path string, t *Transition) {
	for _, e := range t.Effects {
		ok, why := false, "want notify with to, child or order with kind, or clock with clock and action start, stop or restart"
		switch e.Do {
		case "notify":
			ok = KnownRelation(e.To) && e.Kind+e.Clock+e.Action == ""
		case "child", "order":
			ok = isID(e.Kind) && e.To+e.Clock+e.Action == ""
		case "clock":
			ok = c.k.Clock(e.Clock) != nil && slices.Contains([]string{"start", "stop", "restart"}, e.Action) && e.To+e.Kind == ""
			if k := c.k.Clock(e.Clock); ok && c.k.against(k, t.To, e.Action) {
				ok, why = false, "the clock starts or stops in that state anyway, the other way round"
			}
		}
		if !ok {
			c.fail(path+".effects", "transition %s: effect %+v: %s", t.ID, e, why)
		}
	}
}

// against reports whether an effect on a clock undoes what entering the state does.
func (k *Kind) against(c *Clock, to, action string) bool {
	if action == "stop" {
		return slices.Contains(c.Start, to)
	}
	s := k.State(to)
	return slices.Contains(c.Stop, to) || slices.Contains(c.Pause, to) || s == nil || s.Type.Final()
}
