package situation

import (
	"fmt"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// origin says what the city's own value of a day was made from. The first that has data on the
// day is taken for the whole day, so that a published value never shifts a day that the stations
// measured, and no day mixes two origins.
type origin uint8

const (
	fromStations  origin = iota // mean of the counted stations in operation: enough of them had an hour (HJ 663 city evaluation)
	fromCityHours               // hours published for the city itself
	fromCityDays                // a day published for the city itself
)

// traceOrigins decides the origin of each of the city's days.
func (b *board) traceOrigins(f *facts) {
	b.origins = make([]origin, b.agg.Days)
	for d := range b.origins {
		switch day := b.agg.Start + calendar.Day(d); {
		case measured(b.agg, 0, d):
		case f.direct != nil && measured(f.direct, 0, d):
			b.origins[d] = fromCityHours
		case b.own >= 0 && publishedDay(f.panel, b.own, day):
			b.origins[d] = fromCityDays
		}
	}
}

// measured tells whether a unit has an hour of any item on the d-th day of the columns.
func measured(h *air.Hours, unit, d int) bool {
	for _, v := range h.V {
		if v == nil {
			continue
		}
		for _, x := range v[(unit*h.Days+d)*24:][:24] {
			if x >= 0 {
				return true
			}
		}
	}
	return false
}

func publishedDay(days *air.Days, unit int, day calendar.Day) bool {
	d := int(day - days.Start)
	if d < 0 || d >= days.Days {
		return false
	}
	for _, v := range days.V {
		if v != nil && v[days.At(unit, d)] >= 0 {
			return true
		}
	}
	return false
}

// originOf is the origin of a source's value of a day; a station and a county have only one.
func (b *board) originOf(s source, day calendar.Day) origin {
	if d := int(day - b.agg.Start); !s.station && s.row == 0 && d >= 0 && d < len(b.origins) {
		return b.origins[d]
	}
	return fromStations
}

// cityHours puts the published hours in where a day has no others.
func (b *board) cityHours(f *facts) {
	for d, o := range b.origins {
		if o != fromCityHours {
			continue
		}
		for p, v := range f.direct.V {
			if v != nil && b.agg.V[p] != nil {
				copy(b.agg.V[p][d*24:][:24], v[d*24:])
			}
		}
	}
}

// cityDays puts in the days that do not come from stations.
func (b *board) cityDays(f *facts) error {
	var hourly *air.Days
	for d, o := range b.origins {
		day := b.one.Start + calendar.Day(d)
		switch o {
		case fromCityHours:
			if hourly == nil {
				var err error
				if hourly, err = b.rules.DailyMeans(f.direct, f.workers); err != nil {
					return fmt.Errorf("city days: %w", err)
				}
			}
			copyDay(b.one, 0, hourly, 0, day)
		case fromCityDays:
			copyDay(b.one, 0, f.panel, b.own, day)
		}
	}
	return b.rules.Reassess(b.one, f.workers)
}

// copyDay copies the concentrations of one unit's day over those of another block.
func copyDay(dst *air.Days, to int, src *air.Days, from int, day calendar.Day) {
	at, of := dst.At(to, int(day-dst.Start)), src.At(from, int(day-src.Start))
	for p := range dst.V {
		if dst.V[p] != nil && src.V[p] != nil {
			dst.V[p][at] = src.V[p][of]
		}
	}
}
