package geo_test

import (
	"math/rand/v2"

	"qingshan/internal/platform/geo"
)

// mosaic is cols × rows cells that fill a rectangle, with moved corners and bent borders
// that neighbours share, and the rectangle's border with the same corners.
type mosaic struct {
	cols, rows, bends int
	cells             []geo.Shape
	territory         geo.Shape
}

const step = 100_000 // 0.01°: about 1 km

func newMosaic(cols, rows, bends int) *mosaic {
	m := &mosaic{cols: cols, rows: rows, bends: bends}
	for y := range rows {
		for x := range cols {
			var r geo.Ring
			r = append(r, m.border(x, y, x+1, y)...)
			r = append(r, m.border(x+1, y, x+1, y+1)...)
			r = append(r, m.border(x+1, y+1, x, y+1)...)
			r = append(r, m.border(x, y+1, x, y)...)
			m.cells = append(m.cells, geo.Shape{{r}})
		}
	}
	var r geo.Ring
	for x := range cols {
		r = append(r, m.border(x, 0, x+1, 0)...)
	}
	for y := range rows {
		r = append(r, m.border(cols, y, cols, y+1)...)
	}
	for x := cols; x > 0; x-- {
		r = append(r, m.border(x, rows, x-1, rows)...)
	}
	for y := rows; y > 0; y-- {
		r = append(r, m.border(0, y, 0, y-1)...)
	}
	m.territory = geo.Shape{{r}}
	return m
}

func (m *mosaic) corner(x, y int) geo.Point {
	rnd := rand.New(rand.NewPCG(uint64(x), uint64(y)))
	return geo.Point{Lng: 1_140_000_000 + int64(x)*step + rnd.Int64N(step/3), Lat: 350_000_000 + int64(y)*step + rnd.Int64N(step/3)}
}

// border is the line from one corner to the next without its end: the same points both ways.
func (m *mosaic) border(x, y, x2, y2 int) geo.Ring {
	flip := x2 < x || y2 < y
	if flip {
		x, y, x2, y2 = x2, y2, x, y
	}
	a, b := m.corner(x, y), m.corner(x2, y2)
	rnd := rand.New(rand.NewPCG(uint64(x*1000+y), uint64(x2*1000+y2)))
	line := geo.Ring{a}
	for k := 1; k <= m.bends; k++ {
		t := int64(k)
		n := int64(m.bends + 1)
		line = append(line, geo.Point{Lng: a.Lng + (b.Lng-a.Lng)*t/n + rnd.Int64N(step/40), Lat: a.Lat + (b.Lat-a.Lat)*t/n + rnd.Int64N(step/40)})
	}
	line = append(line, b)
	if flip {
		for i, j := 0, len(line)-1; i < j; i, j = i+1, j-1 {
			line[i], line[j] = line[j], line[i]
		}
	}
	return line[:len(line)-1]
}

// spots are places all over the mosaic.
func (m *mosaic) spots(n int) []geo.Point {
	rnd := rand.New(rand.NewPCG(7, 7))
	out := make([]geo.Point, n)
	for i := range out {
		out[i] = geo.Point{Lng: 1_140_000_000 + step/3 + rnd.Int64N(int64(m.cols)*step-step/3), Lat: 350_000_000 + step/3 + rnd.Int64N(int64(m.rows)*step-step/3)}
	}
	return out
}

// shift moves corner k of cell i by so many units.
func (m *mosaic) shift(i, k int, dx, dy int64) {
	r := append(geo.Ring(nil), m.cells[i][0][0]...)
	r[k].Lng += dx
	r[k].Lat += dy
	m.cells[i] = geo.Shape{{r}}
}
