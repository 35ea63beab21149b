package situation

import (
	"slices"
	"strconv"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// The items a year has targets for, in the order of the page.
const (
	itemPM25 = "pm25"
	itemPM10 = "pm10"
	itemGood = "good_days"
)

var targetItems = [...]string{itemPM25, itemPM10, itemGood}

// year is the state of a unit's year as of a day: the exact ledgers and the outlook.
type year struct {
	b           *board
	unit, year  int
	dust        string
	days        *air.Days
	until       calendar.Day // last finished day of the year
	series      *budget.Series
	set         map[string]Target
	mean        map[string]*budget.MeanLedger
	good        *budget.DaysLedger
	out         *outlook
	stats, last air.Stats // this year to date, and the same window last year
}

// meanItem is the budget's column of a concentration target.
func meanItem(item string) (budget.Item, air.Pollutant, bool) {
	switch item {
	case itemPM25:
		return budget.PM25, air.PM25, true
	case itemPM10:
		return budget.PM10, air.PM10, true
	}
	return 0, 0, false
}

// newYear prepares a unit's year. Errors: invalid when the board holds no day of it.
func (b *board) newYear(cache *outlooks, unit, y int, dust string, set map[string]Target) (*year, error) {
	days := b.days(dust)
	until := min(b.lastDay(), yearEnd(y))
	if until < yearStart(y) || yearStart(y) < days.Start {
		return nil, fault.Newf(fault.NotFound, "year", "%d 年没有可用的日数据（现有 %s 至 %s）", y, days.Start, b.lastDay())
	}
	t := &year{b: b, unit: unit, year: y, dust: orText(dust, "observed"), days: days, until: until, set: set,
		series: b.budgetSeries(days, unit, until), mean: map[string]*budget.MeanLedger{}}
	if err := t.ledgers(); err != nil {
		return nil, err
	}
	t.stats = b.statsOf(days, unit, yearStart(y), until)
	same := sameDayLastYear(until)
	t.last = b.statsOf(days, unit, yearStart(y-1), same)
	keys, targets := t.budgetTargets()
	t.out = b.outlook(cache, days, unit, until, keys, targets)
	return t, nil
}

func sameDayLastYear(d calendar.Day) calendar.Day {
	y, m, dom := d.Civil()
	return calendar.Date(y-1, m, min(dom, monthLength(y-1, m)))
}

func (b *board) statsOf(days *air.Days, unit int, from, to calendar.Day) air.Stats {
	st := emptyStats()
	if w := air.WindowOf(days.Start, days.Days, from, to); w.From < w.To {
		b.rules.Period(&st, days, unit, w, false)
	}
	return st
}

// column cuts one item of the series to the year so far.
func (t *year) column(i budget.Item) []int64 {
	lo := int(yearStart(t.year) - t.series.First)
	return t.series.Values[i][lo : int(t.until-t.series.First)+1]
}

func (t *year) ledgers() error {
	for _, item := range targetItems {
		i, p, ok := meanItem(item)
		if !ok {
			continue
		}
		l, err := budget.NewMeanLedger(t.year, t.column(i), budget.MeanTarget{Target: t.set[item].Value, Quantum: t.b.quantum(p)})
		if err != nil {
			return fault.Wrap(err, fault.Internal, "ledger", "目标账计算失败")
		}
		t.mean[item] = &l
	}
	g, err := budget.NewDaysLedger(t.year, t.verdicts(yearStart(t.year), t.until), int(t.set[itemGood].Value/1000))
	if err != nil {
		return fault.Wrap(err, fault.Internal, "ledger", "优良天账计算失败")
	}
	t.good = &g
	return nil
}

// verdicts judges days by the AQI of the board: the engine's own rounding and missing rule.
func (t *year) verdicts(from, to calendar.Day) []budget.Verdict {
	out := make([]budget.Verdict, 0, to-from+1)
	for d := from; d <= to; d++ {
		i := int(d - t.days.Start)
		switch {
		case i < 0 || i >= t.days.Days || t.days.AQI[t.days.At(t.unit, i)] < 0:
			out = append(out, budget.NotValid)
		case t.days.AQI[t.days.At(t.unit, i)] <= goodAQI:
			out = append(out, budget.GoodDay)
		default:
			out = append(out, budget.LostDay)
		}
	}
	return out
}

// goodAQI is the largest AQI of a good day (优良天), in every edition so far.
const goodAQI = 100

// budgetTargets are the targets that are set, for the simulator.
func (t *year) budgetTargets() (keys []string, out []budget.Target) {
	for _, item := range targetItems {
		set, ok := t.set[item]
		if !ok {
			continue
		}
		keys = append(keys, item)
		if i, p, mean := meanItem(item); mean {
			out = append(out, budget.Target{Kind: budget.Mean, Item: i, Limit: set.Value, Quantum: t.b.quantum(p)})
		} else {
			out = append(out, budget.Target{Kind: budget.GoodDays, Days: int(set.Value / 1000)})
		}
	}
	return keys, out
}

func (t *year) key(what, item string) key {
	return key{what, t.b.units[t.unit].place.Code, itoa(t.year), item, t.dust}
}

// item is one row of the page.
func (t *year) item(item string) TargetItem {
	set, has := t.set[item]
	out := TargetItem{Item: item, TargetVersion: set.Version, TargetSource: set.Source}
	fig := func(what, value, unit string) Figure { return t.b.figure(t.key(what, item), value, unit) }
	if i, p, mean := meanItem(item); mean {
		t.meanItem(&out, i, p, fig, has)
	} else {
		t.goodItem(&out, fig, has)
	}
	out.Probability = fig("probability", "", "%")
	if a, ok := t.out.answer(item); ok {
		out.Probability.Value = percent(a.Probability)
		out.P10, out.P50, out.P90 = t.endText(item, a.End.P10), t.endText(item, a.End.P50), t.endText(item, a.End.P90)
	}
	out.NameEN, out.UnitEN = englishItem(item), englishUnit(out.Unit)
	out.Curve = t.curve(item)
	return out
}

// endText prints a simulated year's end in the digits of its item.
func (t *year) endText(item string, v float64) string {
	_, p, mean := meanItem(item)
	if !mean {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	_, _, places := t.b.rules.DecimalsOf(p)
	return strconv.FormatFloat(v/1000, 'f', places, 64)
}

func (t *year) meanItem(out *TargetItem, i budget.Item, p air.Pollutant, fig func(what, value, unit string) Figure, has bool) {
	l := t.mean[out.Item]
	out.Name, out.Unit = p.String(), unitText(p)
	out.Short = t.b.shortOf(t.days, t.unit, yearStart(t.year), t.until, standard.Of(p)) != 0
	out.Target, out.ToDate = fig("target", "", out.Unit), fig("to_date", periodText(t.b.rules, p, t.stats.Value[p]), out.Unit)
	out.ToDate = out.ToDate.counted(int(t.stats.N[p]), int(t.stats.Days))
	out.SamePeriodLastYear = fig("last_to_date", periodText(t.b.rules, p, t.last.Value[p]), out.Unit).counted(int(t.last.N[p]), int(t.last.Days))
	out.Change = changeText(t.b.rules.Edition, out.ToDate.Value, out.SamePeriodLastYear.Value)
	out.AllowedMean = fig("allowed", "", out.Unit)
	rest := t.restStats(t.year - 1)
	out.LastYearRest = fig("last_rest", periodText(t.b.rules, p, rest.Value[p]), out.Unit).counted(int(rest.N[p]), int(rest.Days))
	if !has {
		return
	}
	out.Target.Value = trim(num.D(l.Target, 3))
	if l.Used > 0 {
		out.Gap = signed(trimmed(num.D(l.Gap(), 3), placesOf(l.Quantum)))
	}
	if l.Left > 0 && l.Used > 0 {
		out.AllowedMean.Value = num.D(l.RestAllowed.Round(100, num.Floor)/100, 1).String()
		out.PercentileOfHistory = shareBelow(t.out, i, l.RestAllowed.Float()/1000)
	}
}

// placesOf is the decimals of a step given in thousandths.
func placesOf(quantum int64) int {
	for p := range 4 {
		if quantum == num.Pow10(3-p) {
			return p
		}
	}
	return 3
}

func trimmed(d num.Decimal, places int) num.Decimal { return d.Round(places, num.HalfEven) }

// shareBelow is the share of past rests of the year that were at most as high, in percent.
func shareBelow(o *outlook, i budget.Item, allowed float64) string {
	if o == nil || len(o.rest[i]) == 0 {
		return ""
	}
	n := 0
	for _, r := range o.rest[i] {
		if r.Mean <= allowed {
			n++
		}
	}
	return strconv.Itoa(100 * n / len(o.rest[i]))
}

// restStats are the statistics of the days of a year after the day that is used up.
func (t *year) restStats(y int) air.Stats {
	from := t.until + 1
	if y != t.year {
		from = sameDayLastYear(t.until) + 1
	}
	return t.b.statsOf(t.days, t.unit, from, yearEnd(y))
}

func (t *year) goodItem(out *TargetItem, fig func(what, value, unit string) Figure, has bool) {
	out.Name, out.Unit = "优良天数", "天"
	out.Target = fig("target", "", out.Unit)
	out.ToDate = fig("to_date", itoa(t.good.Good), out.Unit).counted(int(t.stats.ValidDays), int(t.stats.Days))
	out.SamePeriodLastYear = fig("last_to_date", itoa(int(t.last.GoodDays)), out.Unit).counted(int(t.last.ValidDays), int(t.last.Days))
	out.Change = signed(num.D(int64(t.good.Good)-int64(t.last.GoodDays), 0))
	rest := t.restStats(t.year - 1)
	out.LastYearRest = fig("last_rest", itoa(int(rest.GoodDays)), out.Unit).counted(int(rest.ValidDays), int(rest.Days))
	if !has {
		return
	}
	out.Target.Value = itoa(t.good.Target)
	out.Gap = signed(num.D(int64(t.good.Gap()), 0))
	out.GoodNeeded, out.BudgetDays = max(t.good.Needed, 0), t.good.Losable
	out.AllowedMean = fig("allowed", itoa(max(t.good.Needed, 0)), out.Unit)
}

// page is the whole answer.
func (t *year) page() *Targets {
	out := &Targets{Year: t.year, DaysInYear: calendar.YearLen(t.year), DaysUsed: int(t.until-yearStart(t.year)) + 1,
		DaysLeft: int(yearEnd(t.year) - t.until), Levels: map[string]int{}}
	for _, item := range targetItems {
		out.Items = append(out.Items, t.item(item))
	}
	out.Joint = t.b.figure(t.key("probability", "joint"), "", "%")
	if t.out.base != nil && len(t.out.targets) > 1 {
		out.Joint.Value = percent(t.out.base.Joint)
	}
	t.calendar(out)
	t.lost(out)
	out.WhatIf = t.sliders()
	out.Answer, out.AnswerEN = t.answer(out)
	return out
}

func (t *year) calendar(out *Targets) {
	for d := yearStart(t.year); d <= yearEnd(t.year); d++ {
		c := CalendarDay{Date: d.String(), Primary: []string{}}
		if i := int(d - t.days.Start); d <= t.until && i < t.days.Days {
			v := t.days.Values(t.unit, i)
			c.AQI, c.Category = t.b.aqiOf(t.days.AQI[t.days.At(t.unit, i)])
			if c.Valid = c.AQI != nil; c.Valid {
				c.Level = int(t.b.rules.LevelOf(int16(*c.AQI)))
				c.Primary = names(t.days.Primary[t.days.At(t.unit, i)].List())
				out.Levels[c.Category]++
			}
			_, c.Dust = t.b.dust[d]
			if slices.ContainsFunc(v[:], func(x int32) bool { return x >= 0 }) {
				c.Explain = t.b.explain(key{"day", t.b.units[t.unit].place.Code, c.Date, "aqi"})
			}
		}
		out.Calendar = append(out.Calendar, c)
	}
}

// lost counts the days lost by pollutant: this year, the same window last year, this month
// so far, and the same days of that month last year.
func (t *year) lost(out *Targets) {
	y, m, _ := t.until.Civil()
	first := calendar.Date(y, m, 1)
	month := t.b.statsOf(t.days, t.unit, first, t.until)
	monthLast := t.b.statsOf(t.days, t.unit, calendar.Date(y-1, m, 1), sameDayLastYear(t.until))
	for _, p := range []air.Pollutant{air.PM25, air.O3_8h, air.PM10, air.NO2, air.SO2, air.CO} {
		l := LostDays{Pollutant: p.String(), ThisYear: int(t.stats.Lost[p]), LastYear: int(t.last.Lost[p]),
			ThisMonth: int(month.Lost[p]), LastYearMonth: int(monthLast.Lost[p])}
		l.Change = l.ThisYear - l.LastYear
		if p == air.PM25 || p == air.O3_8h || p == air.PM10 || l.ThisYear+l.LastYear > 0 {
			out.Lost = append(out.Lost, l)
		}
	}
	bad := func(s *air.Stats) int { return int(s.ValidDays - s.GoodDays) }
	out.LostTotal = LostDays{Pollutant: "合计", ThisYear: bad(&t.stats), LastYear: bad(&t.last), ThisMonth: bad(&month), LastYearMonth: bad(&monthLast)}
	out.LostTotal.Change = out.LostTotal.ThisYear - out.LostTotal.LastYear
}
