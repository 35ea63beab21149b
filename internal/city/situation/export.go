package situation

import (
	"context"
	"strconv"
	"strings"

	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/region"
)

func texts(names ...string) []rest.Column {
	out := make([]rest.Column, len(names))
	for i, n := range names {
		out[i] = rest.Column{Name: n, Kind: rest.Text}
	}
	return out
}

func numbers(names ...string) []rest.Column {
	out := texts(names...)
	for i := range out {
		out[i].Kind = rest.Number
	}
	return out
}

func withUnits(ps []air.Pollutant) []rest.Column {
	var out []string
	for _, p := range ps {
		out = append(out, p.String()+"（"+unitText(p)+"）")
	}
	return numbers(out...)
}

func valuesOf(m map[string]Figure, ps []air.Pollutant) (out []string) {
	for _, p := range ps {
		out = append(out, m[p.Column()].Value)
	}
	return out
}

func intText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

// exporting adapts a use case and its table to an export.
func exporting[Q any, T any](where func(*Q) At, h func(context.Context, region.Code, *Q) (*answer[T], error), table func(*T) *rest.Table) func(context.Context, *Q) (*rest.Table, error) {
	return func(ctx context.Context, q *Q) (*rest.Table, error) {
		code, err := where(q).code()
		if err != nil {
			return nil, err
		}
		out, err := complete(h(ctx, code, q))
		if err != nil {
			return nil, err
		}
		return table(out), nil
	}
}

func (s *Service) registerExports(a *rest.API, get func(path, id, summary string) rest.Spec) {
	rest.ExportTable(a, get("/air/now", "airNowExport", "导出站点小时值"), exporting(func(q *nowQuery) At { return q.At }, s.apiNow, nowTable))
	rest.ExportTable(a, get("/air/yesterday", "airDayExport", "导出某一天的城市和站点"), exporting(func(q *dayQuery) At { return q.At }, s.apiDay, dayTable))
	rest.ExportTable(a, get("/air/days", "airDaysExport", "导出逐日数据"), exporting(func(q *daysQuery) At { return q.At }, s.apiDays, daysTable))
	rest.ExportTable(a, get("/air/months", "airMonthsExport", "导出逐月数据"), exporting(func(q *yearQuery) At { return q.At }, s.apiMonths, monthsTable))
	rest.ExportTable(a, get("/air/targets", "airTargetsExport", "导出年度目标"), exporting(func(q *yearQuery) At { return q.At }, s.apiTargets, targetsTable))
	rest.ExportTable(a, get("/air/ranking", "airRankingExport", "导出排名"), exporting(func(q *rankQuery) At { return q.At }, s.apiRanking, rankingTable))
}

func nowTable(n *Now) *rest.Table {
	cols := append(texts("站点编码", "站点", "类型", "行政区", "时间"), numbers("AQI")...)
	cols = append(append(cols, texts("类别", "首要污染物")...), withUnits(shown[:])...)
	var rows [][]string
	add := func(code, name, kind, place string, h Hour) {
		row := []string{code, name, kind, place, h.Time, intText(h.AQI), h.Category, strings.Join(h.Primary, "、")}
		rows = append(rows, append(row, valuesOf(h.Values, shown[:])...))
	}
	add(n.Meta.Region.Code, n.Meta.Region.Name, "城市", n.Meta.Region.Name, n.City)
	for _, st := range n.Stations {
		add(st.Site.Code, st.Site.Name, kindText(st.Site.Kind), st.Site.Region.Name, st.Hour)
	}
	return &rest.Table{Name: fileName(n.Meta, "空气小时值", n.City.Time[:13]), Columns: cols, Rows: rest.Rows(rows)}
}

func kindText(kind string) string {
	return map[string]string{"national": "国控", "county": "县控", "micro": "微站", "city": "城市"}[kind]
}

func dayTable(d *DayBoard) *rest.Table {
	cols := append(texts("站点编码", "站点", "类型", "行政区", "日期"), numbers("AQI")...)
	cols = append(append(cols, texts("类别", "首要污染物", "沙尘日", "未发布原因")...), withUnits(inDay[:])...)
	var rows [][]string
	add := func(code, name, kind, place string, x Day) {
		row := []string{code, name, kind, place, x.Date, intText(x.AQI), x.Category, strings.Join(x.Primary, "、"), yesText(x.Dust), x.Withheld}
		rows = append(rows, append(row, valuesOf(x.Values, inDay[:])...))
	}
	add(d.Meta.Region.Code, d.Meta.Region.Name, "城市", d.Meta.Region.Name, d.City)
	for _, st := range d.Stations {
		add(st.Site.Code, st.Site.Name, kindText(st.Site.Kind), st.Site.Region.Name, st.Day)
	}
	return &rest.Table{Name: fileName(d.Meta, "空气日报", d.City.Date), Columns: cols, Rows: rest.Rows(rows)}
}

