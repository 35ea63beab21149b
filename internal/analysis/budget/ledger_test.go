package budget_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/num"
)

// An even target admits up to and including target + ½, an odd one only less;
// with one printed decimal the margin is ±0.05.
func TestAllowedMean(t *testing.T) {
	year := func(n int, v int64) []int64 { return slices.Repeat([]int64{v}, n) }
	for _, tc := range []struct {
		name            string
		year            int
		values          []int64
		target, quantum int64
		atTarget        budget.Ratio
		allowed         budget.Ratio
		inclusive       bool
		printed, gap    int64
	}{
		{"even target", 2025, year(265, 55_000), 52_000, 1000, budget.Ratio{Num: 52_000*365 - 265*55_000, Den: 100}, budget.Ratio{Num: 105_000*365 - 2*265*55_000, Den: 200}, true, 55_000, 3000},
		{"odd target", 2025, year(265, 55_000), 53_000, 1000, budget.Ratio{Num: 53_000*365 - 265*55_000, Den: 100}, budget.Ratio{Num: 107_000*365 - 2*265*55_000, Den: 200}, false, 55_000, 2000},
		{"one decimal, even", 2025, year(265, 55_000), 52_400, 100, budget.Ratio{Num: 52_400*365 - 265*55_000, Den: 100}, budget.Ratio{Num: 104_900*365 - 2*265*55_000, Den: 200}, true, 55_000, 2600},
		{"leap year", 2024, year(266, 55_000), 52_000, 1000, budget.Ratio{Num: 52_000*366 - 266*55_000, Den: 100}, budget.Ratio{Num: 105_000*366 - 2*266*55_000, Den: 200}, true, 55_000, 3000},
		{"a missing day is not a day", 2025, append(year(264, 55_000), budget.Missing), 52_000, 1000, budget.Ratio{Num: 52_000*364 - 264*55_000, Den: 100}, budget.Ratio{Num: 105_000*364 - 2*264*55_000, Den: 200}, true, 55_000, 3000},
	} {
		l, err := budget.NewMeanLedger(tc.year, tc.values, budget.MeanTarget{Target: tc.target, Quantum: tc.quantum})
		if err != nil {
			t.Fatal(err)
		}
		if l.RestAtTarget != tc.atTarget || l.RestAllowed != tc.allowed || l.RestInclusive != tc.inclusive || l.Printed() != tc.printed || l.Gap() != tc.gap {
			t.Errorf("%s: at target %v allowed %v inclusive %v printed %d gap %d", tc.name, l.RestAtTarget, l.RestAllowed, l.RestInclusive, l.Printed(), l.Gap())
		}
	}
}

func TestMeanLedgerEdges(t *testing.T) {
	target := budget.MeanTarget{Target: 52_000, Quantum: 1000}
	l, err := budget.NewMeanLedger(2025, nil, target)
	if err != nil || l.Left != 365 || l.ToDate.Known() || l.Printed() != budget.Missing || l.RestAllowed.Round(100, num.Floor) != 52_500 {
		t.Errorf("before the first day: %+v %v", l, err)
	}
	full := slices.Repeat([]int64{52_500}, 365)
	if l, err = budget.NewMeanLedger(2025, full, target); err != nil || l.Left != 0 || l.RestAllowed.Known() || !l.Possible() || l.Printed() != 52_000 {
		t.Errorf("after the last day, 52.5 prints as 52: %+v %v", l, err)
	}
	full[0] += 1000
	if l, _ = budget.NewMeanLedger(2025, full, target); l.Possible() || l.Printed() != 53_000 {
		t.Errorf("a hair above 52.5 prints as 53: %+v", l)
	}
	if _, err := budget.NewMeanLedger(2025, make([]int64, 366), target); err == nil {
		t.Error("366 days of 2025 were accepted")
	}
	if _, err := budget.NewMeanLedger(2025, nil, budget.MeanTarget{Target: 52_500, Quantum: 1000}); err == nil {
		t.Error("a target between two printed steps was accepted")
	}
}

// A 250 µg/m³ day in a year at 50 costs 0.55 µg/m³ (analytics §2.1).
func TestOneDay(t *testing.T) {
	l, err := budget.NewMeanLedger(2025, slices.Repeat([]int64{50_000}, 100), budget.MeanTarget{Target: 50_000, Quantum: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if got := l.OneDay(250_000).Round(10, num.HalfEven); got != 550 {
		t.Errorf("one day of 250 costs %d thousandths, want 550", got)
	}
}

// The allowed rest is exact: just it meets the target, one thousandth of the sum
// more does not.
func TestAllowedMeanIsTight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quantum := rapid.SampledFrom([]int64{100, 1000}).Draw(t, "quantum")
		target := rapid.Int64Range(10, 900).Draw(t, "target") * quantum
		values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 200_000), rapid.Just(budget.Missing)), 1, 364).Draw(t, "values")
		l, err := budget.NewMeanLedger(2025, values, budget.MeanTarget{Target: target, Quantum: quantum})
		if err != nil {
			t.Fatal(err)
		}
		// The largest whole sum of the days left that meets the target.
		most := num.Div(l.RestAllowed.Num*int64(l.Left), l.RestAllowed.Den, num.Floor)
		if !l.RestInclusive && most*l.RestAllowed.Den == l.RestAllowed.Num*int64(l.Left) {
			most--
		}
		if !l.Met(most) || l.Met(most+1) {
			t.Fatalf("sum %d of %d days: met %v, one more %v; %+v", most, l.Left, l.Met(most), l.Met(most+1), l)
		}
		// The printed mean agrees with the decision.
		if printed := l.EndWith(most).Round(quantum, num.HalfEven); printed > target {
			t.Fatalf("prints %d above the target %d", printed, target)
		}
		if printed := l.EndWith(most+1).Round(quantum, num.HalfEven); printed <= target {
			t.Fatalf("prints %d, not above the target %d", printed, target)
		}
		if l.RestAtTarget.Float() > l.RestAllowed.Float() {
			t.Fatalf("%v above %v", l.RestAtTarget, l.RestAllowed)
		}
	})
}

