package geo

import (
	"math"
	"slices"
)

// Ring is a closed line without its last point repeated. Outer rings run counter-clockwise,
// holes clockwise.
type Ring []Point

// Polygon is an outer ring and its holes.
type Polygon []Ring

// Shape is an area of one or several polygons that do not overlap.
type Shape []Polygon

// IsEmpty tells a shape without polygons.
func (s Shape) IsEmpty() bool { return len(s) == 0 }

// Box is the rectangle around the shape.
func (s Shape) Box() Box {
	var b Box
	for _, p := range s {
		if len(p) > 0 {
			b = b.Join(p[0].box())
		}
	}
	return b
}

func (r Ring) box() Box {
	b := Box{r[0], r[0]}
	for _, p := range r[1:] {
		b.Min.Lng, b.Min.Lat = min(b.Min.Lng, p.Lng), min(b.Min.Lat, p.Lat)
		b.Max.Lng, b.Max.Lat = max(b.Max.Lng, p.Lng), max(b.Max.Lat, p.Lat)
	}
	return b
}

// Points is the number of corners.
func (s Shape) Points() int {
	n := 0
	for _, p := range s {
		for _, r := range p {
			n += len(r)
		}
	}
	return n
}

// Area is the area in m² in the cylindrical equal-area projection of the mean sphere: equal
// outlines give equal areas wherever they lie.
func (s Shape) Area() float64 {
	sum := 0.0
	for _, p := range s {
		for i, r := range p {
			if i == 0 {
				sum += math.Abs(r.area())
			} else {
				sum -= math.Abs(r.area())
			}
		}
	}
	return sum
}

// KM2 is the area in km².
func (s Shape) KM2() float64 { return s.Area() / 1e6 }

// area is positive for a ring that runs counter-clockwise.
func (r Ring) area() float64 {
	if len(r) < 3 {
		return 0
	}
	const rad = math.Pi / 180 / Unit
	base := math.Sin(float64(r[0].Lat) * rad)
	height := func(p Point) float64 { return math.Sin(float64(p.Lat)*rad) - base }
	sum, last := 0.0, r[len(r)-1]
	lastY := height(last)
	for _, p := range r {
		y := height(p)
		sum += float64(last.Lng-r[0].Lng)*rad*y - float64(p.Lng-r[0].Lng)*rad*lastY
		last, lastY = p, y
	}
	return sum / 2 * earth * earth
}

// perimeter is the length of all rings in metres.
func (s Shape) perimeter() float64 {
	sum := 0.0
	for _, p := range s {
		for _, r := range p {
			for i := range r {
				sum += Distance(r[i], r[(i+1)%len(r)])
			}
		}
	}
	return sum
}

// Contains tells whether a place lies inside. A place on a border that two shapes share
// exactly belongs to one of them and not to both.
func (s Shape) Contains(p Point) bool {
	in := false
	for _, poly := range s {
		for _, r := range poly {
			if r.odd(p) {
				in = !in
			}
		}
	}
	return in
}

// odd tells whether a ray to the east from p crosses the ring an odd number of times.
func (r Ring) odd(p Point) bool {
	in := false
	a := r[len(r)-1]
	for _, b := range r {
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) {
			lo, hi := a, b
			if lo.Lat > hi.Lat {
				lo, hi = hi, lo
			}
			if cross(lo, hi, p) > 0 { // p is west of the edge
				in = !in
			}
		}
		a = b
	}
	return in
}

// cross is positive when p lies left of the line from a to b.
func cross(a, b, p Point) int64 {
	return (b.Lng-a.Lng)*(p.Lat-a.Lat) - (b.Lat-a.Lat)*(p.Lng-a.Lng)
}

// clean drops repeated corners and turns the rings the right way.
func (s Shape) clean() Shape {
	var out Shape
	for _, p := range s {
		var q Polygon
		for i, r := range p {
			r = slices.Compact(slices.Clone(r))
			for len(r) > 1 && r[0] == r[len(r)-1] {
				r = r[:len(r)-1]
			}
			if (r.area() > 0) != (i == 0) {
				slices.Reverse(r)
			}
			q = append(q, r)
		}
		if len(q) > 0 {
			out = append(out, q)
		}
	}
	return out
}

// Centre is a place inside the shape: the middle of the widest run of the line through the
// middle of the largest polygon's box, so that a label or a pin lies on it.
func (s Shape) Centre() Point {
	var best Polygon
	for _, p := range s {
		if best == nil || math.Abs(p[0].area()) > math.Abs(best[0].area()) {
			best = p
		}
	}
	if best == nil {
		return Point{}
	}
	b := best[0].box()
	lat := (b.Min.Lat + b.Max.Lat) / 2
	var at []int64
	for _, r := range best {
		a := r[len(r)-1]
		for _, c := range r {
			if (a.Lat > lat) != (c.Lat > lat) {
				at = append(at, a.Lng+int64(float64(lat-a.Lat)/float64(c.Lat-a.Lat)*float64(c.Lng-a.Lng)))
			}
			a = c
		}
	}
	slices.Sort(at)
	wide, mid := int64(-1), b.Min.Lng
	for i := 0; i+1 < len(at); i += 2 {
		if w := at[i+1] - at[i]; w > wide {
			wide, mid = w, (at[i]+at[i+1])/2
		}
	}
	return Point{mid, lat}
}
