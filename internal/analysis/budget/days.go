package budget

import (
	"slices"
	"time"

	"qingshan/internal/rules/calendar"
)

// Verdict is what a day counts as in the ledger of good days.
type Verdict uint8

// The verdicts of a day.
const (
	NotValid Verdict = iota // a pollutant is missing and none is above its limit
	GoodDay
	LostDay
)

// Limits are the daily limits of the six pollutants in thousandths: the values
// at which the sub-index is 100. They come from the standard set in force.
type Limits [Items]int64

// Judge gives the verdict of a day. Values must be rounded to the digits the
// standard reports days in.
func (l Limits) Judge(v [Items]int64) Verdict {
	missing := false
	for i, x := range v {
		if x == Missing {
			missing = true
		} else if x > l[i] {
			return LostDay
		}
	}
	if missing {
		return NotValid
	}
	return GoodDay
}

// Verdicts judges every day of a series.
func (l Limits) Verdicts(s *Series) []Verdict {
	out := make([]Verdict, s.Days())
	for n := range out {
		var v [Items]int64
		for i := range Items {
			v[i] = s.Values[i][n]
		}
		out[n] = l.Judge(v)
	}
	return out
}

// Cause is the group of pollutants that lost a day.
type Cause uint8

// The causes of a lost day.
const (
	ByPM Cause = iota // particulates or a primary gas, ozone within its limit
	ByO3              // ozone alone
	ByBoth
	Causes = 3
)

// LostByMonth counts the lost days of a series by calendar month (0 is January)
// and cause.
func (l Limits) LostByMonth(s *Series) [12][Causes]int {
	var out [12][Causes]int
	for n := range s.Days() {
		pm, o3 := false, false
		for i := range Items {
			if x := s.Values[i][n]; x != Missing && x > l[i] {
				if Item(i) == O3 {
					o3 = true
				} else {
					pm = true
				}
			}
		}
		if pm || o3 {
			out[s.First.Add(n).Month()-1][causeOf(pm, o3)]++
		}
	}
	return out
}

func causeOf(pm, o3 bool) Cause {
	switch {
	case pm && o3:
		return ByBoth
	case o3:
		return ByO3
	}
	return ByPM
}

// MonthlyShares is the share of each month in the year's sum of an item, from
// one or more years of history; the shares add to 1. A flat share per month is
// wrong for particulates and for ozone: the table of needs must be seasonal.
func MonthlyShares(years []Year, item Item) [12]float64 {
	var shares [12]float64
	var total float64
	for _, y := range years {
		for d, v := range y.Days[item] {
			if v == v { // not NaN
				shares[monthOf[d]] += v
				total += v
			}
		}
	}
	for m := range shares {
		if total > 0 {
			shares[m] /= total
		}
	}
	return shares
}

// monthOf is the month (0 to 11) of each day of the reference year.
var monthOf = func() (m [RefDays]uint8) {
	for d := range m {
		m[d] = uint8(calendar.Date(2023, time.January, 1+d).Month() - 1)
	}
	return m
}()

func sortedCopy(v []int64) []int64 {
	c := slices.Clone(v)
	slices.Sort(c)
	return c
}
