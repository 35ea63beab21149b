package budget_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/calendar"
)

// city is a synthetic city with the seasons of the North China plain.
func city(first, last string, seed uint64) *budget.Series {
	from, to := calendar.MustDay(first), calendar.MustDay(last)
	s := &budget.Series{First: from}
	rng := rand.New(rand.NewPCG(seed, 1))
	w, o := 0.0, 0.0
	for d := from; d <= to; d++ {
		winter := math.Cos(2 * math.Pi * float64(d.YearDay()-15) / 365)
		w = 0.6*w + 0.4*rng.NormFloat64()
		o = 0.6*o + 0.3*rng.NormFloat64()
		pm := 48 * math.Exp(0.6*winter+w)
		for i, v := range [budget.Items]float64{9 * math.Exp(0.3*winter), 28 * math.Exp(0.3*winter+0.4*w), 0.7 * math.Exp(0.3*winter+0.4*w),
			105 * math.Exp(-0.6*winter+o), 1.7 * pm, pm} {
			step := 1000.0
			if budget.Item(i) == budget.CO {
				step = 100
			}
			s.Values[i] = append(s.Values[i], int64(math.Round(v*1000/step)*step))
		}
	}
	return s
}

func limits2012() budget.Limits {
	return budget.Limits{budget.SO2: 150_000, budget.NO2: 80_000, budget.CO: 4_000, budget.O3: 160_000, budget.PM10: 150_000, budget.PM25: 75_000}
}

func targets() []budget.Target {
	return []budget.Target{
		{Kind: budget.Mean, Item: budget.PM25, Limit: 52_000, Quantum: 1000},
		{Kind: budget.Mean, Item: budget.PM10, Limit: 88_000, Quantum: 1000},
		{Kind: budget.GoodDays, Days: 250},
		{Kind: budget.Quantile, Item: budget.O3, Percent: 90, Limit: 170_000, Quantum: 1000, DayStep: 1000},
	}
}

func simulator(tb testing.TB, s *budget.Series, asOf string, opt budget.Options) *budget.Simulator {
	tb.Helper()
	in, err := budget.NewInput(s, calendar.MustDay(asOf), limits2012())
	if err != nil {
		tb.Fatal(err)
	}
	prior, err := budget.Prior()
	if err != nil {
		tb.Fatal(err)
	}
	in.Levels = prior.At(in.ElapsedRef)
	sim, err := budget.NewSimulator(in, opt)
	if err != nil {
		tb.Fatal(err)
	}
	return sim
}

// BenchmarkOutlook is a page's question on 30 April: 2,000 members, 245 days,
// four targets.
func BenchmarkOutlook(b *testing.B) {
	s := city("2019-01-01", "2026-04-30", 1)
	sim := simulator(b, s, "2026-04-30", budget.DefaultOptions())
	b.Run("draw", func(b *testing.B) {
		for b.Loop() {
			simulator(b, s, "2026-04-30", budget.DefaultOptions())
		}
	})
	b.Run("answer", func(b *testing.B) {
		for b.Loop() {
			_, _ = sim.Run(budget.Scenario{}, targets())
		}
	})
	b.Run("fan", func(b *testing.B) {
		for b.Loop() {
			_, _ = sim.Run(budget.Scenario{}, targets(), budget.WithFan(), budget.WithMonths())
		}
	})
	b.Run("slider", func(b *testing.B) {
		sc := budget.Scenario{OzoneCut: 0.5, Steps: []budget.Step{{Window: calendar.YearWindow(2026), Items: budget.Particulates(), Factor: 0.95}}}
		for b.Loop() {
			_, _ = sim.Run(sc, targets(), budget.WithFan())
		}
	})
}
