package geo_test

import (
	"math"
	"strings"
	"testing"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
)

func TestABadOutlineIsRefusedWithItsPlace(t *testing.T) {
	for name, x := range map[string]struct{ json, want string }{
		"self-crossing":  {`{"type":"Polygon","coordinates":[[[114,35],[114.2,35.2],[114.2,35],[114,35.2],[114,35]]]}`, "边界自相交（114.100000,35.100000）"},
		"a line":         {`{"type":"LineString","coordinates":[[114,35],[114.1,35]]}`, "这是一条线，不是面；请闭合成面（114.000000,35.000000）"},
		"flat":           {`{"type":"Polygon","coordinates":[[[114,35],[114.1,35],[114.2,35],[114,35]]]}`, "面积为零（114.000000,35.000000）"},
		"two points":     {`{"type":"Polygon","coordinates":[[[114,35],[114.1,35],[114,35]]]}`, "至少要有三个不同的点（114.000000,35.000000）"},
		"swapped":        {`{"type":"Polygon","coordinates":[[[35,114],[35.1,114],[35,114.1],[35,114]]]}`, "不在中国范围内"},
		"spike":          {`{"type":"Polygon","coordinates":[[[114,35],[114.2,35],[114.4,35],[114.2,35],[114.2,35.2],[114,35]]]}`, "边界自相交"},
		"touches itself": {`{"type":"Polygon","coordinates":[[[114,35],[114.2,35],[114.1,35.1],[114.2,35.2],[114,35.2],[114.1,35.1],[114,35]]]}`, "边界自相交（114.100000,35.100000）"},
		"hole outside":   {`{"type":"Polygon","coordinates":[[[114,35],[114.2,35],[114.2,35.2],[114,35]],[[115,35],[115.1,35],[115.1,35.1],[115,35]]]}`, "孔洞在边界之外（115"},
		"no json":        {`{`, "不是 GeoJSON 几何"},
		"empty":          {`{"type":"Polygon","coordinates":[]}`, "没有边界"},
		"texts":          {`{"type":"Polygon","coordinates":[[["a","b"]]]}`, "坐标应为"},
		"a point":        {`{"type":"Point","coordinates":[114,35]}`, "这是点"},
	} {
		_, err := geo.ParseShape([]byte(x.json))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %s", name, err, x.want)
		}
	}
}

func TestAreaAndText(t *testing.T) {
	s, err := geo.ParseShape([]byte(`{"type":"Polygon","coordinates":[[[114,35],[114,35.1],[114.1,35.1],[114.1,35],[114,35]]]}`)) // clockwise
	if err != nil {
		t.Fatal(err)
	}
	// R²·Δλ·(sin φ2 − sin φ1)
	want := 6371.0088 * 6371.0088 * (0.1 * math.Pi / 180) * (math.Sin(35.1*math.Pi/180) - math.Sin(35*math.Pi/180))
	if got := s.KM2(); math.Abs(got-want) > 1e-6 {
		t.Errorf("area %.9f km², want %.9f", got, want)
	}
	if got := string(s.JSON()); got != `{"type":"Polygon","coordinates":[[[114.1,35],[114.1,35.1],[114,35.1],[114,35],[114.1,35]]]}` {
		t.Errorf("counter-clockwise: %s", got)
	}
	if d := geo.Distance(geo.Degrees(114, 35), geo.Degrees(114, 36)); math.Abs(d-111195.08) > 0.1 {
		t.Errorf("a degree of latitude is %.2f m", d)
	}
	if !s.Contains(s.Centre()) {
		t.Error("the centre lies outside")
	}
}

// Every place of the territory lies in exactly one cell, those on borders and corners too.
func TestAPlaceLiesInOneCell(t *testing.T) {
	m := newMosaic(6, 5, 3)
	index := geo.NewIndex(m.cells)
	spots := m.spots(2000)
	for _, c := range m.cells {
		spots = append(spots, c[0][0]...)
	}
	inside := 0
	for _, p := range spots {
		n := len(index.Find(nil, p))
		if n > 1 || n == 1 && !m.territory.Contains(p) || n == 0 && m.territory.Contains(p) {
			t.Errorf("%v lies in %d cells", p, n)
		}
		inside += n
	}
	if inside < 1500 {
		t.Errorf("only %d of %d places lie inside", inside, len(spots))
	}
}

