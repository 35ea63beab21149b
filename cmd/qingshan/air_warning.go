package main

import (
	"context"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/warning"
)

func airWarningCommand() command {
	c := command{
		name:    "air warning",
		about:   "Heavy-pollution warning (重污染天气预警) from a forecast of daily AQI: one row per id, the strongest level.",
		usage:   "[--edition 2018|2024] [--all] [options] [FILE]",
		example: "qingshan air warning --edition 2024 forecast.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		edition := fs.String("edition", "2024", "`EDITION` of the start conditions: 2018 (环办大气函〔2018〕875号), 2024 (环大气〔2024〕6号), 2017")
		all := fs.Bool("all", false, "one row for every episode that meets a start condition, not only the strongest")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		rules, err := warning.Builtin()
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		ed, err := rules.Edition(*edition)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		return c.runWarning(e, o, rest, rules, ed, *all)
	}
	return c
}

const maxAQI = 999 // what a feed prints beyond 500 is still read

func (c command) runWarning(e *env, o filterOptions, rest []string, rules *warning.Rules, ed *warning.Edition, all bool) int {
	in, err := openInput(e, o, rest, append(need("id", "date", "aqi"), optional("cause")...))
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	var ids []string
	days := map[string][]warning.Day{}
	seen := map[string]map[calendar.Day]bool{}
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		d, ok := in.forecastDay(rules)
		if !ok {
			continue
		}
		if seen[id] == nil {
			seen[id] = map[calendar.Day]bool{}
			ids = append(ids, id)
		}
		if seen[id][d.Day] {
			in.reject(1, "%s of %s stands in an earlier row", d.Day, id)
			continue
		}
		seen[id][d.Day] = true
		days[id] = append(days[id], d)
	}
	out := newOutput(e.stdout, o, []string{"id", "level", "from", "until", "rule", "edition"})
	for _, id := range ids {
		decisions := []warning.Decision{ed.Strongest(days[id])}
		if episodes := ed.Decide(days[id]); all && len(episodes) > 0 {
			decisions = episodes
		}
		for _, d := range decisions {
			putWarning(out, id, d)
		}
	}
	return in.finish(out)
}

// forecastDay reads date, aqi and cause of the current row.
func (in *input) forecastDay(rules *warning.Rules) (d warning.Day, ok bool) {
	if d.Day, ok = in.date(1); !ok {
		return d, false
	}
	aqi, ok := in.number(2)
	if !ok {
		return d, false
	}
	d.AQI = -1
	if aqi.state == cellNumber {
		if aqi.Units < 0 || aqi.Places != 0 || aqi.Units > maxAQI {
			in.reject(2, "%s is not an AQI", short(in.bytes(2)))
			return d, false
		}
		d.AQI = int(aqi.Units)
	}
	if d.Cause = in.text(3); !rules.Known(d.Cause) {
		in.reject(3, "%q is not a known cause", short(in.bytes(3)))
		return d, false
	}
	return d, true
}

func putWarning(out *output, id string, d warning.Decision) {
	out.text(id)
	out.text(d.Level.String())
	from, until := "", ""
	if d.Window.Days() > 0 {
		from, until = d.Window.From.String(), d.Window.To.String()
	}
	out.text(from)
	out.text(until)
	out.text(d.Rule)
	out.text(d.Edition)
	out.end()
}
