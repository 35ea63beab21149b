package situation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// maxInputs bounds the inputs listed in an explanation; the rest is counted.
const maxInputs = 60

var errKey = fault.New(fault.NotFound, "explain_key", "没有这个数字的说明：地址已失效或不完整")

// explanation turns a figure's key back into how it came about. history gives revision and
// source of a station's hour; it is asked only for keys of single hours.
func (b *board) explanation(k key, year func(y int, dust string, unit int) (*year, error)) (*Explanation, error) {
	if b.rules == nil {
		return nil, errKey
	}
	e := &Explanation{Standard: b.rules.Edition.ID, Edition: b.rules.Edition.Name, DataKind: "raw", DustMode: "observed", Inputs: []Input{}, Counts: []Count{}, Notes: []string{}, NotesEN: []string{}}
	var err error
	switch {
	case k[0] == "hour" && len(k) == 4:
		err = b.explainHour(e, k)
	case k[0] == "day" && len(k) == 4:
		err = b.explainDay(e, k)
	case k[0] == "period" && len(k) == 7:
		err = b.explainPeriod(e, k)
	case len(k) == 5:
		err = b.explainTarget(e, k, year)
	default:
		return nil, errKey
	}
	if err != nil {
		return nil, err
	}
	if len(e.Inputs) > maxInputs {
		e.More = len(e.Inputs) - maxInputs
		e.Inputs = e.Inputs[:maxInputs]
	}
	return e, nil
}

// sourceOf finds a station by id or a unit by region code.
func (b *board) sourceOf(id string) (source, string, bool) {
	for i, s := range b.stations {
		if s.ID == id {
			return b.stationSource(i), s.Name, true
		}
	}
	for i, u := range b.units {
		if u.place.Code == id {
			return b.unitSource(i), u.place.Name, true
		}
	}
	return source{}, "", false
}

func (b *board) explainHour(e *Explanation, k key) error {
	s, name, ok := b.sourceOf(k[1])
	at, err := time.Parse(time.RFC3339, k[2])
	if !ok || err != nil {
		return errKey
	}
	end := at.UnixMilli()
	v, ok := hourValues(b.hourColumns(s), s.row, end)
	if !ok {
		return errKey
	}
	when := calendar.FormatHour(end)
	if k[3] == "aqi" {
		e.Title = name + " " + when + " 小时 AQI"
		b.explainAQI(e, air.Hourly, b.rules, &v)
		return nil
	}
	p, err := standard.ParsePollutant(k[3])
	if err != nil {
		return errKey
	}
	e.Title = fmt.Sprintf("%s %s %s 1 小时平均", name, when, p)
	e.Confidence = "A"
	if s.station {
		e.Formula = "监测仪器该小时的平均值，标签为小时结束时刻"
		e.Clause = b.rules.Edition.Validity.Clause
		e.Inputs = append(e.Inputs, Input{Name: name, Value: b.concText(p, int16(v[p])), Unit: unitText(p), Source: "observation:" + s.id + ":" + k[2] + ":" + k[3]})
		return nil
	}
	e.Formula = "各评价点位该小时平均值的算术平均，按 GB/T 8170 修约一次"
	e.Clause = "HJ 663 城市评价；点位数要求 " + b.rules.Edition.Validity.Clause
	e.Confidence = b.rules.Edition.Validity.StationConfidence.String()
	if b.unitDirect(s) {
		e.Formula = "公布的城市小时值，未由点位重算"
	}
	day, _ := calendar.HourOf(end)
	asked := b.inOperation(s.members, day)
	b.memberInputs(e, asked, func(i int) string {
		x, _ := hourValues(b.hours, i, end)
		return b.concText(p, int16(x[p]))
	}, unitText(p))
	e.Counts = append(e.Counts, Count{"有效点位", strconv.Itoa(b.present(asked, p, end))}, Count{"应有点位", strconv.Itoa(len(asked))})
	return nil
}

func (b *board) unitDirect(s source) bool { return !s.station && b.units[s.row].direct }

func (b *board) memberInputs(e *Explanation, members []int, value func(int) string, unit string) {
	for _, i := range members {
		e.Inputs = append(e.Inputs, Input{Name: b.stations[i].Name, Value: value(i), Unit: unit, Source: "点位 " + b.stations[i].Code})
	}
}

