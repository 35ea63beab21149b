package air

import "qingshan/internal/rules/num"

// YearToDate is the composite index and the rank of every unit for each day of a window,
// computed over the days from the window's first to that day.
type YearToDate struct {
	Window Window
	Units  int
	Index  []int32 // [i·Units+u]: day Window.From+i; −1 while an item is missing
	Rank   []int16 // same layout; 0 without an index
}

// ToDate computes YearToDate. It equals Period over growing windows for every day, but
// carries sums and order statistics along. workers ≤ 0 uses every core.
func (r *Rules) ToDate(d *Days, w Window, workers int) *YearToDate {
	n := w.To - w.From
	y := &YearToDate{Window: w, Units: d.Units, Index: make([]int32, n*d.Units), Rank: make([]int16, n*d.Units)}
	spread(d.Units, workers, func(u int) { r.unitToDate(y, d, u) })
	// One ranker per chunk of days keeps its memory hot.
	const chunk = 32
	spread((n+chunk-1)/chunk, workers, func(c int) {
		var k ranker
		for i := c * chunk; i < min((c+1)*chunk, n); i++ {
			lo, hi := i*d.Units, (i+1)*d.Units
			k.rank(y.Rank[lo:hi], y.Index[lo:hi], false)
		}
	})
	return y
}

func (r *Rules) unitToDate(y *YearToDate, d *Days, u int) {
	n := y.Window.To - y.Window.From
	lo := d.At(u, y.Window.From)
	sums := make([]int64, n)
	incomplete := make([]bool, n)
	for i := range r.items {
		x := &r.items[i]
		if d.V[x.p] == nil {
			for k := range incomplete {
				incomplete[k] = true
			}
			continue
		}
		col := d.V[x.p][lo : lo+n]
		if pct := r.statPct[x.p]; pct == 0 {
			r.meansToDate(x, col, sums, incomplete)
		} else {
			r.percentilesToDate(x, pct, col, sums, incomplete)
		}
	}
	for k, s := range sums {
		v := int32(-1)
		if !incomplete[k] {
			v = int32(r.toComposite(s))
		}
		y.Index[k*y.Units+u] = v
	}
}

func (r *Rules) meansToDate(x *indexItem, col []int16, sums []int64, incomplete []bool) {
	d := &r.dec[x.p]
	f := num.Pow10(d.Period - d.Day)
	var sum, n int64
	for k, v := range col {
		if v >= 0 {
			sum += int64(v) * f
			n++
		}
		if n == 0 {
			incomplete[k] = true
			continue
		}
		sums[k] += int64(r.singleOfSteps(x, meanHalfEven(sum, n))) * x.weight
	}
}

// meanHalfEven is num.Div half-even for numbers that fit 32 bits, which divide faster.
func meanHalfEven(sum, n int64) int32 {
	if sum >= 1<<32 {
		return int32(num.Div(sum, n, num.HalfEven))
	}
	s, m := uint32(sum), uint32(n)
	q, rem := s/m, s%m
	if 2*rem > m || 2*rem == m && q&1 == 1 {
		q++
	}
	return int32(q)
}

func (r *Rules) percentilesToDate(x *indexItem, pct int, col []int16, sums []int64, incomplete []bool) {
	var run runningPercentile
	run.reset(col, pct)
	d := &r.dec[x.p]
	f := num.Pow10(d.Period - d.Day)
	for k, v := range col {
		if v >= 0 {
			run.add(int(v))
		}
		if run.n == 0 {
			incomplete[k] = true
			continue
		}
		sums[k] += int64(r.singleOfSteps(x, meanHalfEven(run.hundredths()*f, 100))) * x.weight
	}
}

// runningPercentile follows one order statistic while values arrive: a histogram and a
// pointer to the bin of position i, which moves by about one value per arrival.
type runningPercentile struct {
	bins  []uint16
	store [histogramBins]uint16
	pct   int
	n     int
	cur   int // bin of position i
	below int // values in bins under cur
}

func (r *runningPercentile) reset(col []int16, pct int) {
	top := 0
	for _, v := range col {
		top = max(top, int(v))
	}
	r.bins = r.store[:]
	if top >= histogramBins-1 {
		r.bins = make([]uint16, top+2)
	}
	r.pct = pct
}

func (r *runningPercentile) add(v int) {
	r.bins[v]++
	if r.n == 0 {
		r.cur = v
	} else if v < r.cur {
		r.below++
	}
	r.n++
	i := (r.n - 1) * r.pct / 100
	for i < r.below {
		r.cur--
		r.below -= int(r.bins[r.cur])
	}
	for i >= r.below+int(r.bins[r.cur]) {
		r.below += int(r.bins[r.cur])
		r.cur++
	}
}

// hundredths is the percentile in hundredths of a step.
func (r *runningPercentile) hundredths() int64 {
	k := (r.n - 1) * r.pct
	i, f := k/100, k%100
	h := int64(r.cur) * 100
	if f == 0 || i+1 < r.below+int(r.bins[r.cur]) {
		return h
	}
	next := r.cur + 1
	for r.bins[next] == 0 {
		next++
	}
	return h + int64(next-r.cur)*int64(f)
}
