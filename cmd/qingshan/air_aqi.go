package main

import (
	"context"
	"fmt"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/standard"
)

func airAQICommand() command {
	c := command{
		name:    "air aqi",
		about:   "AQI, level, primary pollutant and sub-indices from concentrations (HJ 633).",
		usage:   "--report hourly|daily [options] [FILE]",
		example: "qingshan air aqi --report hourly hours.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		report := fs.String("report", "", "`hourly` (six 1-hour values) or daily (five daily means and MDA8)")
		std := fs.String("standard", "auto", standardUsage)
		rounding := choiceFlag(fs, "rounding", "ceil", "sub-index rounding `RULE`: ceil or half-up", map[string]air.Choice{"ceil": air.Ceil, "half-up": air.HalfUp})
		missing := choiceFlag(fs, "missing", "withhold", "`RULE` when a pollutant is missing: withhold (publish above 100 only) or rest", map[string]air.Choice{"withhold": air.Withhold, "rest": air.Rest})
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		rep := map[string]standard.Report{"hourly": air.Hourly, "daily": air.Daily}
		if _, ok := rep[*report]; !ok {
			return c.usageError(e, "--report hourly or --report daily is needed")
		}
		rules, err := newAirRules(*std, air.Options{Rounding: *rounding, Missing: *missing})
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		return c.runAQI(e, o, rest, rules, rep[*report])
	}
	return c
}

// aqiColumns are id, time and the pollutants; the column a report does not use may be absent.
func aqiColumns(rep standard.Report) ([]column, [air.N]int) {
	cols := need("id", "time")
	at := [air.N]int{}
	for p := air.Pollutant(0); p < air.N; p++ {
		at[p] = len(cols)
		spare := rep == air.Hourly && p == air.O3_8h || rep == air.Daily && p == air.O3
		cols = append(cols, column{p.Column(), spare})
	}
	if rep == air.Hourly {
		at[air.O3_8h] = -1
	}
	return cols, at
}

func (c command) runAQI(e *env, o filterOptions, rest []string, rules *airRules, rep standard.Report) int {
	cols, at := aqiColumns(rep)
	in, err := openInput(e, o, rest, cols)
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	names := []string{"id", "time", "standard", "aqi", "level", "category", "primary", "above50"}
	for p := air.Pollutant(0); p < air.N; p++ {
		names = append(names, "iaqi_"+p.Column())
	}
	out := newOutput(e.stdout, o, append(names, "withheld"))
	var v air.Values
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		t, err := parseCivil(in.bytes(1))
		if err != nil {
			in.reject(1, "%q %v", short(in.bytes(1)), err)
			continue
		}
		if rep == air.Hourly && !t.wholeTime {
			in.reject(1, "%q has no hour, which an hourly report needs (2026-08-28T07)", short(in.bytes(1)))
			continue
		}
		day := t.day
		if rep == air.Hourly {
			day = t.reportDay()
		}
		r, err := rules.on(day)
		if err != nil {
			in.reject(1, "%v", err)
			continue
		}
		if !in.values(r, &at, &v) {
			continue
		}
		res := r.AQI(rep, &v)
		out.text(id)
		out.text(in.text(1))
		out.text(r.Edition.ID)
		putAQI(out, r, &res)
		out.text(joinNames(res.Falling(res.Above50)))
		for p, i := range res.IAQI {
			if v[p] == air.Planned && r.Uses(rep).Has(air.Pollutant(p)) {
				out.text("/")
				continue
			}
			out.integerOr(int64(i))
		}
		out.text(withheldText(&res))
		out.end()
	}
	return in.finish(out)
}

// putAQI prints aqi, level, category and primary.
func putAQI(out *output, r *air.Rules, res *air.Result) {
	if res.AQI < 0 {
		out.blank()
		out.blank()
		out.text("")
		out.text("")
		return
	}
	out.integer(int64(res.AQI))
	out.integer(int64(res.Level))
	out.text(r.Edition.Levels.Of(int(res.AQI)).Category)
	out.text(res.Primary.String())
}

func joinNames(list []air.Pollutant) string {
	s := ""
	for i, p := range list {
		if i > 0 {
			s += ";"
		}
		s += fmt.Sprint(p)
	}
	return s
}
