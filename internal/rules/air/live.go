package air

import (
	"fmt"
	"slices"

	"qingshan/internal/rules/calendar"
)

// Live holds station hours with everything they lead to, and follows late, corrected and
// deleted hours: hour → city day → AQI → windows (month, year, …) → ranks. After every
// Apply it equals a full recomputation bit for bit. It is not safe for concurrent use.
type Live struct {
	rules   *Rules
	hours   *Hours
	cities  [][]Member
	windows []Window
	high    HighFor
	days    *Days
	stats   [][]Stats // [city][window]
	ranks   [][]int16 // [window][city]
	member  map[int][]int
	hist    histogram
}

// NewLive computes everything once. It takes hours over: nobody else may write to it.
func NewLive(r *Rules, hours *Hours, cities [][]Member, windows []Window, high HighFor, workers int) (*Live, error) {
	for p := range hours.V {
		if hours.V[p] == nil && Pollutant(p) != O3_8h {
			hours.V[p] = missing(hours.Units * hours.Days * 24)
		}
	}
	days, err := r.CityDays(hours, cities, workers)
	if err != nil {
		return nil, err
	}
	for _, w := range windows {
		if w.From < 0 || w.To > hours.Days || w.To < w.From {
			return nil, fmt.Errorf("window %d to %d lies outside %d days", w.From, w.To, hours.Days)
		}
	}
	l := &Live{rules: r, hours: hours, cities: cities, windows: windows, high: high, days: days, member: map[int][]int{}}
	l.stats = r.Periods(days, windows, high, workers)
	for w := range windows {
		l.ranks = append(l.ranks, RankWindow(l.stats, w, nil))
	}
	for c, ms := range cities {
		for _, m := range ms {
			if m.Station < 0 || m.Station >= hours.Units {
				return nil, fmt.Errorf("city %d: station %d of %d", c, m.Station, hours.Units)
			}
			if !slices.Contains(l.member[m.Station], c) {
				l.member[m.Station] = append(l.member[m.Station], c)
			}
		}
	}
	return l, nil
}

// HourValue is one hour of one station: a new value, a correction, or Missing to delete.
type HourValue struct {
	Station   int
	Pollutant Pollutant // not O3_8h
	Day       int       // from the block's start
	Label     int       // 1…24
	Value     int16     // steps of the hour, or Missing
}

// Touched says what followed from an Apply.
type Touched struct {
	Days    [][2]int // city, day: a concentration of the day changed
	Periods [][2]int // city, window: recomputed
	Ranks   []int    // windows whose ranking was done again
}

// Apply puts hours in and lets everything follow. On an error nothing is changed.
func (l *Live) Apply(values ...HourValue) (t Touched, err error) {
	for _, v := range values {
		if v.Station < 0 || v.Station >= l.hours.Units || v.Day < 0 || v.Day >= l.hours.Days || v.Label < 1 || v.Label > 24 ||
			v.Pollutant >= N || v.Pollutant == O3_8h || v.Value < Missing {
			return t, fmt.Errorf("hour out of range: station %d, %d, day %d, label %d, value %d", v.Station, v.Pollutant, v.Day, v.Label, v.Value)
		}
	}
	dirty := map[[3]int]bool{} // city, pollutant of the day, day
	for _, v := range values {
		l.hours.V[v.Pollutant][(v.Station*l.hours.Days+v.Day)*24+v.Label-1] = v.Value
		for _, c := range l.member[v.Station] {
			l.mark(dirty, c, v)
		}
	}
	changed := map[[2]int]bool{}
	for k := range dirty {
		c, p, d := k[0], Pollutant(k[1]), k[2]
		at := l.days.At(c, d)
		if v := l.rules.cityDay(l.hours, l.cities[c], p, d); v != l.days.V[p][at] {
			l.days.V[p][at] = v
			changed[[2]int{c, d}] = true
		}
	}
	l.follow(changed, &t)
	return t, nil
}

// mark notes the daily values an hour takes part in.
func (l *Live) mark(dirty map[[3]int]bool, c int, v HourValue) {
	if v.Pollutant != O3 || l.days.V[O3] != nil {
		dirty[[3]int{c, int(v.Pollutant), v.Day}] = true
	}
	if v.Pollutant != O3 {
		return
	}
	dirty[[3]int{c, int(O3_8h), v.Day}] = true
	if o := &l.rules.ozone; o.FirstWindow < o.Hours && v.Day+1 < l.days.Days {
		dirty[[3]int{c, int(O3_8h), v.Day + 1}] = true // windows of the next day reach back
	}
}

// follow recomputes what depends on changed city days.
func (l *Live) follow(changed map[[2]int]bool, t *Touched) {
	periods := map[[2]int]bool{}
	for k := range changed {
		at := l.days.At(k[0], k[1])
		l.rules.aqiRange(l.days, at, at+1)
		t.Days = append(t.Days, k)
		for w, win := range l.windows {
			if win.From <= k[1] && k[1] < win.To {
				periods[[2]int{k[0], w}] = true
			}
		}
	}
	again := map[int]bool{}
	for k := range periods {
		s, w := &l.stats[k[0]][k[1]], l.windows[k[1]]
		before := s.Composite
		l.rules.period(s, &l.hist, l.days, k[0], w, l.high != nil && l.high(w))
		t.Periods = append(t.Periods, k)
		if s.Composite != before {
			again[k[1]] = true
		}
	}
	for w := range again {
		l.ranks[w] = RankWindow(l.stats, w, nil)
		t.Ranks = append(t.Ranks, w)
	}
	byPair := func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(t.Days, byPair)
	slices.SortFunc(t.Periods, byPair)
	slices.Sort(t.Ranks)
}

// Days are the city days; read only.
func (l *Live) Days() *Days { return l.days }

// Stats are the periods, [city][window]; read only.
func (l *Live) Stats() [][]Stats { return l.stats }

// Ranks are the places by composite index, [window][city]; read only.
func (l *Live) Ranks() [][]int16 { return l.ranks }

// Hour reads an hour back.
func (l *Live) Hour(station int, p Pollutant, day, label int) int16 {
	return l.hours.V[p][(station*l.hours.Days+day)*24+label-1]
}

// DayOf turns a calendar day into a day of the block.
func (l *Live) DayOf(d calendar.Day) int { return int(d - l.hours.Start) }
