package budget

import (
	"fmt"
	"math"

	"qingshan/internal/rules/num"
)

// Ratio is an exact quotient of integers with a positive divisor. The zero
// value is "not known".
type Ratio struct{ Num, Den int64 }

// Known reports whether there is a value.
func (r Ratio) Known() bool { return r.Den > 0 }

// Float is the nearest float, NaN when not known.
func (r Ratio) Float() float64 {
	if !r.Known() {
		return math.NaN()
	}
	return float64(r.Num) / float64(r.Den)
}

// Round gives the value in whole steps of the quantum, times the quantum.
func (r Ratio) Round(quantum int64, mode num.Mode) int64 {
	return num.Div(r.Num, r.Den*quantum, mode) * quantum
}

// Cmp compares with a whole number: -1, 0 or 1.
func (r Ratio) Cmp(n int64) int {
	switch d := r.Num - n*r.Den; {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

// String shows the quotient, for messages of tests and logs.
func (r Ratio) String() string {
	if !r.Known() {
		return "unknown"
	}
	return fmt.Sprintf("%d/%d", r.Num, r.Den)
}

// printedBound is the largest value that still prints as at most target, in
// halves of the quantum: 2·value ≤ num when even, < when odd. GB/T 8170 rounds a
// tie to the even digit, so that an even target 52 admits up to and including
// 52.5, an odd target 53 only what lies below 53.5.
type printedBound struct {
	twice     int64 // 2·(target + quantum/2)
	inclusive bool
}

func boundOf(target, quantum int64) printedBound {
	return printedBound{twice: 2*target + quantum, inclusive: (target/quantum)%2 == 0}
}

// admits reports whether value = num/den prints as at most the target.
func (b printedBound) admits(r Ratio) bool {
	d := 2*r.Num - b.twice*r.Den
	return d < 0 || d == 0 && b.inclusive
}
