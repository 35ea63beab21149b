package land

import (
	"cmp"
	"slices"

	"qingshan/internal/rules/region"
)

// County is what is given about a county-level region; everything below it is invented.
type County struct {
	Code  region.Code
	Name  string
	Lon   float64 // seat, degrees
	Lat   float64
	Reach float64 // about how far it reaches, km
	// Stretch above 1 makes it longer west–east, below 1 south–north.
	Stretch float64
	Towns   int // number of towns and sub-districts
	Urban   bool
}

// Region is a region of the demonstration city.
type Region struct {
	Code   region.Code
	Name   string
	Level  region.Level
	Parent int // index in Land.Regions; −1 for the city
	Centre Point
	cells  []int
}

// Land is the drawn city: the city first, then counties, towns and villages.
type Land struct {
	Regions []Region
	comb    comb
	at      []int          // village of each cell, index in Regions, or nowhere
	code    map[string]int // region by code
	first   [5]int         // where each level's regions begin: city, county, town, village, end
}

// cellsPerVillage sets the number of villages: a little over 3,000.
const cellsPerVillage = 2.85

// Draw makes the city of the given counties. The same seed gives the same city.
func Draw(seed uint64, city region.Code, name string, counties []County) *Land {
	l := &Land{comb: newComb(seed), code: map[string]int{}}
	shapes := make([]shape, len(counties))
	for i, c := range counties {
		shapes[i] = shape{c.Lon, c.Lat, c.Reach, c.Stretch}
	}
	labels := layOut(l.comb, shapes)
	l.Regions = []Region{{Code: city, Name: name, Level: region.Prefecture, Parent: -1}}
	l.first[1] = 1
	for i, c := range counties {
		r := Region{Code: c.Code, Name: c.Name, Level: region.County}
		for cell, label := range labels {
			if label == i {
				r.cells = append(r.cells, cell)
			}
		}
		l.Regions[0].cells = append(l.Regions[0].cells, r.cells...)
		l.Regions = append(l.Regions, r)
	}
	names := newNamer(seed)
	l.first[2] = len(l.Regions)
	for i, c := range counties {
		l.split(1+i, region.Town, c.Towns, forTown, func(n int) (string, string) { return names.town(c, n) })
	}
	l.first[3] = len(l.Regions)
	for t := l.first[2]; t < l.first[3]; t++ {
		n := max(1, int(float64(len(l.Regions[t].cells))/cellsPerVillage+0.5))
		urban := l.Regions[t].Code[6:9] < "100"
		l.split(t, region.Village, n, forVillage, func(n int) (string, string) { return names.village(urban, n) })
	}
	l.first[4] = len(l.Regions)
	l.settle()
	return l
}

// split divides a region into n children and names them from north-west to south-east.
func (l *Land) split(parent int, level region.Level, n int, purpose uint64, name func(i int) (digits, name string)) {
	cells := l.Regions[parent].cells
	part := divide(l.comb, cells, n, purpose)
	labels := make([]int, l.comb.cells())
	for i := range labels {
		labels[i] = nowhere
	}
	for i, cell := range cells {
		labels[cell] = part[i]
	}
	tidy(l.comb, labels, func(cell int) int {
		if labels[cell] == nowhere {
			return nowhere
		}
		return 0
	})
	byPart := map[int][]int{}
	for _, cell := range cells {
		byPart[labels[cell]] = append(byPart[labels[cell]], cell)
	}
	groups := make([][]int, 0, len(byPart))
	for _, g := range byPart {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, func(a, b []int) int { return cmp.Compare(b[0], a[0]) })
	prefix := l.Regions[parent].Code.Short()
	for i, g := range groups {
		digits, title := name(i)
		l.Regions = append(l.Regions, Region{
			Code: region.MustParse(prefix + digits), Name: title, Level: level, Parent: parent, cells: g,
		})
	}
}

// settle fills the tables that look-ups use and each region's centre: the middle of the cell
// nearest to the mean of its cells, so that it always lies inside.
func (l *Land) settle() {
	l.at = make([]int, l.comb.cells())
	for i := range l.at {
		l.at[i] = nowhere
	}
	for i := range l.Regions {
		r := &l.Regions[i]
		l.code[string(r.Code)] = i
		var mx, my float64
		for _, cell := range r.cells {
			x, y := l.comb.km(l.comb.centre(cell))
			mx += x
			my += y
			if r.Level == region.Village {
				l.at[cell] = i
			}
		}
		mx /= float64(len(r.cells))
		my /= float64(len(r.cells))
		near := slices.MinFunc(r.cells, func(a, b int) int {
			return cmp.Compare(l.distance(a, mx, my), l.distance(b, mx, my))
		})
		r.Centre = l.comb.place(l.comb.centre(near), false)
	}
}

func (l *Land) distance(cell int, x, y float64) float64 {
	cx, cy := l.comb.km(l.comb.centre(cell))
	return float64((cx-x)*(cx-x)) + float64((cy-y)*(cy-y))
}

// Find returns the index of a region.
func (l *Land) Find(code region.Code) (int, bool) {
	i, ok := l.code[string(code)]
	return i, ok
}

// Level returns the range of Regions that holds a level.
func (l *Land) Level(level region.Level) (from, to int) {
	k := int(level) - int(region.Prefecture)
	if k < 0 || k > 3 {
		return 0, 0
	}
	return l.first[k], l.first[k+1]
}

// Spot is a place inside a region chosen by n, with the village it lies in.
func (l *Land) Spot(in, n int) (Point, int) {
	cells := l.Regions[in].cells
	cell := cells[hash(l.comb.seed, forVillage+1000, in, n)%uint64(len(cells))]
	return l.comb.place(l.comb.centre(cell), false), l.at[cell]
}
