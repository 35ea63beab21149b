package matter

import (
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// ownUnits are the units that an actor is bound to; a firm's.
func (me *self) ownUnits() []int64 {
	var out []int64
	for _, g := range me.Grants() {
		if g.Kind == access.ScopeOwn || g.Kind == access.ScopeUnit {
			out = append(out, g.Units...)
		}
	}
	return out
}

// bound tells whether all of the actor's posts are bound to its own unit: then it sees what
// concerns that unit, and nothing by being a party.
func (me *self) bound() bool {
	grants := me.Grants()
	return len(grants) > 0 && !slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Kind != access.ScopeOwn })
}

// sees tells whether the actor may know of a matter: by the region, as a party, or because
// the matter is about its own unit.
func (me *self) sees(m *Matter, list []Party) bool {
	switch {
	case me.Can(access.MatterRead, m.Region):
		return true
	case m.Subject != 0 && slices.Contains(me.ownUnits(), m.Subject) && (looked(m, list) || me.reported(list)):
		return true
	case me.bound():
		return false
	}
	return slices.ContainsFunc(list, func(p Party) bool {
		return me.is(p) || p.Account != 0 && p.Account == me.Account && p.Relation != Watcher
	})
}

// looked tells whether a matter has come so far that the firm it is about may know of it: it
// was handed to somebody. Before, the site is still to be looked at, and telling the firm would
// spoil that; one that turned out unfounded stays untold.
func looked(m *Matter, list []Party) bool {
	return m.Type != kind.Open && slices.ContainsFunc(list, func(p Party) bool { return p.Relation == Owner })
}

// handedOn is looked as a condition.
const handedOn = "m.type <> 'open' AND EXISTS (SELECT 1 FROM matter_party o WHERE o.matter = m.id AND o.relation = 'owner')"

// reported tells whether the actor itself made the report.
func (me *self) reported(list []Party) bool {
	return slices.ContainsFunc(list, func(p Party) bool { return p.Relation == Reporter && p.Account != 0 && p.Account == me.Account })
}

// stillSees tells whether an account that watches a matter may know of it now. One that may not
// any more watches it no longer.
func (w *work) stillSees(m *Matter, account int64, list []Party) (bool, error) {
	a, err := w.s.org.ActorIn(w.ctx, w.Tx, account)
	if err == nil && selfOf(w.dir, a).sees(m, list) {
		return true, nil
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return false, err
	}
	_, err = w.Exec(w.ctx, "UPDATE matter_party SET until = $1 WHERE matter = $2 AND relation = 'watcher' AND account = $3 AND until = 0", w.NowMS(), m.ID, account)
	return false, err
}

// visible reads a matter that the actor may know of. Errors: not found.
func (w *work) visible(id int64) (*Matter, error) {
	m, err := read(w.ctx, w.Tx, id)
	if err != nil {
		return nil, err
	}
	if w.me.Can(access.MatterRead, m.Region) {
		return m, nil
	}
	list, err := parties(w.ctx, w.Tx, id)
	if err != nil {
		return nil, err
	}
	if !w.me.sees(m, list) {
		return nil, access.Hidden()
	}
	return m, nil
}

// part is one way in which an actor sees matters; each has its own best index.
type part struct {
	cond string
	args []any
}

// add puts an argument in and gives its place.
func (p *part) add(v any) string {
	p.args = append(p.args, v)
	return fmt.Sprintf("$%d", len(p.args))
}

func (p *part) clone() part { return part{p.cond, slices.Clone(p.args)} }

func (p *part) and(cond string) { p.cond += " AND " + cond }

// in adds a condition that a column is one of the values.
func in[T any](p *part, column string, list []T) string {
	marks, _ := store.In(len(p.args)+1, len(list))
	for _, v := range list {
		p.args = append(p.args, v)
	}
	if len(list) == 1 { // read in the order of an index that continues with it
		return column + " = " + marks
	}
	return column + " IN " + marks
}

// inRegion is the condition that a matter lies in a region.
func inRegion(p *part, r region.Code, column string) string {
	switch r.Level() {
	case region.County:
		if column == "m.region" {
			return "m.county = " + p.add(string(r[:6]))
		}
	case region.Town:
		if column == "m.region" {
			return "m.town = " + p.add(string(r[:9]))
		}
	case region.Village:
		return column + " = " + p.add(string(r))
	}
	low := r.Short()
	return fmt.Sprintf("(%s >= %s AND %s < %s)", column, p.add(low), column, p.add(low+":")) // ':' follows '9'
}

