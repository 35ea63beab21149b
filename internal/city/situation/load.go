package situation

import (
	"cmp"
	"context"
	"slices"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// yearsBack is how many calendar years before the current one a board holds: last year for
// every comparison, and the ones before it as history for the chance of a target.
const yearsBack = 3

// factorOf names the pollutants in the series.
var factorOf = [air.N]string{"SO2", "NO2", "CO", "O3", "O3_8h", "PM10", "PM25"}

// divisor turns thousandths into steps of an hourly or daily value: 1 µg/m³, CO 0.1 mg/m³.
// The rules are asked, so that an edition with other decimals is read in its own steps.
func divisor(r *air.Rules, p air.Pollutant) int64 {
	hour, _, _ := r.DecimalsOf(p)
	d := int64(1000)
	for range hour {
		d /= 10
	}
	return d
}

// loader reads the facts of one prefecture.
type loader struct {
	tx     *store.Tx
	eng    *engines
	judged *telemetry.Rules
	asOf   int64 // ms, 0: now
	grid   calendar.Day
	days   int
	f      *facts

	readings *readings
	touched  map[int64]map[series.ID][]int // by the change they follow
}

// load reads what a board of a prefecture is computed from, as known at asOf (zero: now).
func (s *Service) load(ctx context.Context, city region.Code, asOf time.Time) (*facts, error) {
	ctx = access.With(ctx, access.System("situation"))
	sites, err := s.sites.Sites(ctx, telemetry.SiteFilter{})
	if err != nil {
		return nil, err
	}
	f := &facts{city: s.place(city), asOf: asOf, workers: s.workers}
	l := &loader{eng: s.engines, judged: s.sites.Rules(), f: f, readings: &s.readings}
	if !asOf.IsZero() {
		l.asOf = asOf.UnixMilli()
	}
	limit := s.db.Clock().Now()
	if !asOf.IsZero() && asOf.Before(limit) {
		limit = asOf
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		l.tx = tx
		return l.run(ctx, city, sites, limit.UnixMilli())
	})
	return f, err
}

func (l *loader) run(ctx context.Context, city region.Code, sites []telemetry.Site, limit int64) (err error) {
	if _, l.f.change, err = series.Changes(ctx, l.tx, 1<<62); err != nil {
		return err
	}
	stations, cities := l.split(city, sites)
	if err := l.findThrough(ctx, city, stations, cities, limit); err != nil || l.f.through == 0 {
		return err
	}
	today, _ := calendar.HourOf(l.f.through)
	l.grid = yearStart(today.Year() - yearsBack)
	l.days = int(yearEnd(today.Year())-l.grid) + 1
	dust, err := readDust(ctx, l.tx, city, l.f.asOf)
	if err != nil {
		return err
	}
	l.f.dust = make(map[calendar.Day]string, len(dust))
	for day, d := range dust {
		l.f.dust[day] = d.source
	}
	if l.f.hours, err = l.hours(ctx, "stations", codesOf(stations)); err != nil {
		return err
	}
	if err := l.loadFlags(ctx, stations); err != nil {
		return err
	}
	return l.loadPanel(ctx, city, cities)
}

func codesOf(sites []telemetry.Site) []string {
	out := make([]string, len(sites))
	for i, s := range sites {
		out[i] = s.Code
	}
	return out
}

// split takes the prefecture's stations, in the order of the page, and the cities of the
// nation.
func (l *loader) split(city region.Code, sites []telemetry.Site) (stations, cities []telemetry.Site) {
	rank := map[telemetry.Kind]int{telemetry.National: 0, telemetry.County: 1, telemetry.Micro: 2}
	for _, s := range sites {
		if s.Kind == telemetry.City {
			cities = append(cities, s)
		} else if region.Contains(city, s.Region) {
			stations = append(stations, s)
		}
	}
	slices.SortStableFunc(stations, func(a, b telemetry.Site) int {
		return cmp.Or(rank[a.Kind]-rank[b.Kind], cmp.Compare(a.Code, b.Code))
	})
	seen := map[string]bool{}
	for _, s := range stations {
		p := Place{Code: s.Region.String()}
		if county, ok := s.Region.Ancestor(region.County); ok && s.Kind == telemetry.County {
			p.Code = county.String()
			if !seen[p.Code] {
				seen[p.Code] = true
				l.f.places = append(l.f.places, p)
			}
		}
		l.f.stations = append(l.f.stations, Station{ID: s.Code, Code: s.Code, Name: s.Name, Kind: string(s.Kind), Region: p,
			Lon: s.Lon, Lat: s.Lat, Counted: s.Counted, from: s.From, to: s.To})
	}
	return stations, cities
}

