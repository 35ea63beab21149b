package budget_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// The exact what-if: a rest like last year's, 5 % better, and the factor that is
// needed.
func TestLikeLastYear(t *testing.T) {
	s := &budget.Series{First: calendar.MustDay("2024-01-01")}
	for i := range budget.Items {
		s.Values[i] = append(slices.Repeat([]int64{60_000}, 366), slices.Repeat([]int64{50_000}, 181)...)
	}
	asOf := calendar.MustDay("2025-06-30")
	l, err := budget.NewMeanLedger(2025, slices.Repeat([]int64{50_000}, 181), budget.MeanTarget{Target: 53_000, Quantum: 1000})
	if err != nil {
		t.Fatal(err)
	}
	same := budget.LikeLastYear(s, budget.PM25, asOf, 1000)
	if end := l.EndLike(same); end.Round(1, num.HalfEven) != 55_041 || l.MetLike(same) {
		t.Errorf("the rest like last year's ends at %v", end)
	}
	if better := budget.LikeLastYear(s, budget.PM25, asOf, 900); !l.MetLike(better) || l.EndLike(better).Round(1, num.HalfEven) != 52_016 {
		t.Errorf("10 %% better ends at %v", l.EndLike(better))
	}
	// 365 · 53.5 - 181 · 50 = 10477.5 over 184 days of 60: 0.94905, an odd target excludes the bound.
	if f, known := l.FactorNeeded(same); !known || f != 949 {
		t.Errorf("factor needed %d, %v", f, known)
	}
	if r := budget.LikeLastYear(&budget.Series{First: 0, Values: [budget.Items][]int64{}}, budget.PM25, asOf, 1000); r.Known() {
		t.Errorf("without last year: %v", r)
	}
	hard, _ := budget.NewMeanLedger(2025, slices.Repeat([]int64{150_000}, 181), budget.MeanTarget{Target: 53_000, Quantum: 1000})
	if f, known := hard.FactorNeeded(same); !known || f != -1 || hard.Possible() {
		t.Errorf("out of reach: factor %d %v", f, known)
	}
}

func TestFactorNeededIsTight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 364).Draw(t, "days")
		l, err := budget.NewMeanLedger(2025, slices.Repeat([]int64{rapid.Int64Range(5_000, 120_000).Draw(t, "v")}, n), budget.MeanTarget{Target: rapid.Int64Range(20, 90).Draw(t, "target") * 1000, Quantum: 1000})
		if err != nil {
			t.Fatal(err)
		}
		last := &budget.Series{First: calendar.MustDay("2024-01-01")}
		level := rapid.Int64Range(10_000, 120_000).Draw(t, "last")
		for i := range budget.Items {
			last.Values[i] = slices.Repeat([]int64{level}, 366)
		}
		like := func(f int64) budget.Ratio { return budget.LikeLastYear(last, budget.PM10, l.AsOf, f) }
		f, known := l.FactorNeeded(like(1000))
		if !known {
			t.Fatal("not known")
		}
		if f >= 0 && !l.MetLike(like(f)) || f < 10_000 && l.MetLike(like(f+1)) {
			t.Fatalf("factor %d: met %v, next %v", f, l.MetLike(like(f)), l.MetLike(like(f+1)))
		}
	})
}

func TestMonthlyShares(t *testing.T) {
	ys := city("2022-01-01", "2023-12-31", 10).Years(budget.MaxGap)
	shares := budget.MonthlyShares(ys, budget.PM25)
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	if math.Abs(sum-1) > 1e-12 || shares[0] < 2*shares[6] {
		t.Errorf("shares %v add to %g", shares, sum)
	}
}

func TestLostByMonth(t *testing.T) {
	s := &budget.Series{First: calendar.MustDay("2025-01-30")}
	day := func(o3, pm int64) {
		for i := range budget.Items {
			v := int64(1000)
			switch budget.Item(i) {
			case budget.O3:
				v = o3
			case budget.PM25:
				v = pm
			}
			s.Values[i] = append(s.Values[i], v)
		}
	}
	day(100_000, 80_000)
	day(161_000, 80_000)
	day(161_000, 75_000)
	day(160_000, budget.Missing)
	got := limits2012().LostByMonth(s)
	want := [12][budget.Causes]int{0: {budget.ByPM: 1, budget.ByBoth: 1}, 1: {budget.ByO3: 1}}
	if got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestPrior(t *testing.T) {
	p, err := budget.Prior()
	if err != nil || p.YearShock != 0.08 || p.Confidence == "" {
		t.Fatalf("%+v %v", p, err)
	}
	at := func(k int) budget.Level { return p.At(k)[budget.PM25] }
	if at(120) != (budget.Level{A: -0.079, B: 0.09, S: 0.129}) || at(10) != at(120) || at(360) != at(304) {
		t.Errorf("%v %v %v", at(120), at(10), at(360))
	}
	mid := at(150)
	if !(mid.A > -0.079 && mid.A < -0.026 && mid.S > 0.129 && mid.S < 0.136) {
		t.Errorf("between two rows: %+v", mid)
	}
	for want, text := range map[string]string{
		"no row for so2": "source='s'\nconfidence='C'\n",
		"row 1":          "source='s'\nconfidence='C'\n[[row]]\nitem='pm25'\ndays=400\nsource='s'",
		"pollutant":      "source='s'\nconfidence='C'\n[[row]]\nitem='dust'\ndays=100\nsource='s'",
	} {
		if _, err := budget.ParsePrior("p.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}

// A panel made with a known law gives the law back.
func TestFitLevels(t *testing.T) {
	const a, b = -0.08, 0.3
	var panel []budget.Transition
	for n := range 40 {
		prev, next := &budget.Year{Year: 2014}, &budget.Year{Year: 2015}
		x := float64(n-20) / 50
		for i := range budget.Items {
			for d := range budget.RefDays {
				prev.Days[i][d] = 50 + 10*math.Cos(float64(d)/58)
				f := math.Exp(x)
				if d >= 181 {
					f = math.Exp(a + b*x + 0.05*float64(1-2*(n/2%2)))
				}
				next.Days[i][d] = prev.Days[i][d] * f
			}
		}
		panel = append(panel, budget.Transition{Prev: prev, Next: next})
	}
	levels, err := budget.FitLevels(panel, 181)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range levels {
		if math.Abs(l.A-a) > 0.01 || math.Abs(l.B-b) > 0.02 || math.Abs(l.S-0.05) > 0.002 {
			t.Errorf("%s: %+v", budget.Item(i), l)
		}
	}
	if _, err := budget.FitLevels(panel[:10], 181); err == nil {
		t.Error("ten cities were enough")
	}
	if _, err := budget.FitLevels(panel, 365); err == nil {
		t.Error("day 365 was accepted")
	}
}
