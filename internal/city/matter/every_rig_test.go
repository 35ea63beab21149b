package matter_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// oneCell is a grid of one cell that holds the township.
type oneCell struct{ posts map[string][]int64 }

func (o *oneCell) CellAt(context.Context, *store.Tx, geo.Point, region.Code) (int64, string, region.Code, error) {
	return 1, "一格", townA, nil
}

func (o *oneCell) CellPosts(_ context.Context, _ *store.Tx, _ int64, role string) ([]int64, error) {
	return o.posts[role], nil
}

// crowd is the town with a post of every role that has to do with matters, and what the test
// knows of each: it tells by itself, from the kind's file, who may do what.
type crowd struct {
	*town
	names []string
	role  map[string]string
	scope map[string]region.Code
	cells *oneCell
}

func (c *town) crowd() *crowd {
	c.Helper()
	w := &crowd{town: c, role: map[string]string{}, scope: map[string]region.Code{}, cells: &oneCell{map[string][]int64{}}}
	s := org.Seed{Units: []org.SeedUnit{{Code: "city", Name: "市攻坚办", Kind: "campaign", Region: cityCode}, {Code: "town", Name: "城关乡人民政府", Kind: "government", Region: townA}}}
	known := []struct {
		name, unit, role string
		scope            region.Code
	}{
		{"office", "", "campaign_office", cityCode}, {"audit", "", "auditor", ""}, {"county", "", "county", countyA}, {"county2", "", "county", countyA},
		{"other", "", "county", countyB}, {"town", "", "township", townA}, {"town2", "", "township", townA}, {"officer", "", "grid_officer", townA},
		{"firm", "", "enterprise", ""}, {"firm2", "", "enterprise", ""},
		{"leader", "city", "city_leader", cityCode}, {"bureau", "city", "bureau", cityCode}, {"inspector", "city", "inspector", cityCode},
		{"admin", "city", "administrator", cityCode}, {"chief", "town", "grid_chief", townA}, {"patroller", "town", "grid_patroller", townA},
		{"supervisor", "town", "grid_supervisor", townA}, {"doer", "town", "township", townA}, {"office2", "city", "campaign_office", cityCode},
	}
	for _, x := range known {
		w.names, w.role[x.name], w.scope[x.name] = append(w.names, x.name), x.role, x.scope
		if x.unit == "" {
			continue
		}
		s.Posts = append(s.Posts, org.SeedPost{Code: x.name, Unit: x.unit, Name: x.name + "岗", Role: x.role, Scope: x.scope})
		s.Accounts = append(s.Accounts, org.SeedAccount{Name: x.name, Person: "演示" + x.name, Post: x.name, Password: password})
	}
	_, err := c.org.Seed(c.system(), s)
	c.ok(err)
	for _, a := range s.Accounts {
		token, err := c.org.Login(c.Context(), a.Name, a.Password, org.Visitor{})
		c.ok(err)
		c.actor[a.Name], err = c.org.Authenticate(c.Context(), token)
		c.ok(err)
	}
	w.names = append(w.names, "system")
	for _, role := range []string{"chief", "officer", "patroller", "supervisor"} {
		w.cells.posts[role] = []int64{c.post(role)}
	}
	c.svc.SetPlaces(w.cells)
	return w
}

func (w *crowd) ctx(who string) context.Context {
	if who == "system" {
		return w.system()
	}
	return w.as(who)
}

// course is a matter on its way, as the test remembers it.
type course struct {
	m                         *matter.Matter
	k                         *kind.Kind
	reporter, owner, assigner string
	checker                   string
	doers                     map[string]bool
	counts                    map[string]int
	worked                    bool
}

var (
	assigns  = []string{"campaign_office", "bureau", "county", "township", "grid_chief"}                                     // roles with matter.assign
	commands = append([]string{"city_leader"}, assigns...)                                                                   // … or matter.approve
	acts     = append([]string{"inspector", "enterprise", "grid_officer", "grid_patroller", "grid_supervisor"}, commands...) // matter.act
	levelOf  = map[string]string{"township": "township", "county": "county", "campaign_office": "city"}
)