func TestPercentile(t *testing.T) {
	for _, tc := range []struct {
		values  []int64
		percent int
		want    budget.Ratio
	}{
		{[]int64{10}, 90, budget.Ratio{Num: 10, Den: 1}},
		{[]int64{30, 10, 20}, 50, budget.Ratio{Num: 20, Den: 1}},
		{[]int64{10, 20}, 90, budget.Ratio{Num: 1900, Den: 100}},
		{[]int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 90, budget.Ratio{Num: 10, Den: 1}},
		{nil, 90, budget.Ratio{}},
	} {
		if got := budget.Percentile(tc.values, tc.percent); got != tc.want {
			t.Errorf("Percentile(%v, %d) = %v, want %v", tc.values, tc.percent, got, tc.want)
		}
	}
}

// For O3-90 about a tenth of the year less one may lie above the limit: with
// that many days as high as one likes the target holds, with one more it falls.
func TestOzoneDaysAllowed(t *testing.T) {
	for year, n := range map[int]int{2024: 366, 2025: 365} {
		target := budget.PercentileTarget{Percent: 90, Target: 160_000, Quantum: 1000}
		values := slices.Repeat([]int64{100_000}, n)
		l, err := budget.NewPercentileLedger(year, values[:n-60], target)
		if err != nil || l.Allowed != (n-1)/10 || l.Further != l.Allowed {
			t.Fatalf("%d: allowed %d further %d, %v", year, l.Allowed, l.Further, err)
		}
		for extra, want := range map[int]bool{l.Allowed: true, l.Allowed + 1: false} {
			days := slices.Clone(values)
			for d := range extra {
				days[d] = 900_000
			}
			end, err := budget.NewPercentileLedger(year, days, target)
			if err != nil || end.Met() != want || (end.Further >= 0) != want {
				t.Errorf("%d with %d days above: met %v further %d, %v", year, extra, end.Met(), end.Further, err)
			}
		}
	}
}

func TestDaysLedger(t *testing.T) {
	days := append(slices.Repeat([]budget.Verdict{budget.GoodDay}, 150), slices.Repeat([]budget.Verdict{budget.LostDay}, 89)...)
	days = append(days, budget.NotValid)
	l, err := budget.NewDaysLedger(2026, days, 240)
	if err != nil || l.Good != 150 || l.Bad != 89 || l.Used != 239 || l.Left != 125 || l.Needed != 90 || l.Losable != 35 || l.Gap() != -90 || !l.Possible() {
		t.Errorf("%+v %v", l, err)
	}
	if l, _ = budget.NewDaysLedger(2026, days, 276); l.Possible() || l.Losable != -1 {
		t.Errorf("126 of 125 days: %+v", l)
	}
}

func TestJudge(t *testing.T) {
	l := limits2012()
	ok := [budget.Items]int64{10_000, 30_000, 900, 160_000, 150_000, 75_000}
	high, gap, highGap := ok, ok, ok
	high[budget.O3]++
	gap[budget.CO] = budget.Missing
	highGap[budget.CO], highGap[budget.PM25] = budget.Missing, 75_001
	for want, vs := range map[budget.Verdict][][budget.Items]int64{budget.GoodDay: {ok}, budget.LostDay: {high, highGap}, budget.NotValid: {gap}} {
		for _, v := range vs {
			if got := l.Judge(v); got != want {
				t.Errorf("%v: %d, want %d", v, got, want)
			}
		}
	}
}

// A ratio as target is another number of days in a leap year.
func TestDaysForRatio(t *testing.T) {
	for _, tc := range []struct{ tenths, valid, want int }{
		{800, 365, 292}, {800, 366, 293}, {652, 365, 238}, {653, 366, 239}, {0, 10, 0}, {1000, 365, 365},
	} {
		got, err := budget.DaysForRatio(tc.tenths, tc.valid)
		if err != nil || got != tc.want {
			t.Errorf("%d of %d: %d, %v; want %d", tc.tenths, tc.valid, got, err, tc.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		tenths, valid := rapid.IntRange(0, 1000).Draw(t, "tenths"), rapid.IntRange(1, 366).Draw(t, "valid")
		g, err := budget.DaysForRatio(tenths, valid)
		if err != nil {
			t.Fatal(err)
		}
		prints := func(g int) int64 { return num.Div(int64(g)*1000, int64(valid), num.HalfEven) }
		if prints(g) < int64(tenths) || g > 0 && prints(g-1) >= int64(tenths) {
			t.Fatalf("%d days print %d, one less %d", g, prints(g), prints(g-1))
		}
	})
}
