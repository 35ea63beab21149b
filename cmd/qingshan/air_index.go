package main

import (
	"context"
	"fmt"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// indexOrder are the items of the composite index in the order they are printed.
var indexOrder = [6]air.Pollutant{air.SO2, air.NO2, air.PM10, air.PM25, air.CO, air.O3_8h}

// indexColumn names the single index of an item: O3_8h is printed as o3.
func indexColumn(p air.Pollutant) string {
	if p == air.O3_8h {
		return "o3"
	}
	return p.Column()
}

func airCompositeCommand() command {
	c := command{
		name:    "air composite",
		about:   "Composite index (环境空气质量综合指数) from period statistics.",
		usage:   "--standard SET [options] [FILE]",
		example: "qingshan air composite --standard 2012 month.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		std := fs.String("standard", "auto", standardUsage+"; without a column date (the period's last day): today's")
		decimals := fs.Int("decimals", 0, "decimals of single and composite indices; 0 = the set's own (2), Henan prints 3")
		profile := fs.String("profile", "", "index `PROFILE` other than the set's default (unverified ones are marked in the data file)")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		rules, err := newAirRules(*std, air.Options{Decimals: *decimals, Profile: *profile})
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		return c.runComposite(e, o, rest, rules)
	}
	return c
}

func (c command) runComposite(e *env, o filterOptions, rest []string, rules *airRules) int {
	cols := need("id", "so2", "no2", "pm10", "pm25", "co_p95", "o3_8h_p90")
	in, err := openInput(e, o, rest, append(cols, optional("date")...))
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	if rules.forced == nil && !in.has(7) { // the set in force today; every row names it
		if rules.forced, err = rules.on(today()); err != nil {
			return c.usageError(e, "%v", err)
		}
	}
	names := []string{"id", "standard"}
	for _, p := range indexOrder {
		names = append(names, "i_"+indexColumn(p))
	}
	out := newOutput(e.stdout, o, append(names, "composite", "worst_item"))
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		r, ok := in.rulesByDate(rules, 7)
		if !ok {
			continue
		}
		var conc [air.N]num.Decimal
		var have air.Set
		for i, p := range indexOrder {
			x, good := in.concentration(1 + i)
			if ok = good; !ok {
				break
			}
			if x.state == cellNumber {
				conc[p] = x.Decimal
				have |= standard.Of(p)
			}
		}
		if !ok {
			continue
		}
		res := r.Composite(&conc, have)
		out.text(id)
		out.text(r.Edition.ID)
		for _, p := range indexOrder {
			out.decimalOr(res.Single[p], res.Have.Has(p))
		}
		out.decimalOr(res.Composite, res.Complete)
		if res.Complete {
			out.text(res.Worst.String())
		} else {
			out.text("")
		}
		out.end()
	}
	return in.finish(out)
}

// today is the civil day of the machine's clock.
func today() calendar.Day { return calendar.Date(clock.System().Now().In(clock.Shanghai).Date()) }

// rulesByDate gives the forced set, or the one in force on the date in column i.
func (in *input) rulesByDate(rules *airRules, i int) (*air.Rules, bool) {
	if rules.forced != nil {
		return rules.forced, true
	}
	day, ok := in.date(i)
	if !ok {
		return nil, false
	}
	r, err := rules.on(day)
	if err != nil {
		in.reject(i, "%v", err)
		return nil, false
	}
	return r, true
}

// date reads a date column.
func (in *input) date(i int) (calendar.Day, bool) {
	t, err := parseCivil(in.bytes(i))
	if err != nil || t.wholeTime {
		in.reject(i, "%q is not a date (2006-01-02)", short(in.bytes(i)))
		return 0, false
	}
	return t.day, true
}

func airRankCommand() command {
	c := command{
		name:    "air rank",
		about:   "Competition ranking (1, 2, 2, 4) of values as printed.",
		usage:   "[--desc] [--list NAME] [options] [FILE]",
		example: "qingshan air rank --list 2+26 index.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		desc := fs.Bool("desc", false, "largest value first")
		list := fs.String("list", "", "rank only the members of a named `LIST` (2+26, 2+36, henan, 338); the others get no place")
		on := fs.String("on", "", "membership of the list on this `DATE`; default: its latest entry")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		member, err := listMembers(e, *list, *on)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		return c.runRank(e, o, rest, *desc, member)
	}
	return c
}

// listMembers returns a membership test; every city is a member of no list.
func listMembers(e *env, id, on string) (func(string) bool, error) {
	if id == "" {
		return func(string) bool { return true }, nil
	}
	reg, err := standard.Builtin()
	if err != nil {
		return nil, err
	}
	l, err := reg.Latest(id)
	if on != "" {
		var day calendar.Day
		if day, err = parseDayFlag("--on", on); err == nil {
			l, err = reg.List(id, day)
		}
	}
	if err != nil {
		return nil, err
	}
	if len(l.Members) == 0 {
		return nil, fmt.Errorf("the members of list %q are not known: %s", id, l.Source)
	}
	if !l.Complete {
		fmt.Fprintf(e.stderr, "note: list %s is not verified: %s\n", id, l.Source)
	}
	in := map[string]bool{}
	for _, m := range l.Members {
		in[m] = true
		if c, ok := reg.City(m); ok {
			in[c.Short], in[c.Name] = true, true
			for _, a := range c.Aliases {
				in[a] = true
			}
		}
	}
	return func(name string) bool { return in[name] }, nil
}

func (c command) runRank(e *env, o filterOptions, rest []string, desc bool, member func(string) bool) int {
	in, err := openInput(e, o, rest, need("id", "value"))
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	var ids []string
	var values []num.Decimal
	var there, ranked []bool
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		v, ok := in.number(1)
		if !ok {
			continue
		}
		ids = append(ids, id)
		values = append(values, v.Decimal)
		there = append(there, v.state == cellNumber)
		ranked = append(ranked, v.state == cellNumber && member(id))
	}
	out := newOutput(e.stdout, o, []string{"id", "value", "rank"})
	for i, place := range air.RankDecimals(values, ranked, desc) {
		out.text(ids[i])
		out.decimalOr(values[i], there[i])
		if ranked[i] {
			out.integer(int64(place))
		} else {
			out.blank()
		}
		out.end()
	}
	return in.finish(out)
}

func airChangeCommand() command {
	c := command{
		name:    "air change",
		about:   "Change and change rate between two published values.",
		usage:   "[options] [FILE]",
		example: "qingshan air change pairs.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		reg, err := standard.Builtin()
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		list := reg.Editions()
		return c.runChange(e, o, rest, list[len(list)-1].Decimals.Change)
	}
	return c
}

func (c command) runChange(e *env, o filterOptions, rest []string, decimals int) int {
	in, err := openInput(e, o, rest, need("id", "current", "previous"))
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	out := newOutput(e.stdout, o, []string{"id", "change", "change_pct"})
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		now, ok := in.number(1)
		if !ok {
			continue
		}
		before, ok := in.number(2)
		if !ok {
			continue
		}
		both := now.state == cellNumber && before.state == cellNumber
		diff, pct, known := air.Change(now.Decimal, before.Decimal, decimals)
		out.text(id)
		out.decimalOr(diff, both)
		out.decimalOr(pct, both && known)
		out.end()
	}
	return in.finish(out)
}
