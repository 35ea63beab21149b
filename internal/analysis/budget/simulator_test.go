package budget_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/calendar"
)

// toy is a year that is known but for its last five days, with one past year.
func toy(t *rapid.T) budget.Input {
	value := func() float64 { return float64(rapid.IntRange(20, 200).Draw(t, "v")) }
	in := budget.Input{TargetYear: 2025, ElapsedRef: 360, Rest: []int{360, 361, 362, 363, 364}}
	y := budget.Year{Year: 2024}
	for i := range budget.Items {
		for d := range budget.RefDays {
			y.Days[i][d] = 50
			if d >= 355 {
				y.Days[i][d] = value()
			}
		}
		in.Elapsed[i] = slices.Repeat([]float64{60}, 360)
		in.Limits[i] = 100
	}
	in.History = []budget.Year{y}
	return in
}

// Without the level, the simulator run over every combination of blocks equals
// an enumeration written here by hand.
func TestEqualsEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := toy(t)
		opt := budget.Options{BlockDays: 1, Jitter: 1, Mode: budget.LevelNone, Exhaustive: true}
		sim, err := budget.NewSimulator(in, opt)
		if err != nil {
			t.Fatal(err)
		}
		if sim.Members() != 243 {
			t.Fatalf("%d members, want 3^5", sim.Members())
		}
		limit := int64(rapid.IntRange(59_000, 62_000).Draw(t, "limit"))
		days := 355 + rapid.IntRange(0, 10).Draw(t, "days")
		out, err := sim.Run(budget.Scenario{}, []budget.Target{
			{Kind: budget.Mean, Item: budget.PM25, Limit: limit}, {Kind: budget.GoodDays, Days: days},
		})
		if err != nil {
			t.Fatal(err)
		}
		mean, good, both := enumerate(in, limit, days)
		if out.Answers[0].Probability != mean || out.Answers[1].Probability != good || out.Joint != both {
			t.Fatalf("simulator %g %g %g, by hand %g %g %g", out.Answers[0].Probability, out.Answers[1].Probability, out.Joint, mean, good, both)
		}
		// Drawing at random comes near the enumeration.
		opt.Exhaustive, opt.Members, opt.Seed = false, 4000, 7
		drawn, err := budget.NewSimulator(in, opt)
		if err != nil {
			t.Fatal(err)
		}
		rnd, err := drawn.Run(budget.Scenario{}, []budget.Target{{Kind: budget.Mean, Item: budget.PM25, Limit: limit}})
		if err != nil || math.Abs(rnd.Answers[0].Probability-mean) > 0.045 {
			t.Fatalf("drawn %g, exact %g, %v", rnd.Answers[0].Probability, mean, err)
		}
	})
}

func enumerate(in budget.Input, limit int64, days int) (mean, good, both float64) {
	y := in.History[0]
	var nm, ng, nb, n int
	for c := range 243 {
		sum, g := 60.0*360, 360
		for b, k := 0, c; b < 5; b, k = b+1, k/3 {
			d := min(max(360+b+k%3-1, 0), 364)
			sum += y.Days[budget.PM25][d]
			bad := false
			for i := range budget.Items {
				bad = bad || y.Days[i][d] > 100
			}
			if !bad {
				g++
			}
		}
		m, gd := sum*1000/365 <= float64(limit), g >= days
		n++
		if m {
			nm++
		}
		if gd {
			ng++
		}
		if m && gd {
			nb++
		}
	}
	return float64(nm) / float64(n), float64(ng) / float64(n), float64(nb) / float64(n)
}

func small() budget.Options {
	o := budget.DefaultOptions()
	o.Members, o.YearShock = 300, 0.08
	return o
}

