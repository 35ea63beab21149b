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

// explanation turns a figure's key back into how it came about. What is known of the
// observations behind its inputs (revision, record time, source) is read afterwards.
func (b *board) explanation(k key, year func(y int, dust string, unit int) (*year, error)) (*Explanation, error) {
	if b.rules == nil {
		return nil, errKey
	}
	ed := b.rules.Edition
	e := &Explanation{Standard: ed.ID, Edition: ed.Name, EditionEN: orText(ed.NameEN, ed.Name), DataKind: "raw", DustMode: "observed",
		Inputs: []Input{}, Counts: []Count{}, Notes: []string{}, NotesEN: []string{}}
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
		e.title(name+" "+when+" 小时 AQI", name+" "+when+" hourly AQI")
		b.explainAQI(e, air.Hourly, b.rules, &v, func(p air.Pollutant) *basis { return b.hourBasis(s, p, end) })
		return nil
	}
	p, err := standard.ParsePollutant(k[3])
	if err != nil {
		return errKey
	}
	e.title(fmt.Sprintf("%s %s %s 1 小时平均", name, when, p), fmt.Sprintf("%s %s %s 1-hour mean", name, when, p))
	e.Confidence = "A"
	valid := &b.rules.Edition.Validity
	if s.station {
		e.formula("监测仪器该小时的平均值，标签为小时结束时刻", "mean of the instrument over the hour, labelled by the hour's end")
		e.clause(valid.Clause, valid.ClauseEN)
		all := b.hourBasis(s, p, end)
		all.each = true
		e.Inputs = append(e.Inputs, Input{Name: name, NameEN: name, Value: b.concText(p, int16(v[p])), Unit: unitText(p), UnitEN: unitText(p), basis: all})
		return nil
	}
	e.formula("各评价点位该小时平均值的算术平均，按 GB/T 8170 修约一次", "arithmetic mean of the assessed stations' hourly means, rounded once (GB/T 8170)")
	e.clause("HJ 663 城市评价；点位数要求 "+valid.Clause, "HJ 663 city evaluation; stations needed: "+orText(valid.ClauseEN, valid.Clause))
	e.Confidence = valid.StationConfidence.String()
	day, _ := calendar.HourOf(end)
	if b.originOf(s, day) != fromStations {
		e.formula("公布的城市小时值：当日没有点位数据，未由点位重算", "hourly value published for the city: no station measured on the day, nothing was averaged")
	}
	asked := b.inOperation(s.members, day)
	for _, i := range asked {
		x, _ := hourValues(b.hours, i, end)
		e.input(b.stations[i].Name, b.stations[i].Name, b.concText(p, int16(x[p])), unitText(p)).basis = b.hourBasis(b.stationSource(i), p, end)
	}
	e.count("有效点位", "stations with a value", strconv.Itoa(b.present(asked, p, end)))
	e.count("应有点位", "stations in operation", strconv.Itoa(len(asked)))
	return nil
}

// explainAQI shows the sub-indices behind an AQI.
func (b *board) explainAQI(e *Explanation, rep standard.Report, r *air.Rules, v *air.Values, from func(air.Pollutant) *basis) {
	res := r.AQI(rep, v)
	ed := r.Edition
	e.on(ed)
	e.Confidence = ed.Breakpoints.Confidence.String()
	e.clause(ed.AQI.Clause+"；"+ed.Breakpoints.Clause, orText(ed.AQI.ClauseEN, ed.AQI.Clause)+"; "+orText(ed.Breakpoints.ClauseEN, ed.Breakpoints.Clause))
	e.formula("IAQI = (IAQI高 − IAQI低) ÷ (BP高 − BP低) × (C − BP低) + IAQI低，向上取整；AQI = max(IAQI)",
		"IAQI = (IAQI_hi − IAQI_lo) ÷ (BP_hi − BP_lo) × (C − BP_lo) + IAQI_lo, rounded up; AQI = max(IAQI)")
	for p := range res.IAQI {
		item := air.Pollutant(p)
		if !r.Uses(rep).Has(item) {
			continue
		}
		value := ""
		if v[p] >= 0 {
			value = r.Conc(item, int64(v[p])).String()
		}
		in := e.input(item.String(), item.String(), value, unitText(item))
		in.basis = from(item)
		if res.IAQI[p] >= 0 {
			in.Source = "IAQI " + strconv.Itoa(int(res.IAQI[p]))
			in.SourceEN = in.Source
		}
	}
	if res.AQI >= 0 {
		e.count("AQI", "AQI", strconv.Itoa(int(res.AQI)))
		e.count2("首要污染物", "primary pollutant", orText(res.Primary.String(), "无（AQI ≤ 50）"), orText(res.Primary.String(), "none (AQI ≤ 50)"))
	} else {
		e.note(withheldText(&res))
	}
	e.note(ed.Name, orText(ed.NameEN, ed.Name))
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
		items := strings.Join(names(r.Edition.Dust.Items.List()), "、")
		e.note("沙尘影响日（"+src+"）：评价值剔除 "+items+"，实况值保留", "a dust day ("+src+"): assessed values leave "+items+" out, observed values keep them")
	}
	if k[3] == "aqi" {
		e.title(name+" "+k[2]+" 日 AQI", name+" "+k[2]+" daily AQI")
		b.explainAQI(e, air.Daily, r, &v, func(p air.Pollutant) *basis { return b.sourceDay(s, p, day) })
		return nil
	}
	p, err := standard.ParsePollutant(k[3])
	if err != nil {
		return errKey
	}
	e.on(r.Edition)
	e.title(fmt.Sprintf("%s %s %s", name, k[2], dayStatistic(p)), fmt.Sprintf("%s %s %s", name, k[2], dayStatisticEN(p)))
	from := b.originOf(s, day)
	b.dayFormula(e, r, s, p, from)
	switch {
	case s.station, from == fromCityHours:
		b.hourInputs(e, s, p, day)
	case from == fromCityDays:
		e.input("公布的日值", "published day", b.concText(p, int16(v[p])), unitText(p)).basis = b.sourceDay(s, p, day)
	default:
		for _, i := range b.inOperation(s.members, day) {
			value := b.concText(p, b.stationDays.V[p][b.stationDays.At(i, d)])
			e.input(b.stations[i].Name, b.stations[i].Name, value, unitText(p)).basis = b.sourceDay(b.stationSource(i), p, day)
		}
	}
	result := b.concText(p, int16(v[p]))
	e.count2("结果", "result", orText(result, "无效"), orText(result, "not valid"))
	e.count("有效小时", "valid hours", strconv.Itoa(b.hoursOfDay(s, p, day)))
	return nil
}

