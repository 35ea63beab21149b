package budget

import (
	"math"
	"slices"
)

func sortFloats(v []float64) { slices.Sort(v) }

// rankOf is the place of a quantile among n sorted members.
func rankOf(n int, q float64) int { return int(math.Round(q * float64(n-1))) }

func bandOfSorted[T float32 | float64](v []T) Band {
	if len(v) == 0 {
		return Band{math.NaN(), math.NaN(), math.NaN()}
	}
	at := func(q float64) float64 { return float64(v[rankOf(len(v), q)]) }
	return Band{at(0.1), at(0.5), at(0.9)}
}

// buckets is the number of equal classes that bandOf sorts a column into.
const buckets = 512

// bandOf finds the band of a column in any order, exactly: the values are
// counted in equal classes, and only the classes that hold the three ranks are
// sorted. A column of 2,000 takes a few microseconds.
func bandOf(v []float32) Band {
	if len(v) == 0 {
		return Band{math.NaN(), math.NaN(), math.NaN()}
	}
	lo, hi := v[0], v[0]
	for _, x := range v {
		lo, hi = min(lo, x), max(hi, x)
	}
	if !(lo < hi) {
		return Band{float64(lo), float64(lo), float64(lo)}
	}
	scale := (buckets - 1) / (hi - lo)
	var count [buckets]int32
	for _, x := range v {
		count[int((x-lo)*scale)&(buckets-1)]++
	}
	at := func(q float64) float64 {
		rank, c := rankOf(len(v), q), 0
		for rank >= int(count[c]) {
			rank -= int(count[c])
			c++
		}
		var few [64]float32
		class := few[:0]
		for _, x := range v {
			if int((x-lo)*scale)&(buckets-1) == c {
				class = append(class, x)
			}
		}
		slices.Sort(class)
		return float64(class[rank])
	}
	return Band{at(0.1), at(0.5), at(0.9)}
}

// fanBands turns members × days into one band per day. Days are gathered in
// small groups so that a member's row is read in runs.
func fanBands(v []float32, members, days int) []Band {
	out := make([]Band, days)
	const group = 16
	cols := make([]float32, group*members)
	for d0 := 0; d0 < days; d0 += group {
		g := min(group, days-d0)
		for m := range members {
			for j, x := range v[m*days+d0 : m*days+d0+g] {
				cols[j*members+m] = x
			}
		}
		for j := range g {
			out[d0+j] = bandOf(cols[j*members : (j+1)*members])
		}
	}
	return out
}

// ranks keeps the percentile of a growing set of daily values. Values are
// counted in the steps in which days are reported, so that adding a day and
// reading the percentile take constant time.
type ranks struct {
	percent int
	step    float64 // printed units per bin
	base    []int32 // bins of the year so far
	bins    []int32
	baseN   int
	n       int
	at      int // bin of the lower neighbour of the percentile
	below   int // values in bins before at
}

// maxBins bounds the bins; a higher value counts in the last.
const maxBins = 4096

func newRanks(t Target, elapsed []float64) *ranks {
	k := &ranks{percent: t.Percent, step: float64(t.DayStep) / float64(Milli)}
	k.base, k.bins = make([]int32, maxBins), make([]int32, maxBins)
	for _, v := range elapsed {
		if !math.IsNaN(v) {
			k.base[k.bin(v)]++
			k.baseN++
		}
	}
	return k
}

func (k *ranks) bin(v float64) int {
	return min(max(int(math.RoundToEven(v/k.step)), 0), maxBins-1)
}

func (k *ranks) reset() {
	copy(k.bins, k.base)
	k.n, k.at, k.below = k.baseN, 0, 0
}

func (k *ranks) add(v float64) {
	b := k.bin(v)
	k.bins[b]++
	k.n++
	if b < k.at {
		k.below++
	}
}

// value is the percentile in thousandths, NaN without a day.
func (k *ranks) value() float64 {
	if k.n == 0 {
		return math.NaN()
	}
	pos := (k.n - 1) * k.percent
	lower, rem := pos/100, pos%100
	for k.below > lower {
		k.at--
		k.below -= int(k.bins[k.at])
	}
	for k.below+int(k.bins[k.at]) <= lower {
		k.below += int(k.bins[k.at])
		k.at++
	}
	unit := k.step * float64(Milli)
	v := float64(k.at) * unit
	if rem == 0 || k.below+int(k.bins[k.at]) > lower+1 {
		return v
	}
	up := k.at + 1
	for k.bins[up] == 0 {
		up++
	}
	return v + float64(up-k.at)*unit*float64(rem)/100
}
