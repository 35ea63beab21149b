package situation

import (
	"fmt"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// maxDays bounds a table of days.
const maxDays = 800

// dayTable lists the days of a unit.
func (b *board) dayTable(unit int, from, to calendar.Day) ([]Day, error) {
	if to < from {
		return nil, fault.New(fault.Invalid, "from_to", "起始日期晚于结束日期")
	}
	if to-from >= maxDays {
		return nil, fault.Newf(fault.Invalid, "too_long", "一次最多查询 %d 天", maxDays)
	}
	out := []Day{}
	for d := from; d <= to; d++ {
		out = append(out, b.dayReport(b.unitSource(unit), d))
	}
	return out, nil
}

// monthTable lists a year's months that have begun, and the year.
func (b *board) monthTable(unit, year int, dust string) []Month {
	out := []Month{}
	days := b.days(dust)
	for m := time.January; m <= time.December; m++ {
		from, to := calendar.Date(year, m, 1), calendar.Date(year, m+1, 1)-1
		if from <= b.lastDay() {
			out = append(out, b.month(days, unit, fmt.Sprintf("%04d-%02d", year, int(m)), from, min(to, b.lastDay()), dust))
		}
	}
	from, to := calendar.Date(year, time.January, 1), calendar.Date(year, time.December, 31)
	if from <= b.lastDay() {
		out = append(out, b.month(days, unit, fmt.Sprintf("%04d", year), from, min(to, b.lastDay()), dust))
	}
	return out
}

func (b *board) month(days *air.Days, unit int, name string, from, to calendar.Day, dust string) Month {
	st := emptyStats()
	if w := air.WindowOf(days.Start, days.Days, from, to); w.From < w.To {
		b.rules.Period(&st, days, unit, w, false)
	}
	fig := func(p air.Pollutant) Figure {
		k := key{"period", "unit", b.units[unit].place.Code, from.String(), to.String(), p.Column(), orText(dust, "observed")}
		return b.figure(k, periodText(b.rules, p, st.Value[p]), unitText(p)).counted(int(st.N[p]), int(to-from)+1)
	}
	k := key{"period", "unit", b.units[unit].place.Code, from.String(), to.String(), "composite", orText(dust, "observed")}
	m := Month{Month: name, Short: names(b.shortOf(days, unit, from, to, standard.Of(b.rules.IndexItems()...)).List()),
		Partial: to < periodEnd(from, name), SO2: fig(air.SO2), NO2: fig(air.NO2), PM10: fig(air.PM10), PM25: fig(air.PM25), COP95: fig(air.CO), O3P90: fig(air.O3_8h),
		Composite: b.figure(k, indexText(b.rules, st.Composite), "").counted(int(st.ValidDays), int(to-from)+1),
		GoodDays:  int(st.GoodDays), ValidDays: int(st.ValidDays)}
	if r, ok := b.rules.GoodRatio(&st); ok {
		m.GoodRatio = r.String()
	}
	return m
}

// periodEnd is the last day of the month (2006-01) or year (2006) that begins on a day.
func periodEnd(from calendar.Day, name string) calendar.Day {
	y, m, _ := from.Civil()
	if len(name) == len("2006") {
		return yearEnd(y)
	}
	return calendar.Date(y, m+1, 1) - 1
}
