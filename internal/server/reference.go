package server

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// StandardView is one edition of the standards as people read it.
type StandardView struct {
	ID         string          `json:"id"`
	Number     string          `json:"number"`
	Name       string          `json:"name"`
	NameEN     string          `json:"nameEn"`
	From       string          `json:"from"`
	To         string          `json:"to" doc:"空表示仍在施行"`
	File       string          `json:"file"`
	Confidence string          `json:"confidence" doc:"A 原文或公开数据证实，B 二手来源，C 专业知识未核对"`
	Source     string          `json:"source"`
	SourceEN   string          `json:"sourceEn"`
	Tables     []StandardTable `json:"tables"`
}

// StandardTable is one table of an edition.
type StandardTable struct {
	Name       string     `json:"name"`
	NameEN     string     `json:"nameEn"`
	Clause     string     `json:"clause"`
	ClauseEN   string     `json:"clauseEn"`
	Head       []string   `json:"head"`
	Rows       [][]string `json:"rows"`
	Confidence string     `json:"confidence"`
}

// CalendarYear is a year's days off and made-up workdays.
type CalendarYear struct {
	Year    int        `json:"year"`
	Present bool       `json:"present" doc:"没有放假通知的年份不能计算期限"`
	Source  string     `json:"source"`
	Days    []NamedDay `json:"days"`
	Office  OfficeView `json:"office"`
}

// OfficeView are the office hours by which working days and hours are counted.
type OfficeView struct {
	Name       string   `json:"name"`
	Spans      []string `json:"spans" doc:"如 08:30-12:00"`
	Source     string   `json:"source"`
	Confidence string   `json:"confidence"`
	Own        bool     `json:"own" doc:"本地设定；否则为程序自带的默认值"`
}

// NamedDay is a day that is not an ordinary working day or weekend.
type NamedDay struct {
	Date string `json:"date"`
	Kind string `json:"kind" enum:"holiday,makeup"`
	Name string `json:"name"`
}

// registerReference adds what the system works by: standards and the calendar.
func (s *Server) registerReference() {
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/system/standards", ID: "systemStandards", Tag: "system", Summary: "现行和历次标准参数", Access: access.SystemRead},
		func(context.Context, *struct{}) (*struct{ Body []StandardView }, error) {
			reg, err := standard.Builtin()
			if err != nil {
				return nil, err
			}
			out := &struct{ Body []StandardView }{Body: []StandardView{}}
			for _, e := range reg.Editions() {
				out.Body = append(out.Body, viewOf(e))
			}
			return out, nil
		})
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/system/calendar", ID: "systemCalendar", Tag: "system", Summary: "法定节假日和调休", Access: access.SystemRead},
		func(_ context.Context, in *struct {
			Year int `query:"year" minimum:"0" maximum:"2100" doc:"0 为今年"`
		}) (*struct{ Body CalendarYear }, error) {
			year := in.Year
			if year == 0 {
				year = s.clock.Now().Year()
			}
			out, err := s.calendarOf(year)
			return &struct{ Body CalendarYear }{out}, err
		})
}

func (s *Server) calendarOf(year int) (CalendarYear, error) {
	out := CalendarYear{Year: year, Days: []NamedDay{}}
	cal, hours, own, err := workingTime(s.cfg.Data)
	if err != nil {
		return out, fault.Wrap(err, fault.Internal, "calendar", "日历数据无法读取")
	}
	out.Office = OfficeView{hours.Name, hours.Spans, hours.Source, hours.Confidence, own}
	n, err := cal.Notice(year)
	if err != nil { // a missing year is an answer here, not a failure
		return out, nil
	}
	out.Present, out.Source = true, n.Number+"（"+n.Source+"）"
	for d := calendar.Date(year, time.January, 1); d <= calendar.Date(year, time.December, 31); d++ {
		for _, h := range n.Holidays {
			if d >= h.From && d <= h.To {
				out.Days = append(out.Days, NamedDay{d.String(), "holiday", h.Name})
			}
			for _, w := range h.Work {
				if w == d {
					out.Days = append(out.Days, NamedDay{d.String(), "makeup", h.Name + "调休"})
				}
			}
		}
	}
	return out, nil
}

func viewOf(e *standard.Edition) StandardView {
	v := StandardView{ID: e.ID, Number: strings.Join(e.Numbers(), "、"), Name: e.Name, NameEN: orElse(e.NameEN, e.Name), From: e.From.String(), To: e.To.String(), File: e.File,
		Confidence: "A"}
	if e.To.Year() >= 9999 {
		v.To = ""
	}
	var sources, english []string
	for _, d := range e.Documents {
		sources = append(sources, fmt.Sprintf("%s《%s》：%s（%s）", d.Number, d.Title, d.Covers, d.Confidence))
		english = append(english, fmt.Sprintf("%s: %s (%s)", d.Number, orElse(d.CoversEN, d.Covers), d.Confidence))
		if c := d.Confidence.String(); c > v.Confidence {
			v.Confidence = c
		}
	}
	v.Source, v.SourceEN = strings.Join(sources, "；"), strings.Join(english, "; ")
	v.Tables = []StandardTable{
		breakpoints(e, standard.Daily, "AQI 分指数：日报", "sub-indices: daily report"), breakpoints(e, standard.Hourly, "AQI 分指数：实时报", "sub-indices: real-time report"),
		limitTable(e), levelTable(e), indexTable(e), decimalTable(e), validityTable(e), dustTable(e),
	}
	return v
}

