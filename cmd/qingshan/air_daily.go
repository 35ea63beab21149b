package main

import (
	"context"
	"slices"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// hourOrder are the pollutants of hourly tables, in column order.
var hourOrder = [6]air.Pollutant{air.SO2, air.NO2, air.CO, air.O3, air.PM10, air.PM25}

// fineDecimals is the scale in which hours are added: digits beyond it cannot turn into a
// false tie (num.Decimal.Sticky).
const fineDecimals = 6

// dayHours is one day of one id: hours in 10^-6, negative = missing.
type dayHours struct {
	id      int
	day     calendar.Day
	v       [6][24]int64
	stated  uint32 // hours for which a row was read
	planned [6]bool
}

func newDayHours(id int, day calendar.Day) *dayHours {
	d := &dayHours{id: id, day: day}
	for i := range d.v {
		for h := range d.v[i] {
			d.v[i][h] = air.Missing
		}
	}
	return d
}

func airDailyCommand() command {
	c := command{
		name:    "air daily",
		about:   "Daily values, MDA8 and daily AQI from hourly values (GB 3095 table 4, HJ 663).",
		usage:   "[options] [FILE]",
		example: "qingshan air daily --standard 2012 hours.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		std := fs.String("standard", "auto", standardUsage)
		missing := choiceFlag(fs, "missing", "withhold", "`RULE` when a pollutant is missing: withhold or rest", map[string]air.Choice{"withhold": air.Withhold, "rest": air.Rest})
		windows := fs.String("o3-windows", "08-24", "hour labels that end an 8-hour window: `08-24` or 01-24")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		opts := air.Options{Missing: *missing}
		switch *windows {
		case "08-24":
			opts.FirstWindow = 8
		case "01-24":
			opts.FirstWindow = 1
		default:
			return c.usageError(e, "--o3-windows %q: want 08-24 or 01-24", *windows)
		}
		rules, err := newAirRules(*std, opts)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		cols := need("id", "time")
		for _, p := range hourOrder {
			cols = append(cols, column{name: p.Column()})
		}
		in, err := openInput(e, o, rest, cols)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		ids, days := readDayHours(in, rules)
		return in.finish(writeDaily(e, o, rules, ids, days))
	}
	return c
}

// dayKey names one day of one id.
type dayKey struct {
	id  int
	day calendar.Day
}

// readDayHours collects hourly rows into days. An hour stated twice is rejected.
func readDayHours(in *input, rules *airRules) (ids []string, days map[dayKey]*dayHours) {
	index := map[string]int{}
	days = map[dayKey]*dayHours{}
	var last *dayHours
	for in.next() {
		idBytes := in.bytes(0)
		if len(idBytes) == 0 {
			in.reject(0, "empty")
			continue
		}
		t, err := parseCivil(in.bytes(1))
		var day calendar.Day
		var label int
		if err == nil {
			day, label, err = t.label()
		}
		if err == nil {
			_, err = rules.on(day)
		}
		if err != nil {
			in.reject(1, "%q %v", short(in.bytes(1)), err)
			continue
		}
		var cells [6]cell
		ok := true
		for i := range cells {
			if cells[i], ok = in.concentration(2 + i); !ok {
				break
			}
		}
		if !ok {
			continue
		}
		id, known := index[string(idBytes)]
		if !known {
			id = len(ids)
			ids = append(ids, string(idBytes))
			index[ids[id]] = id
		}
		if last == nil || last.id != id || last.day != day {
			if last = days[dayKey{id, day}]; last == nil {
				last = newDayHours(id, day)
				days[dayKey{id, day}] = last
			}
		}
		if last.stated>>label&1 == 1 {
			in.reject(1, "hour %s of %s stands in an earlier row", hourText(day, label), ids[id])
			continue
		}
		last.stated |= 1 << label
		for i, c := range cells {
			switch c.state {
			case cellNumber:
				last.v[i][label-1] = c.Sticky(fineDecimals)
			case cellPlanned:
				last.planned[i] = true
			}
		}
	}
	return ids, days
}

func sortedDays(days map[dayKey]*dayHours) []*dayHours {
	list := make([]*dayHours, 0, len(days))
	for _, d := range days {
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b *dayHours) int {
		if a.id != b.id {
			return a.id - b.id
		}
		return int(a.day - b.day)
	})
	return list
}

func writeDaily(e *env, o filterOptions, rules *airRules, ids []string, days map[dayKey]*dayHours) *output {
	names := []string{"id", "date", "standard"}
	for p := air.Pollutant(0); p < air.N; p++ {
		names = append(names, p.Column())
	}
	for _, p := range hourOrder {
		names = append(names, "n_"+p.Column())
	}
	out := newOutput(e.stdout, o, append(names, "aqi", "level", "category", "primary", "withheld"))
	for _, d := range sortedDays(days) {
		r, err := rules.on(d.day)
		if err != nil {
			panic(err) // rows without a set were rejected while reading
		}
		v, n := dailyValues(r, d, days[dayKey{d.id, d.day - 1}])
		out.text(ids[d.id])
		out.text(d.day.String())
		out.text(r.Edition.ID)
		for p := air.Pollutant(0); p < air.N; p++ {
			putConc(out, r, p, int64(v[p]))
		}
		for _, k := range n {
			out.integer(int64(k))
		}
		res := r.AQI(air.Daily, &v)
		putAQI(out, r, &res)
		out.text(withheldText(&res))
		out.end()
	}
	return out
}

// dailyValues computes the day's concentrations in steps and the hours behind them.
func dailyValues(r *air.Rules, d, before *dayHours) (v air.Values, n [6]int) {
	v = air.NoValues()
	least := r.Edition.Validity.DayHours
	round := func(p air.Pollutant, m air.Ratio) int32 {
		_, day, _ := r.DecimalsOf(p)
		return int32(m.Round(fineDecimals, day))
	}
	for i, p := range hourOrder {
		var mean air.Ratio
		mean, n[i] = air.DayMean(d.v[i][:], least)
		if n[i] == 0 && d.planned[i] {
			v[p] = air.Planned
		}
		if p != air.O3 {
			if n[i] > 0 {
				v[p] = round(p, mean)
			}
			continue
		}
		if n[i] == 0 {
			v[air.O3_8h] = v[air.O3]
			continue
		}
		v[air.O3] = round(air.O3, air.Ratio{Sum: air.MaxHour(d.v[i][:]), N: 1})
		var prev []int64
		if before != nil {
			prev = before.v[i][:]
		}
		m, _ := air.MDA8(r, d.v[i][:], prev, fineDecimals)
		v[air.O3_8h] = round(air.O3_8h, m)
	}
	return v, n
}
