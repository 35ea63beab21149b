package situation

import (
	"fmt"
	"strconv"
	"strings"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// column is the days behind a period figure: a unit of the board, or a city of the panel.
type column struct {
	days  *air.Days
	unit  int
	name  string
	basis func(p air.Pollutant, day calendar.Day) *basis
}

// explainPeriod explains a period statistic or a composite index: key period~list or
// "unit"~code~from~to~what~dust.
func (b *board) explainPeriod(e *Explanation, k key) error {
	from, err1 := calendar.ParseDay(k[3])
	to, err2 := calendar.ParseDay(k[4])
	if err1 != nil || err2 != nil {
		return errKey
	}
	c, ok := b.columnOf(k[1], k[2], k[6])
	if !ok {
		return errKey
	}
	st := b.statsOf(c.days, c.unit, from, to)
	e.DustMode = k[6]
	ed := b.rules.Edition
	if k[5] == "composite" {
		b.explainIndex(e, c.name, k, &st)
		b.noteValidity(e, c, b.rules.IndexItems(), from, to)
		return nil
	}
	p, err := standard.ParsePollutant(k[5])
	if err != nil {
		return errKey
	}
	stat, statEN, formula, formulaEN := periodStatistic(p, ed)
	e.title(fmt.Sprintf("%s %s 至 %s %s%s", c.name, k[3], k[4], p, stat), fmt.Sprintf("%s %s to %s %s%s", c.name, k[3], k[4], p, statEN))
	e.formula(formula, formulaEN)
	e.clause(ed.Decimals.Clause, ed.Decimals.ClauseEN)
	e.Confidence = ed.Decimals.Confidence.String()
	b.dayInputs(e, c, p, from, to)
	result := periodText(b.rules, p, st.Value[p])
	e.count2("结果", "result", orText(result, "无"), orText(result, "none"))
	e.count("有效天数", "valid days", strconv.Itoa(int(st.N[p])))
	e.count("日历天数", "calendar days", strconv.Itoa(int(st.Days)))
	b.noteValidity(e, c, []air.Pollutant{p}, from, to)
	e.note(ed.Name, orText(ed.NameEN, ed.Name))
	return nil
}

// dayInputs lists the valid days of a window, the newest first.
func (b *board) dayInputs(e *Explanation, c column, p air.Pollutant, from, to calendar.Day) {
	w := air.WindowOf(c.days.Start, c.days.Days, from, to)
	for d := w.To - 1; d >= w.From; d-- {
		if v := c.days.V[p][c.days.At(c.unit, d)]; v >= 0 {
			day := c.days.Start.Add(d)
			e.input(day.String(), day.String(), b.concText(p, v), unitText(p)).basis = c.basis(p, day)
		}
	}
}

// noteValidity says whether the window has the days that the standard asks for.
func (b *board) noteValidity(e *Explanation, c column, items []air.Pollutant, from, to calendar.Day) {
	v := &b.rules.Edition.Validity
	short := b.shortOf(c.days, c.unit, from, to, standard.Of(items...))
	e.count2("有效性", "validity", validityWord(short), validityWordEN(short))
	if short == 0 {
		return
	}
	e.note(fmt.Sprintf("有效天数不足的项目：%s。整月至少 %d 天（2 月 %d 天），全年至少 %d 天（%s）",
		strings.ReplaceAll(short.String(), ";", "、"), v.MonthDays, v.FebruaryDays, v.YearDays, v.Clause),
		fmt.Sprintf("too few valid days: %s. A whole month needs %d (February %d), a year %d (%s)",
			strings.ReplaceAll(short.String(), ";", ", "), v.MonthDays, v.FebruaryDays, v.YearDays, orText(v.ClauseEN, v.Clause)))
}

func periodStatistic(p air.Pollutant, ed *standard.Edition) (name, nameEN, formula, formulaEN string) {
	for _, it := range ed.Index.Items {
		if it.Item == p && it.Statistic != standard.Mean {
			return fmt.Sprintf(" 第 %d 百分位数", it.Statistic), fmt.Sprintf(", percentile %d", it.Statistic),
				fmt.Sprintf("日值升序，k = 1 + (n − 1) × %d%%，在相邻两日之间线性内插，修约一次", it.Statistic),
				fmt.Sprintf("daily values in rising order, k = 1 + (n − 1) × %d%%, linear between the two neighbours, rounded once", it.Statistic)
		}
	}
	return " 平均浓度", " mean", "有效日值的算术平均（不是月均值的平均），修约一次",
		"arithmetic mean of the valid daily values (not of monthly means), rounded once"
}

// columnOf finds the days behind a period figure.
func (b *board) columnOf(list, code, dust string) (column, bool) {
	if list == "county" || list == "unit" {
		for i, u := range b.units {
			if u.place.Code == code {
				return b.unitColumn(i, dust), true
			}
		}
		return column{}, false
	}
	days := b.panel
	if dust == "assessed" {
		days = b.panelAssessed
	}
	for i, c := range b.cities {
		if c.place.Code == code && days != nil {
			return column{days, i, c.place.Name, func(p air.Pollutant, day calendar.Day) *basis { return b.panelDay(i, p, day) }}, true
		}
	}
	return column{}, false
}

func (b *board) unitColumn(u int, dust string) column {
	s := b.unitSource(u)
	return column{b.days(dust), u, b.units[u].place.Name, func(p air.Pollutant, day calendar.Day) *basis { return b.sourceDay(s, p, day) }}
}

func (b *board) explainIndex(e *Explanation, name string, k key, st *air.Stats) {
	ed := b.rules.Edition
	e.title(fmt.Sprintf("%s %s 至 %s 综合指数", name, k[3], k[4]), fmt.Sprintf("%s %s to %s composite index", name, k[3], k[4]))
	e.formula("Ii = Ci ÷ Si，先修约浓度，再修约单项指数，最后相加", "Ii = Ci ÷ Si: round the concentration, then each single index, then add")
	e.clause(ed.Index.Clause, ed.Index.ClauseEN)
	e.Confidence = ed.Index.Confidence.String()
	for _, p := range b.rules.IndexItems() {
		limit, _ := b.rules.Limit(p)
		in := e.input(p.String(), p.String(), periodText(b.rules, p, st.Value[p]), unitText(p))
		in.Source = fmt.Sprintf("S = %s，Ii = %s", trim(limit), singleText(b.rules, st.Single[p]))
		in.SourceEN = fmt.Sprintf("S = %s, Ii = %s", trim(limit), singleText(b.rules, st.Single[p]))
	}
	index := indexText(b.rules, st.Composite)
	e.count2("综合指数", "composite index", orText(index, "缺项，不计算"), orText(index, "not computed, an item is missing"))
	e.count("最大单项", "largest single index", st.Worst.String())
	profile := &b.rules.Profile
	e.note(ed.Name, orText(ed.NameEN, ed.Name))
	e.note("权重："+orText(profile.Note, profile.Name), "weights: "+orText(profile.NoteEN, orText(profile.NameEN, profile.Name)))
}

// explainTarget explains a figure of the target page: key what~code~year~item~dust.
func (b *board) explainTarget(e *Explanation, k key, get func(y int, dust string, unit int) (*year, error)) error {
	u, _, ok := b.sourceOf(k[1])
	y, err := strconv.Atoi(k[2])
	if !ok || err != nil || u.station {
		return errKey
	}
	t, err := get(y, k[4], u.row)
	if err != nil {
		return err
	}
	e.DustMode = t.dust
	return t.explain(e, k[0], k[3], strings.TrimSpace(b.units[u.row].place.Name))
}
