package air

import (
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// Stats is one unit over one window of days (HJ 663 period statistics).
type Stats struct {
	Days      int16    // calendar days of the window
	ValidDays int16    // days with a publishable AQI
	GoodDays  int16    // of those, AQI ≤ 100
	Levels    [6]int16 // days by level 1…6
	Lost      [N]int16 // days with AQI > 100 whose primary set holds the pollutant; ties count for each
	N         [N]int16 // valid daily values
	Value     [N]int32 // the statistic of the index (mean, CO 95th, O3_8h 90th) in period steps, −1 without values
	High      [N]int32 // the percentile of the annual evaluation (SO2, NO2 98; PM 95; …), −1 without values
	Single    [N]int32 // single indices in steps of the index decimals, −1 without
	Composite int32    // composite index in steps of its decimals, −1 when an item is missing
	Worst     Set      // largest single index
}

// HighFor says which windows get the percentiles of the annual evaluation too.
type HighFor func(Window) bool

// Periods computes the statistics of every unit over every window: out[u][w]. high may be
// nil: no annual percentiles. workers ≤ 0 uses every core.
func (r *Rules) Periods(d *Days, windows []Window, high HighFor, workers int) [][]Stats {
	all := make([]Stats, d.Units*len(windows))
	out := make([][]Stats, d.Units)
	for u := range out {
		out[u] = all[u*len(windows) : (u+1)*len(windows) : (u+1)*len(windows)]
	}
	spread(d.Units, workers, func(u int) {
		var hist histogram
		for i, w := range windows {
			r.period(&out[u][i], &hist, d, u, w, high != nil && high(w))
		}
	})
	return out
}

// Period computes one unit over one window into s.
func (r *Rules) Period(s *Stats, d *Days, u int, w Window, high bool) {
	var hist histogram
	r.period(s, &hist, d, u, w, high)
}

func (r *Rules) period(s *Stats, hist *histogram, d *Days, u int, w Window, high bool) {
	*s = Stats{Days: int16(w.To - w.From), Composite: -1}
	lo, hi := d.At(u, w.From), d.At(u, w.From)+w.To-w.From
	r.countDays(s, d.AQI[lo:hi], d.Primary[lo:hi])
	for p := range d.V {
		s.Value[p], s.High[p], s.Single[p] = -1, -1, -1
		if d.V[p] != nil {
			r.periodItem(s, hist, Pollutant(p), d.V[p][lo:hi], high)
		}
	}
	r.compose(s)
}

// periodItem fills N, Value and High of one pollutant.
func (r *Rules) periodItem(s *Stats, h *histogram, p Pollutant, col []int16, high bool) {
	pct, eval := r.statPct[p], r.evalPct[p]
	if eval == 0 || !high {
		eval = 0
	}
	var n int
	var sum int64
	if eval != 0 {
		n, sum = h.fill(col)
	} else {
		n, sum = sumColumn(col)
	}
	s.N[p] = int16(n)
	if n == 0 {
		return
	}
	if eval != 0 {
		s.High[p] = r.toPeriod(p, h.percentile(col, eval))
	}
	switch {
	case pct == 0:
		d := &r.dec[p]
		s.Value[p] = int32(num.Div(sum*num.Pow10(d.Period-d.Day), int64(n), num.HalfEven))
	case pct == eval:
		s.Value[p] = s.High[p]
	default:
		s.Value[p] = r.toPeriod(p, periodPercentile(h, col, n, pct))
	}
}

func sumColumn(col []int16) (n int, sum int64) {
	for _, v := range col {
		gone := v >> 15 // all ones when negative
		sum += int64(v &^ gone)
		n += 1 + int(gone)
	}
	return n, sum
}

func (r *Rules) countDays(s *Stats, aqi []int16, primary []Set) {
	var lost [N]int16
	for i, a := range aqi {
		if a < 0 {
			continue
		}
		s.ValidDays++
		s.Levels[r.LevelOf(a)-1]++
		if a <= r.exceedAbove {
			s.GoodDays++
			continue
		}
		for ps, p := primary[i], 0; ps != 0; ps, p = ps>>1, p+1 {
			lost[p] += int16(ps & 1)
		}
	}
	s.Lost = lost
}

// compose fills Single, Composite and Worst from Value.
func (r *Rules) compose(s *Stats) {
	var sum, worst int64 = 0, -1
	complete := true
	for i := range r.items {
		x := &r.items[i]
		c := s.Value[x.p]
		if c < 0 {
			complete = false
			continue
		}
		si := int64(r.singleOfSteps(x, c))
		s.Single[x.p] = int32(si)
		sum += si * x.weight
		if si > worst {
			worst, s.Worst = si, 0
		}
		if si == worst {
			s.Worst |= standard.Of(x.p)
		}
	}
	if complete {
		s.Composite = int32(r.toComposite(sum))
	}
}

func (r *Rules) toComposite(sum int64) int64 {
	if r.siDecimals == r.idxDecimals {
		return sum
	}
	return num.D(sum, r.siDecimals).Round(r.idxDecimals, num.HalfEven).Units
}

// PeriodConc turns period steps into a decimal number.
func (r *Rules) PeriodConc(p Pollutant, steps int32) num.Decimal {
	return num.D(int64(steps), r.dec[p].Period)
}

// GoodRatio is good days of valid days in percent, half-even; ok is false without valid days.
func (r *Rules) GoodRatio(s *Stats) (num.Decimal, bool) {
	return r.Share(int64(s.GoodDays), int64(s.ValidDays))
}

// Share is part of whole in percent at the edition's ratio decimals.
func (r *Rules) Share(part, whole int64) (num.Decimal, bool) {
	if whole <= 0 {
		return num.Decimal{}, false
	}
	k := r.Edition.Decimals.Ratio
	return num.D(num.Div(part*num.Pow10(2+k), whole, num.HalfEven), k), true
}

// EnoughDays says for which of the pollutants a window has the daily values that GB 3095
// table 4 asks for: 27 in every month that lies whole in the window (25 in February), and
// 324 when the window is a year or longer. A window shorter than a month cannot say; it has
// enough with one value. Items for which the table has no minimum follow the same counts.
func (r *Rules) EnoughDays(d *Days, u int, w Window) (ok Set) {
	v := &r.Edition.Validity
	from, to := d.Start+calendar.Day(w.From), d.Start+calendar.Day(w.To)
	for p := range d.V {
		if d.V[p] == nil {
			continue
		}
		col := d.V[p][d.At(u, 0):d.At(u, d.Days)]
		total, _ := sumColumn(col[w.From:w.To])
		enough := total > 0 && (w.To-w.From < 365 || total >= v.YearDays)
		for m := from; m < to && enough; {
			y, mon, day := m.Civil()
			next := calendar.Date(y, mon+1, 1)
			if day == 1 && next <= to {
				n, _ := sumColumn(col[m-d.Start : next-d.Start])
				least := v.MonthDays
				if mon == 2 {
					least = v.FebruaryDays
				}
				enough = n >= least
			}
			m = next
		}
		if enough {
			ok |= 1 << p
		}
	}
	return ok
}
