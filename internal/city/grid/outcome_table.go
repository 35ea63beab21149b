package grid

import (
	"context"
	"strconv"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
)

type outcomeIn struct {
	Region string `query:"region" maxLength:"12"`
	From   string `query:"from" maxLength:"10" doc:"空为 90 天前"`
	To     string `query:"to" maxLength:"10" doc:"含当日，空为现在"`
	By     string `query:"by" enum:"cell,town,county" default:"town"`
}

// outcomeTable is the outcome as a file: every rate with its numerator and denominator, the
// total last.
func (h *API) outcomeTable(ctx context.Context, in *outcomeIn) (*rest.Table, error) {
	r, err := where(ctx, access.GridRead, in.Region)
	if err != nil {
		return nil, err
	}
	from, to, err := days(in.From, in.To, h.s.db.Clock().Now().UnixMilli())
	if err != nil {
		return nil, err
	}
	list, err := h.s.Outcome(ctx, r, from, to, in.By)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for i, x := range list.Rows {
		rows = append(rows, outcomeLine(h.outcomeRow(ctx, x, i < list.Ranked)))
	}
	total := outcomeLine(h.outcomeRow(ctx, list.Total, true))
	total[0], total[1] = "合计", ""
	rows = append(rows, total)
	period := calendar.DayOf(from).String() + "至" + calendar.DayOf(to-1).String()
	unit := map[string]string{"cell": "网格", "town": "乡镇", "county": "县区"}[in.By]
	return &rest.Table{Name: h.s.org.RegionName(ctx, r) + "各" + unit + "网格成效 " + period, Rows: rest.Rows(rows), Columns: outcomeColumns(unit)}, nil
}

func outcomeColumns(unit string) []rest.Column {
	out := []rest.Column{{Name: unit}, {Name: "行政区代码"}}
	for _, name := range []string{"问题数", "网格先发现", "他人先发现", "网格先发现占比（%）", "漏报", "路边可见", "漏报率（%）",
		"看见到上报，中位（小时）", "上报到办理，中位（小时）", "发现到销号，中位（天）", "应办结", "按期率（%）", "报结", "退回率（%）", "已销号", "复发率（%）", "轻微占比（%）"} {
		out = append(out, rest.Column{Name: name, Kind: rest.Number})
	}
	return append(out, rest.Column{Name: "备注"})
}

func outcomeLine(o outcomeRow) []string {
	n := strconv.Itoa
	hours := func(ms int64) string {
		if ms < 0 {
			return ""
		}
		return indicator.Rate{Num: ms, Den: calendar.MsPerDay / 24}.Ratio(1)
	}
	text := func(r rateOut) string {
		if r.Den == 0 {
			return ""
		}
		return r.Text
	}
	count := func(n int64) string { return strconv.FormatInt(n, 10) }
	closed, note := o.CloseDays, ""
	if closed == indicator.Dash {
		closed = ""
	}
	if !o.Ranked {
		note = "样本不足 " + n(indicator.Smallest) + "，不排"
	}
	return []string{o.Region.Name, o.Region.Code, n(o.Found), n(o.Own), n(o.Others), text(o.OwnRate), n(o.Missed), n(o.Roadside), text(o.MissRate),
		hours(o.MedianFind), hours(o.MedianAct), closed, count(o.OnTime.Den), text(o.OnTime), count(o.Returns.Den), text(o.Returns),
		count(o.Recurrences.Den), text(o.Recurrences), text(o.Trivial), note}
}
