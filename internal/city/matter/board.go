package matter

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// boardItems is how many matters a column shows.
const boardItems = 20

// Column is one type of states on the board.
type Column struct {
	Type  kind.StateType
	Count int
	Items []*Matter
}

// Board groups what a query finds by the type of state; each column shows its first.
func (s *Service) Board(ctx context.Context, q Query) ([]Column, error) {
	var out []Column
	err := s.view(ctx, func(w *work) error {
		if err := w.mayAsk(q.Region); err != nil {
			return err
		}
		types := q.Types
		if len(types) == 0 {
			types = kind.StateTypes()
		}
		counts, known, err := w.kept(q)
		if err != nil {
			return err
		}
		for _, t := range types {
			one := q
			one.Types, one.Limit, one.Cursor, one.Sort = []kind.StateType{t}, boardItems, "", "due"
			if t.Final() {
				one.Sort = "updated"
			}
			c := Column{Type: t, Count: counts[t]}
			if !known {
				if c.Count, err = w.total(one); err != nil {
					return err
				}
			}
			if c.Count > 0 {
				if c.Items, _, err = w.list(one); err != nil {
					return err
				}
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// maxPoints is how many matters a map shows.
const maxPoints = 2000

// Dot is a matter on the map.
type Dot struct {
	ID    int64
	At    geo.Point
	Type  kind.StateType
	Due   int64
	Title string
}

// Points lists the matters of a query that lie in a box, at most maxPoints of them, the most
// urgent first; clipped tells that there are more.
func (s *Service) Points(ctx context.Context, q Query, box *geo.Box) (dots []Dot, clipped bool, err error) {
	err = s.view(ctx, func(w *work) error {
		if err := w.mayAsk(q.Region); err != nil {
			return err
		}
		ways, err := w.ways(q)
		if err != nil {
			return err
		}
		for _, p := range ways {
			p.and("m.lng IS NOT NULL")
			if box != nil { // + 0: in the order of deadlines, not of longitudes
				p.and(fmt.Sprintf("m.lng + 0 BETWEEN %s AND %s AND m.lat BETWEEN %s AND %s", p.add(box.Min.Lng), p.add(box.Max.Lng), p.add(box.Min.Lat), p.add(box.Max.Lat)))
			}
			list, err := w.dots(fmt.Sprintf("%s ORDER BY m.due_at, m.id LIMIT %d", p.cond, maxPoints+1), p.args)
			if err != nil {
				return err
			}
			dots = append(dots, list...)
		}
		slices.SortStableFunc(dots, func(a, b Dot) int { return cmp.Compare(a.Due, b.Due) })
		if clipped = len(dots) > maxPoints; clipped {
			dots = dots[:maxPoints]
		}
		return nil
	})
	return dots, clipped, err
}

func (w *work) dots(cond string, args []any) ([]Dot, error) {
	rows, err := w.Query(w.ctx, "SELECT m.id, m.lng, m.lat, m.type, m.due_at, m.title FROM matter m WHERE "+cond, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Dot
	for rows.Next() {
		var d Dot
		if err := rows.Scan(&d.ID, &d.At.Lng, &d.At.Lat, &d.Type, &d.Due, &d.Title); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, d)
	}
	return out, store.Classify(rows.Err())
}

// DayCount is what happens on a day of the calendar.
type DayCount struct {
	Day                 calendar.Day
	Due, Opened, Closed int
}

// Calendar counts, for each day of a month, the open matters of a query that end on it and those
// opened and closed on it.
func (s *Service) Calendar(ctx context.Context, q Query, month calendar.Window) ([]DayCount, error) {
	out := make([]DayCount, month.Days())
	for i := range out {
		out[i].Day = month.From.Add(i)
	}
	from, to := month.From.Start(), month.To.End()
	err := s.view(ctx, func(w *work) error {
		if err := w.mayAsk(q.Region); err != nil {
			return err
		}
		for _, x := range []struct {
			column string
			add    func(*DayCount, int)
		}{
			{"m.due_at", func(d *DayCount, n int) { d.Due += n }},
			{"m.opened_at", func(d *DayCount, n int) { d.Opened += n }},
			{"m.closed_at", func(d *DayCount, n int) { d.Closed += n }},
		} {
			one := q
			one.Sort = "opened" // a day has its closed ones too, unless the query names types
			ways, err := w.ways(one)
			if err != nil {
				return err
			}
			for _, p := range ways {
				switch x.column {
				case "m.due_at":
					p.and("m.open = 1")
				case "m.closed_at":
					p.and("m.closed_at > 0")
				}
				p.and(fmt.Sprintf("%s >= %s AND %s < %s", x.column, p.add(from), x.column, p.add(to)))
				day := fmt.Sprintf("(%s - %s) / %d", x.column, p.add(from), calendar.MsPerDay)
				if err := w.perDay("SELECT "+day+", COUNT(*) FROM matter m WHERE "+p.cond+" GROUP BY 1", p.args, out, x.add); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

func (w *work) perDay(query string, args []any, out []DayCount, add func(*DayCount, int)) error {
	rows, err := w.Query(w.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var day, n int
		if err := rows.Scan(&day, &n); err != nil {
			return store.Classify(err)
		}
		if day >= 0 && day < len(out) {
			add(&out[day], n)
		}
	}
	return store.Classify(rows.Err())
}

// Counts are the figures beside the list.
type Counts struct {
	ByType                  map[kind.StateType]int
	Overdue, DueToday, Mine int
}

// Counts counts the matters of a region by type, and the open ones that are late, end today,
// and wait for the actor.
func (s *Service) Counts(ctx context.Context, r region.Code) (Counts, error) {
	var out Counts
	err := s.view(ctx, func(w *work) (err error) {
		if err := w.mayAsk(r); err != nil {
			return err
		}
		if out.ByType, _, err = w.kept(Query{Region: r}); err != nil {
			return err
		}
		for _, x := range []struct {
			q Query
			n *int
		}{{Query{Region: r, Due: "overdue"}, &out.Overdue}, {Query{Region: r, Due: "today"}, &out.DueToday}, {Query{Region: r, HolderMe: true}, &out.Mine}} {
			if *x.n, err = w.total(x.q); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// Found is a matter that a search leads to.
type Found struct {
	ID                  int64
	Number, Title, Text string
}

// Search finds matters by number, title or place, the latest first.
func (s *Service) Search(ctx context.Context, text string, limit int) ([]Found, error) {
	var out []Found
	if a, ok := access.From(ctx); text == "" || !ok || !a.Has(access.MatterRead) && !a.Has(access.MatterAct) {
		return out, nil
	}
	err := s.view(ctx, func(w *work) error {
		list, _, err := w.list(Query{Text: text, Sort: "updated", Limit: limit})
		for _, m := range list {
			state := m.State
			if k, err := w.s.kindOf(m); err == nil {
				state = k.State(m.State).Name
			}
			out = append(out, Found{m.ID, m.Number, m.Title, state + " · " + w.dir.RegionName(m.Region)})
		}
		return err
	})
	return out, err
}