// explainAQI shows the sub-indices behind an AQI.
func (b *board) explainAQI(e *Explanation, rep standard.Report, r *air.Rules, v *air.Values) {
	res := r.AQI(rep, v)
	ed := r.Edition
	e.Standard, e.Clause, e.Confidence = ed.ID, ed.AQI.Clause+"；"+ed.Breakpoints.Clause, ed.Breakpoints.Confidence.String()
	e.Formula = "IAQI = (IAQI高 − IAQI低) ÷ (BP高 − BP低) × (C − BP低) + IAQI低，向上取整；AQI = max(IAQI)"
	for p := range res.IAQI {
		if !r.Uses(rep).Has(air.Pollutant(p)) {
			continue
		}
		value := ""
		if v[p] >= 0 {
			value = r.Conc(air.Pollutant(p), int64(v[p])).String()
		}
		in := Input{Name: air.Pollutant(p).String(), Value: value, Unit: unitText(air.Pollutant(p))}
		if res.IAQI[p] >= 0 {
			in.Source = "IAQI " + strconv.Itoa(int(res.IAQI[p]))
		}
		e.Inputs = append(e.Inputs, in)
	}
	if res.AQI >= 0 {
		e.Counts = append(e.Counts, Count{"AQI", strconv.Itoa(int(res.AQI))}, Count{"首要污染物", orText(res.Primary.String(), "无（AQI ≤ 50）")})
	} else {
		e.Notes = append(e.Notes, withheldText(&res))
	}
	e.Notes = append(e.Notes, ed.Name)
}

func (b *board) explainDay(e *Explanation, k key) error {
	s, name, ok := b.sourceOf(k[1])
	day, err := calendar.ParseDay(k[2])
	if !ok || err != nil {
		return errKey
	}
	cols := b.unitDays
	if s.station {
		cols = b.stationDays
	}
	d := int(day - cols.Start)
	if d < 0 || d >= cols.Days {
		return errKey
	}
	v := cols.Values(s.row, d)
	r := b.engines.on(day)
	if src, ok := b.dust[day]; ok {
		e.Notes = append(e.Notes, "沙尘影响日（"+src+"）：评价值剔除 PM10 和 PM2.5，实况值保留")
	}
	if k[3] == "aqi" {
		e.Title = name + " " + k[2] + " 日 AQI"
		b.explainAQI(e, air.Daily, r, &v)
		return nil
	}
	p, err := standard.ParsePollutant(k[3])
	if err != nil {
		return errKey
	}
	e.Standard, e.Title = r.Edition.ID, fmt.Sprintf("%s %s %s", name, k[2], dayStatistic(p))
	b.dayFormula(e, r, s, p)
	if s.station || b.unitDirect(s) {
		b.hourInputs(e, s, p, day)
	} else {
		b.memberInputs(e, b.inOperation(s.members, day), func(i int) string {
			return b.concText(p, b.stationDays.V[p][b.stationDays.At(i, d)])
		}, unitText(p))
	}
	e.Counts = append(e.Counts, Count{"结果", orText(b.concText(p, int16(v[p])), "无效")}, Count{"有效小时", strconv.Itoa(b.hoursOfDay(s, p, day))})
	return nil
}

func dayStatistic(p air.Pollutant) string {
	if p == air.O3_8h {
		return "O3 日最大 8 小时滑动平均"
	}
	return p.String() + " 日均值"
}

func (b *board) dayFormula(e *Explanation, r *air.Rules, s source, p air.Pollutant) {
	ed := r.Edition
	e.Clause, e.Confidence = ed.Validity.Clause, ed.Validity.Confidence.String()
	e.Formula = fmt.Sprintf("当日 01–24 时小时值的算术平均，至少 %d 个有效小时，按 GB/T 8170 修约一次", ed.Validity.DayHours)
	if p == air.O3_8h {
		o := ed.Ozone
		e.Clause, e.Confidence = o.Clause, o.Confidence.String()
		e.Formula = fmt.Sprintf("结束于 %02d–%02d 时的 %d 小时滑动平均的最大值；每个窗口至少 %d 个小时，至少 %d 个窗口，或其值超过 %s",
			o.FirstWindow, o.LastWindow, o.Hours, o.LeastHours, o.LeastWindows, o.OrExceeds)
	}
	if !s.station && !b.unitDirect(s) {
		e.Formula = "各评价点位日值的算术平均（点位日值：" + e.Formula + "），只修约一次"
	}
}