// findThrough finds the newest hour with data: of the counted stations, else of the city as
// published, else the end of its (or any city's) newest published day.
func (l *loader) findThrough(ctx context.Context, city region.Code, stations, cities []telemetry.Site, limit int64) error {
	var counted, own, all []string
	for _, s := range stations {
		if s.Counted {
			counted = append(counted, s.Code)
		}
	}
	for _, s := range cities {
		all = append(all, s.Code)
		if s.Region == city {
			own = append(own, s.Code)
		}
	}
	for _, try := range []struct {
		codes []string
		stat  string
	}{{counted, "hour"}, {codesOf(stations), "hour"}, {own, "hour"}, {own, "day"}, {all, "hour"}, {all, "day"}} {
		last, err := l.latest(ctx, try.codes, try.stat, limit)
		if err != nil {
			return err
		}
		if last > 0 {
			l.f.through = last - last%calendar.MsPerHour
			return nil
		}
	}
	return nil
}

// latest is the newest time with a value at the sites. The last weeks are tried first, since
// that is where it nearly always is.
func (l *loader) latest(ctx context.Context, codes []string, stat string, limit int64) (int64, error) {
	ids, err := l.find(ctx, codes, stat, shownIn(stat))
	if err != nil {
		return 0, err
	}
	ids = slices.DeleteFunc(ids, func(id series.ID) bool { return id == 0 })
	if len(ids) == 0 {
		return 0, nil
	}
	for _, since := range []int64{limit - 40*calendar.MsPerDay, 0} {
		times, err := series.Latest(ctx, l.tx, ids, since, limit, l.asOf)
		if err != nil {
			return 0, err
		}
		if last := slices.Max(times); last > 0 {
			return last, nil
		}
	}
	return 0, nil
}

func shownIn(stat string) []air.Pollutant {
	if stat == "day" {
		return inDay[:]
	}
	return shown[:]
}

// find gives the series of sites × pollutants, pollutant by pollutant; 0 where there is none.
func (l *loader) find(ctx context.Context, codes []string, stat string, ps []air.Pollutant) ([]series.ID, error) {
	keys := make([]series.Key, 0, len(codes)*len(ps))
	for _, p := range ps {
		for _, c := range codes {
			keys = append(keys, series.Key{Site: c, Factor: factorOf[p], Stat: stat})
		}
	}
	return series.Find(ctx, l.tx, keys)
}

// hours reads hourly columns of sites over the whole grid. what names them among the readings.
func (l *loader) hours(ctx context.Context, what string, codes []string) (*air.Hours, error) {
	h := &air.Hours{Start: l.grid, Days: l.days, Units: len(codes)}
	grid := series.Grid{First: calendar.HourEnd(l.grid, 1), Step: calendar.MsPerHour, N: l.days * 24}
	return h, l.columns(ctx, what, codes, "hour", shown[:], grid, &h.V)
}

// columns puts the values of each pollutant of the sites into its place; they are not to be
// written to.
func (l *loader) columns(ctx context.Context, what string, codes []string, stat string, ps []air.Pollutant, grid series.Grid, into *[air.N][]int16) error {
	ids, err := l.find(ctx, codes, stat, ps)
	if err != nil {
		return err
	}
	today, _ := calendar.HourOf(l.f.through)
	rules := l.eng.on(today)
	for i, p := range ps {
		k, own := readingKey{region.Code(l.f.city.Code), what, stat, p}, ids[i*len(codes):(i+1)*len(codes)]
		if into[p], err = l.column(ctx, k, own, grid, divisor(rules, p)); err != nil {
			return err
		}
		if stat != "hour" {
			continue
		}
		if into[p], err = withoutSuspects(ctx, l.tx, l.judged, own, grid, l.asOf, into[p]); err != nil {
			return err
		}
	}
	return nil
}
