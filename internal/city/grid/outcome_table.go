package grid

import (
	"context"
	"strconv"

	"qingshan/internal/city/matter"
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
	for i := range list.Rows {
		rows = append(rows, outcomeLine(h.outcomeRow(ctx, &list.Rows[i], list.Bands, i < list.Ranked)))
	}
	total := outcomeLine(h.outcomeRow(ctx, &list.Total, list.Bands, true))
	total[0], total[1] = "合计", ""
	rows = append(rows, total)
	period := calendar.DayOf(from).String() + "至" + calendar.DayOf(to-1).String()
	unit := map[string]string{"cell": "网格", "town": "乡镇", "county": "县区"}[in.By]
	return &rest.Table{Name: h.s.org.RegionName(ctx, r) + "各" + unit + "网格成效 " + period, Rows: rest.Rows(rows), Columns: outcomeColumns(unit)}, nil
}

// levelNames are the heads of what others found, in the order of matter.Levels.
var levelNames = map[string]string{"complaint": "投诉举报", "county": "县级督查", "city": "市级督查", "province": "省级督查", "ministry": "部级督查", "other": "媒体、监测等"}

func outcomeColumns(unit string) []rest.Column {
	out := []rest.Column{{Name: unit}, {Name: "行政区代码"}}
	number := func(names ...string) {
		for _, name := range names {
			out = append(out, rest.Column{Name: name, Kind: rest.Number})
		}
	}
	number("问题数", "网格先发现", "他人先发现")
	for _, l := range matter.Levels {
		number("其中" + levelNames[l])
	}
	number("其中无到期巡查", "网格先发现占比（%）", "漏报", "路边可见", "漏报率（%）", "看见到上报，中位（小时）", "上报到办理，中位（小时）", "发现到销号，中位（天）", "轻微占比（%）")
	for _, f := range figures {
		number(f.name+"分子", f.name+"分母", f.name+"（%）")
		if f.graded {
			out = append(out, rest.Column{Name: f.name + "等级"})
		}
	}
	number("按期结案率名次")
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
	text := func(text string, den int64) string {
		if den == 0 {
			return ""
		}
		return text
	}
	closed := o.CloseDays
	if closed == indicator.Dash {
		closed = ""
	}
	out := []string{o.Region.Name, o.Region.Code, n(o.Found), n(o.Own), n(o.Others)}
	for _, l := range o.By {
		out = append(out, n(l.N))
	}
	out = append(out, n(o.Undue), text(o.OwnRate.Text, o.OwnRate.Den), n(o.Missed), n(o.Roadside), text(o.MissRate.Text, o.MissRate.Den),
		hours(o.MedianFind), hours(o.MedianAct), closed, text(o.Trivial.Text, o.Trivial.Den))
	for i, f := range o.Figures {
		out = append(out, strconv.FormatInt(f.Num, 10), strconv.FormatInt(f.Den, 10), text(f.Text, f.Den))
		if figures[i].graded {
			out = append(out, f.Grade)
		}
	}
	place, note := "", ""
	if o.Place > 0 {
		place = n(o.Place)
	}
	if !o.Ranked {
		note = "发现占比样本不足 " + n(indicator.Smallest) + "，不排"
	}
	return append(out, place, note)
}
