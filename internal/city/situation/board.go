package situation

import (
	"fmt"
	"slices"
	"time"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/region"
)

// board is everything known about one prefecture's air at one time, computed once and then
// only read. A change makes a new board.
type board struct {
	city    Place
	asOf    time.Time // zero: live
	change  int64     // of the series, as read
	serial  int64     // of this process, for the version mark
	stale   int64     // the service's count of outside changes that it was made with
	through int64     // end of the newest hour with data, ms UTC; 0 without any
	today   calendar.Day
	engines *engines
	rules   *air.Rules // of the edition in force at through: everything compared stands on it

	stations []Station
	units    []unit // units[0] is the city, then the counties
	hours    *air.Hours
	agg      *air.Hours // hours of units
	origins  []origin   // of the city's days, in the layout of agg
	flags    *hourFlags

	// days by the edition in force on each day, as they were published
	stationDays, unitDays *air.Days
	// days of units on one edition, observed and with dust days taken out
	one, oneAssessed *air.Days
	dust             map[calendar.Day]string
	firstDust        []bool // layout of one: whether the unit's day is a dust day

	panel         *air.Days // cities of the nation on one edition; the own city as published here
	panelAssessed *air.Days
	cities        []panelCity
	own           int // index of the own city in the panel, −1 when it is not in it
}

// unit is a region with a value of its own: the city or a county.
type unit struct {
	place   Place
	members []int // stations
}

type panelCity struct {
	place    Place
	short    string
	province string
	site     string
}

// facts is what a board is computed from.
type facts struct {
	city     Place
	asOf     time.Time
	change   int64
	through  int64
	stations []Station
	places   []Place    // counties in order
	hours    *air.Hours // of stations
	direct   *air.Hours // of the city as published, one unit; nil when there is none
	flags    *hourFlags
	dust     map[calendar.Day]string
	cities   []panelCity
	panel    *air.Days // concentrations as published
	workers  int
}

// compute makes the board of facts.
func compute(eng *engines, f *facts) (*board, error) {
	b := &board{city: f.city, asOf: f.asOf, change: f.change, through: f.through, stations: f.stations,
		hours: f.hours, flags: f.flags, dust: f.dust, cities: f.cities, own: ownCity(f), engines: eng}
	if f.through == 0 {
		return b, nil
	}
	b.today, _ = calendar.HourOf(f.through)
	b.rules = eng.on(b.today)
	b.makeUnits(f)
	if err := b.computeHours(f); err != nil {
		return nil, err
	}
	if err := b.computeDays(f); err != nil {
		return nil, err
	}
	return b, b.computePanel(f)
}

// ownCity is the index of the board's city among those of the panel, −1 when it is not there.
func ownCity(f *facts) int {
	return slices.IndexFunc(f.cities, func(c panelCity) bool { return c.place.Code == f.city.Code })
}

// makeUnits groups the stations: the counted ones make the city, each county its own.
func (b *board) makeUnits(f *facts) {
	city := unit{place: f.city}
	for i, s := range f.stations {
		if s.Counted {
			city.members = append(city.members, i)
		}
	}
	b.units = append(b.units, city)
	for _, p := range f.places {
		u := unit{place: p}
		for i, s := range f.stations {
			if s.Region.Code == p.Code && s.Kind == "county" {
				u.members = append(u.members, i)
			}
		}
		if len(u.members) > 0 {
			b.units = append(b.units, u)
		}
	}
}

// inOperation are those of the stations that a value of the day is asked of: a closed one
// is neither expected nor missed.
func (b *board) inOperation(stations []int, day calendar.Day) (out []int) {
	for _, i := range stations {
		if b.stations[i].on(day) {
			out = append(out, i)
		}
	}
	return out
}

func (b *board) memberLists() [][]air.Member {
	out := make([][]air.Member, len(b.units))
	for i, u := range b.units {
		for _, s := range u.members {
			out[i] = append(out[i], air.Member{Station: s, From: b.stations[s].from, To: b.stations[s].to})
		}
	}
	return out
}

func (b *board) computeHours(f *facts) (err error) {
	b.agg, err = b.rules.CityHours(f.hours, b.memberLists(), num.HalfEven, f.workers)
	if err != nil {
		return fmt.Errorf("city hours: %w", err)
	}
	b.traceOrigins(f)
	b.cityHours(f)
	return nil
}

