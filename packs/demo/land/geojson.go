package land

import (
	"strconv"

	"qingshan/internal/rules/region"
)

// GeoJSON is the FeatureCollection of a level, or of the part of it inside one region.
// Properties: code (12 digits), name, level, parent, centre [lon, lat], demo (always true).
func (l *Land) GeoJSON(level region.Level, within region.Code) []byte {
	out := []byte(`{"type":"FeatureCollection","features":[`)
	from, to := l.Level(level)
	first := true
	for i := from; i < to; i++ {
		if within != "" && !region.Contains(within, l.Regions[i].Code) {
			continue
		}
		if !first {
			out = append(out, ",\n"...)
		}
		first = false
		out = append(out, `{"type":"Feature","properties":{"code":"`...)
		out = append(out, l.Regions[i].Code...)
		out = append(out, `","name":"`...)
		out = append(out, l.Regions[i].Name...)
		out = append(out, `","level":"`...)
		out = append(out, level.String()...)
		if p := l.Regions[i].Parent; p >= 0 {
			out = append(out, `","parent":"`...)
			out = append(out, l.Regions[p].Code...)
		}
		out = append(out, `","centre":`...)
		out = appendPoint(out, l.Regions[i].Centre)
		out = append(out, `,"demo":true},"geometry":`...)
		out = l.appendGeometry(out, i)
		out = append(out, '}')
	}
	return append(out, "]}\n"...)
}

// Geometry is a region's border as a GeoJSON Polygon.
func (l *Land) Geometry(i int) []byte { return l.appendGeometry(nil, i) }

func (l *Land) appendGeometry(out []byte, i int) []byte {
	out = append(out, `{"type":"Polygon","coordinates":[`...)
	for k, ring := range l.Outline(i) {
		if k > 0 {
			out = append(out, ',')
		}
		out = appendLine(out, ring)
	}
	return append(out, "]}"...)
}

// RiverGeoJSON is the FeatureCollection of watercourses.
func RiverGeoJSON(rivers []River) []byte {
	out := []byte(`{"type":"FeatureCollection","features":[`)
	for i, r := range rivers {
		if i > 0 {
			out = append(out, ",\n"...)
		}
		out = append(out, `{"type":"Feature","properties":{"name":"`+r.Name+`","kind":"river","demo":true},"geometry":{"type":"LineString","coordinates":`...)
		out = appendLine(out, r.Line)
		out = append(out, "}}"...)
	}
	return append(out, "]}\n"...)
}

func appendLine(out []byte, line []Point) []byte {
	out = append(out, '[')
	for i, p := range line {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendPoint(out, p)
	}
	return append(out, ']')
}

func appendPoint(out []byte, p Point) []byte {
	lon, lat := p.Degrees()
	out = append(out, '[')
	out = strconv.AppendFloat(out, lon, 'f', -1, 64)
	out = append(out, ',')
	out = strconv.AppendFloat(out, lat, 'f', -1, 64)
	return append(out, ']')
}