// After the last day there is nothing left to chance, and the answer agrees with
// the exact ledger, at rounding ties too.
func TestAfterTheLastDay(t *testing.T) {
	s := city("2023-01-01", "2025-12-31", 3)
	in, err := budget.NewInput(s, calendar.MustDay("2025-12-31"), limits2012())
	if err != nil || len(in.Rest) != 0 {
		t.Fatal(len(in.Rest), err)
	}
	for _, level := range []float64{52, 52.5, 52.6, 53, 53.5} {
		values := slices.Repeat([]int64{int64(level * 1000)}, 365)
		in.Elapsed[budget.PM25] = slices.Repeat([]float64{level}, 365)
		sim, err := budget.NewSimulator(in, small())
		if err != nil {
			t.Fatal(err)
		}
		for _, target := range []int64{51_000, 52_000, 53_000, 54_000} {
			out, err := sim.Run(budget.Scenario{}, []budget.Target{{Kind: budget.Mean, Item: budget.PM25, Limit: target, Quantum: 1000}}, budget.WithFan())
			if err != nil {
				t.Fatal(err)
			}
			l, err := budget.NewMeanLedger(2025, values, budget.MeanTarget{Target: target, Quantum: 1000})
			want := 0.0
			if l.Possible() {
				want = 1
			}
			if err != nil || out.Answers[0].Probability != want || out.Joint != want || len(out.Answers[0].Fan) != 0 {
				t.Errorf("mean %g target %d: probability %g, ledger says %g, %v", level, target, out.Answers[0].Probability, want, err)
			}
		}
	}
}

func TestMonotoneInTarget(t *testing.T) {
	s := city("2022-01-01", "2025-06-30", 4)
	sim := simulator(t, s, "2025-06-30", small())
	var ts []budget.Target
	for n := range int64(30) {
		ts = append(ts, budget.Target{Kind: budget.Mean, Item: budget.PM25, Limit: 40_000 + n*1000, Quantum: 1000})
	}
	for n := range 30 {
		ts = append(ts, budget.Target{Kind: budget.GoodDays, Days: 330 - 5*n})
	}
	out, err := sim.Run(budget.Scenario{}, ts)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	for n, a := range out.Answers {
		seen[a.Probability] = true
		if n%30 > 0 && a.Probability < out.Answers[n-1].Probability {
			t.Errorf("an easier target is less likely: %+v %g after %g", a.Target, a.Probability, out.Answers[n-1].Probability)
		}
		if !(a.End.P10 <= a.End.P50 && a.End.P50 <= a.End.P90) || !slices.IsSorted(a.Values) {
			t.Errorf("band %+v", a.End)
		}
	}
	if len(seen) < 10 {
		t.Errorf("only %d different chances", len(seen))
	}
}

