package air_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// The packed kernels equal the plain functions that state the rule.
func TestDaysEqualPlainRules(t *testing.T) {
	variants := []*air.Rules{
		rules(t, "2012", air.Options{}), rules(t, "2012", air.Options{OzoneHour: true}),
		rules(t, "2026-transition", air.Options{}), rules(t, "2026-transition", air.Options{FirstWindow: 1, Missing: air.Rest}),
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(variants).Draw(t, "rules")
		start := calendar.Day(rapid.IntRange(15000, 22000).Draw(t, "start"))
		n := rapid.IntRange(1, 40).Draw(t, "days")
		units := rapid.IntRange(1, 4).Draw(t, "units")
		h := drawHours(t, start, n, units)
		d, err := r.DailyMeans(h, rapid.IntRange(0, 3).Draw(t, "workers"))
		if err != nil {
			t.Fatal(err)
		}
		for u := range units {
			for day := range n {
				want := plainDay(r, h, u, day)
				if d.V[air.O3] == nil {
					want[air.O3] = air.Missing
				}
				if got := d.Values(u, day); got != want {
					t.Fatalf("unit %d day %d: got %v, want %v", u, day, got, want)
				}
				res := r.AQI(air.Daily, &want)
				at := d.At(u, day)
				if d.AQI[at] != res.AQI || d.Primary[at] != res.Primary || d.Exceeding[at] != res.Exceeding {
					t.Fatalf("unit %d day %d: AQI %d %s, want %d %s", u, day, d.AQI[at], d.Primary[at], res.AQI, res.Primary)
				}
			}
		}
	})
}

func plainDay(r *air.Rules, h *air.Hours, u, day int) air.Values {
	v := air.NoValues()
	round := func(m air.Ratio) int32 { return int32(m.Round(0, 0)) }
	for _, p := range hourly {
		col := h.V[p][u*h.Days*24 : (u+1)*h.Days*24]
		hours := col[24*day : 24*day+24]
		m, _ := air.DayMean(hours, 20)
		if p != air.O3 {
			v[p] = round(m)
			continue
		}
		v[air.O3] = int32(air.MaxHour(hours))
		var before []int16
		if day > 0 {
			before = col[24*day-24 : 24*day]
		}
		m, _ = air.MDA8(r, hours, before, 0)
		v[air.O3_8h] = round(m)
	}
	return v
}

// Period statistics equal their definitions, for months, odd windows and years.
func TestPeriodsEqualDefinitions(t *testing.T) {
	variants := []*air.Rules{
		rules(t, "2012", air.Options{}), rules(t, "2026-transition", air.Options{}), rules(t, "2026-transition", air.Options{Profile: "weighted-322"}), rules(t, "2012", air.Options{Decimals: 3}),
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(variants).Draw(t, "rules")
		n := rapid.IntRange(1, 420).Draw(t, "days")
		d := drawDays(t, calendar.MustDay("2025-11-17"), n, 2)
		if err := r.Reassess(d, 1); err != nil {
			t.Fatal(err)
		}
		from := rapid.IntRange(0, n-1).Draw(t, "from")
		w := air.Window{From: from, To: rapid.IntRange(from, n).Draw(t, "to")}
		got := r.Periods(d, []air.Window{w, {From: 0, To: n}}, func(air.Window) bool { return true }, 1)
		for u := range 2 {
			for i, w := range []air.Window{w, {From: 0, To: n}} {
				if diff := cmp.Diff(plainPeriod(r, d, u, w), got[u][i]); diff != "" {
					t.Fatalf("unit %d window %v:\n%s", u, w, diff)
				}
			}
		}
	})
}

var highPercentile = map[air.Pollutant]int{air.SO2: 98, air.NO2: 98, air.PM10: 95, air.PM25: 95, air.CO: 95, air.O3_8h: 90}

