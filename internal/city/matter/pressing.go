package matter

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// MostPressed is how many matters are pressed at once (POST /matters/remind takes no more).
const MostPressed = 200

// Pressing are the matters of a county with an end in common that others have to act on.
type Pressing struct {
	County region.Code // the region asked for, for matters of no single county
	Count  int         // all of them
	IDs    []int64     // the most urgent, at most MostPressed
	First  []*Matter   // the most urgent three
}

// Pressing groups by county the open matters of a region whose end passed or comes (due as in
// Query), and that lie in the hands of others than the actor; the county with the most urgent
// matter first. The counts are exact.
func (s *Service) Pressing(ctx context.Context, r region.Code, due string) ([]Pressing, error) {
	var out []Pressing
	err := s.view(ctx, func(w *work) error {
		if err := w.mayAsk(r); err != nil {
			return err
		}
		var all []pressed
		for _, p := range w.sight(r) {
			if err := w.filter(&p, Query{Due: due}); err != nil {
				return err
			}
			if len(w.me.posts) > 0 {
				p.and("NOT (" + in(&p, "m.holder_post", w.me.posts) + " OR m.holder_post = 0 AND " + in(&p, "m.holder_unit", w.me.units) + ")")
			}
			list, err := w.pressed(p)
			if err != nil {
				return err
			}
			all = append(all, list...)
		}
		slices.SortFunc(all, func(a, b pressed) int { return cmp.Or(cmp.Compare(a.due, b.due), cmp.Compare(a.id, b.id)) })
		out = group(all, r)
		for i := range out {
			for _, id := range out[i].IDs[:min(3, len(out[i].IDs))] {
				m, err := read(w.ctx, w.Tx, id)
				if err != nil {
					return err
				}
				out[i].First = append(out[i].First, m)
			}
		}
		return nil
	})
	return out, err
}

// pressed is a matter as far as grouping needs it.
type pressed struct {
	id, due int64
	county  string
}

func (w *work) pressed(p part) ([]pressed, error) {
	rows, err := w.Query(w.ctx, "SELECT m.id, m.county, m.due_at FROM matter m WHERE "+p.cond, p.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []pressed
	for rows.Next() {
		var x pressed
		if err := rows.Scan(&x.id, &x.county, &x.due); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, x)
	}
	return out, store.Classify(rows.Err())
}

func group(all []pressed, r region.Code) []Pressing {
	var out []Pressing
	at := map[string]int{}
	for _, x := range all {
		i, ok := at[x.county]
		if !ok {
			i = len(out)
			at[x.county] = i
			county := r
			if x.county != "" {
				county = region.Code(fmt.Sprintf("%s000000", x.county))
			}
			out = append(out, Pressing{County: county})
		}
		g := &out[i]
		if g.Count++; len(g.IDs) < MostPressed {
			g.IDs = append(g.IDs, x.id)
		}
	}
	return out
}
