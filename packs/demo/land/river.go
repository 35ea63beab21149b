package land

// River is a watercourse of the demonstration city; its course is invented.
type River struct {
	Name string
	Line []Point
}

// Course is a river's name and the places it passes, in degrees.
type Course struct {
	Name string       `toml:"name"`
	Via  [][2]float64 `toml:"via"`
}

// Rivers draws the courses as winding lines.
func Rivers(seed uint64, courses []Course) []River {
	out := make([]River, len(courses))
	for i, c := range courses {
		out[i] = River{c.Name, wind(seed, uint64(i), c.Via)}
	}
	return out
}

// wind runs a smooth curve (Catmull–Rom) through the places and lets it meander.
func wind(seed, n uint64, via [][2]float64) []Point {
	var line []Point
	at := func(i int) [2]float64 { return via[min(max(i, 0), len(via)-1)] }
	const steps = 14
	for i := range len(via) - 1 {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		for s := range steps {
			t := float64(s) / steps
			x := spline(a[0], b[0], c[0], d[0], t)
			y := spline(a[1], b[1], c[1], d[1], t)
			kx, ky := sheetKm(x, y)
			x += 0.008 * field(seed, forRiver+n, kx, ky, 3.5)
			y += 0.007 * field(seed, forRiver+n+50, kx, ky, 3.5)
			line = append(line, degrees(x, y))
		}
	}
	last := via[len(via)-1]
	return append(line, degrees(last[0], last[1]))
}

func spline(a, b, c, d, t float64) float64 {
	return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
}

func degrees(lon, lat float64) Point { return Point{int32(lon*1e5 + 0.5), int32(lat*1e5 + 0.5)} }
