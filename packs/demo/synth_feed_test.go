package demo_test

import (
	"slices"
	"testing"

	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// TestOneHourEqualsBatch: an hour asked alone equals the same hour in a long span.
func TestOneHourEqualsBatch(t *testing.T) {
	w := newWorld(t, demo.Seed)
	from, to := start-2000, start
	all := w.AllKnown(from, to, to)
	for h := from; h <= to; h += 37 {
		for _, s := range []int{0, 3, 11, 40, 75} {
			one := w.Known(s, h, h, to)
			for p := range one {
				if one[p][0] != all[s][p][h-from] {
					t.Fatalf("%s %v hour %d: alone %d, in the span %d", w.SiteCode(s), synth.Pollutant(p), h, one[p][0], all[s][p][h-from])
				}
			}
		}
	}
	days := w.CityDays(firstDay, 700)
	few := w.CityDays(firstDay.Add(333), 3)
	for c := range few {
		for p := range few[c] {
			if !slices.Equal(few[c][p], days[c][p][333:336]) {
				t.Fatalf("city %d %v: %v alone, %v in the span", w.Adcode(c), synth.Pollutant(p), few[c][p], days[c][p][333:336])
			}
		}
	}
}

// TestContinuation: what was known at the start plus the news of ten days, hour by hour or in
// one go, is what is known ten days later.
func TestContinuation(t *testing.T) {
	w := newWorld(t, demo.Seed)
	from, end := start-200, start+240
	have, once := w.AllKnown(from, end, start), w.AllKnown(from, end, start)
	late, corrected := 0, 0
	for at := start + 1; at <= end; at++ {
		for _, c := range w.News(from, at-1, at) {
			for k, h := range c.Hours {
				switch cell := &have[c.Site][c.Item][h-from]; {
				case *cell == c.Values[k]:
					t.Fatalf("%s %v of hour %d came in again at %d", w.SiteCode(c.Site), c.Item, h, at)
				case *cell != synth.Missing:
					corrected++
				case h < at:
					late++
				}
				have[c.Site][c.Item][h-from] = c.Values[k]
			}
		}
	}
	for _, c := range w.News(from, start, end) {
		for k, h := range c.Hours {
			once[c.Site][c.Item][h-from] = c.Values[k]
		}
	}
	want := w.AllKnown(from, end, end)
	for s := range want {
		for p := range want[s] {
			if !slices.Equal(have[s][p], want[s][p]) || !slices.Equal(once[s][p], want[s][p]) {
				t.Fatalf("%s %v differ", w.SiteCode(s), synth.Pollutant(p))
			}
		}
	}
	if late < 500 || corrected < 10 {
		t.Errorf("%d late and %d corrected values in ten days of 76 stations", late, corrected)
	}
}

func TestSeeds(t *testing.T) {
	a, b, c := newWorld(t, 9), newWorld(t, 9), newWorld(t, 10)
	x, y, z := a.Known(5, start-500, start, start), b.Known(5, start-500, start, start), c.Known(5, start-500, start, start)
	same := 0
	for p := range x {
		if !slices.Equal(x[p], y[p]) {
			t.Errorf("%v: the same seed gave two courses", synth.Pollutant(p))
		}
		if slices.Equal(x[p], z[p]) {
			same++
		}
	}
	if same > 0 {
		t.Errorf("%d items are the same under two seeds", same)
	}
}

// TestFaults: the missing share, the station that is offline at the start and the stuck
// instrument.
func TestFaults(t *testing.T) {
	w := newWorld(t, demo.Seed)
	from := synth.HourEnd(firstDay, 1)
	all := w.AllKnown(from, start, synth.Final)
	for s := range all {
		missing := 0
		for p := range all[s] {
			for _, v := range all[s][p] {
				if v < 0 {
					missing++
				}
			}
		}
		between(t, "missing share of "+w.SiteCode(s), float64(missing)/float64(len(all[s][0])*synth.Pollutants), 0.003, 0.025)
	}
	offline := index(t, w, "9718B")
	last := w.Known(offline, start-8, start, start)[synth.PM25]
	if last[2] < 0 || !slices.Equal(last[3:], []int16{-1, -1, -1, -1, -1, -1}) {
		t.Errorf("9718B before 08:00: %v, want a value at 02:00 and none after", last)
	}
	back := synth.HourEnd(calendar.MustDay("2026-08-28"), 16)
	if v := w.Known(offline, back, back, synth.Final)[synth.PM25][0]; v < 0 {
		t.Error("9718B has not come back at 16:00")
	}
	stuck := w.Known(index(t, w, "9721B"), synth.HourEnd(calendar.MustDay("2026-08-20"), 5), synth.HourEnd(calendar.MustDay("2026-08-21"), 17), synth.Final)[synth.PM10]
	run, value := 0, int16(-1)
	for _, v := range stuck {
		if v >= 0 && value < 0 {
			value = v
		}
		if v == value {
			run++
		}
	}
	if run < 33 || value < 0 {
		t.Errorf("the stuck instrument repeats %d %d times of %d", value, run, len(stuck))
	}
}

func index(t *testing.T, w *synth.World, code string) int {
	t.Helper()
	for i := range w.Sites() {
		if w.SiteCode(i) == code {
			return i
		}
	}
	t.Fatalf("no station %s", code)
	return -1
}

// TestPanel: plausible values everywhere, neighbours alike, the far west not.
func TestPanel(t *testing.T) {
	w := newWorld(t, demo.Seed)
	if w.Cities() != 337 {
		t.Errorf("%d cities, want 337 (338 without the demonstration city)", w.Cities())
	}
	days := w.CityDays(calendar.MustDay("2025-01-01"), 365)
	at := map[int]int{}
	var national float64
	for c := range days {
		at[w.Adcode(c)] = c
		mean := 0.0
		for d := range 365 {
			for p := range days[c] {
				if days[c][p][d] < 1 {
					t.Fatalf("city %d %v day %d: %d", w.Adcode(c), synth.Pollutant(p), d, days[c][p][d])
				}
			}
			if days[c][synth.PM10][d] < days[c][synth.PM25][d] {
				t.Fatalf("city %d day %d: PM10 below PM2.5", w.Adcode(c), d)
			}
			mean += float64(days[c][synth.PM25][d]) / 365
		}
		between(t, "annual PM2.5 of a city", mean, 4, 75)
		national += mean / float64(len(days))
	}
	between(t, "mean PM2.5 of the panel", national, 25, 34)
	zhengzhou, kaifeng, kashi := days[at[410100]][synth.PM25], days[at[410200]][synth.PM25], days[at[653100]][synth.PM25]
	between(t, "correlation of Zhengzhou and Kaifeng", correlation(zhengzhou, kaifeng), 0.7, 0.98)
	if near, far := correlation(zhengzhou, kaifeng), correlation(zhengzhou, kashi); far > near-0.1 {
		t.Errorf("Zhengzhou goes with Kashi (%.2f) as with Kaifeng (%.2f)", far, near)
	}
}

func BenchmarkTwoYears(b *testing.B) {
	w := newWorld(b, demo.Seed)
	for b.Loop() {
		w.AllKnown(synth.HourEnd(firstDay, 1), start, start)
		w.CityDays(calendar.MustDay("2024-01-01"), int(lastDay-calendar.MustDay("2024-01-01"))+1)
	}
}

func BenchmarkHour(b *testing.B) {
	w := newWorld(b, demo.Seed)
	at := start
	for b.Loop() {
		at++
		w.News(0, at-1, at)
	}
}
