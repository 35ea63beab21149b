package geo

import (
	"cmp"
	"slices"

	"github.com/tidwall/rtree"
)

// edge is a directed edge of a shape; owner is the number of the shape.
type edge struct {
	a, b  Point
	owner int32
}

// tally counts undirected edges: each way of one is +1, the other −1. When the edges of all
// cells and those of the territory turned round cancel out, the cells cover each point of
// the territory exactly once: the number of cells over a point, less one inside the
// territory, changes nowhere, and it is zero far away.
type tally struct {
	slot []tallied
	mask uint64
}

type tallied struct {
	a, b Point
	n    int32
	used bool
}

func newTally(edges int) *tally {
	size := 16
	for size < edges+edges/4 { // most edges have a twin: half full
		size *= 2
	}
	return &tally{make([]tallied, size), uint64(size - 1)}
}

func (t *tally) find(a, b Point) (*tallied, int32) {
	way := int32(1)
	if comparePoints(b, a) < 0 {
		a, b, way = b, a, -1
	}
	h := uint64(a.Lng)*0x9E3779B97F4A7C15 ^ uint64(a.Lat)*0xC2B2AE3D27D4EB4F ^
		uint64(b.Lng)*0x165667B19E3779F9 ^ uint64(b.Lat)*0xD6E8FEB86659FD93
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	h ^= h >> 32
	for i := h & t.mask; ; i = (i + 1) & t.mask {
		s := &t.slot[i]
		if !s.used {
			s.a, s.b, s.used = a, b, true
			return s, way
		}
		if s.a == a && s.b == b {
			return s, way
		}
	}
}

func (t *tally) add(a, b Point) {
	s, way := t.find(a, b)
	s.n += way
}

func (t *tally) open(a, b Point) bool {
	s, _ := t.find(a, b)
	return s.n != 0
}

// territoryOwner owns the edges of the territory, which are turned round.
const territoryOwner = -1

func eachEdge(territory Shape, cells []Shape, do func(e edge)) {
	for i, s := range cells {
		for _, p := range s {
			for _, r := range p {
				a := r[len(r)-1]
				for _, b := range r {
					do(edge{a, b, int32(i)})
					a = b
				}
			}
		}
	}
	for _, p := range territory {
		for _, r := range p {
			a := r[len(r)-1]
			for _, b := range r {
				do(edge{b, a, territoryOwner})
				a = b
			}
		}
	}
}

// residue are the edges that do not cancel out.
func residue(territory Shape, cells []Shape) []edge {
	n := territory.Points()
	for _, s := range cells {
		n += s.Points()
	}
	t := newTally(n)
	where := make([]*tallied, 0, n)
	eachEdge(territory, cells, func(e edge) {
		s, way := t.find(e.a, e.b)
		s.n += way
		where = append(where, s)
	})
	var out []edge
	i := 0
	eachEdge(territory, cells, func(e edge) {
		if where[i].n != 0 {
			out = append(out, e)
		}
		i++
	})
	return out
}

// settle takes the differences of digitizing out of a residue: corners within tolerance
// metres become one, edges are split where a corner of another lies on them, and what then
// cancels out is gone. It only says what is not a fault; the shapes stay as they are.
func settle(in []edge, tolerance float64) []edge {
	if len(in) == 0 {
		return nil
	}
	to := cluster(in, tolerance)
	var corners rtree.RTreeGN[int64, Point]
	seen := map[Point]bool{}
	for _, e := range in {
		for _, p := range [2]Point{to[e.a], to[e.b]} {
			if !seen[p] {
				seen[p] = true
				at := [2]int64{p.Lng, p.Lat}
				corners.Insert(at, at, p)
			}
		}
	}
	var parts []edge
	for _, e := range in {
		parts = split(parts, edge{to[e.a], to[e.b], e.owner}, &corners, tolerance)
	}
	t := newTally(len(parts))
	for _, e := range parts {
		t.add(e.a, e.b)
	}
	return slices.DeleteFunc(parts, func(e edge) bool { return !t.open(e.a, e.b) })
}

// split appends an edge in pieces, cut where corners lie on it.
func split(dst []edge, e edge, corners *rtree.RTreeGN[int64, Point], tolerance float64) []edge {
	if e.a == e.b {
		return dst
	}
	b := (Box{}).Join(Box{e.a, e.a}).Join(Box{e.b, e.b}).Grow(tolerance)
	var on []Point
	corners.Search([2]int64{b.Min.Lng, b.Min.Lat}, [2]int64{b.Max.Lng, b.Max.Lat}, func(_, _ [2]int64, p Point) bool {
		if p != e.a && p != e.b && fromEdge(p, e.a, e.b) <= tolerance {
			on = append(on, p)
		}
		return true
	})
	slices.SortFunc(on, func(p, q Point) int { return cmp.Compare(Distance(e.a, p), Distance(e.a, q)) })
	last := e.a
	for _, p := range append(on, e.b) {
		if p != last {
			dst = append(dst, edge{last, p, e.owner})
		}
		last = p
	}
	return dst
}

// cluster maps each corner to the corner that stands for all within tolerance of each other.
func cluster(in []edge, tolerance float64) map[Point]Point {
	var points []Point
	for _, e := range in {
		points = append(points, e.a, e.b)
	}
	slices.SortFunc(points, comparePoints)
	points = slices.Compact(points)
	to := make(map[Point]Point, len(points))
	var tree rtree.RTreeGN[int64, Point]
	for _, p := range points {
		b := Around(p, tolerance)
		best, found := p, false
		tree.Search([2]int64{b.Min.Lng, b.Min.Lat}, [2]int64{b.Max.Lng, b.Max.Lat}, func(_, _ [2]int64, q Point) bool {
			if Distance(p, q) <= tolerance && (!found || Distance(p, q) < Distance(p, best)) {
				best, found = q, true
			}
			return true
		})
		to[p] = best
		if !found {
			at := [2]int64{p.Lng, p.Lat}
			tree.Insert(at, at, p)
		}
	}
	return to
}
