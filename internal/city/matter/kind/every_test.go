package kind_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"qingshan/internal/city/matter/kind"
)

// relations gathers every relation that a kind speaks of, and one stranger.
func relations(k *kind.Kind) []string {
	set := map[string]bool{"reporter": true, "owner": true, "assigner": true, "checker": true, "superior": true, "holder": true, "system": true, "role:stranger": true}
	for _, t := range k.Transitions {
		for _, r := range t.By {
			set[r] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

func who(id int64, rs ...string) kind.Who {
	w := kind.Who{Account: id, Person: fmt.Sprint("p", id), Post: 100 + id, Unit: 1000 + id, Relations: map[string]bool{}}
	for _, r := range rs {
		w.Relations[r] = true
	}
	return w
}

// full brings everything a transition can ask for.
func full(k *kind.Kind, state string, doers ...kind.Who) kind.Doing {
	d := kind.Doing{State: state, LastDoers: doers, Counts: map[string]int{}, Fields: map[string]string{}, Opinion: "意见", Assignee: &kind.Who{Post: 9999, Unit: 9998}}
	for _, f := range k.Fields {
		d.Fields[f.ID] = map[kind.FieldType]string{kind.Number: "3", kind.DayOf: "2026-08-28", kind.TimeOf: "2026-08-28T08:00", kind.Bool: "true", kind.PostRef: "7", kind.UnitRef: "7", kind.SiteRef: "7"}[f.Type]
		if f.Type == kind.ChoiceOf {
			d.Fields[f.ID] = f.Choices[0].ID
		} else if d.Fields[f.ID] == "" {
			d.Fields[f.ID] = "文字"
		}
	}
	for _, e := range []string{"photo", "document", "reading", "statement"} {
		d.Evidence = append(d.Evidence, kind.EvidenceSeen{Kind: e, Fresh: true}, kind.EvidenceSeen{Kind: e, Fresh: true})
	}
	return d
}

// Every kind × state × transition × relation: what the data do not allow is
// refused with words for people in both languages.
func TestEveryMove(t *testing.T) {
	tried := 0
	for _, k := range national(t).All() {
		states := []string{""}
		for _, s := range k.States {
			states = append(states, s.ID)
		}
		for _, state := range states {
			for i := range k.Transitions {
				tr := &k.Transitions[i]
				for _, r := range relations(k) {
					tried++
					got := k.Decide(tr, who(1, r), full(k, state))
					from := slices.Contains(tr.From, state) || state == "" && len(tr.From) == 0
					want := from && slices.Contains(tr.By, r) && (!k.KeepsApart(tr) || r != "owner") && !slices.Contains(tr.NotBy, r)
					if (got == nil) != want {
						t.Errorf("%s: %s in %q by %s: %+v, want allowed %v", k.ID, tr.ID, state, r, got, want)
					}
					if got != nil && (got.Code == "" || !strings.Contains(got.Message, "。") || got.MessageEn == "") {
						t.Errorf("%s: %s in %q by %s: refusal without words %+v", k.ID, tr.ID, state, r, got)
					}
				}
			}
		}
	}
	if tried < 10000 {
		t.Errorf("only %d cases tried", tried)
	}
}

// The doer gathers every relation there is and still ends nothing: by the same
// account, as the same person with another account, or in the same post.
func TestDoerNeverCloses(t *testing.T) {
	for _, k := range national(t).All() {
		doer := who(1, "owner")
		disguises := map[string]kind.Who{
			"account": {Account: 1, Person: "other", Post: 5, Unit: 6},
			"person":  {Account: 2, Person: "p1", Post: 5, Unit: 6},
			"post":    {Account: 2, Person: "other", Post: 101, Unit: 6},
		}
		if k.Apart == "unit" {
			disguises["unit"] = kind.Who{Account: 2, Person: "other", Post: 5, Unit: 1001}
		}
		for how, w := range disguises {
			w.Relations = map[string]bool{}
			for _, r := range relations(k) {
				w.Relations[r] = r != "owner" && r != "reporter" && r != "holder"
			}
			ends := 0
			for i := range k.Transitions {
				tr := &k.Transitions[i]
				for _, from := range tr.From {
					final := k.State(tr.To).Type.Final()
					got := k.Decide(tr, w, full(k, from, doer))
					if final && got == nil {
						t.Errorf("%s: the doer under another %s made %s from %s", k.ID, how, tr.ID, from)
					}
					if final && tr.Act != kind.Withdraw && got != nil && got.Code != kind.DoerExcluded {
						t.Errorf("%s: %s refused with %+v, want the doer named", k.ID, tr.ID, got)
					}
					if final {
						ends++
					}
				}
			}
			if ends < 3 {
				t.Errorf("%s: only %d ways to end", k.ID, ends)
			}
		}
	}
}

// From each start every kind can be walked to closed, each step by a different
// person with exactly one relation, through every state on the way.
func TestEveryPathCloses(t *testing.T) {
	for _, k := range national(t).All() {
		closes, reached := map[string]bool{}, map[string]bool{}
		type node struct {
			state string
			doers []kind.Who
			count map[string]int
			steps int
		}
		var next int64
		queue := []node{{count: map[string]int{}}}
		seen := map[string]bool{}
		for len(queue) > 0 {
			n := queue[0]
			queue = queue[1:]
			if n.steps > 14 {
				continue
			}
			for i := range k.Transitions {
				tr := &k.Transitions[i]
				for _, by := range tr.By {
					next++
					w, d := who(next, by), full(k, n.state, n.doers...)
					d.Counts = n.count
					if k.Decide(tr, w, d) != nil {
						continue
					}
					m := node{tr.To, n.doers, maps.Clone(n.count), n.steps + 1}
					m.count[tr.ID]++
					if tr.Act == kind.Do || tr.Act == kind.Accept {
						m.doers = append(slices.Clone(m.doers), w)
					}
					reached[tr.ID+" by "+by] = true
					if k.State(tr.To).Type == kind.Closed && len(m.doers) > 0 {
						closes[tr.To] = true
					}
					key := fmt.Sprint(m.state, len(m.doers) > 0, m.count["decline"], tr.ID)
					if !seen[key] {
						seen[key] = true
						queue = append(queue, m)
					}
				}
			}
		}
		if !closes["closed"] {
			t.Errorf("%s: no work was walked to closed", k.ID)
		}
		for _, tr := range k.Transitions {
			for _, by := range tr.By {
				if !reached[tr.ID+" by "+by] {
					t.Errorf("%s: %s can never be made by %s", k.ID, tr.ID, by)
				}
			}
		}
	}
}

// T56: a second return for 职责不符 is refused, the first unit keeps the matter.
func TestT56SecondReturn(t *testing.T) {
	for _, k := range national(t).All() {
		tr := k.Transition("decline")
		d := full(k, tr.From[0])
		if r := k.Decide(tr, who(1, "owner"), d); r != nil {
			t.Errorf("%s: first return: %+v", k.ID, r)
		}
		d.Counts["decline"] = 1
		if r := k.Decide(tr, who(1, "owner"), d); r == nil || r.Code != kind.LimitReached || !strings.Contains(r.Message, "首接负责") {
			t.Errorf("%s: second return: %+v", k.ID, r)
		}
	}
}

// T57: no assignment is closed on paper alone.
func TestT57ClosedOnSiteOnly(t *testing.T) {
	k := national(t).Kind("assignment", 30000)
	d := full(k, "review", who(1, "owner"))
	d.Evidence = []kind.EvidenceSeen{{Kind: "document", Fresh: true}, {Kind: "photo"}}
	if r := k.Decide(k.Transition("close"), who(2, "city"), d); r == nil || r.Code != kind.NeedsEvidence {
		t.Errorf("closed without a fresh photo: %+v", r)
	}
	d.Evidence = append(d.Evidence, kind.EvidenceSeen{Kind: "photo", Fresh: true})
	if r := k.Decide(k.Transition("close"), who(2, "city"), d); r != nil {
		t.Errorf("with a fresh photo: %+v", r)
	}
}

// What a transition needs is asked for one by one, each with a reason.
func TestNeeds(t *testing.T) {
	k := national(t).Kind("grid", 30000)
	submit, assign, check, name := k.Transition("submit"), k.Transition("assign"), k.Transition("close"), k.Transition("name_checker")
	doer := who(1, "owner")
	for _, row := range []struct {
		tr   *kind.Transition
		w    kind.Who
		st   string
		edit func(*kind.Doing)
		code string
	}{
		{submit, doer, "working", func(d *kind.Doing) { d.Fields["result"] = "  " }, kind.NeedsField},
		{submit, doer, "working", func(d *kind.Doing) { d.Fields["result"] = strings.Repeat("长", 1001) }, kind.BadField},
		{submit, doer, "working", func(d *kind.Doing) { d.Fields["review_day"] = "soon" }, kind.BadField},
		{submit, doer, "working", func(d *kind.Doing) { d.Fields["colour"] = "red" }, kind.BadField},
		{submit, doer, "working", func(d *kind.Doing) { d.Evidence = nil }, kind.NeedsEvidence},
		{submit, doer, "working", func(d *kind.Doing) { d.Evidence = []kind.EvidenceSeen{{Kind: "photo"}} }, kind.NeedsEvidence},
		{assign, who(2, "township"), "reported", func(d *kind.Doing) { d.Assignee = nil }, kind.NeedsAssignee},
		{check, who(2, "county"), "submitted", func(d *kind.Doing) { d.Opinion = "" }, kind.NeedsOpinion},
		{name, who(2, "county"), "submitted", func(d *kind.Doing) { d.Assignee = &kind.Who{Post: doer.Post} }, kind.DoerExcluded},
		{k.Transition("unfounded"), who(2, "county"), "reported", func(d *kind.Doing) { d.LastDoers, d.Counts["submit"] = nil, 1 }, kind.WorkWasDone},
		{k.Transition("withdraw"), who(2, "reporter"), "reported", func(d *kind.Doing) { d.LastDoers, d.Counts["submit"] = nil, 1 }, kind.WorkWasDone},
		{k.Transition("withdraw"), who(2, "reporter"), "reported", func(d *kind.Doing) { d.LastDoers, d.Counts["reopen"] = nil, 1 }, kind.WorkWasDone},
		{k.Transition("void"), who(2, "county"), "reported", func(d *kind.Doing) { d.LastDoers, d.Counts["reopen"] = nil, 1 }, kind.WorkWasDone},
		{submit, doer, "working", func(d *kind.Doing) { d.Brought = map[string]string{"existed_since": "2026-08-28"} }, kind.BadField},
		{assign, who(2, "township"), "reported", func(d *kind.Doing) { d.Brought = map[string]string{"existed_since": "2026-08-28"} }, kind.NotYours},
		{check, who(3, "county", "owner"), "submitted", func(*kind.Doing) {}, kind.DoerExcluded},
	} {
		d := full(k, row.st, doer)
		row.edit(&d)
		r := k.Decide(row.tr, row.w, d)
		if r == nil || r.Code != row.code {
			t.Errorf("%s: %+v, want %s", row.tr.ID, r, row.code)
		}
	}
	r := k.Decide(check, who(1, "owner"), full(k, "submitted", doer))
	if r == nil || !strings.HasPrefix(r.Message, "您是办理人，核查销号须由") {
		t.Errorf("the owner is told %+v", r)
	}
}
