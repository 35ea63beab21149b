package grid

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// ground is how the leaves of a region lie over it: it changes only with the grid, so it is
// computed once a revision and region.
type ground struct {
	leaves    []*Cell
	territory geo.Shape
	faults    []Fault // gaps, overlaps, spills, sources in no cell or in two
	bound     indicator.Rate
}

// ground gives the cover of a region, from memory when the grid did not change.
func (s *Service) ground(ctx context.Context, st *state, r region.Code) (*ground, error) {
	keep := !changing(ctx)
	if keep {
		s.memo.mu.Lock()
		g := s.memo.covers[r]
		current := s.memo.state == st
		s.memo.mu.Unlock()
		if g != nil && current {
			return g, nil
		}
	}
	g, err := s.survey(st, r)
	if err != nil {
		return nil, err
	}
	if keep {
		s.memo.mu.Lock()
		if s.memo.state == st {
			s.memo.covers[r] = g
		}
		s.memo.mu.Unlock()
	}
	return g, nil
}

// survey compares the leaves of a region with its territory.
func (s *Service) survey(st *state, r region.Code) (*ground, error) {
	g := &ground{leaves: st.leavesIn(r), territory: st.territory(r)}
	g.bindings(st, r)
	if g.territory.IsEmpty() {
		return g, nil // nobody drew what is to be filled
	}
	shapes := make([]geo.Shape, len(g.leaves))
	for i, c := range g.leaves {
		shapes[i] = c.Shape
	}
	index := geo.NewIndex(shapes)
	cover, err := geo.Examine(g.territory, shapes, index, s.cfg.Tolerance)
	if err != nil {
		return nil, err
	}
	for _, a := range cover.Gaps {
		near := index.Meets(a.Box().Grow(s.cfg.Tolerance.Snap))
		f := Fault{Kind: FaultGap, Area: a.Area(), Shape: a, Situation: "没有网格", Action: "absorb", ActionText: "划入"}
		for _, i := range near {
			f.Since = max(f.Since, g.leaves[i].ShapedAt)
			f.Cells = append(f.Cells, g.leaves[i].ID)
		}
		f.Where, f.Who = st.townAt(a.Centre(), r), officeOf(st, r)
		g.faults = append(g.faults, f.named(a.Centre().String()))
	}
	for _, o := range cover.Overlaps {
		a, b := g.leaves[o.A], g.leaves[o.B]
		f := Fault{Kind: FaultOverlap, Area: o.Area.Area(), Shape: o.Area, Situation: a.Name + "与" + b.Name + "两边都说不管", Action: "release", ActionText: "划界",
			Since: max(a.ShapedAt, b.ShapedAt), Cell: a.ID, Cells: []int64{a.ID, b.ID}, Where: st.townName(a), Who: officeOf(st, r)}
		g.faults = append(g.faults, f.named(fmt.Sprintf("%d-%d-%s", a.ID, b.ID, o.Area.Centre())))
	}
	for _, o := range cover.Spills {
		c := g.leaves[o.Cell]
		f := Fault{Kind: FaultSpill, Area: o.Area.Area(), Shape: o.Area, Situation: c.Name + "划到了界外", Action: "release", ActionText: "划界",
			Since: c.ShapedAt, Cell: c.ID, Cells: []int64{c.ID}, Where: st.townName(c), Who: officeOf(st, r)}
		g.faults = append(g.faults, f.named(fmt.Sprintf("%d-%s", c.ID, o.Area.Centre())))
	}
	slices.SortStableFunc(g.faults, func(a, b Fault) int { return cmp.Compare(a.Kind.order(), b.Kind.order()) })
	return g, nil
}

// officeOf is who mends borders: the grid office of the county, of the city above it.
func officeOf(st *state, r region.Code) string {
	if r.Level() >= region.County {
		return "县网格办"
	}
	return "市网格办"
}

func (st *state) townName(c *Cell) string {
	if p := st.townOf(c); p != nil && p.Tier == 3 {
		return p.Name
	}
	return c.Name
}

// townAt is the name of the town that holds a place, of the nearest one, or of nothing.
func (st *state) townAt(p geo.Point, r region.Code) string {
	for _, c := range st.towns {
		if region.Contains(r, c.Region) && c.Shape.Contains(p) {
			return c.Name
		}
	}
	if i, _ := st.leafIndex.Nearest(p, 5000); i >= 0 {
		return st.townName(st.leaves[i])
	}
	return ""
}

// bindings counts the sources that fall to exactly one cell. A river belongs to every cell
// that it passes, and is bound when there is one.
func (g *ground) bindings(st *state, r region.Code) {
	in := r.Short()
	for i, source := range st.sources {
		if !strings.HasPrefix(string(source.Region), in) {
			continue
		}
		g.bound.Den++
		cells := st.cellsOf(i)
		if len(cells) == 1 || len(cells) > 1 && len(source.Line) > 0 {
			g.bound.Num++
			continue
		}
		f := Fault{Kind: FaultUnbound, Name: source.Name, Situation: "未入格", Objects: []Object{{ofSource, source.ID}}, Cells: cells, At: source.At,
			Where: st.townAt(source.At, r), Since: source.FromAt, Who: officeOf(st, r), Action: "bind", ActionText: "入格"}
		if len(cells) > 1 {
			f.Kind, f.Situation, f.ActionText = FaultDouble, "入两格", "定格"
			for _, id := range cells {
				f.Since = max(f.Since, st.cells[id].ShapedAt)
			}
		}
		g.faults = append(g.faults, f.named(fmt.Sprint(source.ID)))
	}
}
