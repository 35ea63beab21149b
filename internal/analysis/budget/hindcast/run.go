package hindcast

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"qingshan/internal/analysis/budget"
)

// AsOf are the days of the reference year on which the year is foretold.
func AsOf() []int { return []int{120, 181, 243, 304} }

// AsOfNames name the days of AsOf.
func AsOfNames() []string { return []string{"30 Apr", "30 Jun", "31 Aug", "31 Oct"} }

// Quantity is what is foretold.
type Quantity uint8

// The quantities.
const (
	MeanPM25 Quantity = iota
	MeanPM10
	Good2012 // good days, limits in force to 2026-02
	Good2026 // good days, limits in force since 2026-03
	Quantities
)

// String names the quantity in tables.
func (q Quantity) String() string {
	return [...]string{"annual PM2.5 mean", "annual PM10 mean", "good days, 2012 limits", "good days, 2026 limits"}[q]
}

// Method is a way to foretell the year.
type Method uint8

// The methods. S0 to S2 give one value, the others members; S6 is the shipped
// method with one past year.
const (
	S0 Method = iota // run rate
	S1               // year so far, then last year's rest
	S2               // S1 with the rest times the ratio of the years so far
	S3               // block bootstrap at the level of S2
	S4               // block bootstrap with the panel's level law
	S6               // S4 with the year shock: what is shipped
	S7               // S6 with two past years, cities that have them
	Methods
)

// String is the name used in the published tables.
func (m Method) String() string { return [...]string{"S0", "S1", "S2", "S3", "S4", "S6", "S7"}[m] }

// Config steers a hindcast.
type Config struct {
	Members int
	Seed    uint64
	Methods []Method
	Workers int
	// YearShock is the nationwide shock of a year, of the table of level laws.
	YearShock float64
	// Limits are the daily limits of the two good-day quantities.
	Limits2012, Limits2026 budget.Limits
}

// Result holds the scores by quantity, as-of day and method.
type Result struct {
	Scores [Quantities][4][Methods]Score
	Levels [4]budget.Levels
	Cities int
	Learn  int
}

// Run foretells the panel's year.
func Run(ctx context.Context, p Panel, cfg Config) (*Result, error) {
	res := &Result{Cities: len(p.Cases), Learn: len(p.Learn)}
	for a, k := range AsOf() {
		var err error
		if res.Levels[a], err = budget.FitLevels(p.Learn, k); err != nil {
			return nil, err
		}
	}
	// Cities are worked on in parallel and summed up in order, so that the
	// result does not depend on the number of workers.
	answers := make([][]answer, len(p.Cases))
	errs := make([]error, len(p.Cases))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range max(cfg.Workers, 1) {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(p.Cases) && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				answers[n], errs[n] = foretell(p, p.Cases[n], res.Levels, cfg, uint64(n))
			}
		})
	}
	wg.Wait()
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return nil, err
	}
	for _, as := range answers {
		for _, a := range as {
			res.Scores[a.q][a.asOf][a.m].add(a.members, a.lo, a.hi, a.truth, a.prob, a.met)
		}
	}
	for q := range res.Scores {
		for a := range res.Scores[q] {
			for m := range res.Scores[q][a] {
				if s := &res.Scores[q][a][m]; s.N > 0 {
					s.done()
				}
			}
		}
	}
	return res, nil
}

// answer is one city's answer to be scored.
type answer struct {
	q       Quantity
	asOf    int
	m       Method
	members []float64
	lo, hi  float64
	truth   float64
	prob    []float64
	met     []bool
}

func foretell(p Panel, c Case, levels [4]budget.Levels, cfg Config, n uint64) ([]answer, error) {
	var out []answer
	for a, k := range AsOf() {
		for _, m := range cfg.Methods {
			as, err := foretellOne(p, c, a, k, m, levels[a], cfg, n)
			if err != nil {
				return nil, fmt.Errorf("%s as of day %d: %w", c.City, k, err)
			}
			out = append(out, as...)
		}
	}
	return out, nil
}

