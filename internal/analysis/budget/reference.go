package budget

import (
	"math"
	"time"

	"qingshan/internal/rules/calendar"
)

// RefDays is the length of a reference year: 29 February is left out.
const RefDays = 365

// MaxGap is the usual longest run of missing days that is filled by a straight line.
const MaxGap = 4

// Series is a city's daily values from a first day on. Column i holds item i;
// all columns have the same length. Values are thousandths, or Missing.
type Series struct {
	First  calendar.Day
	Values [Items][]int64
}

// Days is the number of days of the series.
func (s *Series) Days() int { return len(s.Values[0]) }

// Last is the last day of the series.
func (s *Series) Last() calendar.Day { return s.First.Add(s.Days() - 1) }

// At is the value of an item on a day, Missing outside the series.
func (s *Series) At(i Item, d calendar.Day) int64 {
	if n := int(d - s.First); n >= 0 && n < len(s.Values[i]) {
		return s.Values[i][n]
	}
	return Missing
}

// Year is one past year on the reference calendar, in printed units (µg/m³, CO
// mg/m³). NaN is a day that is missing after short gaps were filled.
type Year struct {
	Year  int
	Days  [Items][RefDays]float64
	Valid [Items]int // measured days, before any filling, without 29 February
}

// RefIndex is the place of a day in the reference year, 0 to 364; 29 February
// shares the place of 28 February.
func RefIndex(d calendar.Day) int {
	_, m, day := d.Civil()
	if m == time.February && day == 29 {
		day = 28
	}
	return calendar.Date(2023, m, day).YearDay() - 1
}

func isLeapDay(d calendar.Day) bool {
	_, m, day := d.Civil()
	return m == time.February && day == 29
}

// Years cuts a series into the reference years that it touches. Gaps of at most
// maxGap days between two measured days are filled by a straight line first.
func (s *Series) Years(maxGap int) []Year {
	if s.Days() == 0 {
		return nil
	}
	first, last := s.First.Year(), s.Last().Year()
	years := make([]Year, last-first+1)
	for y := range years {
		years[y].Year = first + y
		for i := range Items {
			for d := range RefDays {
				years[y].Days[i][d] = math.NaN()
			}
		}
	}
	for i := range Items {
		filled := fillGaps(s.Values[i], maxGap)
		for n, v := range filled {
			day := s.First.Add(n)
			if isLeapDay(day) {
				continue
			}
			y := &years[day.Year()-first]
			y.Days[i][RefIndex(day)] = v
			if s.Values[i][n] != Missing {
				y.Valid[i]++
			}
		}
	}
	return years
}

// fillGaps turns thousandths into units and fills short inner gaps.
func fillGaps(values []int64, maxGap int) []float64 {
	out := make([]float64, len(values))
	last := -1
	for n, v := range values {
		out[n] = math.NaN()
		if v == Missing {
			continue
		}
		out[n] = float64(v) / float64(Milli)
		if gap := n - last - 1; last >= 0 && gap > 0 && gap <= maxGap {
			step := (out[n] - out[last]) / float64(gap+1)
			for j := 1; j <= gap; j++ {
				out[last+j] = out[last] + step*float64(j)
			}
		}
		last = n
	}
	return out
}

// Complete reports whether an item has a value on every day of the year.
func (y *Year) Complete(i Item) bool {
	for _, v := range y.Days[i] {
		if math.IsNaN(v) {
			return false
		}
	}
	return true
}

// mean is the mean of the days from lo up to hi (not included) that have a
// value; it is NaN when none has.
func (y *Year) mean(i Item, lo, hi int) float64 { return nanMean(y.Days[i][lo:hi]) }

func nanMean(vs []float64) float64 {
	sum, n := 0.0, 0
	for _, v := range vs {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / float64(n)
}
