package budget

import (
	"math"
	"slices"
)

// reference is the history brought to one level: every year keeps its own
// course of days, but its yearly mean is moved to the common level, so that
// blocks of different years can follow each other.
type reference struct {
	days  [][Items]float64 // (year, reference day)
	years []int            //
	age   [Items]float64   // years between the level and the target year
	ytd   [Items]float64   // mean over the days used up
}

func newReference(in Input) reference {
	ref := reference{days: make([][Items]float64, len(in.History)*RefDays)}
	for _, y := range in.History {
		ref.years = append(ref.years, y.Year)
	}
	for i := range Items {
		cols := make([][]float64, len(in.History))
		levels := make([]float64, len(in.History))
		for n := range in.History {
			cols[n] = complete(in.History[n].Days[i][:])
			levels[n] = nanMean(cols[n])
		}
		common, age := commonLevel(ref.years, levels, in.TargetYear)
		ref.age[i] = age
		for n, col := range cols {
			scale := 1.0
			if levels[n] > 0 && common > 0 {
				scale = common / levels[n]
			}
			for d, v := range col {
				v *= scale
				ref.days[n*RefDays+d][i] = v
				if d < in.ElapsedRef {
					ref.ytd[i] += v / float64(in.ElapsedRef*len(cols))
				}
			}
		}
	}
	return ref
}

// mean is the mean of the levelled years on a reference day.
func (r reference) mean(day int, i Item) float64 {
	sum := 0.0
	for n := range r.years {
		sum += r.days[n*RefDays+day][i]
	}
	return sum / float64(len(r.years))
}

// commonLevel is the yearly mean that the history is moved to and its distance
// from the target year. One year is taken as it is. Two are averaged: a trend
// cannot be told from two points. From three on it is the latest year's place on
// the Theil–Sen line of the logarithms.
func commonLevel(years []int, levels []float64, target int) (level, age float64) {
	last := slices.Max(years)
	if len(years) < 3 {
		var sum, ages float64
		for n := range years {
			sum += levels[n]
			ages += float64(target - years[n])
		}
		return sum / float64(len(years)), ages / float64(len(years))
	}
	var slopes, heights []float64
	for a := range years {
		for b := range a {
			if levels[a] > 0 && levels[b] > 0 {
				slopes = append(slopes, (math.Log(levels[a])-math.Log(levels[b]))/float64(years[a]-years[b]))
			}
		}
	}
	if len(slopes) == 0 {
		return levels[slices.Index(years, last)], float64(target - last)
	}
	slope := median(slopes)
	for n := range years {
		if levels[n] > 0 {
			heights = append(heights, math.Log(levels[n])+slope*float64(last-years[n]))
		}
	}
	return math.Exp(median(heights)), float64(target - last)
}

func median(v []float64) float64 {
	s := slices.Clone(v)
	slices.Sort(s)
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

// logRatio is ln(year so far / same days of the reference), 0 when either is
// not known.
func (r reference) logRatio(in Input, i Item) float64 {
	x := math.Log(nanMean(in.Elapsed[i]) / r.ytd[i])
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}

// complete fills the gaps that are left in a past year with the mean of the
// valid days around them (15 days either way, then wider); an item that was
// never measured becomes 0 and can neither lose a day nor carry a target.
func complete(col []float64) []float64 {
	out := slices.Clone(col)
	for d, v := range col {
		if !math.IsNaN(v) {
			continue
		}
		for _, half := range [...]int{15, 45, RefDays} {
			if m := nanMean(col[max(0, d-half):min(len(col), d+half+1)]); !math.IsNaN(m) {
				out[d] = m
				break
			}
		}
		if math.IsNaN(out[d]) {
			out[d] = 0
		}
	}
	return out
}