func plainPeriod(r *air.Rules, d *air.Days, u int, w air.Window) air.Stats {
	s := air.Stats{Days: int16(w.To - w.From), Composite: -1}
	var conc [air.N]num.Decimal
	var have air.Set
	for p := air.Pollutant(0); p < air.N; p++ {
		s.Value[p], s.High[p], s.Single[p] = -1, -1, -1
		if d.V[p] == nil {
			continue
		}
		_, _, places := r.DecimalsOf(p)
		col := d.V[p][d.At(u, w.From):d.At(u, w.To)]
		if w.To == d.Days {
			col = d.V[p][u*d.Days+w.From : (u+1)*d.Days]
		}
		mean, n := air.DayMean(col, 1)
		s.N[p] = int16(n)
		if n == 0 {
			continue
		}
		h, _ := air.Percentile(col, highPercentile[p])
		s.High[p] = int32(num.D(h, 2).Round(places, num.HalfEven).Units)
		s.Value[p] = int32(mean.Round(0, places))
		if p == air.CO || p == air.O3_8h {
			s.Value[p] = s.High[p]
		}
		conc[p] = num.D(int64(s.Value[p]), places)
		if p == air.CO { // its step is 0.1 mg/m³
			s.High[p] = int32(num.D(h, 2).Round(0, num.HalfEven).Units)
			s.Value[p] = s.High[p]
			conc[p] = num.D(int64(s.Value[p]), 1)
		}
		have |= 1 << p
	}
	c := r.Composite(&conc, have)
	for _, p := range have.List() {
		s.Single[p] = int32(c.Single[p].Units)
	}
	s.Worst = c.Worst
	if c.Complete {
		s.Composite = int32(c.Composite.Units)
	}
	for day := w.From; day < w.To; day++ {
		a := d.AQI[d.At(u, day)]
		if a < 0 {
			continue
		}
		s.ValidDays++
		s.Levels[r.Edition.Levels.Of(int(a)).Level-1]++
		if a <= 100 {
			s.GoodDays++
			continue
		}
		for _, p := range d.Primary[d.At(u, day)].List() {
			s.Lost[p]++
		}
	}
	return s
}

func drawDays(t *rapid.T, start calendar.Day, n, units int) *air.Days {
	d := air.NewDays(start, n, units, false)
	top := map[air.Pollutant]int{air.SO2: 40, air.NO2: 90, air.CO: 40, air.O3_8h: 260, air.PM10: 300, air.PM25: 200}
	seed := rapid.Uint64().Draw(t, "seed") | 1
	gap := rapid.SampledFrom([]int{3, 30, 10000}).Draw(t, "gap")
	next := func(n int) int {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		return int(seed >> 33 % uint64(n))
	}
	for p, limit := range top {
		for i := range d.V[p] {
			switch {
			case next(gap) == 0:
			case next(200) == 0:
				d.V[p][i] = int16(next(5000))
			default:
				d.V[p][i] = int16(next(limit))
			}
		}
	}
	return d
}

// The running year-to-date values equal the period computed anew for every day.
func TestToDateEqualsPeriods(t *testing.T) {
	variants := []*air.Rules{rules(t, "2012", air.Options{}), rules(t, "2026-transition", air.Options{})}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(variants).Draw(t, "rules")
		n := rapid.IntRange(1, 90).Draw(t, "days")
		const units = 4
		d := drawDays(t, calendar.MustDay("2026-01-01"), n, units)
		from := rapid.IntRange(0, n-1).Draw(t, "from")
		y := r.ToDate(d, air.Window{From: from, To: n}, rapid.IntRange(1, 2).Draw(t, "workers"))
		for day := from; day < n; day++ {
			stats := r.Periods(d, []air.Window{{From: from, To: day + 1}}, nil, 1)
			ranks := air.RankWindow(stats, 0, nil)
			for u := range units {
				at := (day-from)*units + u
				if y.Index[at] != stats[u][0].Composite || y.Rank[at] != ranks[u] {
					t.Fatalf("day %d unit %d: %d place %d, want %d place %d", day, u, y.Index[at], y.Rank[at], stats[u][0].Composite, ranks[u])
				}
			}
		}
	})
}

