// Package synth makes the air of the demonstration city and of the other cities of the
// country: hourly values of stations and daily values of cities that look like the North
// China plain and are true of nowhere.
//
// Everything is a pure function of (seed, place, time): a value is never remembered and
// never depends on what was asked before. Where nature has memory, the function sums a
// window of past random steps instead of keeping a state (a moving-average form of an AR(1)
// process, cut where the weight is below 0.001), so that one hour asked alone equals the
// same hour inside two years, bit for bit on one machine.
//
// Units: µg/m³ as whole numbers, CO in 0.1 mg/m³. Hours carry their end label.
package synth

import (
	"qingshan/internal/rules/calendar"
)

// Pollutant numbers the six items in the order of the columns.
type Pollutant uint8

// The items of an hour. For a city's day O3 is the largest 8-hour mean.
const (
	SO2 Pollutant = iota
	NO2
	CO
	O3
	PM10
	PM25
	Pollutants = 6
)

// Codes are the items' names in files and series.
var codes = [Pollutants]string{"SO2", "NO2", "CO", "O3", "PM10", "PM25"}

// String is the item's name as series keys write it: SO2 … PM25.
func (p Pollutant) String() string { return codes[p] }

// Missing is a value that is not there, as in rules/air.
const Missing int16 = -1

// Milli turns a value into thousandths of the printed unit (µg/m³, CO mg/m³).
func Milli(p Pollutant, v int16) int64 {
	if p == CO {
		return int64(v) * 100
	}
	return int64(v) * 1000
}

// Columns hold one item a column, one time a row.
type Columns [Pollutants][]int16

func newColumns(n int) Columns {
	var c Columns
	all := make([]int16, n*Pollutants)
	for p := range c {
		c[p] = all[p*n : (p+1)*n : (p+1)*n]
	}
	return c
}

// Hour is the end of an hour, counted in hours since 1970-01-01T00:00 UTC.
type Hour int64

// HourAt is the hour whose end lies at or just before an instant (ms UTC).
func HourAt(ms int64) Hour { return Hour(floorDiv(ms, calendar.MsPerHour)) }

// HourEnd is the hour with a label (1 to 24) of a day.
func HourEnd(d calendar.Day, label int) Hour {
	return Hour(calendar.HourEnd(d, label) / calendar.MsPerHour)
}

// Ms is the end of the hour in ms UTC.
func (h Hour) Ms() int64 { return int64(h) * calendar.MsPerHour }

// local is the number of whole hours since the civil 1970-01-01, so that the hours of a day
// are 24·day + 0 … 23 for labels 1 … 24.
func (h Hour) local() int64 { return int64(h) + 7 }

// Day is the natural day the hour belongs to and its label, 1 to 24.
func (h Hour) Day() (calendar.Day, int) {
	l := h.local()
	d := floorDiv(l, 24)
	return calendar.Day(d), int(l-24*d) + 1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
