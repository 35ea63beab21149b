package main

import (
	"context"
	"errors"
	"fmt"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// budgetOptions are the flags of air budget.
type budgetOptions struct {
	filterOptions
	year     int
	asOf     calendar.Day
	item     string // pollutant column or good_days
	target   num.Decimal
	history  string
	members  int
	seed     uint64
	detail   bool
	pollut   budget.Item
	goodDays bool
}

func airBudgetCommand() command {
	c := command{
		name:    "air budget",
		about:   "Where a year's target stands: to date, what the rest may have, and the chance of meeting it.",
		usage:   "--year Y --as-of DATE --item ITEM --target N [--history FILE] [options] [FILE]",
		example: "qingshan air budget --year 2026 --as-of 2026-08-27 --item pm25 --target 42.5 --history past.csv days.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o budgetOptions
		o.register(fs)
		fs.IntVar(&o.year, "year", 0, "`YEAR` of the target")
		asOf := fs.String("as-of", "", "last `DATE` that is known")
		fs.StringVar(&o.item, "item", "", "`ITEM`: pm25, pm10, so2, no2 (mean), o3_8h, co (percentile) or good_days")
		target := fs.String("target", "", "`NUMBER`: at most this concentration, or at least so many good days")
		fs.StringVar(&o.history, "history", "", "past years in `FILE`, same columns; with many ids it is also the panel. Rows of earlier years in the input count too")
		std := fs.String("standard", "auto", "standard `SET`; auto: the set in force on the year's last day, for the whole year")
		fs.IntVar(&o.members, "members", budget.DefaultOptions().Members, "`NUMBER` of simulated rests of the year")
		fs.Uint64Var(&o.seed, "seed", 1, "`SEED` of the simulation")
		fs.BoolVar(&o.detail, "detail", false, "more columns: the set, R(T), days that may be lost, last year's rest, what the levels rest on")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if err := o.parse(*asOf, *target); err != nil {
			return c.usageError(e, "%v", err)
		}
		rules, err := newAirRules(*std, air.Options{})
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		return c.runBudget(e, &o, rest, rules)
	}
	return c
}

func (o *budgetOptions) parse(asOf, target string) (err error) {
	if o.year < 1990 || o.year > 2200 {
		return fmt.Errorf("--year %d: want the year of the target", o.year)
	}
	if o.asOf, err = parseDayFlag("--as-of", asOf); err != nil {
		return err
	}
	if w := calendar.YearWindow(o.year); !w.Has(o.asOf) {
		return fmt.Errorf("--as-of %s is not in %d", o.asOf, o.year)
	}
	if o.goodDays = o.item == "good_days"; !o.goodDays {
		if o.pollut, err = budget.ParseItem(o.item); err != nil {
			return fmt.Errorf("--item %q: want pm25, pm10, so2, no2, o3_8h, co or good_days", o.item)
		}
	}
	if o.target, err = num.Parse(target); err != nil {
		return fmt.Errorf("--target %q: %v", target, err)
	}
	if o.goodDays && (o.target.Places != 0 || o.target.Units < 0 || o.target.Units > int64(calendar.YearLen(o.year))) {
		return fmt.Errorf("--target %s: want a number of days of %d", o.target, o.year)
	}
	if o.members < 100 || o.members > 100_000 {
		return fmt.Errorf("--members %d: want 100 to 100000", o.members)
	}
	return nil
}

func (c command) runBudget(e *env, o *budgetOptions, rest []string, rules *airRules) int {
	q, err := o.question(rules)
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	past := newCityTable()
	rejected := 0
	if o.history != "" {
		h, err := openInput(e, filterOptions{format: "csv"}, []string{o.history}, dailyColumns())
		if err != nil {
			return c.usageError(e, "--history: %v", err)
		}
		past.read(h, &q.ruling, calendar.Date(o.year, 1, 1)-1)
		rejected = h.rejected
		fmt.Fprintf(e.stderr, "history: %d read, %d accepted, %d rejected\n", h.read, h.read-h.rejected, h.rejected)
	}
	in, err := openInput(e, o.filterOptions, rest, dailyColumns())
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	now := newCityTable()
	now.read(in, &q.ruling, o.asOf)
	out := newOutput(e.stdout, o.filterOptions, budgetColumns(o.detail))
	if err := q.answerAll(out, now, past); err != nil {
		fmt.Fprintf(e.stderr, "qingshan: %v\n", err)
		return exitInternal
	}
	code := in.finish(out)
	if code == exitOK && rejected > 0 {
		return exitRejected
	}
	return code
}

func dailyColumns() []column {
	cols := need("id", "date")
	for _, p := range dayOrder {
		cols = append(cols, column{name: p.Column()})
	}
	return cols
}

// budgetQuestion is the target with the rules and the level table it is asked under.
type budgetQuestion struct {
	o      *budgetOptions
	ruling budget.Ruling
	target budget.Target
	prior  budget.PriorTable
}

func (o *budgetOptions) question(rules *airRules) (*budgetQuestion, error) {
	r, err := rules.on(calendar.YearWindow(o.year).To)
	if err != nil {
		return nil, err
	}
	q := &budgetQuestion{o: o}
	if q.ruling, err = budget.RulingOf(r.Edition); err != nil {
		return nil, err
	}
	if q.prior, err = budget.Prior(); err != nil {
		return nil, err
	}
	if o.goodDays {
		q.target = budget.Target{Kind: budget.GoodDays, Days: int(o.target.Units)}
		return q, nil
	}
	if q.target, err = q.ruling.Target(o.pollut, o.target); err != nil {
		return nil, fmt.Errorf("--%w", err)
	}
	return q, nil
}

// cityTable holds daily values by id in the order of first appearance.
type cityTable struct {
	ids  []string
	rows map[string]map[calendar.Day][budget.Items]int64
	late map[string]map[calendar.Day]bool // days read and left out
}

func newCityTable() *cityTable {
	return &cityTable{rows: map[string]map[calendar.Day][budget.Items]int64{}, late: map[string]map[calendar.Day]bool{}}
}

// read takes all rows; those after last are accepted and left out.
func (t *cityTable) read(in *input, r *budget.Ruling, last calendar.Day) {
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		day, ok := in.date(1)
		if !ok {
			continue
		}
		var v [budget.Items]int64
		for i := range v {
			c, good := in.concentration(2 + i)
			if ok = good; !ok {
				break
			}
			v[i] = budget.Missing
			if c.state == cellNumber {
				v[i] = r.Round(budget.Item(i), c.Decimal)
			}
		}
		if !ok {
			continue
		}
		if t.rows[id] == nil {
			t.rows[id], t.late[id] = map[calendar.Day][budget.Items]int64{}, map[calendar.Day]bool{}
			t.ids = append(t.ids, id)
		}
		if _, twice := t.rows[id][day]; twice || t.late[id][day] {
			in.reject(1, "%s of %s stands in an earlier row", day, id)
			continue
		}
		if day > last {
			t.late[id][day] = true
			continue
		}
		t.rows[id][day] = v
	}
}

