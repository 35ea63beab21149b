package geo

import (
	"cmp"
	"math"
	"slices"
)

// smallest is the least area of a shape in m²: less is a line or a slip of the hand.
const smallest = 1.0

// Check refuses what is no area and says where: too few corners, a line there and back,
// borders that cross or touch themselves, a hole outside, a place outside of China.
// Errors: invalid shape.
func (s Shape) Check() error {
	if len(s) == 0 {
		return faulty("没有边界", Point{})
	}
	for _, p := range s {
		if len(p) == 0 {
			return faulty("没有边界", Point{})
		}
		for _, r := range p {
			if err := r.check(); err != nil {
				return err
			}
		}
	}
	c := s.clean()
	if at, crossed := c.crossing(); crossed {
		return faulty("边界自相交", at)
	}
	for i, p := range c {
		if math.Abs(p[0].area()) < smallest {
			return faulty("面积不足 1 平方米", p[0][0])
		}
		for _, hole := range p[1:] {
			if !(Polygon{p[0]}).contains(hole[0]) {
				return faulty("孔洞在边界之外", hole[0])
			}
		}
		for k, q := range c {
			if i != k && (Polygon{p[0]}).contains(q[0][0]) && !inHole(p, q[0][0]) {
				return faulty("同一网格的两块互相重叠", q[0][0])
			}
		}
	}
	return nil
}

func (p Polygon) contains(at Point) bool { return Shape{p}.Contains(at) }

func inHole(p Polygon, at Point) bool {
	return slices.ContainsFunc(p[1:], func(h Ring) bool { return h.odd(at) })
}

func (r Ring) check() error {
	for _, at := range r {
		if CheckPlace(at) != nil {
			return faulty("坐标不在中国范围内，请检查经纬度是否写反", at)
		}
	}
	first := Point{}
	if len(r) > 0 {
		first = r[0]
	}
	sorted := slices.Clone(r)
	slices.SortFunc(sorted, comparePoints)
	if sorted = slices.Compact(sorted); len(sorted) < 3 {
		return faulty("至少要有三个不同的点", first)
	}
	if !slices.ContainsFunc(r, func(at Point) bool { return cross(sorted[0], sorted[len(sorted)-1], at) != 0 }) {
		return faulty("各点在一条线上，面积为零", first)
	}
	return nil
}

func comparePoints(a, b Point) int {
	return cmp.Or(cmp.Compare(a.Lng, b.Lng), cmp.Compare(a.Lat, b.Lat))
}

// side is one edge of a shape, for the sweep.
type side struct {
	a, b       Point
	west, east int64
	ring, at   int // which ring, which edge of it
	n          int // edges of the ring
}

// crossing finds two edges that share more than the corner between them.
func (s Shape) crossing() (Point, bool) {
	var sides []side
	ring := 0
	for _, p := range s {
		for _, r := range p {
			for i := range r {
				a, b := r[i], r[(i+1)%len(r)]
				sides = append(sides, side{a, b, min(a.Lng, b.Lng), max(a.Lng, b.Lng), ring, i, len(r)})
			}
			ring++
		}
	}
	slices.SortFunc(sides, func(x, y side) int { return cmp.Compare(x.west, y.west) })
	var open []side
	for _, e := range sides {
		keep := open[:0]
		for _, o := range open {
			if o.east < e.west {
				continue
			}
			keep = append(keep, o)
			if at, bad := e.clash(o); bad {
				return at, true
			}
		}
		open = append(keep, e)
	}
	return Point{}, false
}

// clash tells whether two edges of a shape meet elsewhere than at a corner they share by
// following each other. Touching at a single corner of two rings is allowed.
func (e side) clash(o side) (Point, bool) {
	if max(e.a.Lat, e.b.Lat) < min(o.a.Lat, o.b.Lat) || max(o.a.Lat, o.b.Lat) < min(e.a.Lat, e.b.Lat) {
		return Point{}, false
	}
	d1, d2 := cross(e.a, e.b, o.a), cross(e.a, e.b, o.b)
	d3, d4 := cross(o.a, o.b, e.a), cross(o.a, o.b, e.b)
	if d1 == 0 && d2 == 0 { // on one line: they may share one point at most
		return e.shared(o)
	}
	if sign(d1) == sign(d2) || sign(d3) == sign(d4) {
		return Point{}, false
	}
	if d1 != 0 && d2 != 0 && d3 != 0 && d4 != 0 {
		return meet(e.a, e.b, o.a, o.b), true
	}
	at := touch(e, o, d1, d2, d3)
	switch {
	case e.ring != o.ring:
		return at, at != e.a && at != e.b || at != o.a && at != o.b
	case e.follows(o) || o.follows(e):
		return Point{}, false
	}
	return at, true
}

func sign(v int64) int { return cmp.Compare(v, 0) }

func touch(e, o side, d1, d2, d3 int64) Point {
	switch {
	case d1 == 0:
		return o.a
	case d2 == 0:
		return o.b
	case d3 == 0:
		return e.a
	}
	return e.b
}

func (e side) follows(o side) bool { return e.ring == o.ring && e.at == (o.at+1)%o.n }

// shared finds a stretch that two edges on one line have in common.
func (e side) shared(o side) (Point, bool) {
	lo := slices.MaxFunc([]Point{minPoint(e.a, e.b), minPoint(o.a, o.b)}, comparePoints)
	hi := slices.MinFunc([]Point{maxPoint(e.a, e.b), maxPoint(o.a, o.b)}, comparePoints)
	switch c := comparePoints(lo, hi); {
	case c < 0:
		return lo, true
	case c == 0 && e.ring == o.ring && !e.follows(o) && !o.follows(e):
		return lo, true
	}
	return Point{}, false
}

func minPoint(a, b Point) Point {
	if comparePoints(a, b) < 0 {
		return a
	}
	return b
}

func maxPoint(a, b Point) Point {
	if comparePoints(a, b) > 0 {
		return a
	}
	return b
}

// meet is where the lines a–b and c–d cross, to the nearest unit.
func meet(a, b, c, d Point) Point {
	num := float64(cross(c, d, a))
	den := num - float64(cross(c, d, b))
	t := num / den
	return Point{a.Lng + int64(math.Round(t*float64(b.Lng-a.Lng))), a.Lat + int64(math.Round(t*float64(b.Lat-a.Lat)))}
}