func (b *board) hourInputs(e *Explanation, s source, p air.Pollutant, day calendar.Day) {
	if p == air.O3_8h {
		p = air.O3
	}
	for label := 1; label <= 24; label++ {
		end := calendar.HourEnd(day, label)
		v, ok := hourValues(b.hourColumns(s), s.row, end)
		if !ok {
			continue
		}
		in := Input{Name: fmt.Sprintf("%02d 时", label), Value: b.concText(p, int16(v[p])), Unit: unitText(p)}
		if s.station && b.flags.at(s.members[0], p, end) != 0 {
			in.Source = b.flags.at(s.members[0], p, end).String()
		}
		e.Inputs = append(e.Inputs, in)
	}
}

// explainPeriod explains a period statistic or a composite index: key period~list or
// "unit"~code~from~to~what~dust.
func (b *board) explainPeriod(e *Explanation, k key) error {
	from, err1 := calendar.ParseDay(k[3])
	to, err2 := calendar.ParseDay(k[4])
	if err1 != nil || err2 != nil {
		return errKey
	}
	days, u, name, ok := b.columnOf(k[1], k[2], k[6])
	if !ok {
		return errKey
	}
	st := b.statsOf(days, u, from, to)
	e.DustMode = k[6]
	ed := b.rules.Edition
	if k[5] == "composite" {
		b.explainIndex(e, name, k, &st)
		return nil
	}
	p, err := standard.ParsePollutant(k[5])
	if err != nil {
		return errKey
	}
	stat, formula := periodStatistic(p, ed)
	e.Title = fmt.Sprintf("%s %s 至 %s %s%s", name, k[3], k[4], p, stat)
	e.Formula, e.Clause, e.Confidence = formula, ed.Decimals.Clause, ed.Decimals.Confidence.String()
	w := air.WindowOf(days.Start, days.Days, from, to)
	for d := w.To - 1; d >= w.From; d-- {
		if v := days.V[p][days.At(u, d)]; v >= 0 {
			e.Inputs = append(e.Inputs, Input{Name: days.Start.Add(d).String(), Value: b.concText(p, v), Unit: unitText(p), Source: "日值"})
		}
	}
	e.Counts = append(e.Counts, Count{"结果", orText(periodText(b.rules, p, st.Value[p]), "无")}, Count{"有效天数", strconv.Itoa(int(st.N[p]))}, Count{"日历天数", strconv.Itoa(int(st.Days))})
	e.Notes = append(e.Notes, ed.Name)
	return nil
}

func periodStatistic(p air.Pollutant, ed *standard.Edition) (name, formula string) {
	for _, it := range ed.Index.Items {
		if it.Item == p && it.Statistic != standard.Mean {
			return fmt.Sprintf(" 第 %d 百分位数", it.Statistic),
				fmt.Sprintf("日值升序，k = 1 + (n − 1) × %d%%，在相邻两日之间线性内插，修约一次", it.Statistic)
		}
	}
	return " 平均浓度", "有效日值的算术平均（不是月均值的平均），修约一次"
}

// columnOf finds the days behind a period figure: a unit of the board, or a city of the panel.
func (b *board) columnOf(list, code, dust string) (days *air.Days, unit int, name string, ok bool) {
	if list == "county" || list == "unit" {
		for i, u := range b.units {
			if u.place.Code == code {
				return b.days(dust), i, u.place.Name, true
			}
		}
		return nil, 0, "", false
	}
	days = b.panel
	if dust == "assessed" {
		days = b.panelAssessed
	}
	for i, c := range b.cities {
		if c.place.Code == code && days != nil {
			return days, i, c.place.Name, true
		}
	}
	return nil, 0, "", false
}

func (b *board) explainIndex(e *Explanation, name string, k key, st *air.Stats) {
	ed := b.rules.Edition
	e.Title = fmt.Sprintf("%s %s 至 %s 综合指数", name, k[3], k[4])
	e.Formula = "Ii = Ci ÷ Si，先修约浓度，再修约单项指数，最后相加"
	e.Clause, e.Confidence = ed.Index.Clause, ed.Index.Confidence.String()
	for _, p := range b.rules.IndexItems() {
		limit, _ := b.rules.Limit(p)
		e.Inputs = append(e.Inputs, Input{Name: p.String(), Value: periodText(b.rules, p, st.Value[p]), Unit: unitText(p),
			Source: fmt.Sprintf("S = %s，Ii = %s", trim(limit), singleText(b.rules, st.Single[p]))})
	}
	e.Counts = append(e.Counts, Count{"综合指数", orText(indexText(b.rules, st.Composite), "缺项，不计算")}, Count{"最大单项", st.Worst.String()})
	e.Notes = append(e.Notes, ed.Name, "权重："+orText(b.rules.Profile.Note, b.rules.Profile.Name))
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