func breakpoints(e *standard.Edition, rep standard.Report, name, nameEN string) StandardTable {
	b := &e.Breakpoints
	t := StandardTable{Name: name, NameEN: nameEN, Clause: b.Clause, ClauseEN: orElse(b.ClauseEN, b.Clause), Confidence: b.Confidence.String(), Head: []string{"污染物"}, Rows: [][]string{}}
	for _, i := range b.IAQI {
		t.Head = append(t.Head, strconv.Itoa(i))
	}
	for _, r := range b.Rows {
		if r.Report != rep {
			continue
		}
		row := []string{r.Item.String()}
		for i := range b.IAQI {
			cell := "–"
			if i < len(r.Concentration) {
				cell = r.Concentration[i].String()
			}
			row = append(row, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func limitTable(e *standard.Edition) StandardTable {
	t := StandardTable{Name: "浓度限值", NameEN: "limits", Clause: e.Limits.Clause, ClauseEN: orElse(e.Limits.ClauseEN, e.Limits.Clause), Confidence: e.Limits.Confidence.String(),
		Head: []string{"污染物", "取值时间", "一级", "二级"}, Rows: [][]string{}}
	word := map[string]string{"year": "年平均", "day": "24 小时平均", "hour": "1 小时平均", "mda8": "日最大 8 小时平均", "quarter": "季平均"}
	for _, l := range e.Limits.Rows {
		t.Rows = append(t.Rows, []string{l.Item.String(), wordOr(word, l.Averaging), l.ClassI.String(), l.ClassII.String()})
	}
	for _, l := range e.Limits.Other {
		t.Rows = append(t.Rows, []string{l.Item, wordOr(word, l.Averaging), l.ClassI.String(), l.ClassII.String()})
	}
	return t
}

func wordOr(words map[string]string, k string) string {
	if w, ok := words[k]; ok {
		return w
	}
	return k
}

func levelTable(e *standard.Edition) StandardTable {
	t := StandardTable{Name: "AQI 级别", NameEN: "AQI levels", Clause: e.Levels.Clause, ClauseEN: orElse(e.Levels.ClauseEN, e.Levels.Clause), Confidence: e.Levels.Confidence.String(),
		Head: []string{"级别", "类别", "上限", "颜色"}, Rows: [][]string{}}
	for _, l := range e.Levels.Rows {
		t.Rows = append(t.Rows, []string{l.Numeral, l.Category, strconv.Itoa(l.UpTo), l.Colour})
	}
	return t
}

func indexTable(e *standard.Edition) StandardTable {
	t := StandardTable{Name: "综合指数", NameEN: "composite index", Clause: e.Index.Clause, ClauseEN: orElse(e.Index.ClauseEN, e.Index.Clause), Confidence: e.Index.Confidence.String(),
		Head: []string{"污染物", "统计量", "对照限值"}, Rows: [][]string{}}
	for _, i := range e.Index.Items {
		stat := "平均值"
		if i.Statistic != standard.Mean {
			stat = fmt.Sprintf("第 %d 百分位数", int(i.Statistic))
		}
		limit := ""
		if l, ok := e.Limits.Find(i.Item, i.Against); ok {
			limit = l.ClassII.String()
		}
		t.Rows = append(t.Rows, []string{i.Item.String(), stat, limit})
	}
	return t
}

func decimalTable(e *standard.Edition) StandardTable {
	t := StandardTable{Name: "修约位数", NameEN: "decimals", Clause: e.Decimals.Clause, ClauseEN: orElse(e.Decimals.ClauseEN, e.Decimals.Clause), Confidence: e.Decimals.Confidence.String(),
		Head: []string{"污染物", "小时值", "日值", "期间统计"}, Rows: [][]string{}}
	for _, d := range e.Decimals.Rows {
		t.Rows = append(t.Rows, []string{d.Item.String(), strconv.Itoa(d.Hour), strconv.Itoa(d.Day), strconv.Itoa(d.Period)})
	}
	return t
}

func validityTable(e *standard.Edition) StandardTable {
	v := &e.Validity
	return StandardTable{Name: "有效性要求", NameEN: "validity", Clause: v.Clause, ClauseEN: orElse(v.ClauseEN, v.Clause), Confidence: v.Confidence.String(), Head: []string{"项目", "最少"}, Rows: [][]string{
		{"日平均所需小时数", strconv.Itoa(v.DayHours)},
		{"年平均所需日数", strconv.Itoa(v.YearDays)},
		{"每月所需日数（2 月）", fmt.Sprintf("%d（%d）", v.MonthDays, v.FebruaryDays)},
		{"O3 8 小时平均所需小时数", strconv.Itoa(e.Ozone.LeastHours)},
		{"O3 日最大 8 小时所需窗口数", strconv.Itoa(e.Ozone.LeastWindows)},
		{"城市值所需点位比例", v.StationShare.String()},
	}}
}

// dustTable is what assessed values leave out on dust days.
func dustTable(e *standard.Edition) StandardTable {
	d := &e.Dust
	way := map[standard.DustRule]string{standard.DustKept: "保留实况 AQI", standard.DustExcluded: "按其余污染物重算 AQI"}[d.AQI]
	return StandardTable{Name: "沙尘影响日", NameEN: "dust days", Clause: d.Clause, ClauseEN: orElse(d.ClauseEN, d.Clause), Confidence: d.Confidence.String(),
		Head: []string{"项目", "规定"}, Rows: [][]string{
			{"评价值剔除的污染物", strings.ReplaceAll(d.Items.String(), ";", "、")}, {"优良天数所用的 AQI", way},
		}}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
