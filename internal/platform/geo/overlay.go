package geo

import (
	"fmt"
	"math"

	"github.com/peterstace/simplefeatures/geom"

	"qingshan/internal/platform/fault"
)

// frame moves coordinates near zero for the overlay engine: whole numbers of units in
// float64, exact up to 2^53.
type frame struct{ origin Point }

func frameOf(shapes ...Shape) frame {
	for _, s := range shapes {
		if len(s) > 0 {
			return frame{s.Box().Min}
		}
	}
	return frame{}
}

func (f frame) geometry(s Shape) geom.Geometry {
	polys := make([]geom.Polygon, len(s))
	for i, p := range s {
		polys[i] = f.polygon(p)
	}
	if len(polys) == 1 {
		return polys[0].AsGeometry()
	}
	return geom.NewMultiPolygon(polys).AsGeometry()
}

func (f frame) polygon(p Polygon) geom.Polygon {
	rings := make([]geom.LineString, len(p))
	for i, r := range p {
		xy := make([]float64, 0, 2*len(r)+2)
		for k := range len(r) + 1 {
			q := r[k%len(r)]
			xy = append(xy, float64(q.Lng-f.origin.Lng), float64(q.Lat-f.origin.Lat))
		}
		rings[i] = geom.NewLineString(geom.NewSequence(xy, geom.DimXY))
	}
	return geom.NewPolygon(rings)
}

// shape takes the polygons of a result; lines and points, where areas only touch, are dropped.
func (f frame) shape(g geom.Geometry) Shape {
	var out Shape
	switch {
	case g.IsPolygon():
		out = f.add(out, g.MustAsPolygon())
	case g.IsMultiPolygon():
		m := g.MustAsMultiPolygon()
		for i := range m.NumPolygons() {
			out = f.add(out, m.PolygonN(i))
		}
	case g.IsGeometryCollection():
		c := g.MustAsGeometryCollection()
		for i := range c.NumGeometries() {
			out = append(out, f.shape(c.GeometryN(i))...)
		}
	}
	return out.clean()
}

func (f frame) add(out Shape, p geom.Polygon) Shape {
	if p.IsEmpty() {
		return out
	}
	poly := Polygon{f.ring(p.ExteriorRing())}
	if len(poly[0]) < 3 {
		return out // thinner than a unit
	}
	for i := range p.NumInteriorRings() {
		if r := f.ring(p.InteriorRingN(i)); len(r) >= 3 {
			poly = append(poly, r)
		}
	}
	return append(out, poly)
}

func (f frame) ring(l geom.LineString) Ring {
	seq := l.Coordinates()
	var r Ring
	for i := range seq.Length() {
		xy := seq.GetXY(i)
		p := Point{int64(math.Round(xy.X)) + f.origin.Lng, int64(math.Round(xy.Y)) + f.origin.Lat}
		if len(r) == 0 || r[len(r)-1] != p {
			r = append(r, p)
		}
	}
	for len(r) > 1 && r[0] == r[len(r)-1] {
		r = r[:len(r)-1]
	}
	return r
}

func overlay(what string, a, b Shape, op func(a, b geom.Geometry) (geom.Geometry, error)) (Shape, error) {
	f := frameOf(a, b)
	g, err := op(f.geometry(a), f.geometry(b))
	if err != nil {
		return nil, fault.Wrap(fmt.Errorf("%s: %w", what, err), fault.Invalid, "shape", "边界无法计算，请检查该处的边界是否有效").
			WithField("geometry", "边界无法计算", a.Centre().String())
	}
	return f.shape(g), nil
}

// Intersection is the area that both shapes cover.
func Intersection(a, b Shape) (Shape, error) {
	if a.IsEmpty() || b.IsEmpty() || !a.Box().Meets(b.Box()) {
		return nil, nil
	}
	return overlay("intersection", a, b, geom.Intersection)
}

// Difference is the area of a that b does not cover.
func Difference(a, b Shape) (Shape, error) {
	if a.IsEmpty() || b.IsEmpty() || !a.Box().Meets(b.Box()) {
		return a, nil
	}
	return overlay("difference", a, b, geom.Difference)
}

// Union is the area that any of the shapes covers.
func Union(shapes ...Shape) (Shape, error) {
	f := frameOf(shapes...)
	var gs []geom.Geometry
	for _, s := range shapes {
		if !s.IsEmpty() {
			gs = append(gs, f.geometry(s))
		}
	}
	if len(gs) == 0 {
		return nil, nil
	}
	g, err := geom.UnionMany(gs)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "shape", "边界无法合并，请检查该处的边界是否有效").
			WithField("geometry", "边界无法合并", shapes[0].Centre().String())
	}
	return f.shape(g), nil
}

// pieces are the polygons of a shape as shapes of their own, without slivers: those smaller
// than area m² or on average thinner than width metres, as digitizing leaves them.
func (s Shape) pieces(area, width float64) []Shape {
	var out []Shape
	for _, p := range s {
		one := Shape{p}
		if a := one.Area(); a >= area && 2*a/one.perimeter() >= width {
			out = append(out, one)
		}
	}
	return out
}

func (b Box) shape() Shape {
	return Shape{{{b.Min, {b.Max.Lng, b.Min.Lat}, b.Max, {b.Min.Lng, b.Max.Lat}}}}
}
