// Package air computes what HJ 633 and HJ 663 prescribe: sub-indices and AQI, daily values
// from hours, city values from stations, period statistics, the composite index and ranks.
// It is pure and columnar: slices in, slices out, no clock, no store.
//
// Concentrations are integers in steps of the edition's decimals: 1 µg/m³ for all but CO,
// whose step is 0.1 mg/m³. −1 means missing. What differs between editions is compiled from
// standard.Edition into Rules; the code knows no limit and no breakpoint.
package air

import (
	"fmt"

	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// The pollutants, in printing order.
const (
	SO2   = standard.SO2
	NO2   = standard.NO2
	CO    = standard.CO
	O3    = standard.O3    // 1-hour value; the day's largest hour in daily columns
	O3_8h = standard.O3_8h // MDA8; daily columns only
	PM10  = standard.PM10
	PM25  = standard.PM25
	N     = standard.NPollutants
)

// Pollutant and Set are the vocabulary of package standard.
type (
	Pollutant = standard.Pollutant
	Set       = standard.Pollutants
)

// Reports of HJ 633.
const (
	Hourly = standard.Hourly
	Daily  = standard.Daily
)

// Missing and Planned stand in place of a concentration.
const (
	Missing = -1
	Planned = -2 // not monitored by plan ("/"): its absence does not withhold the AQI
)

// Choice picks a rule: the edition's own or one of its variants.
type Choice uint8

// The choices of Options.
const (
	AsEdition Choice = iota
	Ceil             // Rounding: sub-indices rounded up (HJ 633)
	HalfUp           // Rounding: nearest, as the 2018–2020 city feed did
	Withhold         // Missing: publish an incomplete AQI only above 100
	Rest             // Missing: publish from what is there
)

// Options vary an edition. The zero value is the edition as it is.
type Options struct {
	Rounding    Choice // AsEdition, Ceil, HalfUp
	Missing     Choice // AsEdition, Withhold, Rest
	FirstWindow int    // first hour label that ends an ozone window; 0 = edition (08); 1 = 01–24
	Decimals    int    // decimals of single and composite indices; 0 = edition (2); Henan prints 3
	Profile     string // index profile; "" = the edition's default
	OzoneHour   bool   // day columns also carry the largest 1-hour O3, which then takes part where the edition lists it
}

// Rules is an edition compiled for computing. It is immutable and safe for concurrent use.
type Rules struct {
	Edition *standard.Edition
	Options Options
	Profile standard.IndexShape

	table        [2][N]subIndex
	required     [2]Set
	takesPart    [2]Set // required or optional
	rest         bool
	dec          [N]standard.DecimalRow
	dayHours     int
	ozone        standard.Ozone
	ozoneBar     int64 // steps of the day; a short day counts above it
	items        []indexItem
	siDecimals   int
	idxDecimals  int
	evalPct      [N]int // 0: none
	statPct      [N]int // 0: mean
	publishAbove int16
	primaryAbove int16
	exceedAbove  int16
	least        int16
	levels       []int8 // by AQI
	lastLevel    int8
}

// Compile prepares an edition.
func Compile(ed *standard.Edition, o Options) (*Rules, error) {
	r := &Rules{Edition: ed, Options: o, ozone: ed.Ozone, dayHours: ed.Validity.DayHours}
	for p := range r.dec {
		r.dec[p] = ed.Decimals.Item(Pollutant(p))
	}
	if r.dec[O3].Hour != r.dec[O3_8h].Hour || r.dec[O3].Day != r.dec[O3_8h].Day {
		return nil, fmt.Errorf("edition %s: O3 and O3_8h need the same decimals", ed.ID)
	}
	a := ed.AQI
	mode := num.Mode(a.Rounding)
	switch o.Rounding {
	case Ceil:
		mode = num.Ceil
	case HalfUp:
		mode = num.HalfUp
	}
	for _, row := range ed.Breakpoints.Rows {
		s, err := compileRow(ed.Breakpoints.IAQI, row, r.dec[row.Item].Day, mode)
		if err != nil {
			return nil, fmt.Errorf("edition %s: %s %s: %w", ed.ID, row.Report, row.Item, err)
		}
		r.table[row.Report][row.Item] = s
	}
	r.required = [2]Set{a.Hourly, a.Daily}
	r.takesPart = [2]Set{a.Hourly, a.Daily | a.DailyOptional}
	r.rest = a.Missing == standard.Rest && o.Missing != Withhold || o.Missing == Rest
	r.publishAbove, r.primaryAbove = int16(a.PublishAbove), int16(a.PrimaryAbove)
	r.exceedAbove, r.least = int16(a.ExceedingAbove), int16(a.Least)
	if o.FirstWindow != 0 {
		if o.FirstWindow < 1 || o.FirstWindow > ed.Ozone.LastWindow {
			return nil, fmt.Errorf("first ozone window %d: want 1 to %d", o.FirstWindow, ed.Ozone.LastWindow)
		}
		r.ozone.FirstWindow = o.FirstWindow
	}
	// A short day counts when its rounded value exceeds the limit; the limit is rounded
	// down to steps so that "greater than" keeps its meaning.
	r.ozoneBar = ed.Ozone.OrExceeds.Round(r.dec[O3_8h].Day, num.Floor).Units
	r.compileLevels()
	return r, r.compileIndex()
}

// DecimalsOf gives the decimals of an item's hourly, daily and period values.
func (r *Rules) DecimalsOf(p Pollutant) (hour, day, period int) {
	d := r.dec[p]
	return d.Hour, d.Day, d.Period
}

// Conc turns steps of a daily (or AQI input) value into a decimal number.
func (r *Rules) Conc(p Pollutant, steps int64) num.Decimal { return num.D(steps, r.dec[p].Day) }

// RoundConc rounds a concentration (µg/m³, CO mg/m³) to steps, half-even: GB/T 8170 and
// HJ 633-2026 §4.2.2.
func (r *Rules) RoundConc(p Pollutant, c num.Decimal) int32 {
	return int32(min(max(c.Steps(r.dec[p].Day), 0), 1<<30))
}

// Uses says which pollutants enter the AQI of a report.
func (r *Rules) Uses(rep standard.Report) Set { return r.takesPart[rep] }

// Requires says which pollutants a report needs.
func (r *Rules) Requires(rep standard.Report) Set { return r.required[rep] }
