package budget

import (
	"fmt"

	"qingshan/internal/rules/calendar"
)

// Step is a measure: on the days of the window the items have Factor times the
// value they would have had (0.95 is 5 % better).
type Step struct {
	Window calendar.Window
	Items  []Item
	Factor float64
}

// Scenario is a "what if" about the days left. The zero value changes nothing.
type Scenario struct {
	Steps []Step
	// OzoneCut is the share of the days above the ozone limit that is brought
	// down to the limit: 0.5 halves them.
	OzoneCut float64
	// OzoneDays is a number of such days, the first ones, that is brought down.
	OzoneDays int
}

// Particulates and PrimaryGases are the groups that measures act on.
func Particulates() []Item { return []Item{PM25, PM10} }

// PrimaryGases are the gases that are emitted as such.
func PrimaryGases() []Item { return []Item{SO2, NO2, CO} }

func (sc Scenario) check() error {
	for _, s := range sc.Steps {
		if s.Factor < 0 || s.Factor != s.Factor {
			return fmt.Errorf("factor %g: want 0 or more", s.Factor)
		}
		for _, i := range s.Items {
			if i >= Items {
				return fmt.Errorf("no such pollutant: %s", i)
			}
		}
	}
	if sc.OzoneCut < 0 || sc.OzoneCut > 1 || sc.OzoneDays < 0 {
		return fmt.Errorf("ozone days cut by %g of all and %d: want 0 to 1 and 0 or more", sc.OzoneCut, sc.OzoneDays)
	}
	return nil
}

// factors gives one factor per day left and item, nil when all are 1.
func (sc Scenario) factors(in Input) []float64 {
	if len(sc.Steps) == 0 {
		return nil
	}
	out := make([]float64, len(in.Rest)*Items)
	for n := range out {
		out[n] = 1
	}
	last := calendar.Date(in.TargetYear, 12, 31)
	for pos := range in.Rest {
		day := last.Add(pos + 1 - len(in.Rest))
		for _, s := range sc.Steps {
			if !s.Window.Has(day) {
				continue
			}
			for _, i := range s.Items {
				out[pos*Items+int(i)] *= s.Factor
			}
		}
	}
	return out
}

// ozoneSaver decides which days above the ozone limit a scenario brings down.
type ozoneSaver struct {
	cut  float64
	days int
}

// saves is asked once for every day of a member above the limit, in order.
func (o *ozoneSaver) saves(member, pos int) bool {
	if o.days > 0 {
		o.days--
		return true
	}
	return o.cut > 0 && unit(member, pos) < o.cut
}

// LikeLastYear is the exact answer to "what if the rest of the year is like last
// year's, times a factor": the sum of the days left in thousandths, as a ratio.
// The factor is in thousandths (950 is 5 % better). Days without a value stand
// for the mean of the others; 29 February counts as 28 February. It is not
// known when last year has no value at all on these days.
func LikeLastYear(s *Series, item Item, asOf calendar.Day, factor int64) Ratio {
	var sum, n, left int64
	end := calendar.YearWindow(asOf.Year()).To
	for d := asOf + 1; d <= end; d++ {
		left++
		v := s.At(item, calendar.Window{From: d, To: d}.LastYear().From)
		if v != Missing {
			sum += v
			n++
		}
	}
	if n == 0 {
		return Ratio{}
	}
	return Ratio{sum * left * factor, n * 1000}
}

// EndLike is the exact mean of the year when the days left have the given sum.
func (l MeanLedger) EndLike(rest Ratio) Ratio {
	if !rest.Known() || l.All == 0 {
		return Ratio{}
	}
	return Ratio{l.Sum*rest.Den + rest.Num, int64(l.All) * rest.Den}
}

// MetLike reports whether the year meets the target with such a rest.
func (l MeanLedger) MetLike(rest Ratio) bool {
	end := l.EndLike(rest)
	return end.Known() && boundOf(l.Target, l.Quantum).admits(end)
}

// FactorNeeded is the largest factor, in thousandths of last year's rest, with
// which the target is still met: 970 means the rest must be 3 % better. Rest is
// LikeLastYear with factor 1000. It is below zero when the target cannot be met
// and not known without a rest.
func (l MeanLedger) FactorNeeded(rest Ratio) (thousandths int64, known bool) {
	if !rest.Known() || rest.Num <= 0 {
		return 0, false
	}
	g := gcd(rest.Num, rest.Den)
	lo, hi := int64(-1), maxFactor
	for lo < hi {
		mid := lo + (hi-lo+1)/2
		if l.MetLike(Ratio{rest.Num / g * mid, rest.Den / g * 1000}) {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo, true
}

// maxFactor is the largest factor FactorNeeded looks for: ten times last year's rest.
const maxFactor int64 = 10_000

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}

// RestMean is a past year's mean over the days that are now left.
type RestMean struct {
	Year int
	Mean float64 // printed units
}

// RestHistory gives the mean of each past year over the days left: "the rest
// must be the best of the last eight years".
func RestHistory(in Input, item Item) []RestMean {
	var out []RestMean
	for n := range in.History {
		sum, k := 0.0, 0
		for _, d := range in.Rest {
			if v := in.History[n].Days[item][d]; v == v {
				sum += v
				k++
			}
		}
		if k > 0 {
			out = append(out, RestMean{in.History[n].Year, sum / float64(k)})
		}
	}
	return out
}
