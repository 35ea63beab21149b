package geo

import (
	"encoding/json"
	"fmt"

	"qingshan/internal/platform/fault"
)

// Line is an open line: a river, a cut.
type Line []Point

// ParseShape reads a GeoJSON Polygon or MultiPolygon geometry and checks it (Check). Errors:
// invalid shape, with the place of the fault.
func ParseShape(data []byte) (Shape, error) {
	s, err := readShape(data)
	if err != nil {
		return nil, err
	}
	if err := s.Check(); err != nil {
		return nil, err
	}
	return s.clean(), nil
}

// LoadShape reads a geometry that was checked before it was stored.
func LoadShape(data []byte) (Shape, error) {
	s, err := readShape(data)
	if err != nil {
		return nil, err
	}
	return s.clean(), nil
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

func readShape(data []byte) (Shape, error) {
	var g geometry
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, faulty("不是 GeoJSON 几何", Point{})
	}
	var err error
	var s Shape
	switch g.Type {
	case "Polygon":
		s = make(Shape, 1)
		err = json.Unmarshal(g.Coordinates, &s[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &s)
	case "LineString", "MultiLineString":
		return nil, faulty("这是一条线，不是面；请闭合成面", firstPoint(g.Coordinates))
	case "Point", "MultiPoint":
		return nil, faulty("这是点，不是面", firstPoint(g.Coordinates))
	default:
		return nil, faulty(fmt.Sprintf("几何类型 %q 不是面", g.Type), Point{})
	}
	if err != nil {
		return nil, faulty("坐标应为 [经度, 纬度] 的列表", firstPoint(g.Coordinates))
	}
	if s.Points() > maxPoints {
		return nil, faulty(fmt.Sprintf("边界点超过 %d 个，请先简化", maxPoints), Point{})
	}
	return s, nil
}

// maxPoints bounds a shape: a county's border has a few thousand corners.
const maxPoints = 100_000

// firstPoint digs the first position out of nested lists.
func firstPoint(raw json.RawMessage) Point {
	for range 4 {
		var p Point
		if json.Unmarshal(raw, &p) == nil {
			return p
		}
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
			break
		}
		raw = list[0]
	}
	return Point{}
}

// ParseLine reads a GeoJSON LineString. Errors: invalid shape.
func ParseLine(data []byte) (Line, error) {
	var g geometry
	var l Line
	if json.Unmarshal(data, &g) != nil || g.Type != "LineString" || json.Unmarshal(g.Coordinates, &l) != nil {
		return nil, faulty("应为 GeoJSON LineString", firstPoint(g.Coordinates))
	}
	if len(l) < 2 {
		return nil, faulty("一条线至少有两个点", firstPoint(g.Coordinates))
	}
	for _, p := range l {
		if err := CheckPlace(p); err != nil {
			return nil, faulty("坐标不在中国范围内", p)
		}
	}
	return l, nil
}

// JSON is the line as a GeoJSON geometry.
func (l Line) JSON() []byte {
	b := appendRing([]byte(`{"type":"LineString","coordinates":`), Ring(l), false)
	return append(b, '}')
}

// JSON is the shape as a GeoJSON geometry.
func (s Shape) JSON() []byte {
	if len(s) == 1 {
		return append(appendPolygon([]byte(`{"type":"Polygon","coordinates":`), s[0]), '}')
	}
	b := []byte(`{"type":"MultiPolygon","coordinates":[`)
	for i, p := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendPolygon(b, p)
	}
	return append(b, "]}"...)
}

func appendPolygon(b []byte, p Polygon) []byte {
	b = append(b, '[')
	for i, r := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendRing(b, r, true)
	}
	return append(b, ']')
}

func appendRing(b []byte, r Ring, closed bool) []byte {
	b = append(b, '[')
	for i, p := range r {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.append(b)
	}
	if closed && len(r) > 0 {
		b = append(b, ',')
		b = r[0].append(b)
	}
	return append(b, ']')
}

// faulty is the refusal of a shape; where is shown to people when it is known.
func faulty(why string, where Point) *fault.Error {
	if where.IsZero() {
		return fault.New(fault.Invalid, "shape", "边界有误："+why).WithField("geometry", why, "")
	}
	return fault.Newf(fault.Invalid, "shape", "边界有误：%s（%s）", why, where).WithField("geometry", why, where.String())
}