func foretellOne(p Panel, c Case, asOf, k int, m Method, levels budget.Levels, cfg Config, n uint64) ([]answer, error) {
	var out []answer
	lims := [Quantities]budget.Limits{Good2012: cfg.Limits2012, Good2026: cfg.Limits2026}
	for _, qs := range [][]Quantity{{MeanPM25, MeanPM10, Good2012}, {Good2026}} {
		limits := lims[qs[len(qs)-1]]
		var sim *budget.Simulator
		if m >= S3 {
			in, ok := input(p, c, k, m, levels, limits)
			if !ok {
				continue
			}
			var err error
			if sim, err = budget.NewSimulator(in, options(m, cfg, n)); err != nil {
				return nil, err
			}
		}
		for _, q := range qs {
			if !c.scored(q) {
				continue
			}
			a := answer{q: q, asOf: asOf, m: m, truth: c.truth(q, limits)}
			targets := c.targets(q, limits)
			if sim == nil {
				v := c.single(q, m, k, limits)
				a.members = []float64{v}
				for _, t := range targets {
					a.prob = append(a.prob, oneIf(reached(t, v)))
				}
			} else {
				o, err := sim.Run(budget.Scenario{}, targets)
				if err != nil {
					return nil, err
				}
				scale := 1.0
				if q <= MeanPM10 {
					scale = 1 / float64(budget.Milli)
				}
				for _, v := range o.Answers[0].Values {
					a.members = append(a.members, v*scale)
				}
				a.lo, a.hi = o.Answers[0].End.P10*scale, o.Answers[0].End.P90*scale
				for _, ans := range o.Answers {
					a.prob = append(a.prob, ans.Probability)
				}
			}
			for _, t := range targets {
				a.met = append(a.met, reached(t, a.truth))
			}
			out = append(out, a)
		}
	}
	return out, nil
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func options(m Method, cfg Config, n uint64) budget.Options {
	o := budget.DefaultOptions()
	o.Members, o.Seed, o.YearShock = cfg.Members, cfg.Seed+n, cfg.YearShock
	switch m {
	case S3:
		o.Mode, o.YearShock = budget.LevelRatio, 0
	case S4:
		o.YearShock = 0
	}
	return o
}

// input is what was known of the case after k days of the year.
func input(p Panel, c Case, k int, m Method, levels budget.Levels, limits budget.Limits) (budget.Input, bool) {
	in := budget.Input{ElapsedRef: k, TargetYear: p.Year, Levels: levels, History: []budget.Year{*c.Prev}}
	if m == S7 {
		if c.Before == nil {
			return in, false
		}
		in.History = []budget.Year{*c.Before, *c.Prev}
	}
	for i := range budget.Items {
		in.Elapsed[i] = c.Now.Days[i][:k]
		in.Limits[i] = float64(limits[i]) / float64(budget.Milli)
	}
	for d := k; d < budget.RefDays; d++ {
		in.Rest = append(in.Rest, d)
	}
	return in, true
}

// scored leaves out a city whose years have gaps in the quantity itself.
func (c Case) scored(q Quantity) bool {
	return q != MeanPM10 || c.Prev.Complete(budget.PM10) && c.Now.Complete(budget.PM10)
}

func itemOf(q Quantity) budget.Item {
	if q == MeanPM10 {
		return budget.PM10
	}
	return budget.PM25
}

func (c Case) truth(q Quantity, l budget.Limits) float64 {
	return quantity(c.Now, q, l, 0, budget.RefDays)
}

// quantity is the mean, or the number of good days, of a part of a year. A day
// is lost when any pollutant it has lies above its limit.
func quantity(y *budget.Year, q Quantity, l budget.Limits, lo, hi int) float64 {
	sum := 0.0
	for d := lo; d < hi; d++ {
		if q <= MeanPM10 {
			sum += y.Days[itemOf(q)][d] / float64(hi-lo)
			continue
		}
		good := 1.0
		for i := range budget.Items {
			if y.Days[i][d]*float64(budget.Milli) > float64(l[i]) {
				good = 0
			}
		}
		sum += good
	}
	return sum
}

// single is the value of the methods that give one.
func (c Case) single(q Quantity, m Method, k int, l budget.Limits) float64 {
	part := func(y *budget.Year, lo, hi int) float64 { return quantity(y, q, l, lo, hi) }
	ytd, lastYtd := part(c.Now, 0, k), part(c.Prev, 0, k)
	rest := part(c.Prev, k, budget.RefDays)
	used, all := float64(k), float64(budget.RefDays)
	if q <= MeanPM10 {
		ytd, lastYtd, rest = ytd*used/all, lastYtd*used/all, rest*(all-used)/all
	}
	switch {
	case m == S0:
		return ytd * all / used
	case m == S1 || lastYtd == 0:
		return ytd + rest
	}
	return ytd + rest*ytd/lastYtd
}

// targets are 85, 90, 95 and 100 % of last year's mean, or last year's good
// days and 0, 10, 20 and 30 more.
func (c Case) targets(q Quantity, l budget.Limits) []budget.Target {
	last := quantity(c.Prev, q, l, 0, budget.RefDays)
	var out []budget.Target
	for n := range 4 {
		t := budget.Target{Kind: budget.GoodDays, Days: int(math.Round(last)) + 10*n}
		if q <= MeanPM10 {
			share := 0.85 + 0.05*float64(n)
			t = budget.Target{Kind: budget.Mean, Item: itemOf(q), Limit: int64(math.Floor(last * share * float64(budget.Milli)))}
		}
		out = append(out, t)
	}
	return out
}

func reached(t budget.Target, v float64) bool {
	if t.Kind == budget.GoodDays {
		return v >= float64(t.Days)
	}
	return v*float64(budget.Milli) <= float64(t.Limit)
}
