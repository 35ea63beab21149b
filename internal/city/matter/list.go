package matter

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Query asks for matters. Empty fields do not filter.
type Query struct {
	Region        region.Code
	Kinds, States []string
	Types         []kind.StateType
	Category      string
	Source        string
	Cell          int64
	Site          string
	Subject       int64
	Text          string // in number, title or place
	Due           string // overdue, today, 3d, week
	HolderMe      bool
	HolderPost    int64
	Mine          bool   // a party, in any relation
	Sort          string // due (open matters only, unless types say else), opened, updated
	Limit         int
	Cursor        string
}

// Page is one page of a list. Total stops counting at TotalMost.
type Page struct {
	Items []*Matter
	Next  string
	Total int
}

// TotalMost is where the count of a filtered list stops.
const TotalMost = 10_000

// order is how a list is sorted: column, latest first or not.
type order struct {
	column string
	down   bool
	key    func(*Matter) int64
}

func (q Query) order() (order, error) {
	switch q.Sort {
	case "", "due":
		return order{"m.due_at", false, func(m *Matter) int64 { return m.DueAt }}, nil
	case "opened":
		return order{"m.opened_at", true, func(m *Matter) int64 { return m.OpenedAt }}, nil
	case "updated":
		return order{"m.updated_at", true, func(m *Matter) int64 { return m.UpdatedAt }}, nil
	}
	return order{}, fault.New(fault.Invalid, "sort", "排序方式应为 due、opened 或 updated").WithField("query.sort", "不认识的排序方式", q.Sort)
}

// List gives a page of the matters that the actor may see.
func (s *Service) List(ctx context.Context, q Query) (Page, error) {
	var out Page
	err := s.view(ctx, func(w *work) (err error) {
		if err := w.mayAsk(q.Region); err != nil {
			return err
		}
		if out.Items, out.Next, err = w.list(q); err != nil {
			return err
		}
		out.Total, err = w.total(q)
		return err
	})
	return out, err
}

// mayAsk hides a region that the actor has nothing to do with: neither it nor a part of it is
// in scope, and no matter there concerns the actor.
func (w *work) mayAsk(r region.Code) error {
	if r == "" {
		return nil
	}
	if !r.Valid() {
		return fault.New(fault.Invalid, "region", "行政区代码应为 12 位").WithField("query.region", "应为 12 位", string(r))
	}
	for _, x := range w.me.Scopes(access.MatterRead) {
		if x == "" || region.Contains(x, r) || region.Contains(r, x) {
			return nil
		}
	}
	for _, p := range w.sight(r) {
		var one int64
		err := w.QueryRow(w.ctx, "SELECT 1 FROM matter m WHERE "+p.cond+" LIMIT 1", p.args...).Scan(&one)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return access.Hidden()
}

func (w *work) list(q Query) ([]*Matter, string, error) {
	o, err := q.order()
	if err != nil {
		return nil, "", err
	}
	if q.Limit <= 0 || q.Limit > 500 {
		q.Limit = 50
	}
	var key, id int64
	more, err := rest.ReadCursor(q.Cursor, &key, &id)
	if err != nil {
		return nil, "", err
	}
	var all []*Matter
	ways, err := w.ways(q)
	if err != nil {
		return nil, "", err
	}
	for _, p := range ways {
		direction, after := "", ">"
		if o.down {
			direction, after = " DESC", "<"
		}
		if more {
			// Written so that both engines start reading at the place.
			at := p.add(key)
			p.and(fmt.Sprintf("%s %s= %s AND (%s %s %s OR m.id %s %s)", o.column, after, at, o.column, after, at, after, p.add(id)))
		}
		list, err := where(w.ctx, w.Tx, fmt.Sprintf("%s ORDER BY %s%s, m.id%s LIMIT %d", p.cond, o.column, direction, direction, q.Limit+1), p.args...)
		if err != nil {
			return nil, "", err
		}
		all = append(all, list...)
	}
	sort.Slice(all, func(i, j int) bool {
		a, b := o.key(all[i]), o.key(all[j])
		if a == b {
			a, b = all[i].ID, all[j].ID
		}
		return (a < b) != o.down && a != b
	})
	next := ""
	if len(all) > q.Limit {
		all = all[:q.Limit]
		last := all[q.Limit-1]
		next = rest.Cursor(o.key(last), last.ID)
	}
	return all, next, nil
}

// openTypes are the types of states in which somebody has to act.
func openTypes() []kind.StateType {
	return slices.DeleteFunc(kind.StateTypes(), kind.StateType.Final)
}

// types are the types that a query asks for; all of the list's when it names none.
func (q Query) types() []kind.StateType {
	if len(q.Types) == 0 && (q.Sort == "" || q.Sort == "due") {
		return openTypes()
	}
	return q.Types
}

// ways are the ways in which the actor sees what a query asks for; they do not overlap. What
// waits for the actor is asked for by each post and unit of its own, since each has its index.
func (w *work) ways(q Query) ([]part, error) {
	var out []part
	for _, p := range w.sight(q.Region) {
		if err := w.filter(&p, q); err != nil {
			return nil, err
		}
		if !q.HolderMe {
			out = append(out, p)
			continue
		}
		for _, post := range distinct(w.me.posts) {
			one := p.clone()
			one.and("m.open = 1 AND m.holder_post = " + one.add(post))
			out = append(out, one)
		}
		for _, unit := range distinct(w.me.units) {
			one := p.clone()
			one.and("m.open = 1 AND m.holder_post = 0 AND m.holder_unit = " + one.add(unit))
			out = append(out, one)
		}
	}
	return out, nil
}

// distinct gives the ids without 0, each once.
func distinct(ids []int64) []int64 {
	out := slices.Clone(ids)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id int64) bool { return id == 0 })
}