// holder is who holds the ball.
func (w *crowd) holder(c *course) string {
	for _, n := range w.names {
		if n != "system" && w.post(n) == c.m.HolderPost && c.m.HolderPost != 0 {
			return n
		}
	}
	return ""
}

// stands are the relations of somebody to a matter, told by the words of the spec and not by
// the room.
func (w *crowd) stands(c *course, who string) map[string]bool {
	if who == "system" {
		return map[string]bool{"system": true}
	}
	rel := map[string]bool{"reporter": who == c.reporter, "owner": who == c.owner, "assigner": who == c.assigner, "checker": who == c.checker}
	role, scope := w.role[who], w.scope[who]
	if region.Contains(scope, townA) && role != "enterprise" && role != "auditor" {
		rel["role:"+role] = true
		if l := levelOf[role]; l != "" {
			rel[l] = true
		}
	}
	if cell, is := strings.CutPrefix(role, "grid_"); is && c.m.Cell == 1 {
		rel["cell:"+cell] = true
	}
	if holder := w.holder(c); holder != "" {
		if who == holder {
			rel["holder"], rel[c.m.HolderToken] = true, true
		}
		rel["superior"] = slices.Contains(commands, role) && scope != w.scope[holder] && region.Contains(scope, w.scope[holder])
	}
	return rel
}

// may says whether somebody may make a transition who brings all that it can need.
func (w *crowd) may(c *course, t *kind.Transition, who string) bool {
	role := w.role[who]
	if who != "system" && (!slices.Contains(acts, role) || !region.Contains(w.scope[who], townA)) || role == "enterprise" {
		return false
	}
	if !slices.Contains(t.From, c.m.State) {
		return false
	}
	rel := w.stands(c, who)
	has := func(r string) bool { return rel[r] }
	if !slices.ContainsFunc(t.By, has) || slices.ContainsFunc(t.NotBy, has) {
		return false
	}
	final := c.k.State(t.To).Type.Final()
	apart := t.Assigns == "checker" || slices.Contains([]kind.Act{kind.Check, kind.Approve, kind.Verify, kind.Pause, kind.VoidAct}, t.Act) || final && t.Act != kind.Note
	if apart && (rel["owner"] || w.near(c, who)) {
		return false
	}
	if t.Limit > 0 && c.counts[t.ID] >= t.Limit || t.Act == kind.Verify && final && c.worked {
		return false
	}
	if k := c.k.State(t.To); k.Type == kind.Void && len(t.Need.Evidence) == 0 && (c.worked || c.reopened()) {
		return false // no way out for what was worked on or came back
	}
	return t.Act != kind.Assign || who == "system" || slices.Contains(assigns, role) || rel["holder"]
}

// reopened tells whether the matter came back.
func (c *course) reopened() bool {
	return slices.ContainsFunc(c.k.Transitions, func(t kind.Transition) bool { return t.Reopen && c.counts[t.ID] > 0 })
}

// near tells whether somebody did the work, or is of a unit that did where units are apart.
func (w *crowd) near(c *course, who string) bool {
	if c.doers[who] {
		return true
	}
	return c.k.Apart == "unit" && slices.ContainsFunc(slices.Collect(maps.Keys(c.doers)), func(d string) bool { return w.unit(d) == w.unit(who) })
}

func (w *crowd) unit(who string) string {
	switch who {
	case "system":
		return ""
	case "county", "county2":
		return "a"
	case "other":
		return "b"
	case "firm", "firm2":
		return who
	case "office", "audit", "leader", "bureau", "inspector", "admin", "office2":
		return "city"
	}
	return "town"
}