// series joins the rows of an id in both tables; the first table wins.
func (t *cityTable) series(id string, past *cityTable, last calendar.Day) *budget.Series {
	first := last + 1
	for _, rows := range []map[calendar.Day][budget.Items]int64{t.rows[id], past.rows[id]} {
		for d := range rows {
			first = min(first, d)
		}
	}
	s := &budget.Series{First: first}
	for d := first; d <= last; d++ {
		v, ok := t.rows[id][d]
		if !ok {
			v, ok = past.rows[id][d]
		}
		for i := range budget.Items {
			x := budget.Missing
			if ok {
				x = v[i]
			}
			s.Values[i] = append(s.Values[i], x)
		}
	}
	return s
}

// answerAll writes one row per id of the input. All cities of both tables
// together are the panel that teaches the level of the rest of the year.
func (q *budgetQuestion) answerAll(out *output, now, past *cityTable) error {
	series := map[string]*budget.Series{}
	var panel []budget.Transition
	for _, id := range append(append([]string(nil), now.ids...), past.ids...) {
		if series[id] == nil {
			series[id] = now.series(id, past, q.o.asOf)
			panel = append(panel, budget.Transitions(series[id].Years(budget.MaxGap), q.o.year)...)
		}
	}
	for _, id := range now.ids {
		a, err := q.answer(series[id], panel)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		q.put(out, id, a)
	}
	return nil
}

// budgetAnswer is one row.
type budgetAnswer struct {
	mean       budget.MeanLedger
	percentile budget.PercentileLedger
	days       budget.DaysLedger
	frame      budget.Frame
	chance     *budget.Outcome // nil when there is no history
	learned    bool
	lastRest   budget.Ratio // last year's rest, sum of the days left
}

func (q *budgetQuestion) answer(s *budget.Series, panel []budget.Transition) (a budgetAnswer, err error) {
	year := yearPart(s, q.o.year, q.o.asOf)
	switch q.target.Kind {
	case budget.GoodDays:
		a.days, err = budget.NewDaysLedger(q.o.year, q.ruling.Limits.Verdicts(year), q.target.Days)
		a.frame = a.days.Frame
	case budget.Quantile:
		a.percentile, err = budget.NewPercentileLedger(q.o.year, year.Values[q.target.Item], budget.PercentileTarget{Percent: q.target.Percent, Target: q.target.Limit, Quantum: q.target.Quantum})
		a.frame = a.percentile.Frame
	default:
		a.mean, err = budget.NewMeanLedger(q.o.year, year.Values[q.target.Item], budget.MeanTarget{Target: q.target.Limit, Quantum: q.target.Quantum})
		a.frame = a.mean.Frame
		a.lastRest = budget.LikeLastYear(s, q.target.Item, q.o.asOf, 1000)
	}
	if err != nil {
		return a, err
	}
	in, err := budget.NewInput(s, q.o.asOf, q.ruling.Limits)
	if errors.Is(err, budget.ErrNoHistory) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	in.Levels, a.learned = budget.LevelsFor(panel, q.prior, in.ElapsedRef)
	opt := q.prior.Options()
	opt.Members, opt.Seed = q.o.members, q.o.seed
	sim, err := budget.NewSimulator(in, opt)
	if err != nil {
		return a, err
	}
	a.chance, err = sim.Run(budget.Scenario{}, []budget.Target{q.target})
	return a, err
}

// yearPart is the target year of a series from 1 January to the as-of day.
func yearPart(s *budget.Series, year int, asOf calendar.Day) *budget.Series {
	out := &budget.Series{First: calendar.Date(year, 1, 1)}
	for d := out.First; d <= asOf; d++ {
		for i := range budget.Items {
			out.Values[i] = append(out.Values[i], s.At(budget.Item(i), d))
		}
	}
	return out
}
