package demo_test

import (
	"encoding/json"
	"slices"
	"testing"

	"qingshan/internal/rules/region"
	"qingshan/packs/demo"
	"qingshan/packs/demo/land"
)

func draw(t *testing.T, seed uint64) *land.Land {
	t.Helper()
	l, err := demo.Land(seed)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

type edge struct{ a, b land.Point }

// TestBordersMatch: at every level each directed edge occurs once, and its opposite either
// once in the neighbour or, on the city's rim, only in the city's own outline reversed.
func TestBordersMatch(t *testing.T) {
	for _, seed := range []uint64{demo.Seed, 1, 7} {
		l := draw(t, seed)
		rim := edges(t, l, region.Prefecture)
		for _, level := range []region.Level{region.County, region.Town, region.Village} {
			all := edges(t, l, level)
			alone := 0
			for e := range all {
				if _, met := all[edge{e.b, e.a}]; met {
					continue
				}
				alone++
				if _, onRim := rim[e]; !onRim {
					t.Fatalf("seed %d, %v: edge %v of %s has no neighbour and is not on the rim", seed, level, e, l.Regions[all[e]].Name)
				}
			}
			if alone != len(rim) {
				t.Errorf("seed %d, %v: %d outer edges, the city's outline has %d", seed, level, alone, len(rim))
			}
		}
	}
}

func edges(t *testing.T, l *land.Land, level region.Level) map[edge]int {
	t.Helper()
	out := map[edge]int{}
	from, to := l.Level(level)
	for i := from; i < to; i++ {
		for _, ring := range l.Outline(i) {
			for k := 1; k < len(ring); k++ {
				e := edge{ring[k-1], ring[k]}
				if e.a == e.b {
					t.Fatalf("%s: an edge of length zero at %v", l.Regions[i].Name, e.a)
				}
				if other, twice := out[e]; twice {
					t.Fatalf("%v: edge %v belongs to %s and %s", level, e, l.Regions[other].Name, l.Regions[i].Name)
				}
				out[e] = i
			}
		}
	}
	return out
}

// TestAreasAdd: the children's areas add up to the parent's exactly, and none is empty.
func TestAreasAdd(t *testing.T) {
	l := draw(t, demo.Seed)
	area := make([]int64, len(l.Regions))
	sum := make([]int64, len(l.Regions))
	for i, r := range l.Regions {
		for k, ring := range l.Outline(i) {
			a := land.TwiceArea(ring)
			if (a > 0) != (k == 0) {
				t.Errorf("%s: ring %d has signed area %d; want one outer ring and holes", r.Name, k, a)
			}
			area[i] += a
		}
		if r.Parent >= 0 {
			sum[r.Parent] += area[i]
		}
	}
	for i, r := range l.Regions {
		if r.Level != region.Village && sum[i] != area[i] {
			t.Errorf("%s: parts have %d, the whole %d", r.Name, sum[i], area[i])
		}
	}
}

// TestNoCrossing: no two border segments of the village map cross (bucket search over all).
func TestNoCrossing(t *testing.T) {
	l := draw(t, demo.Seed)
	const bucket = 1000 // units of 0.00001 degree
	grid := map[[2]int32][]edge{}
	n := 0
	for e := range edges(t, l, region.Village) {
		n++
		for x := min(e.a.Lon, e.b.Lon) / bucket; x <= max(e.a.Lon, e.b.Lon)/bucket; x++ {
			for y := min(e.a.Lat, e.b.Lat) / bucket; y <= max(e.a.Lat, e.b.Lat)/bucket; y++ {
				for _, o := range grid[[2]int32{x, y}] {
					if cross(e, o) {
						t.Fatalf("segments %v and %v cross", e, o)
					}
				}
				grid[[2]int32{x, y}] = append(grid[[2]int32{x, y}], e)
			}
		}
	}
	if n < 30_000 {
		t.Errorf("only %d segments looked at", n)
	}
}

// cross tells whether two segments meet anywhere but in a common end.
func cross(e, o edge) bool {
	if e.a == o.a || e.a == o.b || e.b == o.a || e.b == o.b {
		return false
	}
	return turn(e.a, e.b, o.a)*turn(e.a, e.b, o.b) <= 0 && turn(o.a, o.b, e.a)*turn(o.a, o.b, e.b) <= 0
}

func turn(a, b, c land.Point) int64 {
	v := int64(b.Lon-a.Lon)*int64(c.Lat-a.Lat) - int64(b.Lat-a.Lat)*int64(c.Lon-a.Lon)
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

func TestCity(t *testing.T) {
	l := draw(t, demo.Seed)
	count := func(level region.Level) int { a, z := l.Level(level); return z - a }
	if n := count(region.County); n != 12 {
		t.Errorf("%d counties", n)
	}
	if n := count(region.Town); n < 145 || n > 160 {
		t.Errorf("%d towns", n)
	}
	if n := count(region.Village); n < 2900 || n > 3500 {
		t.Errorf("%d villages", n)
	}
	names := map[string]bool{}
	codes := map[region.Code]bool{}
	for i, r := range l.Regions {
		if !r.Code.Valid() || r.Code.Level() != r.Level || codes[r.Code] {
			t.Errorf("code %s of %s", r.Code, r.Name)
		}
		codes[r.Code] = true
		if names[r.Name] {
			t.Errorf("%s occurs twice", r.Name)
		}
		names[r.Name] = true
		if r.Parent >= 0 && !region.Contains(l.Regions[r.Parent].Code, r.Code) {
			t.Errorf("%s does not lie in %s by code", r.Name, l.Regions[r.Parent].Name)
		}
		if !inside(l.Outline(i)[0], r.Centre) {
			t.Errorf("the centre of %s lies outside it", r.Name)
		}
	}
	if km := l.SquareKm(0); km < 7500 || km > 9000 {
		t.Errorf("the city has %.0f km²", km)
	}
}

func inside(ring []land.Point, p land.Point) bool {
	in := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a.Lat > p.Lat) != (b.Lat > p.Lat) {
			if x := float64(a.Lon) + float64(p.Lat-a.Lat)/float64(b.Lat-a.Lat)*float64(b.Lon-a.Lon); float64(p.Lon) < x {
				in = !in
			}
		}
	}
	return in
}

