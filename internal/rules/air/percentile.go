package air

import (
	"slices"

	"qingshan/internal/rules/num"
)

// Percentile is the p-th percentile of the values that are not negative, by HJ 663: sorted
// ascending, k = 1 + (n−1)·p/100, linear between the neighbours ("type 7"). It returns the
// exact value in hundredths of a step; ok is false without values.
func Percentile[T int16 | int32 | int64](values []T, p int) (hundredths int64, ok bool) {
	s := make([]T, 0, len(values))
	for _, v := range values {
		if v >= 0 {
			s = append(s, v)
		}
	}
	if len(s) == 0 {
		return 0, false
	}
	slices.Sort(s)
	k := (len(s) - 1) * p
	i, f := k/100, int64(k%100)
	h := int64(s[i]) * 100
	if f > 0 {
		h += int64(s[i+1]-s[i]) * f
	}
	return h, true
}

// toPeriod rounds hundredths of a day step to steps of the period decimals.
func (r *Rules) toPeriod(p Pollutant, hundredths int64) int32 {
	d := &r.dec[p]
	return int32(num.Div(hundredths*num.Pow10(d.Period-d.Day), 100, num.HalfEven))
}

// histogram holds the counts of small daily values of one unit and window, for several
// percentiles of the same values. Values beyond its bins go through sorting.
type histogram struct {
	bins [histogramBins]uint16
	n    int
	top  int // largest value
	far  bool
}

const histogramBins = 1024

// fill counts values, forgetting what was there.
func (h *histogram) fill(values []int16) (n int, sum int64) {
	clear(h.bins[:min(h.top, histogramBins-1)+1])
	h.top, h.far = 0, false
	for _, v := range values {
		if v < 0 {
			continue
		}
		n++
		sum += int64(v)
		if int(v) > h.top {
			h.top = int(v)
		}
		if v >= histogramBins {
			h.far = true
			continue
		}
		h.bins[v]++
	}
	h.n = n
	return n, sum
}

// percentile equals Percentile of the values filled in; values are needed when some were
// beyond the bins.
func (h *histogram) percentile(values []int16, p int) int64 {
	if h.far {
		x, _ := Percentile(values, p)
		return x
	}
	k := (h.n - 1) * p
	i, f := k/100, k%100
	above := h.n - 1 - i // values that lie over position i
	v, seen := h.top, int(h.bins[h.top])
	for seen < above {
		v--
		seen += int(h.bins[v])
	}
	next := v // the value at position i+1
	for seen <= above {
		v--
		seen += int(h.bins[v])
	}
	return int64(v)*100 + int64(next-v)*int64(f)
}

// topPercentile equals Percentile for short windows: only the few largest values are kept.
func topPercentile(values []int16, n, p int) int64 {
	k := (n - 1) * p
	i, f := k/100, k%100
	keep := n - i // position i is the keep-th largest
	var top [topKept]int16
	for j := range top {
		top[j] = -1
	}
	for _, v := range values {
		if v <= top[keep-1] {
			continue
		}
		j := keep - 1
		for ; j > 0 && top[j-1] < v; j-- {
			top[j] = top[j-1]
		}
		top[j] = v
	}
	lo := int64(top[keep-1])
	if f == 0 {
		return lo * 100
	}
	return lo*100 + (int64(top[keep-2])-lo)*int64(f)
}

const topKept = 8

// periodPercentile chooses the way for one column.
func periodPercentile(h *histogram, values []int16, n, p int) int64 {
	if n-(n-1)*p/100 <= topKept {
		return topPercentile(values, n, p)
	}
	h.fill(values)
	return h.percentile(values, p)
}