// sight lists the ways in which the actor sees matters inside a region ("" everywhere). They
// do not overlap.
func (w *work) sight(r region.Code) []part {
	scopes := w.me.Scopes(access.MatterRead)
	var out []part
	if slices.Contains(scopes, "") {
		p := part{cond: "1 = 1"}
		if r != "" {
			p.and(inRegion(&p, r, "m.region"))
		}
		return []part{p}
	}
	for _, s := range scopes {
		p := part{cond: "1 = 1"}
		switch {
		case r == "" || region.Contains(r, s):
			p.and(inRegion(&p, s, "m.region"))
		case region.Contains(s, r):
			p.and(inRegion(&p, r, "m.region"))
		default:
			continue
		}
		out = append(out, p)
	}
	return append(out, w.partySight(r, scopes)...)
}

// partySight is what the actor sees outside of its regions: as a party, or about its unit.
func (w *work) partySight(r region.Code, scopes []region.Code) []part {
	me := w.me
	if len(scopes) > 0 && len(me.ownUnits()) == 0 && !w.abroad(scopes) {
		return nil
	}
	p := part{}
	outside := func(column string) string {
		var b strings.Builder
		for _, s := range scopes {
			low := s.Short()
			fmt.Fprintf(&b, " AND (%s < %s OR %s >= %s)", column, p.add(low), column, p.add(low+":"))
		}
		return b.String()
	}
	var ways []string
	if own := me.ownUnits(); len(own) > 0 {
		ways = append(ways, "(m.subject <> 0 AND "+in(&p, "m.subject", own)+" AND ("+handedOn+" OR EXISTS (SELECT 1 FROM matter_party o WHERE o.matter = m.id AND o.relation = 'reporter' AND o.account = "+p.add(me.Account)+")))")
	}
	if !me.bound() {
		for _, x := range []struct {
			column string
			ids    []int64
		}{{"post", me.posts}, {"account", []int64{me.Account}}} {
			if len(x.ids) > 0 {
				ways = append(ways, "m.id IN (SELECT q.matter FROM matter_party q WHERE "+in(&p, "q."+x.column, x.ids)+" AND q."+x.column+" <> 0 AND q.relation <> 'watcher'"+outside("q.region")+")")
			}
		}
		if len(me.units) > 0 {
			ways = append(ways, "m.id IN (SELECT q.matter FROM matter_party q WHERE "+in(&p, "q.unit", me.units)+" AND q.unit <> 0 AND q.post = 0"+outside("q.region")+")")
		}
	}
	if len(ways) == 0 {
		return nil
	}
	p.cond = "(" + strings.Join(ways, " OR ") + ")" + outside("m.region")
	if r != "" {
		p.and(inRegion(&p, r, "m.region"))
	}
	return []part{p}
}

// abroad tells whether the actor is a party to any matter outside of its regions: asked once
// for each read, since for nearly everybody the answer is no, and lists need not look further.
// An error counts as yes: the list itself then meets it.
func (w *work) abroad(scopes []region.Code) bool {
	if w.wasAsked {
		return w.isAbroad
	}
	w.wasAsked, w.isAbroad = true, false
	for _, x := range []struct {
		column string
		ids    []int64
	}{{"post", w.me.posts}, {"unit", w.me.units}, {"account", []int64{w.me.Account}}} {
		if len(x.ids) == 0 {
			continue
		}
		p := part{}
		p.cond = in(&p, "q."+x.column, x.ids) + " AND q." + x.column + " <> 0"
		for _, s := range scopes {
			low := s.Short()
			p.and(fmt.Sprintf("(q.region < %s OR q.region >= %s)", p.add(low), p.add(low+":")))
		}
		var one int64
		err := w.QueryRow(w.ctx, "SELECT 1 FROM matter_party q WHERE "+p.cond+" LIMIT 1", p.args...).Scan(&one)
		if !fault.Is(err, fault.NotFound) {
			w.isAbroad = true
			return true
		}
	}
	return false
}
