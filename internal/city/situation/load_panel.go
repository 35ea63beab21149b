package situation

import (
	"cmp"
	"context"
	"slices"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// maxRevised bounds the corrected values that are marked on the pages' days.
const maxRevised = 5000

// loadFlags reads the marks of the newest hours and the days with a person's correction.
func (l *loader) loadFlags(ctx context.Context, stations []telemetry.Site) error {
	l.f.flags = newHourFlags(len(stations), l.f.through)
	ids, err := l.find(ctx, codesOf(stations), "hour", shown[:])
	if err != nil {
		return err
	}
	type where struct {
		station int
		p       air.Pollutant
	}
	at := map[series.ID]where{}
	var have []series.ID
	for i, id := range ids {
		if id != 0 {
			at[id] = where{i % len(stations), shown[i/len(stations)]}
			have = append(have, id)
		}
	}
	if len(have) == 0 {
		return nil
	}
	cols, err := series.Read(ctx, l.tx, have, l.f.through-(flagHours-1)*calendar.MsPerHour, l.f.through, l.asOf)
	if err != nil {
		return err
	}
	for k, id := range have {
		copy(l.f.flags.column(at[id].station, at[id].p), cols.ColumnFlags(k))
	}
	revised, err := series.Revisions(ctx, l.tx, have, 0, 0, maxRevised)
	if err != nil {
		return err
	}
	for _, r := range revised {
		for _, p := range r.Points {
			if p.Flag&series.Corrected != 0 && (l.asOf == 0 || p.RecordedAt <= l.asOf) {
				day, _ := calendar.HourOf(r.Time)
				l.f.flags.corrected[correctedDay{at[r.ID].station, at[r.ID].p, day}] = true
			}
		}
	}
	return nil
}

// loadPanel reads the daily values of the cities of the nation: as published, or computed
// from their published hours where no day was published.
func (l *loader) loadPanel(ctx context.Context, city region.Code, cities []telemetry.Site) error {
	if len(cities) == 0 {
		return nil
	}
	slices.SortStableFunc(cities, func(a, b telemetry.Site) int { return cmp.Compare(a.Region, b.Region) })
	var hourly []int
	for i, s := range cities {
		l.f.cities = append(l.f.cities, l.panelCity(s))
		if s.Region == city {
			direct, err := l.direct(ctx, s.Code)
			if err != nil {
				return err
			}
			l.f.direct = direct
		}
		hourly = append(hourly, i)
	}
	panel := air.NewDays(l.grid, l.days, len(cities), false)
	grid := series.Grid{First: l.grid.End(), Step: calendar.MsPerDay, N: l.days}
	codes := codesOf(cities)
	if err := l.columns(ctx, "cities", codes, "day", inDay[:], grid, &panel.V); err != nil {
		return err
	}
	hourly = slices.DeleteFunc(hourly, func(i int) bool { return hasDays(panel, i) })
	l.f.panel = panel
	return l.daysFromHours(ctx, panel, codes, hourly)
}

func (l *loader) panelCity(s telemetry.Site) panelCity {
	c := panelCity{place: Place{Code: s.Region.String(), Name: s.Name}, short: s.Name, site: s.Code}
	if known, ok := l.eng.city(s.Region); ok {
		c.place.Name, c.short, c.province = known.Name, known.Short, known.Province
	}
	return c
}

// city finds a prefecture-level unit by its code.
func (e *engines) city(code region.Code) (standard.City, bool) {
	c, ok := e.cities[code]
	return c, ok
}

// direct are the published hours of the city itself; nil when there are none.
func (l *loader) direct(ctx context.Context, code string) (*air.Hours, error) {
	ids, err := l.find(ctx, []string{code}, "hour", shown[:])
	if err != nil || !slices.ContainsFunc(ids, func(id series.ID) bool { return id != 0 }) {
		return nil, err
	}
	return l.hours(ctx, "city", []string{code})
}

func hasDays(d *air.Days, unit int) bool {
	for _, p := range inDay {
		lo := d.At(unit, 0)
		for _, v := range d.V[p][lo : lo+d.Days] {
			if v >= 0 {
				return true
			}
		}
	}
	return false
}

// daysFromHours fills the days of cities that publish hours only.
func (l *loader) daysFromHours(ctx context.Context, panel *air.Days, codes []string, units []int) error {
	var some []string
	var rows []int
	for _, i := range units {
		ids, err := l.find(ctx, []string{codes[i]}, "hour", shown[:])
		if err != nil {
			return err
		}
		if slices.ContainsFunc(ids, func(id series.ID) bool { return id != 0 }) {
			some, rows = append(some, codes[i]), append(rows, i)
		}
	}
	if len(some) == 0 {
		return nil
	}
	h, err := l.hours(ctx, "cities", some)
	if err != nil {
		return err
	}
	today, _ := calendar.HourOf(l.f.through)
	days, err := l.eng.on(today).DailyMeans(h, l.f.workers)
	if err != nil {
		return err
	}
	for p := range panel.V { // the columns are the readings'
		panel.V[p] = slices.Clone(panel.V[p])
	}
	for k, i := range rows {
		copyUnit(panel, i, days, k)
	}
	return nil
}