func TestSameSeedSameCity(t *testing.T) {
	a, b := draw(t, 5), draw(t, 5)
	if !slices.Equal(a.GeoJSON(region.Town, ""), b.GeoJSON(region.Town, "")) {
		t.Error("the same seed gave two cities")
	}
	if slices.Equal(a.GeoJSON(region.Town, ""), draw(t, 6).GeoJSON(region.Town, "")) {
		t.Error("two seeds gave one city")
	}
}

func TestGeoJSON(t *testing.T) {
	l := draw(t, demo.Seed)
	var fc struct {
		Type     string
		Features []struct {
			Properties struct {
				Code, Name, Level, Parent string
				Demo                      bool
			}
			Geometry struct {
				Type        string
				Coordinates [][][2]float64
			}
		}
	}
	if err := json.Unmarshal(l.GeoJSON(region.Town, "410727000000"), &fc); err != nil {
		t.Fatal(err)
	}
	if len(fc.Features) < 15 || fc.Type != "FeatureCollection" {
		t.Fatalf("%s of %d towns", fc.Type, len(fc.Features))
	}
	for _, f := range fc.Features {
		if f.Properties.Parent != "410727000000" || f.Properties.Level != "town" || !f.Properties.Demo {
			t.Errorf("%+v", f.Properties)
		}
		r := f.Geometry.Coordinates[0]
		if r[0] != r[len(r)-1] || r[0][0] < 113 || r[0][0] > 115.1 || r[0][1] < 34.7 || r[0][1] > 36 {
			t.Errorf("%s begins at %v and ends at %v", f.Properties.Name, r[0], r[len(r)-1])
		}
	}
	rivers, err := demo.Rivers(demo.Seed)
	if err != nil || len(rivers) != 2 || len(rivers[0].Line) < 50 {
		t.Fatalf("rivers: %v %v", rivers, err)
	}
	if err := json.Unmarshal(land.RiverGeoJSON(rivers), new(any)); err != nil {
		t.Error(err)
	}
}
