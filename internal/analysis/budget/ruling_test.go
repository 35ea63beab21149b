package budget_test

import (
	"math"
	"testing"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

func ruling(t *testing.T, set string) budget.Ruling {
	t.Helper()
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	ed, ok := reg.ByID(set)
	if !ok {
		t.Fatal("no set", set)
	}
	r, err := budget.RulingOf(ed)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Limits, percentiles and steps come from the set (GB 3095 and HJ 633 of 2012
// and 2026: IAQI 100 at PM2.5 75 and 60, PM10 150 and 120, the rest unchanged).
func TestRulingOf(t *testing.T) {
	old, transition := ruling(t, "2012"), ruling(t, "2026-transition")
	if old.Limits != limits2012() {
		t.Errorf("2012: %v", old.Limits)
	}
	want := limits2012()
	want[budget.PM10], want[budget.PM25] = 120_000, 60_000
	if transition.Limits != want {
		t.Errorf("2026: %v", transition.Limits)
	}
	if transition.Percent != [budget.Items]int{budget.CO: 95, budget.O3: 90} {
		t.Errorf("percentiles %v", transition.Percent)
	}
	if transition.Quantum[budget.PM25] != 100 || transition.Quantum[budget.PM10] != 1000 || transition.DayStep[budget.CO] != 100 {
		t.Errorf("steps %v %v", transition.Quantum, transition.DayStep)
	}
	for in, v := range map[string]int64{"35.5": 36_000, "44.5": 44_000, "44.5000000001": 45_000, "0": 0} {
		if got := transition.Round(budget.PM25, num.MustParse(in)); got != v {
			t.Errorf("%s rounds to %d, want %d", in, got, v)
		}
	}
}

func TestRulingTarget(t *testing.T) {
	r := ruling(t, "2026-transition")
	for _, tc := range []struct {
		item     budget.Item
		text     string
		kind     budget.Kind
		limit    int64
		quantum  int64
		decimals int
	}{
		{budget.PM25, "28", budget.Mean, 28_000, 100, 1},
		{budget.PM25, "28.05", budget.Mean, 28_050, 10, 2},
		{budget.PM10, "70", budget.Mean, 70_000, 1000, 0},
		{budget.O3, "160", budget.Quantile, 160_000, 1000, 0},
		{budget.CO, "1.2", budget.Quantile, 1_200, 100, 1},
	} {
		got, err := r.Target(tc.item, num.MustParse(tc.text))
		if err != nil || got.Kind != tc.kind || got.Limit != tc.limit || got.Quantum != tc.quantum || got.Decimals() != tc.decimals {
			t.Errorf("%s %s: %+v, %v", tc.item, tc.text, got, err)
		}
	}
	for _, bad := range []string{"-1", "28.0001"} {
		if got, err := r.Target(budget.PM25, num.MustParse(bad)); err == nil {
			t.Errorf("%s was accepted: %+v", bad, got)
		}
	}
}

// The rests of the past years over the days left, to say which one the needed
// rest would be.
func TestRestHistory(t *testing.T) {
	s := city("2022-01-01", "2025-10-31", 11)
	in, err := budget.NewInput(s, calendar.MustDay("2025-10-31"), limits2012())
	if err != nil {
		t.Fatal(err)
	}
	got := budget.RestHistory(in, budget.PM25)
	if len(got) != 3 || got[0].Year != 2022 || got[2].Year != 2024 {
		t.Fatalf("%+v", got)
	}
	for _, y := range got {
		sum := 0.0
		for d := calendar.Date(y.Year, 11, 1); d <= calendar.Date(y.Year, 12, 31); d++ {
			sum += float64(s.At(budget.PM25, d)) / 1000
		}
		if math.Abs(y.Mean-sum/61) > 1e-9 {
			t.Errorf("%d: %g, by hand %g", y.Year, y.Mean, sum/61)
		}
	}
}

// Two usable years in a row are a step; a broken year or the target year are not.
func TestTransitions(t *testing.T) {
	ys := city("2021-01-01", "2025-12-31", 12).Years(budget.MaxGap)
	if got := budget.Transitions(ys, 2025); len(got) != 3 || got[2].Next.Year != 2024 {
		t.Errorf("%d steps", len(got))
	}
	ys[1].Valid[budget.O3] = 200
	if got := budget.Transitions(ys, 2026); len(got) != 2 || got[0].Prev.Year != 2023 {
		t.Errorf("%d steps around a broken year", len(got))
	}
	prior, err := budget.Prior()
	if err != nil {
		t.Fatal(err)
	}
	if l, learned := budget.LevelsFor(nil, prior, 120); learned || l != prior.At(120) {
		t.Errorf("without a panel: learned %v", learned)
	}
}