// A place is one more than the number of better values; missing values have none.
func TestRankProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.SampledFrom([]int32{3, 500, 1 << 20}).Draw(t, "top")
		values := rapid.SliceOfN(rapid.Int32Range(-1, top), 0, 60).Draw(t, "values")
		desc := rapid.Bool().Draw(t, "desc")
		got := air.Rank(values, desc)
		dec, have := make([]num.Decimal, len(values)), make([]bool, len(values))
		for i, v := range values {
			dec[i], have[i] = num.D(int64(v), 2), v >= 0
			want := 0
			if v >= 0 {
				want = 1
				for _, o := range values {
					if o >= 0 && (o < v && !desc || o > v && desc) {
						want++
					}
				}
			}
			if int(got[i]) != want {
				t.Fatalf("%v: place %d of value %d, want %d", values, got[i], v, want)
			}
		}
		for i, p := range air.RankDecimals(dec, have, desc) {
			if p != int(got[i]) {
				t.Fatalf("decimals rank %d, steps rank %d", p, got[i])
			}
		}
	})
}

// HJ 663: k = 1+(n−1)p/100, linear.
func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		values []int16
		p      int
		want   int64
	}{
		{[]int16{5}, 95, 500}, {[]int16{1, 2}, 90, 190}, {[]int16{10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110}, 90, 10000},
		{[]int16{4, 1, 3, -1, 2}, 50, 250}, {[]int16{-1}, 95, 0}, {[]int16{7, 7, 7, 7}, 98, 700}, {[]int16{0, 100}, 98, 9800},
	} {
		got, ok := air.Percentile(c.values, c.p)
		if got != c.want || ok != (slices.Max(c.values) >= 0) {
			t.Errorf("%v p%d: %d, %v, want %d", c.values, c.p, got, ok, c.want)
		}
	}
}

// Workers only share the work out; the nation's figures are the same.
func TestRecomputeWithWorkers(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.MustDay("2019-12-20")
		h := drawHours(t, start, 45, 9)
		windows := append(air.MonthWindows(start, 45), air.Window{From: 3, To: 44})
		var want *air.Nation
		for _, workers := range []int{1, 2, 5} {
			got, err := r.Recompute(h, windows, nil, workers)
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			} else if d := cmp.Diff(want, got); d != "" {
				t.Fatal(d)
			}
		}
	})
	bad := air.NewHours(0, 2, 2)
	bad.V[air.CO] = bad.V[air.CO][1:]
	if _, err := r.Recompute(bad, nil, nil, 1); err == nil {
		t.Error("a short column was taken")
	}
}

// Hourly AQI columns hold the AQI of each hour.
func TestHourlyAQI(t *testing.T) {
	r := rules(t, "2026-transition", air.Options{})
	h := air.NewHours(calendar.MustDay("2026-03-01"), 2, 2)
	// 新乡 2391A, 2022-01-05 00h: 109 under HJ 633-2026.
	for p, v := range map[air.Pollutant]int16{air.SO2: 9, air.NO2: 48, air.CO: 11, air.O3: 18, air.PM10: 105, air.PM25: 69} {
		h.V[p][h.At(1, 1, 24)] = v
	}
	got, err := r.HourlyAQI(h, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range got {
		want := int16(-1)
		if i == h.At(1, 1, 24) {
			want = 109
		}
		if a != want {
			t.Errorf("index %d: %d, want %d", i, a, want)
		}
	}
	trial := air.NewHours(0, 1, 1)
	trial.V[air.SO2] = nil
	if _, err := r.HourlyAQI(trial, 1); err != nil {
		t.Errorf("a column without values: %v", err)
	}
}
