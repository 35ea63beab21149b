package geo

import (
	"slices"

	"github.com/tidwall/rtree"
)

// Index finds the shapes that hold a place or meet a box. It is read-only once made and safe
// for several goroutines.
type Index struct {
	shapes []Shape
	boxes  []Box
	tree   rtree.RTreeGN[int64, int32]
}

// NewIndex indexes shapes; an empty shape keeps its number and is never found.
func NewIndex(shapes []Shape) *Index {
	x := &Index{shapes: shapes, boxes: make([]Box, len(shapes))}
	for i, s := range shapes {
		if len(s) == 0 {
			continue
		}
		b := s.Box()
		x.boxes[i] = b
		x.tree.Insert([2]int64{b.Min.Lng, b.Min.Lat}, [2]int64{b.Max.Lng, b.Max.Lat}, int32(i))
	}
	return x
}

// Find appends the numbers of the shapes that hold the place to dst, lowest first.
func (x *Index) Find(dst []int, p Point) []int {
	from := len(dst)
	at := [2]int64{p.Lng, p.Lat}
	x.tree.Search(at, at, func(_, _ [2]int64, i int32) bool {
		if x.shapes[i].Contains(p) {
			dst = append(dst, int(i))
		}
		return true
	})
	if len(dst)-from > 1 {
		slices.Sort(dst[from:])
	}
	return dst
}

// Meets lists the shapes whose boxes meet a box, lowest first.
func (x *Index) Meets(b Box) []int {
	var out []int
	x.tree.Search([2]int64{b.Min.Lng, b.Min.Lat}, [2]int64{b.Max.Lng, b.Max.Lat}, func(_, _ [2]int64, i int32) bool {
		out = append(out, int(i))
		return true
	})
	slices.Sort(out)
	return out
}

// Passes lists the shapes that a line passes through, lowest first: its corners, and places
// on it at most step metres apart, are looked up.
func (x *Index) Passes(l Line, step float64) []int {
	var out []int
	for i, p := range l {
		out = x.Find(out, p)
		if i+1 == len(l) {
			break
		}
		q := l[i+1]
		n := int64(Distance(p, q)/step) + 1
		for k := int64(1); k < n; k++ {
			out = x.Find(out, Point{p.Lng + (q.Lng-p.Lng)*k/n, p.Lat + (q.Lat-p.Lat)*k/n})
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Nearest is the shape whose border is nearest to a place within metres, or −1.
func (x *Index) Nearest(p Point, metres float64) (at int, distance float64) {
	at = -1
	for _, i := range x.Meets(Around(p, metres)) {
		d := x.shapes[i].distance(p)
		if d <= metres && (at < 0 || d < distance) {
			at, distance = i, d
		}
	}
	return at, distance
}

// distance is how far a place lies from the shape's area in metres; 0 inside.
func (s Shape) distance(p Point) float64 {
	if s.Contains(p) {
		return 0
	}
	best := -1.0
	for _, poly := range s {
		for _, r := range poly {
			a := r[len(r)-1]
			for _, b := range r {
				if d := fromEdge(p, a, b); best < 0 || d < best {
					best = d
				}
				a = b
			}
		}
	}
	return best
}

// fromEdge is the distance of a place from an edge in metres.
func fromEdge(p, a, b Point) float64 { return Distance(p, foot(p, a, b)) }

// foot is the place on an edge nearest to p.
func foot(p, a, b Point) Point {
	k := cosLat(p.Lat)
	dx, dy := float64(b.Lng-a.Lng)*k, float64(b.Lat-a.Lat)
	px, py := float64(p.Lng-a.Lng)*k, float64(p.Lat-a.Lat)
	length := dx*dx + dy*dy
	if length == 0 {
		return a
	}
	t := (px*dx + py*dy) / length
	switch {
	case t <= 0:
		return a
	case t >= 1:
		return b
	}
	return Point{a.Lng + int64(t*float64(b.Lng-a.Lng)), a.Lat + int64(t*float64(b.Lat-a.Lat))}
}
