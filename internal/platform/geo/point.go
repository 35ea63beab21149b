// Package geo is plane and earth geometry for the city: places, outlines, areas, an index of
// outlines, and what a set of outlines leaves empty or covers twice. Coordinates are whole
// units of 1e-7 degree of CGCS2000 (about 1 cm), so that two outlines that share a border
// share it exactly. Lengths are metres, areas square metres.
package geo

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"qingshan/internal/platform/fault"
)

// Unit is one degree in the units of a Point.
const Unit = 10_000_000

// Point is a place in 1e-7 degree.
type Point struct{ Lng, Lat int64 }

// Degrees makes a point of degrees, rounded to the nearest unit.
func Degrees(lng, lat float64) Point {
	return Point{int64(math.Round(lng * Unit)), int64(math.Round(lat * Unit))}
}

// Degrees are the coordinates in degrees.
func (p Point) Degrees() (lng, lat float64) { return float64(p.Lng) / Unit, float64(p.Lat) / Unit }

// IsZero tells a point that was never set; the sea off Africa is no place of ours.
func (p Point) IsZero() bool { return p == Point{} }

// String is "lng,lat" in degrees with six decimals (0.1 m), as shown to people.
func (p Point) String() string {
	lng, lat := p.Degrees()
	return fmt.Sprintf("%.6f,%.6f", lng, lat)
}

// ParsePlace reads what String writes: the place that a message names.
func ParsePlace(s string) (Point, bool) {
	x, y, two := strings.Cut(s, ",")
	lng, e1 := strconv.ParseFloat(x, 64)
	lat, e2 := strconv.ParseFloat(y, 64)
	if p := Degrees(lng, lat); two && e1 == nil && e2 == nil && CheckPlace(p) == nil {
		return p, true
	}
	return Point{}, false
}

// MarshalJSON writes a GeoJSON position.
func (p Point) MarshalJSON() ([]byte, error) { return p.append(nil), nil }

func (p Point) append(b []byte) []byte {
	lng, lat := p.Degrees()
	b = append(b, '[')
	b = strconv.AppendFloat(b, lng, 'f', -1, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, lat, 'f', -1, 64)
	return append(b, ']')
}

// UnmarshalJSON reads a GeoJSON position; a height is dropped.
func (p *Point) UnmarshalJSON(b []byte) error {
	var v []float64
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if len(v) < 2 {
		return fmt.Errorf("a position has two numbers, this one %d", len(v))
	}
	*p = Degrees(v[0], v[1])
	return nil
}

// Bounds of the places that a record may have: China with its islands.
const (
	westmost, eastmost   = 73 * Unit, 136 * Unit
	southmost, northmost = 3 * Unit, 54 * Unit
)

// CheckPlace refuses a point outside of China, most often longitude and latitude swapped.
// Errors: invalid place.
func CheckPlace(p Point) error {
	if p.Lng >= westmost && p.Lng <= eastmost && p.Lat >= southmost && p.Lat <= northmost {
		return nil
	}
	return fault.New(fault.Invalid, "place", "坐标不在中国范围内，请检查经纬度是否写反").WithField("place", "应为经度在前、纬度在后的度数", p.String())
}

// earth is the mean radius of the CGCS2000 ellipsoid in metres.
const earth = 6371008.8

const metresPerUnit = earth * math.Pi / 180 / Unit // along a meridian

// Distance is the length between two places in metres. Within a city the local plane is
// exact to a few parts in 10⁵.
func Distance(a, b Point) float64 {
	dx := float64(b.Lng-a.Lng) * metresPerUnit * cosLat((a.Lat+b.Lat)/2)
	dy := float64(b.Lat-a.Lat) * metresPerUnit
	return math.Hypot(dx, dy)
}

func cosLat(lat int64) float64 { return math.Cos(float64(lat) / Unit * math.Pi / 180) }

// Around is the box that holds every place within metres of p.
func Around(p Point, metres float64) Box {
	dy := int64(math.Ceil(metres / metresPerUnit))
	dx := int64(math.Ceil(metres / metresPerUnit / cosLat(p.Lat)))
	return Box{Point{p.Lng - dx, p.Lat - dy}, Point{p.Lng + dx, p.Lat + dy}}
}

// Box is an upright rectangle; its borders belong to it.
type Box struct{ Min, Max Point }

// Contains tells whether a place lies in the box.
func (b Box) Contains(p Point) bool {
	return p.Lng >= b.Min.Lng && p.Lng <= b.Max.Lng && p.Lat >= b.Min.Lat && p.Lat <= b.Max.Lat
}

// Meets tells whether two boxes share a point.
func (b Box) Meets(o Box) bool {
	return b.Min.Lng <= o.Max.Lng && o.Min.Lng <= b.Max.Lng && b.Min.Lat <= o.Max.Lat && o.Min.Lat <= b.Max.Lat
}

// Join is the smallest box around both; the zero box joins nothing.
func (b Box) Join(o Box) Box {
	if b == (Box{}) {
		return o
	}
	return Box{
		Point{min(b.Min.Lng, o.Min.Lng), min(b.Min.Lat, o.Min.Lat)},
		Point{max(b.Max.Lng, o.Max.Lng), max(b.Max.Lat, o.Max.Lat)},
	}
}

// Grow is the box with a margin in metres.
func (b Box) Grow(metres float64) Box { return Around(b.Min, metres).Join(Around(b.Max, metres)) }

// ParseBox reads "west,south,east,north" in degrees. Errors: invalid bbox.
func ParseBox(s string) (Box, error) {
	var w, so, e, n float64
	if k, err := fmt.Sscanf(s, "%g,%g,%g,%g", &w, &so, &e, &n); k != 4 || err != nil || w > e || so > n {
		return Box{}, fault.New(fault.Invalid, "bbox", "范围应为“西,南,东,北”四个度数").WithField("query.bbox", "应为“西,南,东,北”四个度数", s)
	}
	return Box{Degrees(w, so), Degrees(e, n)}, nil
}
