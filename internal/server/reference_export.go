package server

import (
	"context"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/standard"
)

// CalendarQuery asks for a year.
type CalendarQuery struct {
	Year int `query:"year" minimum:"0" maximum:"2100" doc:"0 为今年"`
}

// exportReference adds standards and calendar as files.
func (s *Server) exportReference() {
	rest.ExportTable(s.api, rest.Spec{Path: "/system/standards", ID: "systemStandards", Tag: "system", Summary: "现行和历次标准参数", Access: access.SystemRead},
		func(context.Context, *struct{}) (*rest.Table, error) {
			reg, err := standard.Builtin()
			if err != nil {
				return nil, err
			}
			var rows [][]string
			for _, e := range reg.Editions() {
				v := viewOf(e)
				for _, t := range v.Tables {
					for _, r := range t.Rows {
						rows = append(rows, []string{v.Number, v.From, v.To, t.Name, t.Clause, strings.Join(t.Head, " | "), strings.Join(r, " | ")})
					}
				}
			}
			return &rest.Table{Name: "标准参数", Rows: rest.Rows(rows), Columns: []rest.Column{{Name: "标准"}, {Name: "施行"}, {Name: "废止"}, {Name: "表"},
				{Name: "条款"}, {Name: "表头"}, {Name: "内容"}}}, nil
		})
	rest.ExportTable(s.api, rest.Spec{Path: "/system/calendar", ID: "systemCalendar", Tag: "system", Summary: "法定节假日和调休", Access: access.SystemRead},
		func(_ context.Context, in *CalendarQuery) (*rest.Table, error) {
			year := in.Year
			if year == 0 {
				year = s.clock.Now().Year()
			}
			c, err := s.calendarOf(year)
			var rows [][]string
			for _, d := range c.Days {
				kind := "放假"
				if d.Kind == "makeup" {
					kind = "上班"
				}
				rows = append(rows, []string{d.Date, kind, d.Name, c.Source})
			}
			return &rest.Table{Name: "节假日和调休", Rows: rest.Rows(rows), Columns: []rest.Column{{Name: "日期"}, {Name: "放假或上班"}, {Name: "名称"}, {Name: "依据"}}}, err
		})
}
