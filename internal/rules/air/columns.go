package air

import (
	"fmt"

	"qingshan/internal/rules/calendar"
)

// Hours is a block of hourly columns. V[p][(u·Days+d)·24 + label−1] is the value of unit u
// (a station or a city) on day Start+d in steps of the hour decimals, −1 missing; V[O3_8h]
// is nil. A column that is nil holds no value at all.
type Hours struct {
	Start calendar.Day
	Days  int
	Units int
	V     [N][]int16
}

// NewHours makes a block with every value missing.
func NewHours(start calendar.Day, days, units int) *Hours {
	h := &Hours{Start: start, Days: days, Units: units}
	for p := range h.V {
		if Pollutant(p) != O3_8h {
			h.V[p] = missing(days * units * 24)
		}
	}
	return h
}

func missing(n int) []int16 {
	v := make([]int16, n)
	fillMissing(v)
	return v
}

func fillMissing(v []int16) {
	for i := range v {
		v[i] = Missing
	}
}

func (h *Hours) check() error {
	for p, v := range h.V {
		if v != nil && len(v) != h.Units*h.Days*24 {
			return fmt.Errorf("hours of %s: %d values, want %d units × %d days × 24", Pollutant(p), len(v), h.Units, h.Days)
		}
	}
	return nil
}

// At is the index of a unit, a day (counted from Start) and an hour label 1…24.
func (h *Hours) At(unit, day, label int) int { return (unit*h.Days+day)*24 + label - 1 }

// Values collects one hour of one unit for a real-time report.
func (h *Hours) Values(unit, day, label int) Values {
	v := NoValues()
	for p := range h.V {
		if h.V[p] != nil {
			v[p] = int32(h.V[p][h.At(unit, day, label)])
		}
	}
	return v
}

// Days is a block of daily columns: V[p][u·Days+d] in steps of the day decimals, −1
// missing. V[O3] (largest hour) is nil unless Options.OzoneHour. AQI is −1 on days without
// a publishable AQI (an invalid day); Primary, Exceeding are empty there.
type Days struct {
	Start     calendar.Day
	Days      int
	Units     int
	V         [N][]int16
	AQI       []int16
	Primary   []Set
	Exceeding []Set
}

// NewDays makes a block with every value missing.
func NewDays(start calendar.Day, days, units int, ozoneHour bool) *Days {
	d := blankDays(start, days, units, ozoneHour)
	for _, v := range d.V {
		fillMissing(v)
	}
	fillMissing(d.AQI)
	return d
}

// blankDays is NewDays for callers that write every value.
func blankDays(start calendar.Day, days, units int, ozoneHour bool) *Days {
	n := days * units
	d := &Days{Start: start, Days: days, Units: units, AQI: make([]int16, n), Primary: make([]Set, n), Exceeding: make([]Set, n)}
	for p := range d.V {
		if Pollutant(p) != O3 || ozoneHour {
			d.V[p] = make([]int16, n)
		}
	}
	return d
}

// At is the index of a unit and a day (counted from Start) in the columns.
func (d *Days) At(unit, day int) int { return unit*d.Days + day }

// Values collects one day of one unit.
func (d *Days) Values(unit, day int) Values {
	v := NoValues()
	for p := range d.V {
		if d.V[p] != nil {
			v[p] = int32(d.V[p][d.At(unit, day)])
		}
	}
	return v
}

// Window is a span of days [From, To) counted from the block's Start.
type Window struct{ From, To int }

// WindowOf cuts the days from … to (inclusive) of the calendar to the block.
func WindowOf(start calendar.Day, days int, from, to calendar.Day) Window {
	w := Window{int(from - start), int(to-start) + 1}
	w.From, w.To = min(max(w.From, 0), days), min(max(w.To, 0), days)
	if w.To < w.From {
		w.To = w.From
	}
	return w
}

// MonthWindows are the calendar months that overlap a block of days, cut to it.
func MonthWindows(start calendar.Day, days int) (out []Window) {
	for d := start; d < start+calendar.Day(days); {
		y, m, _ := d.Civil()
		next := calendar.Date(y, m+1, 1)
		out = append(out, WindowOf(start, days, d, next-1))
		d = next
	}
	return out
}
