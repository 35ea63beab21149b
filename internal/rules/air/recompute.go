package air

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// DailyMeans computes the day columns of hourly columns of the same units: means with the
// 20-hour rule, MDA8, and the AQI of every day. workers ≤ 0 uses every core.
func (r *Rules) DailyMeans(h *Hours, workers int) (*Days, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	d := blankDays(h.Start, h.Days, h.Units, r.Options.OzoneHour)
	spread(h.Units, workers, func(u int) {
		r.unitDays(d, h, u)
		r.unitAQI(d, u)
	})
	return d, nil
}

// spread runs do for every unit on some workers.
func spread(units, workers int, do func(u int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if workers = min(workers, units); workers <= 1 {
		for u := range units {
			do(u)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for u := int(next.Add(1)) - 1; u < units; u = int(next.Add(1)) - 1 {
				do(u)
			}
		})
	}
	wg.Wait()
}

// unitDays fills the concentrations of one unit's days.
func (r *Rules) unitDays(d *Days, h *Hours, u int) {
	for p := Pollutant(0); p < N; p++ {
		src := p
		if p == O3_8h {
			src = O3
		}
		if d.V[p] == nil {
			continue
		}
		if h.V[src] == nil {
			fillMissing(d.V[p][u*d.Days : (u+1)*d.Days])
			continue
		}
		hours := h.V[src][u*h.Days*24 : (u+1)*h.Days*24]
		out := d.V[p][u*d.Days : (u+1)*d.Days]
		switch p {
		case O3:
			for i := range out {
				out[i] = r.toDay(O3, Ratio{int64(MaxHour(hours[24*i : 24*i+24])), 1})
			}
		case O3_8h:
			r.unitMDA8(out, hours)
		default:
			if r.dec[p].Hour == r.dec[p].Day {
				meanDays(out, hours, r.dayHours)
				continue
			}
			for i := range out {
				m, _ := DayMean(hours[24*i:24*i+24], r.dayHours)
				out[i] = r.toDay(p, m)
			}
		}
	}
}

// toDay rounds an exact hourly mean to steps of the day, −1 without a value.
func (r *Rules) toDay(p Pollutant, m Ratio) int16 {
	if m.Sum < 0 {
		return Missing
	}
	return int16(min(m.Round(r.dec[p].Hour, r.dec[p].Day), 1<<15-1))
}

func (r *Rules) unitMDA8(out, hours []int16) {
	if k, ok := r.ozoneKernel(); ok && r.dec[O3].Hour == r.dec[O3_8h].Day {
		k.days(out, hours)
		return
	}
	for d := range out {
		var before []int16
		if d > 0 {
			before = hours[24*d-24 : 24*d]
		}
		m, _ := MDA8(r, hours[24*d:24*d+24], before, r.dec[O3].Hour)
		out[d] = r.toDay(O3_8h, m)
	}
}

// unitAQI fills AQI, Primary and Exceeding of one unit's days.
func (r *Rules) unitAQI(d *Days, u int) { r.aqiRange(d, u*d.Days, (u+1)*d.Days) }

// aqiRange evaluates the days at indices [from, to) of the columns; it equals AQI for each.
func (r *Rules) aqiRange(d *Days, from, to int) {
	six := [6]Pollutant{SO2, NO2, CO, O3_8h, PM10, PM25}
	if r.required[Daily] != setOf(six[:]) || d.V[O3] != nil || !r.fastTables(six) {
		r.aqiRangePlain(d, from, to)
		return
	}
	var tab [6][]int16
	var above [6]int16
	var col [6][]int16
	for i, p := range six {
		s := &r.table[Daily][p]
		tab[i], above[i] = s.lut, s.above
		if s.above < 0 {
			above[i] = s.beyond
		}
		col[i] = d.V[p][from:to]
	}
	aqi, prim, exc := d.AQI[from:to], d.Primary[from:to], d.Exceeding[from:to]
	for i := range aqi {
		var ia [6]int16
		best, gone := int16(-1), false
		for k := range ia {
			c := col[k][i]
			v := int16(-1)
			if c >= 0 {
				v = above[k]
				if t := tab[k]; int(c) < len(t) {
					v = t[c]
				}
			} else if c == Missing { // Planned does not withhold
				gone = true
			}
			ia[k] = v
			best = max(best, v)
		}
		var ps, es Set
		res := int16(Missing)
		if best >= 0 && (!gone || r.rest || best > r.publishAbove) {
			res = max(best, r.least)
			if best > r.primaryAbove {
				for k, v := range ia {
					bit := Set(1) << six[k]
					if v == best {
						ps |= bit
					}
					if v > r.exceedAbove {
						es |= bit
					}
				}
			}
		}
		aqi[i], prim[i], exc[i] = res, ps, es
	}
}

