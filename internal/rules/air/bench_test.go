package air_test

import (
	"testing"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// nation makes a nation-year of hours: 338 units, 365 days, 2 % missing.
func nation() *air.Hours {
	h := air.NewHours(calendar.MustDay("2023-01-01"), 365, 338)
	top := map[air.Pollutant]uint64{air.SO2: 30, air.NO2: 80, air.CO: 20, air.O3: 220, air.PM10: 180, air.PM25: 110}
	seed := uint64(1)
	for _, p := range hourly {
		for i := range h.V[p] {
			seed ^= seed << 13
			seed ^= seed >> 7
			seed ^= seed << 17
			if seed%50 != 0 {
				h.V[p][i] = int16(seed >> 33 % top[p])
			}
		}
	}
	return h
}

func BenchmarkNationYear(b *testing.B) {
	r, h := rules(b, "2012", air.Options{}), nation()
	windows := append(air.MonthWindows(h.Start, 365), air.Window{From: 0, To: 365})
	for b.Loop() {
		if _, err := r.Recompute(h, windows, func(w air.Window) bool { return w.To-w.From >= 365 }, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNationToDate(b *testing.B) {
	r, h := rules(b, "2012", air.Options{}), nation()
	d, err := r.DailyMeans(h, 0)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r.ToDate(d, air.Window{From: 0, To: 365}, 1)
	}
}

// BenchmarkLateHour follows one corrected hour of one station to day, month, year and rank
// (338 cities, of which the first has four stations of hourly data, over a year).
func BenchmarkLateHour(b *testing.B) {
	r := rules(b, "2026-transition", air.Options{})
	h := air.NewHours(calendar.MustDay("2026-01-01"), 365, 338)
	for _, p := range hourly {
		for i := range h.V[p] {
			h.V[p][i] = int16(20 + i*7%50)
		}
	}
	cities := make([][]air.Member, 338)
	for c := range cities {
		cities[c] = []air.Member{{Station: c}, {Station: (c + 1) % 338}, {Station: (c + 2) % 338}, {Station: (c + 3) % 338}}
	}
	windows := append(air.MonthWindows(h.Start, 365), air.Window{From: 0, To: 365})
	l, err := air.NewLive(r, h, cities, windows, func(w air.Window) bool { return w.To-w.From > 31 }, 0)
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		i++
		if _, err := l.Apply(air.HourValue{Station: 0, Pollutant: air.PM25, Day: 200, Label: 9, Value: int16(i % 2 * 800)}); err != nil {
			b.Fatal(err)
		}
	}
}