func TestDeterministicAndSeeded(t *testing.T) {
	s := city("2022-01-01", "2025-06-30", 4)
	run := func(seed uint64) *budget.Outcome {
		o := small()
		o.Seed = seed
		out, err := simulator(t, s, "2025-06-30", o).Run(budget.Scenario{OzoneCut: 0.3}, targets(), budget.WithFan(), budget.WithMonths())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	a, b, c := run(1), run(1), run(2)
	if d := cmp.Diff(a, b); d != "" {
		t.Error("the same seed gives another answer:", d)
	}
	if cmp.Equal(a, c) {
		t.Error("another seed gives the same answer")
	}
	for i := range a.Answers {
		if math.Abs(a.Answers[i].Probability-c.Answers[i].Probability) > 0.12 {
			t.Errorf("target %d: %g with one seed, %g with another", i, a.Answers[i].Probability, c.Answers[i].Probability)
		}
	}
}

// Better air never lowers a chance, member by member, and an empty scenario is
// no scenario.
func TestScenarioOrder(t *testing.T) {
	s := city("2021-01-01", "2025-05-31", 5)
	sim := simulator(t, s, "2025-05-31", small())
	ask := func(sc budget.Scenario) *budget.Outcome {
		out, err := sim.Run(sc, targets())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	base := ask(budget.Scenario{})
	winter := calendar.Window{From: calendar.MustDay("2025-11-01"), To: calendar.MustDay("2025-12-31")}
	cut := func(f float64) budget.Scenario {
		return budget.Scenario{Steps: []budget.Step{{Window: winter, Items: budget.Particulates(), Factor: f}}}
	}
	if d := cmp.Diff(base, ask(cut(1))); d != "" {
		t.Error("a factor of 1 changes the answer:", d)
	}
	for name, better := range map[string]budget.Scenario{"winter": cut(0.9), "ozone share": {OzoneCut: 0.5}, "ozone days": {OzoneDays: 5}} {
		got := ask(better)
		improved := false
		for i, a := range got.Answers {
			b := base.Answers[i]
			if a.Probability < b.Probability {
				t.Errorf("%s: target %d falls from %g to %g", name, i, b.Probability, a.Probability)
			}
			improved = improved || !slices.Equal(a.Values, b.Values)
		}
		if !improved {
			t.Errorf("%s changes nothing", name)
		}
	}
	// Ten ozone days fewer are at most ten good days more, and never fewer.
	for n, v := range ask(budget.Scenario{OzoneDays: 10}).Answers[2].Values {
		if gain := v - base.Answers[2].Values[n]; gain < 0 || gain > 10 {
			t.Fatalf("a member gains %g good days of ten ozone days", gain)
		}
	}
	for _, bad := range []budget.Scenario{{OzoneCut: 1.5}, {OzoneDays: -1}, cut(-0.1), cut(math.NaN())} {
		if _, err := sim.Run(bad, targets()); err == nil {
			t.Errorf("%+v was accepted", bad)
		}
	}
}

// The fan ends where the year ends, the first day continues the year so far, and
// the percentile kept day by day equals the exact percentile.
func TestFan(t *testing.T) {
	s := city("2022-01-01", "2025-08-31", 6)
	sim := simulator(t, s, "2025-08-31", small())
	out, err := sim.Run(budget.Scenario{}, targets(), budget.WithFan(), budget.WithMonths())
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range out.Answers {
		if len(a.Fan) != 122 || a.Fan[121] != a.End {
			t.Errorf("target %d: %d days, last %+v, end %+v", i, len(a.Fan), a.Fan[len(a.Fan)-1], a.End)
		}
		for _, b := range a.Fan {
			if !(b.P10 <= b.P50 && b.P50 <= b.P90) {
				t.Fatalf("target %d: band %+v", i, b)
			}
		}
	}
	if first, last := out.Answers[0].Fan[0], out.Answers[0].End; first.P90-first.P10 >= last.P90-last.P10 {
		t.Errorf("the fan does not open: %+v to %+v", first, last)
	}
	if len(out.Months) != 4 || out.Months[0].Month != 9 || out.Months[3].Days != 31 {
		t.Fatalf("months %+v", out.Months)
	}
	lost := 0.0
	for _, m := range out.Months {
		for _, c := range m.Lost {
			lost += c
		}
		if m.Mean[budget.PM25].P10 <= 0 || m.Share[budget.PM25] <= 0 {
			t.Errorf("month %d: %+v", m.Month, m)
		}
	}
	expected := 0.0
	for _, v := range out.Answers[2].Values {
		expected += v / float64(len(out.Answers[2].Values))
	}
	days, err := budget.NewDaysLedger(2025, limits2012().Verdicts(yearSoFar(s, 2025)), 0)
	if err != nil || math.Abs(float64(days.Good)+122-lost-expected) > 1e-6 {
		t.Errorf("good days so far %d + 122 - lost %g, members' mean %g", days.Good, lost, expected)
	}
}

func yearSoFar(s *budget.Series, year int) *budget.Series {
	from := int(calendar.Date(year, 1, 1) - s.First)
	out := &budget.Series{First: calendar.Date(year, 1, 1)}
	for i := range budget.Items {
		out.Values[i] = s.Values[i][from:]
	}
	return out
}

// With every member the same day over and over, the running percentile is the
// exact one of the ledger.
func TestRunningPercentile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := budget.Input{TargetYear: 2025, Rest: []int{360, 361, 362, 363, 364}, ElapsedRef: 360}
		y := budget.Year{Year: 2024}
		rest := int64(rapid.IntRange(1, 300).Draw(t, "rest"))
		var values []int64
		for range 360 {
			values = append(values, int64(rapid.IntRange(1, 300).Draw(t, "v"))*1000)
		}
		for i := range budget.Items {
			for _, v := range values {
				in.Elapsed[i] = append(in.Elapsed[i], float64(v)/1000)
			}
			for d := range budget.RefDays {
				y.Days[i][d] = float64(rest)
			}
		}
		in.History = []budget.Year{y}
		sim, err := budget.NewSimulator(in, budget.Options{Members: 3, BlockDays: 10, Jitter: 15, Mode: budget.LevelNone})
		if err != nil {
			t.Fatal(err)
		}
		percent := rapid.IntRange(1, 99).Draw(t, "percent")
		out, err := sim.Run(budget.Scenario{}, []budget.Target{{Kind: budget.Quantile, Item: budget.O3, Percent: percent, DayStep: 1000, Quantum: 1000, Limit: 160_000}}, budget.WithFan())
		if err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			values = append(values, rest*1000)
			want := budget.Percentile(values, percent).Float()
			if got := out.Answers[0].Fan[n].P50; math.Abs(got-want) > 0.05 {
				t.Fatalf("day %d: %g, exact %g", n+1, got, want)
			}
		}
	})
}

