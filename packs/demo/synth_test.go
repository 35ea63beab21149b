package demo_test

import (
	"math"
	"testing"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// between fails the test when a figure leaves its band.
func between(t *testing.T, what string, v, lo, hi float64) {
	t.Helper()
	if v < lo || v > hi {
		t.Errorf("%s is %g, want %g to %g", what, v, lo, hi)
	}
}

func conc(r *air.Rules, s *air.Stats, p air.Pollutant) float64 {
	v := r.PeriodConc(p, s.Value[p])
	return float64(v.Units) / math.Pow10(int(v.Places))
}

// TestYears holds the published seed to the story of the demonstration.
func TestYears(t *testing.T) {
	r := newRules(t)
	d := cityDays(t, newWorld(t, demo.Seed), r, firstDay, lastDay)
	last := stats(r, d, 0, "2025-01-01", "2025-12-31")
	before := stats(r, d, 0, "2025-01-01", "2025-08-27")
	now := stats(r, d, 0, "2026-01-01", "2026-08-27")
	between(t, "PM2.5 of 2025", conc(r, &last, air.PM25), 48, 52)
	between(t, "PM2.5 of 2026 to date", conc(r, &now, air.PM25), 46, 48)
	between(t, "PM2.5 of 2026 beside 2025", conc(r, &now, air.PM25)/conc(r, &before, air.PM25), 0.9, 0.995)
	between(t, "PM10 of 2025", conc(r, &last, air.PM10), 84, 90)
	between(t, "PM10 of 2026 to date", conc(r, &now, air.PM10), 82, 90)
	between(t, "O3 of 2025", conc(r, &last, air.O3_8h), 150, 185)
	between(t, "NO2 of 2025", conc(r, &last, air.NO2), 24, 34)
	between(t, "SO2 of 2025", conc(r, &last, air.SO2), 6, 14)
	between(t, "CO of 2025", conc(r, &last, air.CO), 1, 2)
	between(t, "good days of 2025", float64(last.GoodDays), 215, 226)
	between(t, "valid days of 2025", float64(last.ValidDays), 355, 365)
	between(t, "O3 days of 2026", float64(now.Lost[air.O3_8h]), 30, 48)
	between(t, "PM2.5 days of 2026", float64(now.Lost[air.PM25]), 35, 55)
}

// TestSeasons holds any seed to the shape of a North China year.
func TestSeasons(t *testing.T) {
	r := newRules(t)
	for _, seed := range []uint64{demo.Seed, 1, 2, 3} {
		d := cityDays(t, newWorld(t, seed), r, firstDay, lastDay)
		var o3Season, o3Else, pmWinter, pmSummer, heavy int
		for i := range d.Days {
			m := firstDay.Add(i).Month()
			if d.AQI[i] <= 100 {
				continue
			}
			if d.AQI[i] > 200 {
				heavy++
			}
			switch {
			case d.Primary[i].Has(air.O3_8h) && m >= 4 && m <= 9:
				o3Season++
			case d.Primary[i].Has(air.O3_8h):
				o3Else++
			case m >= 5 && m <= 9:
				pmSummer++
			case m >= 11 || m <= 3:
				pmWinter++
			}
		}
		between(t, "O3 days April–September of two years", float64(o3Season), 50, 140)
		between(t, "O3 days of the other months", float64(o3Else), 0, 10)
		between(t, "PM days November–March", float64(pmWinter), 70, 200)
		between(t, "PM days May–September", float64(pmSummer), 0, 25)
		between(t, "days with AQI above 200", float64(heavy), 1, 30)
		year := stats(r, d, 0, "2025-01-01", "2025-12-31")
		between(t, "PM2.5 of 2025", conc(r, &year, air.PM25), 40, 58)
		between(t, "good days of 2025", float64(year.GoodDays), 195, 260)
		jan, jul := stats(r, d, 0, "2025-01-01", "2025-02-28"), stats(r, d, 0, "2025-07-01", "2025-08-31")
		between(t, "winter over summer PM2.5", conc(r, &jan, air.PM25)/conc(r, &jul, air.PM25), 1.8, 5)
	}
}

// TestCourseOfTheDay: ozone peaks in the afternoon, NO2 in the evening.
func TestCourseOfTheDay(t *testing.T) {
	w := newWorld(t, demo.Seed)
	from := calendar.MustDay("2026-06-01")
	c := w.Known(0, synth.HourEnd(from, 1), synth.HourEnd(from.Add(29), 24), synth.Final)
	mean := func(p synth.Pollutant, label int) float64 {
		sum, n := 0, 0
		for k := label - 1; k < len(c[p]); k += 24 {
			if c[p][k] >= 0 {
				sum += int(c[p][k])
				n++
			}
		}
		return float64(sum) / float64(n)
	}
	between(t, "O3 at 16 h", mean(synth.O3, 16), 130, 220)
	between(t, "O3 at 6 h", mean(synth.O3, 6), 10, 50)
	between(t, "NO2 at 21 h over 14 h", mean(synth.NO2, 21)/mean(synth.NO2, 14), 1.8, 4)
	between(t, "PM2.5 at 8 h over 15 h", mean(synth.PM25, 8)/mean(synth.PM25, 15), 1.1, 1.8)
}

// TestDust: the listed dust days show in PM10 and reach the hundreds.
func TestDust(t *testing.T) {
	w := newWorld(t, demo.Seed)
	peak := func(day string) (most int16) {
		d := calendar.MustDay(day)
		for s := range 4 {
			for _, v := range w.Known(s, synth.HourEnd(d, 1), synth.HourEnd(d.Add(1), 24), synth.Final)[synth.PM10] {
				most = max(most, v)
			}
		}
		return most
	}
	between(t, "PM10 of 2025-04-12", float64(peak("2025-04-12")), 450, 850)
	between(t, "PM10 of 2026-04-16", float64(peak("2026-04-16")), 400, 850)
	between(t, "PM10 of 2026-04-25", float64(peak("2026-04-25")), 30, 300)
}

// TestStationsDiffer: neighbours move together, but no two stations are copies.
func TestStationsDiffer(t *testing.T) {
	w := newWorld(t, demo.Seed)
	all := w.AllKnown(synth.HourEnd(lastDay.Add(-59), 1), synth.HourEnd(lastDay, 24), synth.Final)
	for s := 1; s < len(all); s++ {
		for _, p := range []synth.Pollutant{synth.PM25, synth.O3} {
			c := correlation(all[0][p], all[s][p])
			between(t, p.String()+" of "+w.SiteCode(s)+" beside the first station", c, 0.55, 0.998)
		}
	}
}

func correlation(a, b []int16) float64 {
	var n, sa, sb, saa, sbb, sab float64
	for i := range a {
		if a[i] < 0 || b[i] < 0 {
			continue
		}
		x, y := float64(a[i]), float64(b[i])
		n++
		sa, sb, saa, sbb, sab = sa+x, sb+y, saa+x*x, sbb+y*y, sab+x*y
	}
	cov := sab/n - sa/n*sb/n
	return cov / math.Sqrt((saa/n-sa/n*sa/n)*(sbb/n-sb/n*sb/n))
}

// TestDustDays: the days that the demonstration confirms are the strong ones of the list.
func TestDustDays(t *testing.T) {
	w := newWorld(t, demo.Seed)
	days := map[calendar.Day]bool{}
	for _, d := range demo.DustDays(w, firstDay, lastDay) {
		days[d] = true
	}
	for _, d := range []string{"2025-03-15", "2025-04-12", "2025-04-13", "2026-04-16"} {
		if !days[calendar.MustDay(d)] {
			t.Errorf("%s is not a dust day", d)
		}
	}
	between(t, "number of dust days", float64(len(days)), 10, 30)
}
