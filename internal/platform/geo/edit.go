package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/tidwall/rtree"

	"qingshan/internal/platform/fault"
)

// Cut divides a shape along a line drawn across it; its ends may lie outside, or inside: they
// are drawn on straight to the border. The larger part comes first. Errors: invalid cut when
// the line crosses itself or leaves the shape whole.
func Cut(s Shape, l Line) (a, b Shape, err error) {
	side := leftOf(s.Box(), l)
	if _, crossed := (Shape{{side}}).crossing(); crossed || len(l) < 2 {
		return nil, nil, fault.New(fault.Invalid, "cut", "分割线自相交或太短，请重画").WithField("body.line", "分割线自相交或太短", "")
	}
	half := Shape{{side}}.clean()
	if a, err = Intersection(s, half); err != nil {
		return nil, nil, err
	}
	if b, err = Difference(s, half); err != nil {
		return nil, nil, err
	}
	if a.Area() < smallest || b.Area() < smallest {
		return nil, nil, fault.New(fault.Invalid, "cut", "分割线没有穿过网格，请从网格一侧画到另一侧").WithField("body.line", "没有穿过网格", l[0].String())
	}
	if a.Area() < b.Area() {
		a, b = b, a
	}
	return a, b, nil
}

// leftOf is the area left of a line whose ends are drawn on far out of a box.
func leftOf(b Box, l Line) Ring {
	if len(l) < 2 {
		return nil
	}
	for _, p := range l {
		b = b.Join(Box{p, p})
	}
	centre := Point{(b.Min.Lng + b.Max.Lng) / 2, (b.Min.Lat + b.Max.Lat) / 2}
	far := 4 * math.Hypot(float64(b.Max.Lng-b.Min.Lng), float64(b.Max.Lat-b.Min.Lat))
	out := func(from, to Point) Point { // beyond to, on the line from–to
		dx, dy := float64(to.Lng-from.Lng), float64(to.Lat-from.Lat)
		k := far / math.Hypot(dx, dy)
		return Point{to.Lng + int64(k*dx), to.Lat + int64(k*dy)}
	}
	n := len(l)
	start, end := out(l[1], l[0]), out(l[n-2], l[n-1])
	ring := append(Ring{start}, l...)
	ring = append(ring, end)
	angle := func(p Point) float64 {
		return math.Atan2(float64(p.Lat-centre.Lat), float64(p.Lng-centre.Lng))
	}
	from, to := angle(end), angle(start)
	if to <= from {
		to += 2 * math.Pi
	}
	for t := from + 0.3; t < to-0.1; t += 0.3 { // counter-clockwise round the left side
		ring = append(ring, Point{centre.Lng + int64(1.5*far*math.Cos(t)), centre.Lat + int64(1.5*far*math.Sin(t))})
	}
	return ring
}

// Merge joins neighbours into one shape. Errors: invalid apart when they do not touch.
func Merge(shapes []Shape, tol Tolerance) (Shape, error) {
	all := slices.Clone(shapes)
	for i := 1; i < len(all); i++ { // so that slips of digitizing do not stay as cracks
		all[i] = Snap(all[i], all[:i], tol.Snap)
	}
	out, err := Union(all...)
	if err != nil {
		return nil, err
	}
	if len(out) > 1 {
		return nil, fault.New(fault.Invalid, "apart", "所选网格不相邻，不能合并").WithField("body.cells", "不相邻", (Shape{out[1]}).Centre().String())
	}
	for k := len(out[0]) - 1; k > 0; k-- { // a hole that is a sliver was a crack
		if h := (Shape{{out[0][k]}}).clean(); len(h.pieces(tol.Area, tol.Width)) == 0 {
			out[0] = slices.Delete(out[0], k, k+1)
		}
	}
	return out, nil
}

// Snap moves the corners of a shape onto the corners of its neighbours within tolerance
// metres, else onto their borders, and takes over their corners that lie on its own border,
// so that the two borders are the same afterwards.
func Snap(s Shape, neighbours []Shape, tolerance float64) Shape {
	var corners rtree.RTreeGN[int64, Point]
	var sides []edge
	area := s.Box().Grow(tolerance)
	for i, n := range neighbours {
		for _, p := range n {
			for _, r := range p {
				a := r[len(r)-1]
				for _, b := range r {
					if (Box{b, b}).Meets(area) {
						corners.Insert([2]int64{b.Lng, b.Lat}, [2]int64{b.Lng, b.Lat}, b)
					}
					if (Box{a, a}).Join(Box{b, b}).Meets(area) {
						sides = append(sides, edge{a, b, int32(i)})
					}
					a = b
				}
			}
		}
	}
	out := make(Shape, 0, len(s))
	for _, p := range s {
		var q Polygon
		for _, r := range p {
			q = append(q, take(move(r, &corners, sides, tolerance), &corners, tolerance))
		}
		out = append(out, q)
	}
	return out.clean()
}

func move(r Ring, corners *rtree.RTreeGN[int64, Point], sides []edge, tolerance float64) Ring {
	out := make(Ring, len(r))
	for i, p := range r {
		out[i] = p
		best := tolerance
		for _, q := range near(corners, (Box{p, p}).Grow(tolerance)) {
			if d := Distance(p, q); d <= best {
				out[i], best = q, d
			}
		}
		if out[i] != p || best < tolerance {
			continue
		}
		for _, e := range sides {
			if f := foot(p, e.a, e.b); Distance(p, f) <= best {
				out[i], best = f, Distance(p, f)
			}
		}
	}
	return slices.Compact(out)
}

// take inserts the corners of others that lie on the ring's edges.
func take(r Ring, corners *rtree.RTreeGN[int64, Point], tolerance float64) Ring {
	var out Ring
	for i, a := range r {
		b := r[(i+1)%len(r)]
		out = append(out, a)
		var on []Point
		for _, q := range near(corners, (Box{a, a}).Join(Box{b, b}).Grow(tolerance)) {
			if q != a && q != b && !slices.Contains(r, q) && fromEdge(q, a, b) <= tolerance {
				on = append(on, q)
			}
		}
		slices.SortFunc(on, func(p, q Point) int { return cmp.Compare(Distance(a, p), Distance(a, q)) })
		out = append(out, slices.Compact(on)...)
	}
	return out
}

func near(t *rtree.RTreeGN[int64, Point], b Box) []Point {
	var out []Point
	t.Search([2]int64{b.Min.Lng, b.Min.Lat}, [2]int64{b.Max.Lng, b.Max.Lat}, func(_, _ [2]int64, p Point) bool {
		out = append(out, p)
		return true
	})
	return out
}

// Within refuses a shape that reaches out of a territory and shows where. name is the
// territory's, for the message. Errors: invalid shape.
func Within(s, territory Shape, name string, tol Tolerance) error {
	if territory.borders(s.Box()) == 0 && territory.Contains(s.Centre()) {
		return nil // far from the border
	}
	rest, err := Difference(s, territory)
	if err != nil {
		return err
	}
	if out := rest.pieces(tol.Area, tol.Width); len(out) > 0 {
		return faulty("超出"+name+"的范围", out[0].Centre())
	}
	return nil
}

// borders counts the edges of a shape whose boxes meet a box.
func (s Shape) borders(b Box) int {
	n := 0
	for _, p := range s {
		for _, r := range p {
			last := r[len(r)-1]
			for _, at := range r {
				if (Box{last, last}).Join(Box{at, at}).Meets(b) {
					n++
				}
				last = at
			}
		}
	}
	return n
}
