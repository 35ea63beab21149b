package budget

import (
	"errors"
	"fmt"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// Frame is the year of a target and the day up to which it is known.
type Frame struct {
	Year int
	AsOf calendar.Day
	Used int // valid days from 1 January to AsOf
	Left int // calendar days after AsOf
	All  int // Used + Left: the days the year will be judged on if all to come are valid
}

// frame checks that values begin on 1 January and end within the year.
func frame(year, elapsed, valid int) (Frame, error) {
	n := calendar.YearLen(year)
	if elapsed > n {
		return Frame{}, fmt.Errorf("%d days of %d, which has %d", elapsed, year, n)
	}
	f := Frame{Year: year, AsOf: calendar.Date(year, 1, 1).Add(elapsed - 1), Used: valid, Left: n - elapsed}
	f.All = f.Used + f.Left
	return f, nil
}

// MeanTarget asks for a mean of the year that prints as at most Target.
type MeanTarget struct {
	Target  int64 // thousandths
	Quantum int64 // step of the printed mean in thousandths: 1000 or 100
}

// MeanLedger is the exact account of a yearly mean.
type MeanLedger struct {
	Frame
	MeanTarget
	Sum    int64 // of the valid daily values, thousandths
	ToDate Ratio // mean so far, unrounded
	// RestAtTarget is the mean the days left may have for the year's mean to be
	// exactly the target: R(T). It may be negative.
	RestAtTarget Ratio
	// RestAllowed is the mean the days left may have so that the printed mean of
	// the year is still the target: R(T'). At the bound itself the target is met
	// only when RestInclusive is true.
	RestAllowed   Ratio
	RestInclusive bool
}

// NewMeanLedger accounts for the daily values of the year so far: one value per
// calendar day from 1 January, thousandths or Missing.
func NewMeanLedger(year int, values []int64, t MeanTarget) (MeanLedger, error) {
	if t.Quantum <= 0 || t.Target%t.Quantum != 0 {
		return MeanLedger{}, fmt.Errorf("target %d is not a multiple of the printed step %d", t.Target, t.Quantum)
	}
	l := MeanLedger{MeanTarget: t}
	valid := 0
	for _, v := range values {
		if v != Missing {
			l.Sum += v
			valid++
		}
	}
	var err error
	if l.Frame, err = frame(year, len(values), valid); err != nil {
		return MeanLedger{}, err
	}
	if l.Used > 0 {
		l.ToDate = Ratio{l.Sum, int64(l.Used)}
	}
	if l.Left > 0 {
		b, all, left := boundOf(t.Target, t.Quantum), int64(l.All), int64(l.Left)
		l.RestAtTarget = Ratio{t.Target*all - l.Sum, left}
		l.RestAllowed = Ratio{b.twice*all - 2*l.Sum, 2 * left}
		l.RestInclusive = b.inclusive
	}
	return l, nil
}

// Printed is the mean so far as the standard prints it. It is Missing before
// the first valid day.
func (l MeanLedger) Printed() int64 {
	if !l.ToDate.Known() {
		return Missing
	}
	return l.ToDate.Round(l.Quantum, num.HalfEven)
}

// Gap is the printed mean less the target: above zero the city is behind.
func (l MeanLedger) Gap() int64 {
	if p := l.Printed(); p != Missing {
		return p - l.Target
	}
	return Missing
}

// EndWith is the year's mean if the days left had the given sum (thousandths).
func (l MeanLedger) EndWith(restSum int64) Ratio { return Ratio{l.Sum + restSum, int64(l.All)} }

// Met reports whether a year that ends with the given sum of the days left
// meets the target.
func (l MeanLedger) Met(restSum int64) bool {
	return l.All > 0 && boundOf(l.Target, l.Quantum).admits(l.EndWith(restSum))
}

// Possible reports whether the target can still be met at all, that is with
// clean air on all days left.
func (l MeanLedger) Possible() bool { return l.Met(0) }

// OneDay is the change of the year's mean, in thousandths, when one day has the
// given value instead of the mean of the year so far.
func (l MeanLedger) OneDay(value int64) Ratio {
	if !l.ToDate.Known() || l.All == 0 {
		return Ratio{}
	}
	return Ratio{value*int64(l.Used) - l.Sum, int64(l.Used) * int64(l.All)}
}

// PercentileTarget asks for a percentile of the year's daily values that prints
// as at most Target: the 90th for O3, the 95th for CO.
type PercentileTarget struct {
	Percent int
	Target  int64 // thousandths
	Quantum int64 // step of the printed percentile, thousandths
}

// PercentileLedger is the exact account of a yearly percentile. A percentile
// cannot be averaged down: what counts is how many days lie above the target.
type PercentileLedger struct {
	Frame
	PercentileTarget
	ToDate Ratio // percentile of the days so far, unrounded
	Above  int   // days so far above the target
	// Allowed is the number of days of the whole year that may lie above the
	// target, however high they are: floor((1-p)(All-1)).
	Allowed int
	// Further is the number of days left that may lie above the target. Below
	// zero there are too many already, unless some lie only just above it.
	Further int
	best    Ratio // percentile at the year's end when all days left are clean
}

// NewPercentileLedger accounts for the daily values of the year so far.
func NewPercentileLedger(year int, values []int64, t PercentileTarget) (PercentileLedger, error) {
	if t.Percent <= 0 || t.Percent >= 100 {
		return PercentileLedger{}, fmt.Errorf("percentile %d: want 1 to 99", t.Percent)
	}
	if t.Quantum <= 0 || t.Target%t.Quantum != 0 {
		return PercentileLedger{}, fmt.Errorf("target %d is not a multiple of the printed step %d", t.Target, t.Quantum)
	}
	l := PercentileLedger{PercentileTarget: t}
	valid := make([]int64, 0, len(values))
	for _, v := range values {
		if v == Missing {
			continue
		}
		valid = append(valid, v)
		if v > t.Target {
			l.Above++
		}
	}
	var err error
	if l.Frame, err = frame(year, len(values), len(valid)); err != nil {
		return PercentileLedger{}, err
	}
	l.ToDate = Percentile(valid, t.Percent)
	l.best = Percentile(append(valid, make([]int64, l.Left)...), t.Percent)
	if l.All > 0 {
		l.Allowed = (100 - t.Percent) * (l.All - 1) / 100
	}
	l.Further = l.Allowed - l.Above
	return l, nil
}

// Percentile is the linear percentile of HJ 663 (k = 1 + (n-1)p, spec of annual
// evaluation): values in thousandths in any order, not changed.
func Percentile(values []int64, percent int) Ratio {
	n := len(values)
	if n == 0 {
		return Ratio{}
	}
	sorted := sortedCopy(values)
	pos := (n - 1) * percent
	s, rem := pos/100, int64(pos%100)
	if rem == 0 {
		return Ratio{sorted[s], 1}
	}
	return Ratio{sorted[s]*100 + (sorted[s+1]-sorted[s])*rem, 100}
}

// Printed is the percentile so far as the standard prints it.
func (l PercentileLedger) Printed() int64 {
	if !l.ToDate.Known() {
		return Missing
	}
	return l.ToDate.Round(l.Quantum, num.HalfEven)
}

// Gap is the printed percentile less the target.
func (l PercentileLedger) Gap() int64 {
	if p := l.Printed(); p != Missing {
		return p - l.Target
	}
	return Missing
}

// Possible reports whether the target can still be met with clean air on all
// days left.
func (l PercentileLedger) Possible() bool {
	return l.best.Known() && boundOf(l.Target, l.Quantum).admits(l.best)
}

// Met reports whether a finished year meets the target.
func (l PercentileLedger) Met() bool { return l.Left == 0 && l.Possible() }

// DaysLedger is the exact account of good days (AQI at most 100).
type DaysLedger struct {
	Frame
	Target int
	Good   int // good days so far
	Bad    int // days above a limit so far
	// Needed is the number of good days still to come for the target; at or
	// below zero the target is reached.
	Needed int
	// Losable is the number of the days left that may be lost: Left - Needed.
	Losable int
}

// ErrNoTarget says that a ratio cannot be turned into days.
var ErrNoTarget = errors.New("a ratio lies between 0 and 100 %")

// NewDaysLedger accounts for the days so far, one per calendar day from
// 1 January. A day without all six pollutants is not valid, except that it
// counts as lost when one of those it has is above its limit.
func NewDaysLedger(year int, days []Verdict, target int) (DaysLedger, error) {
	l := DaysLedger{Target: target}
	for _, v := range days {
		switch v {
		case GoodDay:
			l.Good++
		case LostDay:
			l.Bad++
		}
	}
	var err error
	if l.Frame, err = frame(year, len(days), l.Good+l.Bad); err != nil {
		return DaysLedger{}, err
	}
	l.Needed = target - l.Good
	l.Losable = l.Left - l.Needed
	return l, nil
}

// Gap is the good days so far less the target.
func (l DaysLedger) Gap() int { return l.Good - l.Target }

// Possible reports whether enough days are left.
func (l DaysLedger) Possible() bool { return l.Losable >= 0 }

// NeededRate is the share of the days left that must be good.
func (l DaysLedger) NeededRate() Ratio {
	if l.Left == 0 {
		return Ratio{}
	}
	return Ratio{int64(max(l.Needed, 0)), int64(l.Left)}
}

// DaysForRatio is the smallest number of good days of the given valid days
// whose ratio prints, with one decimal, as at least tenths of a percent. 80.0 %
// of 365 days is another number of days than 80.0 % of 366.
func DaysForRatio(tenths, valid int) (int, error) {
	if tenths < 0 || tenths > 1000 || valid <= 0 {
		return 0, ErrNoTarget
	}
	for g := max(0, tenths*valid/1000-1); g <= valid; g++ {
		if num.Div(int64(g)*1000, int64(valid), num.HalfEven) >= int64(tenths) {
			return g, nil
		}
	}
	return valid, nil
}
