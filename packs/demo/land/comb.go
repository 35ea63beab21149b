package land

import "math"

// Point is a place in units of 0.00001 degree.
type Point struct{ Lon, Lat int32 }

// Degrees are the coordinates in degrees.
func (p Point) Degrees() (lon, lat float64) { return float64(p.Lon) / 1e5, float64(p.Lat) / 1e5 }

// The sheet the city is drawn on, in km east and north of its south-west corner.
const (
	westLon, southLat = 113.28, 34.83
	kmPerLon          = 90.85 // at 35.3 N
	kmPerLat          = 110.95
	sheetWidth        = 158.0
	sheetHeight       = 112.0
	edgeKm            = 0.6 // length of a cell's edge before it is moved

	cornerStep = 0.30 // how far a corner moves, in edges
	bendStep   = 0.13 // how far the middle of an edge moves, in edges
)

// Purposes keep the random numbers of different questions apart.
const (
	forCornerX uint64 = iota + 1
	forCornerY
	forBendX
	forBendY
	forWarpX
	forWarpY
	forShapeX
	forShapeY
	forOutline
	forTown
	forVillage
	forNames
	forRiver
)

var halfWidth = math.Sqrt(3) / 2 * edgeKm // km of one step of a corner's x

// corner is a corner or a centre of a cell on the doubled integer lattice of the honeycomb:
// x in steps of half a cell width, y in steps of half an edge.
type corner struct{ x, y int }

// comb is the honeycomb. Cell (col, row) has its centre at (2·col + row mod 2, 3·row).
type comb struct {
	seed       uint64
	cols, rows int
}

func newComb(seed uint64) comb {
	rowKm := 1.5 * edgeKm
	return comb{seed, int(sheetWidth / (2 * halfWidth)), int(sheetHeight / rowKm)}
}

func (c comb) cells() int { return c.cols * c.rows }

func (c comb) centre(cell int) corner {
	col, row := cell%c.cols, cell/c.cols
	return corner{2*col + row&1, 3 * row}
}

// km is the undisturbed place of a lattice point.
func (c comb) km(p corner) (x, y float64) {
	return float64(p.x) * halfWidth, float64(p.y) * edgeKm / 2
}

// around gives the six steps from a centre to its corners, counter-clockwise from the east side's lower corner.
var around = [6]corner{{1, -1}, {1, 1}, {0, 2}, {-1, 1}, {-1, -1}, {0, -2}}

// beside gives, for side k (from corner k to corner k+1), the step to the neighbour's centre.
var beside = [6]corner{{2, 0}, {1, 3}, {-1, 3}, {-2, 0}, {-1, -3}, {1, -3}}

// neighbour is the cell beyond side k, or −1 off the sheet.
func (c comb) neighbour(cell, k int) int {
	p := c.centre(cell)
	x, y := p.x+beside[k].x, p.y+beside[k].y
	if y < 0 || y%3 != 0 {
		return -1
	}
	row := y / 3
	x -= row & 1
	if row >= c.rows || x < 0 || x/2 >= c.cols {
		return -1
	}
	return row*c.cols + x/2
}

// place is where a lattice point ends up: moved by its own step, then warped.
func (c comb) place(p corner, moved bool) Point {
	x, y := c.km(p)
	if moved {
		x += cornerStep / math.Sqrt2 * edgeKm * signed(hash(c.seed, forCornerX, p.x, p.y))
		y += cornerStep / math.Sqrt2 * edgeKm * signed(hash(c.seed, forCornerY, p.x, p.y))
	}
	return c.warp(x, y)
}

// bend is the moved middle of the edge between two corners.
func (c comb) bend(a, b corner) Point {
	if b.x < a.x || b.x == a.x && b.y < a.y {
		a, b = b, a
	}
	pa, pb := c.place(a, true), c.place(b, true)
	key := corner{a.x + b.x, a.y + b.y}
	dx := bendStep / math.Sqrt2 * edgeKm * signed(hash(c.seed, forBendX, key.x, key.y))
	dy := bendStep / math.Sqrt2 * edgeKm * signed(hash(c.seed, forBendY, key.x, key.y))
	return Point{
		(pa.Lon+pb.Lon)/2 + int32(dx/kmPerLon*1e5),
		(pa.Lat+pb.Lat)/2 + int32(dy/kmPerLat*1e5),
	}
}

// warp bends the plane smoothly so that no straight row of the honeycomb is left.
func (c comb) warp(x, y float64) Point {
	wx := x + 1.6*field(c.seed, forWarpX, x, y, 9)
	wy := y + 1.6*field(c.seed, forWarpY, x, y, 9)
	return Point{
		int32(math.Round((westLon + wx/kmPerLon) * 1e5)),
		int32(math.Round((southLat + wy/kmPerLat) * 1e5)),
	}
}

// sheetKm turns degrees into km on the sheet.
func sheetKm(lon, lat float64) (x, y float64) {
	return (lon - westLon) * kmPerLon, (lat - southLat) * kmPerLat
}
