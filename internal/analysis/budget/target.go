package budget

import (
	"fmt"
	"math"
)

// Kind is how a target is measured.
type Kind uint8

// The kinds of target.
const (
	Mean     Kind = iota // mean of the year at most Limit
	Quantile             // percentile of the year at most Limit
	GoodDays             // good days at least Days
)

// Target is one target of the year.
type Target struct {
	Kind    Kind
	Item    Item
	Percent int   // for Quantile
	Limit   int64 // thousandths, for Mean and Quantile
	Quantum int64 // printed step in thousandths; 0 compares unrounded
	DayStep int64 // for Quantile: step in which daily values are reported, thousandths
	Days    int   // for GoodDays
}

func (t Target) check() error {
	switch t.Kind {
	case Mean, GoodDays:
		return nil
	case Quantile:
		if t.DayStep <= 0 || t.Percent <= 0 || t.Percent >= 100 {
			return fmt.Errorf("percentile %d in daily steps of %d thousandths", t.Percent, t.DayStep)
		}
		return nil
	}
	return fmt.Errorf("target kind %d", t.Kind)
}

// met reports whether a value at the year's end, in thousandths (or days),
// meets the target after the standard's rounding.
func (t Target) met(v float64) bool {
	switch {
	case math.IsNaN(v):
		return false
	case t.Kind == GoodDays:
		return v >= float64(t.Days)
	case t.Quantum > 0:
		return math.RoundToEven(v/float64(t.Quantum)) <= float64(t.Limit)/float64(t.Quantum)
	}
	return v <= float64(t.Limit)
}

// Band is the middle and the edges of 80 % of the members. Means and
// percentiles are in thousandths, good days in days.
type Band struct{ P10, P50, P90 float64 }

// Answer is the outlook of one target.
type Answer struct {
	Target      Target
	Probability float64
	End         Band
	// Values are the members' values at the year's end in rising order.
	Values []float64
	// Fan is the course of the value to date over the days left, one band per
	// day; the last one is End. It is nil when not asked for.
	Fan []Band
}

// MonthOutlook is a month that has days left.
type MonthOutlook struct {
	Month int // 1 to 12
	Days  int // days left in it
	// Mean is the mean of each item over the days left, thousandths.
	Mean [Items]Band
	// Share is the part of the year's expected sum that these days bring.
	Share [Items]float64
	// Lost are the expected lost days by cause.
	Lost [Causes]float64
}

// Outcome is what Run returns.
type Outcome struct {
	Answers []Answer
	Joint   float64 // chance that all targets are met together
	Months  []MonthOutlook
	Members int
	Years   []int // past years drawn from
}

// want is what Run computes beside the targets.
type want struct{ fan, months bool }

// Want asks Run for more than the answers.
type Want func(*want)

// WithFan asks for the course of every target over the days left.
func WithFan() Want { return func(w *want) { w.fan = true } }

// WithMonths asks for the outlook of each month.
func WithMonths() Want { return func(w *want) { w.months = true } }
