package geo

import (
	"cmp"
	"slices"
)

// Tolerance says what of a cover is a slip of digitizing and not a fault.
type Tolerance struct {
	Snap  float64 // metres: corners and borders nearer than this are the same
	Width float64 // metres: a piece on average thinner is no fault
	Area  float64 // m²: a piece smaller is no fault
}

// DefaultTolerance is 2 m, 2 m, 1,000 m².
func DefaultTolerance() Tolerance { return Tolerance{Snap: 2, Width: 2, Area: 1000} }

// Overlap is an area that two cells both cover.
type Overlap struct {
	A, B int // numbers of the cells, A < B
	Area Shape
}

// Spill is an area of a cell outside of the territory.
type Spill struct {
	Cell int
	Area Shape
}

// Cover says how a set of cells lies over a territory.
type Cover struct {
	Gaps     []Shape
	Overlaps []Overlap
	Spills   []Spill
}

// Examine compares cells with the territory they should fill. Borders that fit exactly, as
// most do, cost a look-up an edge; only around those that do not are areas overlaid. Errors:
// invalid shape.
func Examine(territory Shape, cells []Shape, index *Index, tol Tolerance) (Cover, error) {
	left := settle(residue(territory, cells), tol.Snap)
	var out Cover
	for _, g := range groups(left, tol.Snap) {
		if err := out.look(territory, cells, index, g, tol); err != nil {
			return out, err
		}
	}
	return out, nil
}

// group is a part of the residue apart from the others.
type group struct {
	box       Box
	owners    []int32
	territory bool
}

// groups puts edges together whose boxes meet, until the boxes of the groups do not.
func groups(edges []edge, margin float64) []group {
	var out []group
	for _, e := range edges {
		g := group{box: (Box{e.a, e.a}).Join(Box{e.b, e.b}).Grow(margin)}
		if e.owner == territoryOwner {
			g.territory = true
		} else {
			g.owners = []int32{e.owner}
		}
		for i := 0; i < len(out); {
			if !out[i].box.Meets(g.box) {
				i++
				continue
			}
			g = join(g, out[i])
			out = slices.Delete(out, i, i+1)
			i = 0 // the larger box may meet one that was passed
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b group) int { return comparePoints(a.box.Min, b.box.Min) })
	return out
}

func join(a, b group) group {
	owners := append(a.owners, b.owners...)
	slices.Sort(owners)
	return group{a.box.Join(b.box), slices.Compact(owners), a.territory || b.territory}
}

// look overlays the cells of one group.
func (c *Cover) look(territory Shape, cells []Shape, index *Index, g group, tol Tolerance) error {
	var own []Shape
	for i, a := range g.owners {
		own = append(own, cells[a])
		for _, b := range g.owners[i+1:] {
			both, err := Intersection(cells[a], cells[b])
			if err != nil {
				return err
			}
			for _, p := range both.pieces(tol.Area, tol.Width) {
				c.Overlaps = append(c.Overlaps, Overlap{int(a), int(b), p})
			}
		}
		if !g.territory {
			continue
		}
		outside, err := Difference(cells[a], territory)
		if err != nil {
			return err
		}
		for _, p := range outside.pieces(tol.Area, tol.Width) {
			c.Spills = append(c.Spills, Spill{int(a), p})
		}
	}
	return c.holes(territory, own, index, g, tol)
}

// holes finds what the cells of a group leave of the territory. A piece that other cells
// cover is none: an empty piece touches cells of the group only.
func (c *Cover) holes(territory Shape, own []Shape, index *Index, g group, tol Tolerance) error {
	covered, err := Union(own...)
	if err != nil {
		return err
	}
	rest, err := Difference(g.box.Grow(20*tol.Snap).shape(), covered)
	if err != nil {
		return err
	}
	if g.territory {
		if rest, err = Intersection(rest, territory); err != nil {
			return err
		}
	}
	for _, p := range rest.pieces(tol.Area, tol.Width) {
		at := p.Centre()
		if len(index.Find(nil, at)) == 0 && territory.Contains(at) {
			c.Gaps = append(c.Gaps, p)
		}
	}
	slices.SortFunc(c.Gaps, func(a, b Shape) int { return cmp.Compare(b.Area(), a.Area()) })
	return nil
}
