package demo_test

import (
	"testing"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

// TestStoryIsOpen: at the start none of the year's targets is decided, by the arithmetic the
// target page uses.
func TestStoryIsOpen(t *testing.T) {
	w := newWorld(t, demo.Seed)
	r := newRules(t)
	d := cityDays(t, w, r, firstDay, lastDay)
	s := &budget.Series{First: d.Start}
	items := [budget.Items]air.Pollutant{budget.SO2: air.SO2, budget.NO2: air.NO2, budget.CO: air.CO, budget.O3: air.O3_8h, budget.PM10: air.PM10, budget.PM25: air.PM25}
	for i, p := range items {
		for _, v := range d.V[p] {
			s.Values[i] = append(s.Values[i], milli(p, int64(v)))
		}
	}
	limits := budget.Limits{budget.SO2: 150_000, budget.NO2: 80_000, budget.CO: 4_000, budget.O3: 160_000, budget.PM10: 120_000, budget.PM25: 60_000}
	in, err := budget.NewInput(s, lastDay, limits)
	if err != nil {
		t.Fatal(err)
	}
	if in.Levels, err = budget.FitLevels(transitions(w), in.ElapsedRef); err != nil {
		t.Fatal(err)
	}
	prior, err := budget.Prior()
	if err != nil {
		t.Fatal(err)
	}
	sim, err := budget.NewSimulator(in, prior.Options())
	if err != nil {
		t.Fatal(err)
	}
	targets, err := demo.Targets()
	if err != nil {
		t.Fatal(err)
	}
	out, err := sim.Run(budget.Scenario{}, []budget.Target{
		{Kind: budget.Mean, Item: budget.PM25, Limit: target(t, targets, "pm25"), Quantum: 100},
		{Kind: budget.Mean, Item: budget.PM10, Limit: target(t, targets, "pm10"), Quantum: 1000},
		{Kind: budget.GoodDays, Days: int(target(t, targets, "good_days") / 1000)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"PM2.5", "PM10", "good days"} {
		a := out.Answers[i]
		t.Logf("%s: %.0f %%, %.1f to %.1f to %.1f", name, 100*a.Probability, a.End.P10, a.End.P50, a.End.P90)
		between(t, "the chance of "+name, a.Probability, 0.25, 0.75)
	}
}

func milli(p air.Pollutant, v int64) int64 {
	switch {
	case v < 0:
		return budget.Missing
	case p == air.CO:
		return v * 100
	}
	return v * 1000
}

func transitions(w *synth.World) []budget.Transition {
	first := calendar.MustDay("2024-01-01")
	panel := w.CityDays(first, int(lastDay-first)+1)
	order := [budget.Items]synth.Pollutant{budget.SO2: synth.SO2, budget.NO2: synth.NO2, budget.CO: synth.CO, budget.O3: synth.O3, budget.PM10: synth.PM10, budget.PM25: synth.PM25}
	var out []budget.Transition
	for c := range panel {
		s := &budget.Series{First: first}
		for i, p := range order {
			for _, v := range panel[c][p] {
				s.Values[i] = append(s.Values[i], synth.Milli(p, v))
			}
		}
		years := s.Years(budget.MaxGap)
		out = append(out, budget.Transition{Prev: &years[0], Next: &years[1]})
	}
	return out
}

func target(t *testing.T, all []demo.Target, item string) int64 {
	t.Helper()
	for _, x := range all {
		if x.Item == item && x.Year == 2026 && x.Region == demo.City {
			return x.Value
		}
	}
	t.Fatalf("no target for %s", item)
	return 0
}