// computeDays makes the daily columns twice: under the edition of each day, as published,
// and under one edition, for everything that compares.
func (b *board) computeDays(f *facts) (err error) {
	if b.stationDays, err = b.rules.DailyMeans(f.hours, f.workers); err != nil {
		return fmt.Errorf("station days: %w", err)
	}
	if b.one, err = b.rules.CityDays(f.hours, b.memberLists(), f.workers); err != nil {
		return fmt.Errorf("city days: %w", err)
	}
	if err := b.cityDays(f); err != nil {
		return err
	}
	if b.unitDays, err = b.byEdition(b.one, f.workers); err != nil {
		return err
	}
	if b.stationDays, err = b.byEdition(b.stationDays, f.workers); err != nil {
		return err
	}
	b.firstDust = dustColumn(b.one, f.dust)
	b.oneAssessed = b.rules.Assessed(b.one, b.firstDust, air.DustAsEdition)
	return nil
}

// copyUnit copies one unit's days over those of another block where both have them.
func copyUnit(dst *air.Days, to int, src *air.Days, from int) {
	w := air.WindowOf(dst.Start, dst.Days, src.Start, src.Start.Add(src.Days-1))
	if w.From >= w.To {
		return
	}
	shift := int(dst.Start-src.Start) + w.From
	n := w.To - w.From
	lo, at := dst.At(to, w.From), src.At(from, shift)
	for p := range dst.V {
		if dst.V[p] != nil && src.V[p] != nil {
			copy(dst.V[p][lo:lo+n], src.V[p][at:at+n])
		}
	}
	copy(dst.AQI[lo:lo+n], src.AQI[at:at+n])
	copy(dst.Primary[lo:lo+n], src.Primary[at:at+n])
	copy(dst.Exceeding[lo:lo+n], src.Exceeding[at:at+n])
}

// byEdition gives the days the AQI of the edition in force on each of them.
func (b *board) byEdition(d *air.Days, workers int) (*air.Days, error) {
	out := d
	for _, r := range b.engines.all {
		w := air.WindowOf(d.Start, d.Days, r.Edition.From, r.Edition.To)
		if r == b.rules || w.From >= w.To {
			continue
		}
		under := withOwnAQI(d)
		if err := r.Reassess(under, workers); err != nil {
			return nil, err
		}
		if out == d {
			out = withOwnAQI(d)
		}
		for u := range d.Units {
			lo, hi := d.At(u, w.From), d.At(u, w.To-1)+1
			copy(out.AQI[lo:hi], under.AQI[lo:hi])
			copy(out.Primary[lo:hi], under.Primary[lo:hi])
			copy(out.Exceeding[lo:hi], under.Exceeding[lo:hi])
		}
	}
	return out, nil
}

// withOwnAQI shares the concentrations and copies the AQI columns.
func withOwnAQI(d *air.Days) *air.Days {
	c := *d
	c.AQI, c.Primary, c.Exceeding = slices.Clone(d.AQI), slices.Clone(d.Primary), slices.Clone(d.Exceeding)
	return &c
}

func dustColumn(d *air.Days, dust map[calendar.Day]string) []bool {
	out := make([]bool, d.Units*d.Days)
	for day := range dust {
		if i := int(day - d.Start); i >= 0 && i < d.Days {
			for u := range d.Units {
				out[d.At(u, i)] = true
			}
		}
	}
	return out
}

// computePanel puts the own city among the cities of the nation.
func (b *board) computePanel(f *facts) error {
	if f.panel == nil {
		return nil
	}
	p := *f.panel
	for i := range p.V {
		if p.V[i] != nil {
			p.V[i] = slices.Clone(p.V[i])
		}
	}
	b.panel = &p
	if b.own >= 0 {
		copyUnit(b.panel, b.own, b.one, 0)
	}
	if err := b.rules.Reassess(b.panel, f.workers); err != nil {
		return fmt.Errorf("panel: %w", err)
	}
	// Only the own city's dust days are known here; the others stand as published.
	dust := make([]bool, p.Units*p.Days)
	if b.own >= 0 {
		for day := range f.dust {
			if i := int(day - p.Start); i >= 0 && i < p.Days {
				dust[p.At(b.own, i)] = true
			}
		}
	}
	b.panelAssessed = b.rules.Assessed(b.panel, dust, air.DustAsEdition)
	return nil
}

// version marks the state of the numbers, for ETags and the clients' caches.
func (b *board) version() string {
	return fmt.Sprintf("%d-%d-%d", b.change, b.through/calendar.MsPerHour, b.serial)
}

// unitOf finds a region's unit.
func (b *board) unitOf(code region.Code) (int, bool) {
	for i, u := range b.units {
		if u.place.Code == string(code) {
			return i, true
		}
	}
	return 0, false
}

// lastDay is the newest finished day of the city.
func (b *board) lastDay() calendar.Day {
	if d, label := calendar.HourOf(b.through); label < 24 {
		return d - 1
	}
	return b.today
}

// days picks observed or assessed days of the units.
func (b *board) days(dust string) *air.Days {
	if dust == "assessed" {
		return b.oneAssessed
	}
	return b.one
}