func (w *work) filter(p *part, q Query) error {
	types := q.types()
	switch {
	case len(types) == 0:
	case len(types) == len(openTypes()) && !slices.ContainsFunc(types, kind.StateType.Final):
		p.and("m.open = 1")
	default: // whether it is open or past says which indexes answer
		if !slices.ContainsFunc(types, kind.StateType.Final) {
			p.and("m.open = 1")
		} else if !slices.ContainsFunc(types, func(t kind.StateType) bool { return !t.Final() }) {
			p.and("m.open = 0")
		}
		p.and(in(p, "m.type", texts(types)))
	}
	if len(q.Kinds) > 0 {
		p.and(in(p, "m.kind", q.Kinds))
	}
	if len(q.States) > 0 {
		p.and(in(p, "m.state", q.States))
	}
	for _, x := range []struct{ column, value string }{{"m.category", q.Category}, {"m.source", q.Source}} {
		if x.value != "" {
			p.and(x.column + " = " + p.add(x.value))
		}
	}
	if q.Site != "" {
		p.and("m.site <> '' AND m.site = " + p.add(q.Site))
	}
	if q.Cell != 0 {
		p.and("m.cell <> 0 AND m.cell = " + p.add(q.Cell))
	}
	if q.Subject != 0 {
		p.and("m.subject <> 0 AND m.subject = " + p.add(q.Subject))
	}
	w.filterPeople(p, q)
	if err := w.filterText(p, q.Text); err != nil {
		return err
	}
	return w.filterDue(p, q.Due)
}

func texts(types []kind.StateType) []string {
	out := make([]string, len(types))
	for i, t := range types {
		out[i] = string(t)
	}
	return out
}

func (w *work) filterPeople(p *part, q Query) {
	if q.HolderPost != 0 { // nobody holds what is closed
		p.and("m.open = 1 AND m.holder_post = " + p.add(q.HolderPost))
	}
	if q.Mine {
		cond := "m.id IN (SELECT q.matter FROM matter_party q WHERE q.account <> 0 AND q.account = " + p.add(w.me.Account) + ")"
		if len(w.me.posts) > 0 {
			cond += " OR m.id IN (SELECT q.matter FROM matter_party q WHERE q.post <> 0 AND " + in(p, "q.post", w.me.posts) + ")"
			cond += " OR m.id IN (SELECT q.matter FROM matter_party q WHERE q.unit <> 0 AND q.post = 0 AND " + in(p, "q.unit", w.me.units) + ")"
		}
		p.and("(" + cond + ")")
	}
}