// step brings everything that a transition can ask for.
func (w *crowd) step(k *kind.Kind, t *kind.Transition) matter.Step {
	s := matter.Step{Transition: t.ID, Opinion: "意见", Evidence: []int64{1, 2, document, reading, statement}, Fields: map[string]string{}}
	for _, id := range t.Need.Fields {
		f := k.Field(id)
		s.Fields[f.ID] = map[kind.FieldType]string{kind.Number: "3", kind.DayOf: w.clock.Now().Format(time.DateOnly), kind.TimeOf: "2026-08-28T08:00", kind.Bool: "true", kind.PostRef: "7", kind.UnitRef: "7", kind.SiteRef: "7"}[f.Type]
		if f.Type == kind.ChoiceOf {
			s.Fields[f.ID] = f.Choices[0].ID
		} else if s.Fields[f.ID] == "" {
			s.Fields[f.ID] = "文字"
		}
	}
	switch t.Assigns {
	case "owner":
		s.AssignPost = w.post("doer")
	case "checker":
		s.AssignPost = w.post("patroller")
	}
	return s
}

var errLeft = errors.New("left undone")

// tries asks the room for a step and lets it write nothing: nil when it was about to.
func (w *crowd) tries(c *course, t *kind.Transition, who string) error {
	w.fault = func(string) error { return errLeft }
	defer func() { w.fault = nil }()
	_, err := w.svc.Move(w.ctx(who), c.m.ID, c.m.Version, w.step(c.k, t))
	if errors.Is(err, errLeft) {
		return nil
	}
	return err
}

// goes makes a step by the first who may, and remembers it.
func (w *crowd) goes(c *course, t *kind.Transition) {
	w.Helper()
	i := slices.IndexFunc(w.names, func(who string) bool { return w.may(c, t, who) })
	if i < 0 {
		w.Fatalf("%s: nobody may make %s from %s (holder %s)", c.k.ID, t.ID, c.m.State, w.holder(c))
	}
	who := w.names[i]
	w.clock.Advance(time.Minute)
	if !t.Wait.Term.IsZero() {
		w.clock.Advance(15 * 24 * time.Hour)
	}
	m, err := w.svc.Move(w.ctx(who), c.m.ID, c.m.Version, w.step(c.k, t))
	if err != nil {
		w.Fatalf("%s: %s by %s: %v", c.k.ID, t.ID, who, err)
	}
	c.m = m
	c.counts[t.ID]++
	if t.Act == kind.Do || t.Act == kind.Accept {
		c.doers[who] = true
	}
	c.worked = c.worked || t.Act == kind.Do
	if t.Act == kind.Assign && who != "system" {
		c.assigner = who
	}
	switch t.Assigns {
	case "owner":
		c.owner = "doer"
	case "checker":
		c.checker = "patroller"
	}
}

// begins opens a matter by one of the kind's starts, by the first who may.
func (w *crowd) begins(k *kind.Kind, t *kind.Transition, at float64) *course {
	w.Helper()
	p := geo.Degrees(114.4+at/91_000, 35.05)
	c := &course{k: k, doers: map[string]bool{}, counts: map[string]int{t.ID: 1}, m: &matter.Matter{Cell: 1}}
	s := w.step(k, t)
	for _, who := range w.names {
		rel := w.stands(c, who)
		rel["reporter"] = who != "system"
		if !slices.ContainsFunc(t.By, func(r string) bool { return rel[r] }) || who == "other" {
			continue
		}
		m, err := w.svc.Open(w.ctx(who), matter.Opening{Kind: k.ID, Category: k.Categories[0].ID, Transition: t.ID, Region: townA, At: &p, Fields: s.Fields,
			Evidence: s.Evidence, Opinion: s.Opinion, AssignPost: s.AssignPost, AcknowledgeDuplicates: true})
		if err != nil {
			w.Fatalf("%s: %s by %s: %v", k.ID, t.ID, who, err)
		}
		c.m = m
		if who != "system" {
			c.reporter = who
		}
		return c
	}
	w.Fatalf("%s: nobody may make %s", k.ID, t.ID)
	return nil
}

// actions that the roles of the test are said to have are those they have.
func (w *crowd) checkRoles() {
	w.Helper()
	for _, who := range w.names {
		if who == "system" {
			continue
		}
		for action, roles := range map[access.Action][]string{access.MatterAssign: assigns, access.MatterAct: acts} {
			if _, err := access.RequireAnywhere(w.as(who), action); (err == nil) != slices.Contains(roles, w.role[who]) {
				w.Errorf("%s of %s: %v", action, w.role[who], err)
			}
		}
	}
}