func dayStatistic(p air.Pollutant) string {
	if p == air.O3_8h {
		return "O3 日最大 8 小时滑动平均"
	}
	return p.String() + " 日均值"
}

func dayStatisticEN(p air.Pollutant) string {
	if p == air.O3_8h {
		return "O3 largest 8-hour mean of the day"
	}
	return p.String() + " daily mean"
}

func (b *board) dayFormula(e *Explanation, r *air.Rules, s source, p air.Pollutant, from origin) {
	ed := r.Edition
	e.Confidence = ed.Validity.Confidence.String()
	e.clause(ed.Validity.Clause, ed.Validity.ClauseEN)
	zh := fmt.Sprintf("当日 01–24 时小时值的算术平均，至少 %d 个有效小时，按 GB/T 8170 修约一次", ed.Validity.DayHours)
	en := fmt.Sprintf("arithmetic mean of the hours 01–24 of the day, at least %d valid hours, rounded once (GB/T 8170)", ed.Validity.DayHours)
	if p == air.O3_8h {
		o := ed.Ozone
		e.Confidence = o.Confidence.String()
		e.clause(o.Clause, o.ClauseEN)
		zh = fmt.Sprintf("结束于 %02d–%02d 时的 %d 小时滑动平均的最大值；每个窗口至少 %d 个小时，至少 %d 个窗口，或其值超过 %s",
			o.FirstWindow, o.LastWindow, o.Hours, o.LeastHours, o.LeastWindows, o.OrExceeds)
		en = fmt.Sprintf("largest of the means of the %[3]d hours that end at %02[1]d–%02[2]d; each window with at least %[4]d hours, at least %[5]d windows, or the value above %[6]s",
			o.FirstWindow, o.LastWindow, o.Hours, o.LeastHours, o.LeastWindows, o.OrExceeds)
	}
	switch {
	case s.station:
	case from == fromCityDays:
		zh, en = "公布的城市日值：当日没有点位和小时数据，未重算", "daily value published for the city: there are no stations' or hourly data of the day, nothing was computed"
	case from == fromCityHours:
		zh, en = zh+"；小时值为公布的城市小时值，当日没有点位数据", en+"; the hours are those published for the city, no station measured on the day"
	default:
		zh, en = "各评价点位日值的算术平均（点位日值："+zh+"），只修约一次", "arithmetic mean of the stations' daily values (of a station: "+en+"), one rounding only"
	}
	e.formula(zh, en)
}

func (b *board) hourInputs(e *Explanation, s source, p air.Pollutant, day calendar.Day) {
	if p == air.O3_8h {
		p = air.O3
	}
	for label := 1; label <= 24; label++ {
		end := calendar.HourEnd(day, label)
		if v, ok := hourValues(b.hourColumns(s), s.row, end); ok {
			e.input(fmt.Sprintf("%02d 时", label), fmt.Sprintf("%02d:00", label), b.concText(p, int16(v[p])), unitText(p)).basis = b.hourBasis(s, p, end)
		}
	}
}
