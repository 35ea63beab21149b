package grid

import (
	"context"
	"fmt"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/indicator"
)

// figureOut is an indicator of an area; without a denominator the text is "—" and there is no
// grade.
type figureOut struct {
	ID     string `json:"id"`
	Num    int64  `json:"num"`
	Den    int64  `json:"den"`
	Text   string `json:"text" doc:"百分数，两位小数"`
	Grade  string `json:"grade" doc:"A 至 E，空为不评等"`
	Colour string `json:"colour"`
}

// levelOut is how many problems others found, by where the finding came from.
type levelOut struct {
	ID string `json:"id" enum:"complaint,county,city,province,ministry,other"`
	N  int    `json:"n"`
}

type outcomeRow struct {
	Region      placeOut    `json:"region"`
	Cell        string      `json:"cell"`
	Found       int         `json:"found"`
	Own         int         `json:"own"`
	Others      int         `json:"others"`
	By          []levelOut  `json:"by" doc:"他人先发现的，按来源"`
	Undue       int         `json:"undue" doc:"他人先发现的里，问题存在期间没有到期巡查的，不计入占比"`
	OwnRate     rateOut     `json:"ownRate" doc:"自主发现率"`
	Missed      int         `json:"missed"`
	Roadside    int         `json:"roadside" doc:"漏报中站在路边就能看见的"`
	MissRate    rateOut     `json:"missRate" doc:"漏报率"`
	MedianFind  int64       `json:"medianFind" doc:"看见到上报，毫秒，-1 为无"`
	MedianAct   int64       `json:"medianAct" doc:"上报到首次办理"`
	MedianClose int64       `json:"medianClose" doc:"发现到销号"`
	P90Find     int64       `json:"p90Find"`
	P90Act      int64       `json:"p90Act"`
	P90Close    int64       `json:"p90Close"`
	CloseDays   string      `json:"closeDays" doc:"发现到销号的中位天数，一位小数"`
	Trivial     rateOut     `json:"trivial"`
	Ranked      bool        `json:"ranked" doc:"样本不足 20 的只列不排"`
	Figures     []figureOut `json:"figures"`
	Place       int         `json:"place" doc:"按期结案率的名次，0 为应结案不足 20 件，只列不排"`
}

type figureDef struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	NameEn    string `json:"nameEn"`
	Formula   string `json:"formula"`
	FormulaEn string `json:"formulaEn"`
	Graded    bool   `json:"graded"`
}

type bandOut struct {
	Grade  string `json:"grade"`
	Colour string `json:"colour"`
	Name   string `json:"name"`
	From   string `json:"from" doc:"百分数，含"`
}

type outcomeOut struct {
	Meta struct {
		Region   placeOut    `json:"region"`
		From     string      `json:"from"`
		To       string      `json:"to"`
		By       string      `json:"by"`
		Least    int         `json:"least"`
		Sentence string      `json:"sentence"`
		Figures  []figureDef `json:"figures"`
		Bands    struct {
			From       string    `json:"from"`
			Source     string    `json:"source"`
			Confidence string    `json:"confidence"`
			List       []bandOut `json:"list"`
		} `json:"bands" doc:"期末当日有效的等级"`
	} `json:"meta"`
	Rows  []outcomeRow `json:"rows"`
	Total outcomeRow   `json:"total"`
}

func (h *API) outcomeRow(ctx context.Context, x *Outcome, bands indicator.Bands, ranked bool) outcomeRow {
	name := x.Name
	if x.Cell == 0 {
		name = h.s.org.RegionName(ctx, x.Region)
	}
	o := outcomeRow{Region: placeOut{string(x.Region), name}, Cell: idText(x.Cell), Found: x.Found, Own: x.Own, Others: x.Others, Undue: x.Undue,
		OwnRate: rate(x.Figures.Discovery), Missed: x.Missed, Roadside: x.Roadside, MissRate: rate(x.Figures.Missing), MedianFind: x.Find[0], P90Find: x.Find[1],
		MedianAct: x.Act[0], P90Act: x.Act[1], MedianClose: x.Close[0], P90Close: x.Close[1], Trivial: rate(x.Figures.Trivial), Ranked: ranked, Place: x.Place}
	o.CloseDays = indicator.Dash
	if x.Close[0] >= 0 {
		o.CloseDays = indicator.Rate{Num: x.Close[0], Den: 24 * 3600 * 1000}.Ratio(1)
	}
	for _, level := range matter.Levels {
		o.By = append(o.By, levelOut{level, x.By[level]})
	}
	for _, f := range figures {
		r := f.of(&x.Figures)
		out := figureOut{ID: f.id, Num: r.Num, Den: r.Den, Text: r.Percent(2)}
		if b, ok := bands.Of(r); ok && f.graded {
			out.Grade, out.Colour = b.Grade, b.Colour
		}
		o.Figures = append(o.Figures, out)
	}
	return o
}

func (h *API) outcome(ctx context.Context, in *outcomeIn) (*out[outcomeOut], error) {
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
	var o outcomeOut
	o.Meta.Region, o.Meta.By, o.Meta.Least = placeOut{string(r), h.s.org.RegionName(ctx, r)}, in.By, indicator.Smallest
	o.Meta.From, o.Meta.To, o.Rows = rest.Instant(from), rest.Instant(to), []outcomeRow{}
	for _, f := range figures {
		o.Meta.Figures = append(o.Meta.Figures, figureDef{f.id, f.name, f.nameEn, f.formula, f.formulaEn, f.graded})
	}
	b := list.Bands
	o.Meta.Bands.From, o.Meta.Bands.Source, o.Meta.Bands.Confidence, o.Meta.Bands.List = b.From.String(), b.Source, b.Confidence, []bandOut{}
	for _, x := range b.List {
		o.Meta.Bands.List = append(o.Meta.Bands.List, bandOut{x.Grade, x.Colour, x.Name, indicator.Rate{Num: x.At, Den: 1000}.Percent(0)})
	}
	t := &list.Total
	o.Meta.Sentence = fmt.Sprintf("近 %d 天 %d 个问题，%s网格先发现；漏报 %d 个，其中 %d 个站在路边就能看见。", (to-from)/(24*3600*1000), t.Found,
		percent(t.Figures.Discovery), t.Missed, t.Roadside)
	for i := range list.Rows {
		o.Rows = append(o.Rows, h.outcomeRow(ctx, &list.Rows[i], b, i < list.Ranked))
	}
	o.Total = h.outcomeRow(ctx, t, b, false)
	return &out[outcomeOut]{o}, nil
}

// percent is a rate within a sentence.
func percent(r indicator.Rate) string {
	if !r.Known() {
		return indicator.Dash + " "
	}
	return r.Percent(1) + " % "
}
