package main

import (
	"context"
	"fmt"
	"time"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// periodOptions are the flags of air period.
type periodOptions struct {
	filterOptions
	from, to calendar.Day
	by       string
	dustFile string
	dustAQI  air.DustAQI
}

const longestPeriod = 36600 // days; a wrong century is a typing error, not a question

func airPeriodCommand() command {
	c := command{
		name:    "air period",
		about:   "Period statistics, good days, lost days and composite index from daily values (HJ 663).",
		usage:   "--from DATE --to DATE [options] [FILE]",
		example: "qingshan air period --from 2019-01-01 --to 2019-06-30 --by month days.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o periodOptions
		o.register(fs)
		from := fs.String("from", "", "first `DATE`")
		to := fs.String("to", "", "last `DATE`")
		fs.StringVar(&o.by, "by", "", "one row per id and month, quarter or year of the span")
		std := fs.String("standard", "auto", "standard `SET`; auto: the set in force on the period's last day, for the whole period")
		decimals := fs.Int("decimals", 0, "decimals of single and composite indices; 0 = the set's own (2)")
		profile := fs.String("profile", "", "index `PROFILE` other than the set's default")
		missing := choiceFlag(fs, "missing", "withhold", "`RULE` when a pollutant is missing: withhold or rest", map[string]air.Choice{"withhold": air.Withhold, "rest": air.Rest})
		fs.StringVar(&o.dustFile, "dust-days", "", "assessed mode: take PM10 and PM2.5 out on the days of `FILE` (id,date)")
		dustAQI := fs.String("dust-aqi", "excluded", "AQI of a dust day: `excluded` (of the other pollutants) or kept")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		err := o.parse(*from, *to, *dustAQI)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		rules, err := newAirRules(*std, air.Options{Decimals: *decimals, Profile: *profile, Missing: *missing})
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		return c.runPeriod(e, &o, rest, rules)
	}
	return c
}

func (o *periodOptions) parse(from, to, dustAQI string) (err error) {
	if from == "" || to == "" {
		return fmt.Errorf("--from and --to are needed")
	}
	if o.from, err = parseDayFlag("--from", from); err != nil {
		return err
	}
	if o.to, err = parseDayFlag("--to", to); err != nil {
		return err
	}
	if o.to < o.from || o.to-o.from > longestPeriod {
		return fmt.Errorf("--from %s to --to %s is not a period", o.from, o.to)
	}
	switch dustAQI {
	case "excluded":
		o.dustAQI = air.DustExcluded
	case "kept":
		o.dustAQI = air.DustKept
	default:
		return fmt.Errorf("--dust-aqi %q: want excluded or kept", dustAQI)
	}
	if o.by != "" && o.by != "month" && o.by != "quarter" && o.by != "year" {
		return fmt.Errorf("--by %q: want month, quarter or year", o.by)
	}
	return nil
}

// windows cuts the span by calendar units.
func (o *periodOptions) windows() []air.Window {
	days := int(o.to-o.from) + 1
	if o.by == "" {
		return []air.Window{{From: 0, To: days}}
	}
	var out []air.Window
	for d := o.from; d <= o.to; {
		y, m, _ := d.Civil()
		next := calendar.Date(y, m+1, 1)
		switch o.by {
		case "quarter":
			next = calendar.Date(y, (m-1)/3*3+4, 1)
		case "year":
			next = calendar.Date(y+1, time.January, 1)
		}
		out = append(out, air.WindowOf(o.from, days, d, next-1))
		d = next
	}
	return out
}

// dailyRow is an accepted row inside the span.
type dailyRow struct {
	id, day int
	v       [6]cell
	aqi     int16 // −1: compute it
	primary air.Set
}

// dayOrder are the columns of daily tables.
var dayOrder = [6]air.Pollutant{air.SO2, air.NO2, air.CO, air.O3_8h, air.PM10, air.PM25}

func (c command) runPeriod(e *env, o *periodOptions, rest []string, rules *airRules) int {
	windows := o.windows()
	for _, w := range windows {
		if _, err := rules.on(o.from.Add(w.To - 1)); err != nil {
			return c.usageError(e, "%v", err)
		}
	}
	cols := need("id", "date")
	for _, p := range dayOrder {
		cols = append(cols, column{name: p.Column()})
	}
	dust, rejected, err := readDust(e, o)
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	in, err := openInput(e, o.filterOptions, rest, append(cols, optional("aqi", "primary")...))
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	ids, rows := readDailyRows(in, o)
	t := periodTable{o: o, rules: rules, ids: ids, rows: rows, dust: dust, blocks: map[string]*air.Days{}}
	code := in.finish(t.write(e, windows))
	if code == exitOK && rejected > 0 {
		return exitRejected
	}
	return code
}

// readDust reads the dust days; its rejected rows are counted apart.
func readDust(e *env, o *periodOptions) (map[string]map[calendar.Day]bool, int, error) {
	dust := map[string]map[calendar.Day]bool{}
	if o.dustFile == "" {
		return dust, 0, nil
	}
	in, err := openInput(e, filterOptions{format: "csv"}, []string{o.dustFile}, need("id", "date"))
	if err != nil {
		return nil, 0, err
	}
	for in.next() {
		id, ok := in.id(0)
		if !ok {
			continue
		}
		if day, ok := in.date(1); ok {
			if dust[id] == nil {
				dust[id] = map[calendar.Day]bool{}
			}
			dust[id][day] = true
		}
	}
	return dust, in.rejected, nil
}

func readDailyRows(in *input, o *periodOptions) (ids []string, rows []dailyRow) {
	index := map[string]int{}
	seen := map[dayKey]bool{}
	for in.next() {
		name, ok := in.id(0)
		if !ok {
			continue
		}
		day, ok := in.date(1)
		if !ok {
			continue
		}
		row := dailyRow{aqi: air.Missing}
		for i := range row.v {
			if row.v[i], ok = in.concentration(2 + i); !ok {
				break
			}
		}
		if !ok || !in.givenAQI(&row) {
			continue
		}
		id, known := index[name]
		if !known {
			id = len(ids)
			index[name] = id
			ids = append(ids, name)
		}
		if seen[dayKey{id, day}] {
			in.reject(1, "%s of %s stands in an earlier row", day, name)
			continue
		}
		seen[dayKey{id, day}] = true
		row.id, row.day = id, int(day-o.from)
		if day >= o.from && day <= o.to {
			rows = append(rows, row)
		}
	}
	return ids, rows
}

// givenAQI reads the published AQI and primary pollutants, when the table has them.
func (in *input) givenAQI(row *dailyRow) bool {
	c, ok := in.number(8)
	if !ok {
		return false
	}
	if c.state == cellNumber {
		if c.Places != 0 || c.Units < 0 || c.Units > 999 {
			in.reject(8, "%s is not an AQI", short(in.bytes(8)))
			return false
		}
		row.aqi = int16(c.Units)
	}
	set, err := parsePollutants(in.text(9))
	if err != nil {
		in.reject(9, "%v", err)
		return false
	}
	row.primary = set
	return true
}

// periodTable turns rows into columns, once per standard set that a period needs.
type periodTable struct {
	o      *periodOptions
	rules  *airRules
	ids    []string
	rows   []dailyRow
	dust   map[string]map[calendar.Day]bool
	blocks map[string]*air.Days
}

// block is the table under one set. A published AQI stands, unless dust changes it.
func (t *periodTable) block(r *air.Rules) *air.Days {
	if d, ok := t.blocks[r.Edition.ID]; ok {
		return d
	}
	d := air.NewDays(t.o.from, int(t.o.to-t.o.from)+1, len(t.ids), false)
	for _, row := range t.rows {
		at := d.At(row.id, row.day)
		for i, p := range dayOrder {
			switch row.v[i].state {
			case cellNumber:
				d.V[p][at] = int16(min(r.RoundConc(p, row.v[i].Decimal), 1<<15-1))
			case cellPlanned:
				d.V[p][at] = air.Planned
			}
		}
	}
	if err := r.Reassess(d, 1); err != nil {
		panic(err)
	}
	for _, row := range t.rows {
		if row.aqi >= 0 {
			at := d.At(row.id, row.day)
			d.AQI[at] = row.aqi
			if row.primary != 0 {
				d.Primary[at] = row.primary
			} else if v := d.Values(row.id, row.day); d.Primary[at] == 0 {
				d.Primary[at] = leading(r, &v, row.aqi)
			}
		}
	}
	if t.o.dustFile != "" {
		d = r.Assessed(d, t.dustMask(d), t.o.dustAQI)
	}
	t.blocks[r.Edition.ID] = d
	return d
}

// leading is the primary set of a published AQI whose row does not name it.
func leading(r *air.Rules, v *air.Values, aqi int16) (s air.Set) {
	if aqi <= int16(r.Edition.AQI.PrimaryAbove) {
		return 0
	}
	best := int16(0)
	for _, p := range dayOrder {
		i := r.IAQI(air.Daily, p, v[p])
		if i > best {
			best, s = i, 0
		}
		if i == best && i > 0 {
			s |= 1 << p
		}
	}
	return s
}

func (t *periodTable) dustMask(d *air.Days) []bool {
	mask := make([]bool, d.Units*d.Days)
	for u, id := range t.ids {
		for day := range t.dust[id] {
			if k := int(day - d.Start); k >= 0 && k < d.Days {
				mask[d.At(u, k)] = true
			}
		}
	}
	return mask
}

func (t *periodTable) write(e *env, windows []air.Window) *output {
	out := newOutput(e.stdout, t.o.filterOptions, []string{"id", "from", "to", "standard", "days", "valid_days", "good_days", "good_ratio",
		"light", "moderate", "heavy", "severe", "so2", "no2", "pm10", "pm25", "co_p95", "o3_8h_p90",
		"i_so2", "i_no2", "i_pm10", "i_pm25", "i_co", "i_o3", "composite", "worst_item",
		"lost_so2", "lost_no2", "lost_co", "lost_o3", "lost_pm10", "lost_pm25"})
	for u, id := range t.ids {
		for _, w := range windows {
			last := t.o.from.Add(w.To - 1)
			r, err := t.rules.on(last)
			if err != nil {
				panic(err) // checked before reading
			}
			var s air.Stats
			r.Period(&s, t.block(r), u, w, false)
			out.text(id)
			out.text(t.o.from.Add(w.From).String())
			out.text(last.String())
			out.text(r.Edition.ID)
			putStats(out, r, &s)
			out.end()
		}
	}
	return out
}

func putStats(out *output, r *air.Rules, s *air.Stats) {
	out.integer(int64(s.Days))
	out.integer(int64(s.ValidDays))
	out.integer(int64(s.GoodDays))
	ratio, ok := r.GoodRatio(s)
	out.decimalOr(ratio, ok)
	for _, n := range s.Levels[2:] {
		out.integer(int64(n))
	}
	for _, p := range indexOrder {
		out.decimalOr(r.PeriodConc(p, s.Value[p]), s.Value[p] >= 0)
	}
	single, composite := r.IndexDecimals()
	for _, p := range indexOrder {
		out.decimalOr(num.D(int64(s.Single[p]), single), s.Single[p] >= 0)
	}
	out.decimalOr(num.D(int64(s.Composite), composite), s.Composite >= 0)
	if s.Composite >= 0 {
		out.text(s.Worst.String())
	} else {
		out.text("")
	}
	for _, p := range hourOrder {
		n := s.Lost[p]
		if p == air.O3 {
			n += s.Lost[air.O3_8h]
		}
		out.integer(int64(n))
	}
}
