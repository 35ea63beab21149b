package air_test

import (
	"testing"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// GB 3095-2026: from 2031 a day with IAQI 100 may break the daily limit.
func TestGoodDayIsNotCompliance(t *testing.T) {
	v := air.Values{150, 80, 40, air.Missing, 160, 120, 60} // every IAQI is 100
	for id, want := range map[string]air.Set{"2026-transition": 0, "2026-final": standard.Of(air.SO2, air.NO2, air.PM10, air.PM25)} {
		r := rules(t, id, air.Options{})
		if res := r.AQI(air.Daily, &v); res.AQI != 100 {
			t.Errorf("%s: AQI %d", id, res.AQI)
		}
		if got := r.OverDay(&v, air.ClassII); got != want {
			t.Errorf("%s: over %s, want %s", id, got, want)
		}
	}
	r := rules(t, "2026-transition", air.Options{})
	if got := r.OverDay(&v, air.ClassI); got != standard.Of(air.SO2, air.O3_8h, air.PM10, air.PM25) {
		t.Errorf("class I: over %s", got)
	}
}

// The annual evaluation: mean and percentile, each against its own limit.
func TestEvaluate(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	d := air.NewDays(calendar.MustDay("2025-01-01"), 365, 1, false)
	for p, v := range map[air.Pollutant]int16{air.SO2: 60, air.NO2: 40, air.CO: 40, air.O3_8h: 160, air.PM10: 70, air.PM25: 35} {
		for i := range d.V[p] {
			d.V[p][i] = v
		}
	}
	w := air.Window{From: 0, To: 365}
	var s air.Stats
	r.Period(&s, d, 0, w, true)
	if v := r.Evaluate(&s, air.ClassII); !v.Meets {
		t.Errorf("at the limits: %+v", v)
	}
	for i := range 30 { // 30 days of 80 lift the 95th percentile of PM2.5 above 75, and the mean
		d.V[air.PM25][i*12] = 80
	}
	for i := range 40 { // 40 days of 170 lift the 90th percentile of O3
		d.V[air.O3_8h][i*9] = 170
	}
	r.Period(&s, d, 0, w, true)
	v := r.Evaluate(&s, air.ClassII)
	if v.Meets || v.OverHigh != standard.Of(air.PM25, air.O3_8h) || v.OverMean != standard.Of(air.PM25) {
		t.Errorf("over: %+v", v)
	}
	r.Period(&s, d, 0, w, false)
	if v := r.Evaluate(&s, air.ClassII); v.Meets || v.Unknown.Len() != 6 {
		t.Errorf("without percentiles: %+v", v)
	}
}

func TestExceedMultiple(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	for _, c := range []struct{ c, s, want string }{{"90", "75", "0.20"}, {"155", "70", "1.21"}, {"4.1", "4", "0.02"}} {
		m, ok := r.ExceedMultiple(num.MustParse(c.c), num.MustParse(c.s))
		if !ok || m.String() != c.want {
			t.Errorf("%v: %s", c, m)
		}
	}
	if _, ok := r.ExceedMultiple(num.MustParse("75"), num.MustParse("75")); ok {
		t.Error("at the limit nothing is exceeded")
	}
}