func TestInput(t *testing.T) {
	s := city("2022-01-01", "2024-02-27", 8)
	in, err := budget.NewInput(s, calendar.MustDay("2024-02-27"), limits2012())
	if err != nil {
		t.Fatal(err)
	}
	// 29 February 2024 is still to come and borrows 28 February's place.
	if in.ElapsedRef != 58 || len(in.Rest) != 308 || in.Rest[0] != 58 || in.Rest[1] != 58 || in.Rest[2] != 59 || len(in.History) != 2 {
		t.Errorf("used %d, left %d, begins %v, %d years", in.ElapsedRef, len(in.Rest), in.Rest[:3], len(in.History))
	}
	if _, err := budget.NewInput(city("2024-01-01", "2024-06-30", 8), calendar.MustDay("2024-06-30"), limits2012()); !errors.Is(err, budget.ErrNoHistory) {
		t.Errorf("without a past year: %v", err)
	}
	if _, err := budget.NewSimulator(budget.Input{}, small()); !errors.Is(err, budget.ErrNoHistory) {
		t.Errorf("empty input: %v", err)
	}
	bad := in
	bad.Rest = []int{365}
	if _, err := budget.NewSimulator(bad, small()); err == nil {
		t.Error("a day outside the reference year was accepted")
	}
}

// Gaps of up to the given length are filled by a straight line, longer ones are
// not; the edges of the series never.
func TestYears(t *testing.T) {
	s := city("2023-01-01", "2023-12-31", 9)
	v := s.Values[budget.PM25]
	for d := 100; d < 104; d++ {
		v[d] = budget.Missing
	}
	for d := 200; d < 205; d++ {
		v[d] = budget.Missing
	}
	v[0], v[99], v[104] = budget.Missing, 10_000, 20_000
	y := s.Years(budget.MaxGap)[0]
	days := y.Days[budget.PM25]
	if days[100] != 12 || days[103] != 18 || !math.IsNaN(days[202]) || !math.IsNaN(days[0]) {
		t.Errorf("filled %g %g, left %g %g", days[100], days[103], days[202], days[0])
	}
	if y.Valid[budget.PM25] != 355 || y.Complete(budget.PM25) || !y.Complete(budget.O3) || !y.Usable() {
		t.Errorf("valid %d complete %v", y.Valid[budget.PM25], y.Complete(budget.PM25))
	}
	if got := budget.RefIndex(calendar.MustDay("2024-02-29")); got != 58 {
		t.Errorf("29 February is day %d", got)
	}
	if got := budget.RefIndex(calendar.MustDay("2024-12-31")); got != 364 {
		t.Errorf("31 December is day %d", got)
	}
}