func (w *work) filterDue(p *part, due string) error {
	now := w.NowMS()
	day := calendar.DayOf(now)
	from, to := int64(0), int64(0)
	switch due {
	case "":
		return nil
	case "overdue":
		to = now
	case "today":
		from, to = now, day.End()
	case "3d":
		from, to = now, day.Add(3).End()
	case "week":
		from, to = now, day.Add(7).End()
	default:
		return fault.New(fault.Invalid, "due", "时限应为 overdue、today、3d 或 week").WithField("query.due", "不认识的时限", due)
	}
	p.and("m.open = 1 AND m.due_at < " + p.add(to) + " AND m.due_at >= " + p.add(from))
	return nil
}

// plain tells whether a query asks by place, kind and type only: then the kept counts answer.
func (q Query) plain() bool {
	return len(q.States) == 0 && q.Category == "" && q.Source == "" && q.Cell == 0 && q.Site == "" && q.Subject == 0 && q.Text == "" && q.Due == "" &&
		!q.HolderMe && q.HolderPost == 0 && !q.Mine
}

// total counts what a query finds.
func (w *work) total(q Query) (int, error) {
	if byType, ok, err := w.kept(q); ok || err != nil {
		n := 0
		types := q.types()
		for t, k := range byType {
			if len(types) == 0 || slices.Contains(types, t) {
				n += k
			}
		}
		return n, err
	}
	if n, ok, err := w.many(q); ok || err != nil {
		return min(n, TotalMost), err
	}
	total := 0
	ways, err := w.ways(q)
	if err != nil {
		return 0, err
	}
	for _, p := range ways {
		n, err := w.countPart(p)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return min(total, TotalMost), nil
}

// countPart counts what is seen in one way, up to TotalMost.
func (w *work) countPart(p part) (n int, err error) {
	err = w.QueryRow(w.ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM matter m WHERE %s LIMIT %d) x", p.cond, TotalMost), p.args...).Scan(&n)
	return n, err
}

// kept reads the counts by type from the kept table; ok is false when the query asks for more
// than they know, or the actor also sees matters outside of its regions.
func (w *work) kept(q Query) (map[kind.StateType]int, bool, error) {
	if !q.plain() {
		return nil, false, nil
	}
	out := map[kind.StateType]int{}
	scopes := w.me.Scopes(access.MatterRead)
	for _, p := range w.partySight(q.Region, scopes) {
		if slices.Contains(scopes, "") {
			break
		}
		// Matters beyond the regions are few: count them one by one.
		if len(q.Kinds) > 0 {
			p.and(in(&p, "m.kind", q.Kinds))
		}
		if err := w.countTypes(out, "SELECT m.type, COUNT(*) FROM matter m WHERE "+p.cond+" GROUP BY m.type", p.args); err != nil {
			return nil, false, err
		}
	}
	for _, s := range scopes {
		if s == "" || q.Region != "" && region.Contains(s, q.Region) {
			s = q.Region
		} else if q.Region != "" && !region.Contains(q.Region, s) {
			continue
		}
		p := part{cond: "1 = 1"}
		if s != "" {
			p.and(inRegion(&p, s, "c.region"))
		}
		if len(q.Kinds) > 0 {
			p.and(in(&p, "c.kind", q.Kinds))
		}
		if err := w.countTypes(out, "SELECT c.type, SUM(c.n) FROM matter_count c WHERE "+p.cond+" GROUP BY c.type", p.args); err != nil {
			return nil, false, err
		}
	}
	return out, true, nil
}

func (w *work) countTypes(out map[kind.StateType]int, query string, args []any) error {
	rows, err := w.Query(w.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var t kind.StateType
		var n int
		if err := rows.Scan(&t, &n); err != nil {
			return store.Classify(err)
		}
		out[t] += n
	}
	return store.Classify(rows.Err())
}