func TestExamineFindsWhatIsWrongAndNothingElse(t *testing.T) {
	tol := geo.DefaultTolerance()
	look := func(m *mosaic) geo.Cover {
		t.Helper()
		c, err := geo.Examine(m.territory, m.cells, geo.NewIndex(m.cells), tol)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	m := newMosaic(8, 6, 3)
	if c := look(m); len(c.Gaps)+len(c.Overlaps)+len(c.Spills) != 0 {
		t.Fatalf("a whole mosaic: %d gaps, %d overlaps, %d spills", len(c.Gaps), len(c.Overlaps), len(c.Spills))
	}
	for i := range m.cells { // digitized with half a metre of noise: still whole
		m.shift(i, i%7, int64(i%9)*5, -int64(i%5)*8)
	}
	if c := look(m); len(c.Gaps)+len(c.Overlaps)+len(c.Spills) != 0 {
		t.Fatalf("noise of half a metre: %d gaps, %d overlaps, %d spills", len(c.Gaps), len(c.Overlaps), len(c.Spills))
	}
	m = newMosaic(8, 6, 3)
	want := m.cells[10].Area()
	m.cells[10] = nil // a missing cell
	grown, err := geo.Union(m.cells[29], m.cells[30])
	if err != nil {
		t.Fatal(err)
	}
	both := m.cells[30].Area()
	m.cells[29] = grown // a cell that takes in its neighbour
	m.shift(47, 8, 30_000, 30_000)
	c := look(m)
	if len(c.Gaps) != 1 || math.Abs(c.Gaps[0].Area()-want) > 1 {
		t.Errorf("gaps %d, want the one of %.0f m²", len(c.Gaps), want)
	}
	if len(c.Overlaps) != 1 || c.Overlaps[0].A != 29 || c.Overlaps[0].B != 30 || math.Abs(c.Overlaps[0].Area.Area()-both) > 1 {
		t.Errorf("overlaps %+v, want 29 over 30 with %.0f m²", c.Overlaps, both)
	}
	if len(c.Spills) != 1 || c.Spills[0].Cell != 47 {
		t.Errorf("spills %d, want that of cell 47", len(c.Spills))
	}
	if c, err := geo.Examine(m.territory, nil, geo.NewIndex(nil), tol); err != nil || len(c.Gaps) != 1 {
		t.Errorf("no cell at all: %v, %d gaps", err, len(c.Gaps))
	}
}

func TestCutMergeAndSnap(t *testing.T) {
	tol := geo.DefaultTolerance()
	m := newMosaic(3, 3, 2)
	s := m.cells[4]
	b := s.Box()
	mid := s.Centre()
	a, c, err := geo.Cut(s, geo.Line{{Lng: b.Min.Lng, Lat: mid.Lat}, {Lng: mid.Lng, Lat: mid.Lat + 3000}, {Lng: b.Max.Lng, Lat: mid.Lat}})
	if err != nil {
		t.Fatal(err)
	}
	if d := math.Abs(a.Area() + c.Area() - s.Area()); d > 5 || a.Area() < c.Area() {
		t.Errorf("the parts are %.0f and %.0f of %.0f m²", a.Area(), c.Area(), s.Area())
	}
	m.cells[4] = a
	cells := append(m.cells, c)
	cover, err := geo.Examine(m.territory, cells, geo.NewIndex(cells), tol)
	if err != nil || len(cover.Gaps)+len(cover.Overlaps)+len(cover.Spills) != 0 {
		t.Errorf("after the cut: %v %+v", err, cover)
	}
	back, err := geo.Merge([]geo.Shape{a, c}, tol)
	if err != nil || math.Abs(back.Area()-s.Area()) > 5 {
		t.Errorf("merged: %v, %.0f m² of %.0f", err, back.Area(), s.Area())
	}
	if _, err := geo.Merge([]geo.Shape{m.cells[0], m.cells[8]}, tol); !fault.Is(err, fault.Invalid) {
		t.Errorf("cells apart: %v", err)
	}
	if _, _, err := geo.Cut(s, geo.Line{geo.Degrees(120, 40), geo.Degrees(120, 41)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a line elsewhere: %v", err)
	}
	loose := m.cells[0]
	for k := range loose[0][0] {
		loose[0][0][k].Lng += 70 // 0.7 m
	}
	fixed := geo.Snap(loose, m.cells[1:], 2)
	twins := 0
	for _, p := range fixed[0][0] {
		for _, q := range m.cells[1][0][0] {
			if p == q {
				twins++
			}
		}
	}
	if twins < 4 { // two corners and two bends
		t.Errorf("only %d corners are the neighbour's", twins)
	}
	if err := geo.Within(m.cells[8], m.cells[7], "封丘县", tol); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "超出封丘县的范围") {
		t.Errorf("a cell elsewhere: %v", err)
	}
}

func BenchmarkExamine5000(b *testing.B) {
	m := faulty5000()
	index := geo.NewIndex(m.cells)
	for b.Loop() {
		c, err := geo.Examine(m.territory, m.cells, index, geo.DefaultTolerance())
		if err != nil || len(c.Gaps) != 4 || len(c.Overlaps) != 1 {
			b.Fatal(err, len(c.Gaps), len(c.Overlaps), len(c.Spills))
		}
	}
}

func BenchmarkAssign20000(b *testing.B) {
	m := faulty5000()
	spots := m.spots(20_000)
	var at []int
	for b.Loop() {
		index := geo.NewIndex(m.cells)
		for _, p := range spots {
			at = index.Find(at[:0], p)
		}
	}
}

func faulty5000() *mosaic {
	m := newMosaic(100, 50, 9) // 40 corners a cell
	m.cells[777], m.cells[2222], m.cells[4000] = nil, nil, nil
	m.shift(1234, 5, 20_000, 20_000)
	m.shift(3456, 15, 20_000, 20_000)
	return m
}