func daysTable(d *Days) *rest.Table {
	cols := append(texts("日期"), numbers("AQI")...)
	cols = append(append(cols, texts("类别", "首要污染物", "沙尘日", "未发布原因")...), withUnits(inDay[:])...)
	var rows [][]string
	for _, x := range d.Items {
		row := []string{x.Date, intText(x.AQI), x.Category, strings.Join(x.Primary, "、"), yesText(x.Dust), x.Withheld}
		rows = append(rows, append(row, valuesOf(x.Values, inDay[:])...))
	}
	name := ""
	if len(d.Items) > 0 {
		name = d.Items[0].Date + "至" + d.Items[len(d.Items)-1].Date
	}
	return &rest.Table{Name: fileName(d.Meta, "空气日值", name), Columns: cols, Rows: rest.Rows(rows)}
}

func yesText(b bool) string {
	if b {
		return "是"
	}
	return ""
}

func monthsTable(m *Months) *rest.Table {
	cols := append(texts("月份"), numbers("SO2", "NO2", "PM10", "PM2.5", "CO 第95百分位", "O3-8h 第90百分位", "综合指数", "优良天数", "有效天数", "优良率（%）")...)
	cols = append(cols, texts("有效天数不足的项目", "时段未结束")...)
	var rows [][]string
	for _, x := range m.Items {
		rows = append(rows, []string{x.Month, x.SO2.Value, x.NO2.Value, x.PM10.Value, x.PM25.Value, x.COP95.Value, x.O3P90.Value,
			x.Composite.Value, strconv.Itoa(x.GoodDays), strconv.Itoa(x.ValidDays), x.GoodRatio,
			strings.Join(x.Short, "、"), yesText(x.Partial)})
	}
	return &rest.Table{Name: fileName(m.Meta, "空气月值", ""), Columns: cols, Rows: rest.Rows(rows)}
}

func targetsTable(t *Targets) *rest.Table {
	cols := append(texts("项目", "单位"), numbers("目标", "至今", "差距", "去年同期", "同比", "余下日均上限或还需优良天", "去年余下同期", "完成概率（%）", "年底 P10", "年底 P50", "年底 P90")...)
	cols = append(cols, texts("有效天数不足")...)
	var rows [][]string
	for _, x := range t.Items {
		rows = append(rows, []string{x.Name, x.Unit, x.Target.Value, x.ToDate.Value, plainSign(x.Gap), x.SamePeriodLastYear.Value, plainSign(x.Change),
			x.AllowedMean.Value, x.LastYearRest.Value, x.Probability.Value, x.P10, x.P50, x.P90, yesText(x.Short)})
	}
	return &rest.Table{Name: fileName(t.Meta, "年度目标", strconv.Itoa(t.Year)), Columns: cols, Rows: rest.Rows(rows)}
}

// plainSign writes a signed number as spreadsheets read it.
func plainSign(s string) string {
	return strings.NewReplacer("−", "-", "+", "").Replace(s)
}

func rankingTable(r *Ranking) *rest.Table {
	cols := append(numbers("位次"), texts("代码", "地区")...)
	cols = append(cols, numbers("综合指数", "去年同期", "同比（%）", "去年位次", "SO2", "NO2", "PM10", "PM2.5", "CO 第95百分位", "O3-8h 第90百分位",
		"I-SO2", "I-NO2", "I-PM10", "I-PM2.5", "I-CO", "I-O3")...)
	cols = append(append(cols, texts("最大单项")...), numbers("优良天数", "有效天数", "优良率（%）")...)
	cols = append(cols, texts("有效天数不足的项目")...)
	var rows [][]string
	for _, x := range r.Rows {
		rows = append(rows, []string{rankText(x.Rank), x.Region.Code, x.Region.Name, x.Composite.Value, x.CompositeLast, x.Change, rankText(x.RankLast),
			x.SO2.Value, x.NO2.Value, x.PM10.Value, x.PM25.Value, x.COP95.Value, x.O3P90.Value, x.ISO2, x.INO2, x.IPM10, x.IPM25, x.ICO, x.IO3,
			x.Worst, strconv.Itoa(x.GoodDays), strconv.Itoa(x.ValidDays), x.GoodRatio, strings.Join(x.Short, "、")})
	}
	return &rest.Table{Name: fileName(r.Meta, "排名", r.List.ID+" "+r.From+"至"+r.To), Columns: cols, Rows: rest.Rows(rows)}
}

func rankText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
