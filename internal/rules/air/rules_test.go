package air_test

import (
	"os"
	"testing"
	"time"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// hours builds a day: the same value everywhere, but missing at the labels given.
func hours(v int16, gone ...int) []int16 {
	h := make([]int16, 24)
	for i := range h {
		h[i] = v
	}
	for _, l := range gone {
		h[l-1] = air.Missing
	}
	return h
}

// GB 3095 table 4: a daily mean needs 20 hours.
func TestTwentyHourRule(t *testing.T) {
	if m, n := air.DayMean(hours(50, 1, 2, 3, 4), 20); n != 20 || m.Round(0, 0) != 50 {
		t.Errorf("20 hours: %v, %d", m, n)
	}
	if m, n := air.DayMean(hours(50, 1, 2, 3, 4, 5), 20); n != 19 || m.Round(0, 0) != -1 {
		t.Errorf("19 hours: %v, %d", m, n)
	}
	if m, _ := air.DayMean(hours(0), 20); m.Round(0, 0) != 0 {
		t.Errorf("zeros: %v", m)
	}
}

// MDA8: 17 windows ending 08…24, 6 of 8 hours each, 14 windows or above the limit.
func TestMDA8(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	from1 := rules(t, "2012", air.Options{FirstWindow: 1})
	night := hours(40)
	for l := 1; l <= 3; l++ {
		night[l-1] = 240 // high after midnight, with the evening before
	}
	eve := hours(40)
	for l := 20; l <= 24; l++ {
		eve[l-1] = 240
	}
	noon := hours(60)
	for l := 12; l <= 19; l++ {
		noon[l-1] = 171
	}
	for _, c := range []struct {
		name        string
		rules       *air.Rules
		day, before []int16
		want        int64
		windows     int
	}{
		{"flat", r, hours(100), nil, 100, 17},
		{"all missing", r, hours(-1), nil, -1, 0},
		{"afternoon", r, noon, nil, 171, 17},
		{"two hours of every window may be missing", r, hours(100, 7, 8, 15, 16, 23, 24), nil, 100, 17},
		// labels 1…9 missing: windows 16…24 and 15 (10…15 is six hours): ten windows, too few
		{"too few windows", r, hours(100, 1, 2, 3, 4, 5, 6, 7, 8, 9), nil, -1, 10},
		{"too few windows at the limit", r, hours(160, 1, 2, 3, 4, 5, 6, 7, 8, 9), nil, -1, 10},
		{"too few windows but above the limit", r, hours(161, 1, 2, 3, 4, 5, 6, 7, 8, 9), nil, 161, 10},
		{"fourteen windows", r, hours(100, 1, 2, 3, 4, 5), nil, 100, 14},
		{"thirteen windows", r, hours(100, 1, 2, 3, 4, 5, 6), nil, -1, 13},
		{"the night before does not count", r, night, eve, 115, 17},
		{"windows 01–24 reach back", from1, night, eve, 240, 24},
		{"windows 01–24 without a day before", from1, hours(100), nil, 100, 19},
	} {
		m, w := air.MDA8(c.rules, c.day, c.before, 0)
		if got := m.Round(0, 0); got != c.want || w != c.windows {
			t.Errorf("%s: got %d with %d windows, want %d with %d", c.name, got, w, c.want, c.windows)
		}
	}
}

// City hour: mean of the assessed stations, rounded once; city day: mean of station days,
// exact until the end.
func TestCityFromStations(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	st := air.NewHours(calendar.MustDay("2025-01-01"), 1, 5)
	set := func(s int, values ...int16) {
		for l := range 24 {
			st.V[air.PM25][s*24+l] = values[l%len(values)]
		}
	}
	set(0, 10, 11) // day 10.5
	set(1, 10, 10) // 10
	set(2, 11, 12) // 11.5
	set(3, 12, 12) // 12
	set(4, 500)    // background
	city := [][]air.Member{{{Station: 0}, {Station: 1}, {Station: 2}, {Station: 3}}}
	even, err := r.CityHours(st, city, num.HalfEven, 1)
	if err != nil {
		t.Fatal(err)
	}
	up, err := r.CityHours(st, city, num.HalfUp, 1)
	if err != nil {
		t.Fatal(err)
	}
	// 43/4 = 10.75 and 45/4 = 11.25
	if even.V[air.PM25][0] != 11 || even.V[air.PM25][1] != 11 || up.V[air.PM25][1] != 11 {
		t.Errorf("city hours %v", even.V[air.PM25][:2])
	}
	days, err := r.CityDays(st, city, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := days.V[air.PM25][0]; got != 11 { // (10.5+10+11.5+12)/4 = 11; rounding the stations first gives 11 or 12
		t.Errorf("city day %d", got)
	}
	set(2, 12, 13) // 12.5
	set(3, 12, 13) // 12.5: mean of the city 11.375
	set(1, 10, 10) // rounding each station first: 10, 10, 12, 12 = 11
	if days, _ = r.CityDays(st, city, 1); days.V[air.PM25][0] != 11 {
		t.Errorf("city day %d", days.V[air.PM25][0])
	}
	set(1, 11, 12) // 11.5 (→12): exact (10.5+11.5+12.5+12.5)/4 = 11.75 → 12; rounded first (10+12+12+12)/4 = 11.5 → 12
	set(0, 9, 10)  // 9.5 (→10): exact 46/4 = 11.5 → 12
	set(2, 11, 11) // exact (9.5+11.5+11+12.5)/4 = 11.125
	if days, _ = r.CityDays(st, city, 1); days.V[air.PM25][0] != 11 {
		t.Errorf("city day %d", days.V[air.PM25][0])
	}
	// Halves: stations 10 and 11 give 10.5: even 10, up 11.
	two := [][]air.Member{{{Station: 0}, {Station: 1}}}
	set(0, 10)
	set(1, 11)
	even, _ = r.CityHours(st, two, num.HalfEven, 1)
	up, _ = r.CityHours(st, two, num.HalfUp, 1)
	if even.V[air.PM25][0] != 10 || up.V[air.PM25][0] != 11 {
		t.Errorf("halves: even %d, up %d", even.V[air.PM25][0], up.V[air.PM25][0])
	}
}

// 75 % of the stations, 50 % when there are fewer than four.
func TestStationsNeeded(t *testing.T) {
	v := &rules(t, "2012", air.Options{}).Edition.Validity
	for stations, want := range map[int]int{0: 1, 1: 1, 2: 1, 3: 2, 4: 3, 5: 4, 7: 6, 8: 6, 9: 7, 20: 15} {
		if got := air.StationsNeeded(v, stations); got != want {
			t.Errorf("%d stations: %d needed, want %d", stations, got, want)
		}
	}
}

// A new edition is a new file: the engine takes it without a change, and gives other results.
func TestMadeUpEdition(t *testing.T) {
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if reg, err = reg.With(os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	day := calendar.MustDay("2040-06-01")
	ed, err := reg.ForDate(day)
	if err != nil || ed.ID != "2040-trial" {
		t.Fatalf("on %s: %v, %v", day, ed, err)
	}
	r, err := air.Compile(ed, air.Options{})
	if err != nil {
		t.Fatal(err)
	}
	final := rules(t, "2026-final", air.Options{})
	v := air.Values{8, 30, 6, air.Missing, 120, 60, 33}
	b := final.AQI(air.Daily, &v)
	v[air.PM25] = r.RoundConc(air.PM25, num.D(33, 0)) // the trial counts PM2.5 days in tenths
	a := r.AQI(air.Daily, &v)
	if b.AQI != 67 || a.AQI != 177 || a.Primary != standard.Of(air.PM25) || b.Primary != standard.Of(air.O3_8h) {
		t.Errorf("2026-final %d %s; 2040-trial %d %s", b.AQI, b.Primary, a.AQI, a.Primary)
	}
	// Its validity minimum is 18 hours, its ozone windows begin at 10, PM2.5 days have a decimal.
	h := air.NewHours(day, 1, 1)
	for _, p := range hourly {
		copy(h.V[p], hours(21, 1, 2, 3, 4, 5, 6))
	}
	h.V[air.PM25][23] = 22
	d, err := r.DailyMeans(h, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.V[air.PM25][0]; got != 211 { // (17·21 + 22)/18 = 21.06
		t.Errorf("PM2.5 day %d tenths, want 211", got)
	}
	if d.V[air.O3_8h][0] != 21 || d.V[air.SO2][0] != 21 {
		t.Errorf("day %v", d.Values(0, 0))
	}
	if d, err = final.DailyMeans(h, 1); err != nil || d.V[air.SO2][0] != -1 {
		t.Errorf("2026-final accepted 18 hours: %v", d.Values(0, 0))
	}
}

// On dust days PM10 and PM2.5 are taken out; the observed days stay as they are.
func TestAssessed(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	d := air.NewDays(calendar.MustDay("2025-04-13"), 2, 1, false)
	for day, v := range []air.Values{{6, 25, 4, -1, 87, 900, 160}, {6, 25, 4, -1, 87, 60, 20}} {
		for p := range v {
			if d.V[p] != nil {
				d.V[p][day] = int16(v[p])
			}
		}
	}
	if err := r.Reassess(d, 1); err != nil {
		t.Fatal(err)
	}
	mask := []bool{true, false}
	out, kept := r.Assessed(d, mask, air.DustExcluded), r.Assessed(d, mask, air.DustKept)
	if d.AQI[0] != 500 || out.AQI[0] != 44 || kept.AQI[0] != 500 || out.AQI[1] != d.AQI[1] {
		t.Errorf("observed %v, assessed %v, kept %v", d.AQI, out.AQI, kept.AQI)
	}
	var o, a air.Stats
	w := air.Window{From: 0, To: 2}
	r.Period(&o, d, 0, w, false)
	r.Period(&a, out, 0, w, false)
	if o.Value[air.PM10] != 480 || a.Value[air.PM10] != 60 || o.GoodDays != 1 || a.GoodDays != 2 || a.ValidDays != 2 {
		t.Errorf("observed %+v\nassessed %+v", o, a)
	}
}

// A comparison across 2026-03-01 stands on one set: PM2.5 70 is a good day of 2012, not of 2026.
func TestCompareAcrossEditions(t *testing.T) {
	old, now := rules(t, "2012", air.Options{}), rules(t, "2026-transition", air.Options{})
	build := func(day string, r *air.Rules, pm int16) *air.Days {
		d := air.NewDays(calendar.MustDay(day), 31, 1, false)
		for p, v := range map[air.Pollutant]int16{air.SO2: 8, air.NO2: 30, air.CO: 6, air.O3_8h: 80, air.PM10: 90, air.PM25: pm} {
			for i := range d.V[p] {
				d.V[p][i] = v
			}
		}
		if err := r.Reassess(d, 1); err != nil {
			t.Fatal(err)
		}
		return d
	}
	last, this := build("2025-03-01", old, 70), build("2026-03-01", now, 65)
	if last.AQI[0] != 94 || this.AQI[0] != 105 {
		t.Fatalf("AQI %d and %d", last.AQI[0], this.AQI[0])
	}
	w := air.Window{From: 0, To: 31}
	c, err := now.Compare(this, w, last, w, 0)
	if err != nil {
		t.Fatal(err)
	}
	if c.Before.GoodDays != 0 || c.GoodDays != 0 || c.Change[air.PM25].String() != "-7.1" || c.Index.Sign() >= 0 || !c.HaveIndex {
		t.Errorf("on one set: %+v", c)
	}
	if last.AQI[0] != 94 {
		t.Error("the published AQI was overwritten")
	}
	if c, err = old.Compare(this, w, last, w, 0); err != nil || c.Now.GoodDays != 31 || c.GoodDays != 0 {
		t.Errorf("on the older set: %+v, %v", c, err)
	}
	if _, err := now.Compare(this, air.Window{From: 0, To: 32}, last, w, 0); err == nil {
		t.Error("a window outside the block was taken")
	}
}

// GB 3095 table 4: 27 days a month, 25 in February, 324 a year.
func TestEnoughDays(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	block := func(n int, gone ...int) *air.Days {
		d := air.NewDays(calendar.MustDay("2025-01-01"), n, 1, false)
		for i := range d.V[air.PM25] {
			d.V[air.PM25][i] = 50
		}
		for _, g := range gone {
			d.V[air.PM25][g] = air.Missing
		}
		return d
	}
	seq := func(from, n int) (out []int) {
		for i := range n {
			out = append(out, from+i)
		}
		return out
	}
	for _, c := range []struct {
		name string
		d    *air.Days
		w    air.Window
		want bool
	}{
		{"27 in January", block(365, seq(0, 4)...), air.Window{From: 0, To: 31}, true},
		{"26 in January", block(365, seq(0, 5)...), air.Window{From: 0, To: 31}, false},
		{"25 in February", block(365, seq(31, 3)...), air.Window{From: 31, To: 59}, true},
		{"24 in February", block(365, seq(31, 4)...), air.Window{From: 31, To: 59}, false},
		{"a year with a weak January", block(365, seq(0, 5)...), air.Window{From: 0, To: 365}, false},
		{"a year with 3 days missing in each month", block(365, everyMonth(3)...), air.Window{From: 0, To: 365}, true},
		{"323 days", block(365, append(everyMonth(3), 3, 59+3, 90+3, 120+3, 151+3, 181+3)...), air.Window{From: 0, To: 365}, false},
		{"half a month", block(365, 1, 2, 3), air.Window{From: 0, To: 15}, true},
		{"nothing", block(31, seq(0, 31)...), air.Window{From: 0, To: 15}, false},
	} {
		if got := r.EnoughDays(c.d, 0, c.w).Has(air.PM25); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// everyMonth lists the first n days of each month of 2025.
func everyMonth(n int) (out []int) {
	start := calendar.MustDay("2025-01-01")
	for m := 1; m <= 12; m++ {
		first := calendar.Date(2025, time.Month(m), 1)
		for i := range n {
			out = append(out, int(first-start)+i)
		}
	}
	return out
}

// Options that an edition cannot satisfy are errors.
func TestCompileErrors(t *testing.T) {
	reg, _ := standard.Builtin()
	ed, _ := reg.ByID("2012")
	for _, o := range []air.Options{{Profile: "weighted-322"}, {Decimals: 9}, {FirstWindow: 25}} {
		if _, err := air.Compile(ed, o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
