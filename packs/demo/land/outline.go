package land

import "slices"

// Outline is a region's border: the outer ring counter-clockwise, then any holes clockwise.
// Every ring is closed (its last point equals its first).
func (l *Land) Outline(i int) [][]Point {
	inside := map[int]bool{}
	for _, cell := range l.Regions[i].cells {
		inside[cell] = true
	}
	next := map[corner]corner{} // boundary edges with the region on their left
	var starts []corner
	for _, cell := range l.Regions[i].cells {
		p := l.comb.centre(cell)
		for k := range 6 {
			if n := l.comb.neighbour(cell, k); n >= 0 && inside[n] {
				continue
			}
			a := corner{p.x + around[k].x, p.y + around[k].y}
			b := corner{p.x + around[(k+1)%6].x, p.y + around[(k+1)%6].y}
			next[a] = b
			starts = append(starts, a)
		}
	}
	var rings [][]Point
	for _, s := range starts {
		if _, open := next[s]; open {
			rings = append(rings, l.walk(next, s))
		}
	}
	slices.SortStableFunc(rings, func(a, b []Point) int {
		return int(sign(TwiceArea(b)) - sign(TwiceArea(a)))
	})
	return rings
}

// walk follows the edges from s back to s and takes them out of next.
func (l *Land) walk(next map[corner]corner, s corner) []Point {
	var ring []Point
	for at := s; ; {
		to, ok := next[at]
		if !ok {
			break
		}
		delete(next, at)
		ring = append(ring, l.comb.place(at, true), l.comb.bend(at, to))
		at = to
	}
	return append(ring, ring[0])
}

// TwiceArea is twice the signed area of a closed ring in square units of 0.00001 degree;
// positive when the ring runs counter-clockwise.
func TwiceArea(ring []Point) int64 {
	var sum int64
	for i := 1; i < len(ring); i++ {
		sum += int64(ring[i-1].Lon)*int64(ring[i].Lat) - int64(ring[i].Lon)*int64(ring[i-1].Lat)
	}
	return sum
}

func sign(v int64) int64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// SquareKm is a region's area.
func (l *Land) SquareKm(i int) float64 {
	var twice int64
	for _, r := range l.Outline(i) {
		twice += TwiceArea(r)
	}
	return float64(twice) / 2 / 1e10 * kmPerLon * kmPerLat
}
