package demo_test

import (
	"testing"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// item maps the generator's columns to the engine's.
var item = [synth.Pollutants]air.Pollutant{
	synth.SO2: air.SO2, synth.NO2: air.NO2, synth.CO: air.CO, synth.O3: air.O3, synth.PM10: air.PM10, synth.PM25: air.PM25,
}

var (
	firstDay = calendar.MustDay("2024-08-01")
	lastDay  = calendar.MustDay("2026-08-27")
	start    = synth.HourEnd(calendar.MustDay("2026-08-28"), 8)
)

func newWorld(t testing.TB, seed uint64) *synth.World {
	t.Helper()
	l, err := demo.Land(seed)
	if err != nil {
		t.Fatal(err)
	}
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w, err := demo.World(seed, l, reg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newRules(t testing.TB) *air.Rules {
	t.Helper()
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	ed, ok := reg.ByID("2026-transition")
	if !ok {
		t.Fatal("no edition 2026-transition")
	}
	r, err := air.Compile(ed, air.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// cityYear is the demonstration city's daily values as the engine computes them from the
// four national stations.
func cityDays(t testing.TB, w *synth.World, r *air.Rules, from, to calendar.Day) *air.Days {
	t.Helper()
	days := int(to-from) + 1
	h := air.NewHours(from, days, 4)
	for s := range 4 {
		c := w.Known(s, synth.HourEnd(from, 1), synth.HourEnd(to, 24), synth.Final)
		for p := range c {
			copy(h.V[item[p]][s*days*24:(s+1)*days*24], c[p])
		}
	}
	d, err := r.CityDays(h, [][]air.Member{{{Station: 0}, {Station: 1}, {Station: 2}, {Station: 3}}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func stats(r *air.Rules, d *air.Days, unit int, from, to string) air.Stats {
	var s air.Stats
	r.Period(&s, d, unit, air.WindowOf(d.Start, d.Days, calendar.MustDay(from), calendar.MustDay(to)), false)
	return s
}