func setOf(ps []Pollutant) (s Set) {
	for _, p := range ps {
		s |= 1 << p
	}
	return s
}

func (r *Rules) fastTables(ps [6]Pollutant) bool {
	for _, p := range ps {
		if !r.table[Daily][p].has {
			return false
		}
	}
	return r.exceedAbove >= r.primaryAbove
}

func (r *Rules) aqiRangePlain(d *Days, from, to int) {
	for i := from; i < to; i++ {
		v := NoValues()
		for p := range v {
			if d.V[p] != nil {
				v[p] = int32(d.V[p][i])
			}
		}
		res := r.AQI(Daily, &v)
		d.AQI[i], d.Primary[i], d.Exceeding[i] = res.AQI, res.Primary, res.Exceeding
	}
}

// Reassess computes the AQI columns of days that hold concentrations only, or that were
// assessed under another edition, which leaves the concentrations as they are.
func (r *Rules) Reassess(d *Days, workers int) error {
	for p, v := range d.V {
		if v != nil && len(v) != d.Units*d.Days {
			return fmt.Errorf("days of %s: %d values, want %d units × %d days", Pollutant(p), len(v), d.Units, d.Days)
		}
	}
	spread(d.Units, workers, func(u int) { r.unitAQI(d, u) })
	return nil
}

// HourlyAQI is the real-time AQI of every hour in the layout of the columns, −1 where there
// is none to publish. The hour decimals must be those an AQI is computed from (the day's).
func (r *Rules) HourlyAQI(h *Hours, workers int) ([]int16, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	for p, d := range r.dec {
		if d.Hour != d.Day && r.takesPart[Hourly].Has(Pollutant(p)) {
			return nil, fmt.Errorf("edition %s: hours of %s have %d decimals, an AQI needs %d", r.Edition.ID, Pollutant(p), d.Hour, d.Day)
		}
	}
	out := make([]int16, h.Units*h.Days*24)
	spread(h.Units, workers, func(u int) {
		for d := range h.Days {
			for l := 1; l <= 24; l++ {
				v := h.Values(u, d, l)
				out[h.At(u, d, l)] = r.AQI(Hourly, &v).AQI
			}
		}
	})
	return out, nil
}

// Nation is everything a block of hours leads to.
type Nation struct {
	Days  *Days
	Stats [][]Stats // [unit][window]
	Ranks [][]int16 // [window][unit], by composite index, lowest first
}

// Recompute goes from hours to days, AQI, period statistics, composite indices and ranks in
// one pass over the units, any first day and length. workers ≤ 0 uses every core.
func (r *Rules) Recompute(h *Hours, windows []Window, high HighFor, workers int) (*Nation, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	n := &Nation{Days: blankDays(h.Start, h.Days, h.Units, r.Options.OzoneHour)}
	all := make([]Stats, h.Units*len(windows))
	n.Stats = make([][]Stats, h.Units)
	spread(h.Units, workers, func(u int) {
		r.unitDays(n.Days, h, u)
		r.unitAQI(n.Days, u)
		n.Stats[u] = all[u*len(windows) : (u+1)*len(windows) : (u+1)*len(windows)]
		var hist histogram
		for i, w := range windows {
			r.period(&n.Stats[u][i], &hist, n.Days, u, w, high != nil && high(w))
		}
	})
	for w := range windows {
		n.Ranks = append(n.Ranks, RankWindow(n.Stats, w, nil))
	}
	return n, nil
}
