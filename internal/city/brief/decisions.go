package brief

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// mine are the matters whose ball the actor holds.
func (s *Service) mine(ctx context.Context, a access.Actor, _ region.Code) ([]Decision, int, error) {
	if !a.Has(access.MatterAct) {
		return nil, 0, nil
	}
	page, err := s.matters.List(ctx, matter.Query{HolderMe: true, Limit: 2 * Most})
	if err != nil {
		return nil, 0, err
	}
	rows, err := s.matters.Rows(ctx, page.Items)
	if err != nil {
		return nil, 0, err
	}
	var out []Decision
	for i, x := range rows {
		m := page.Items[i]
		d := Decision{ID: "matter-" + x.ID, Title: x.Title, TitleEN: x.Title, order: m.DueAt,
			Basis: x.Number + "，" + x.State.Name + "，" + x.Region.Name, BasisEN: x.Number + ", " + x.State.Name + ", " + x.Region.Name,
			Deadline: deadline(x), Link: Link{"看", "See", "/matters/" + x.ID}, Action: Action{Text: "办理", TextEN: "Act", Href: "/matters/" + x.ID}}
		d.Consequence, d.ConsequenceEN = consequence(x)
		if m.Recurrences > 0 {
			d.Basis += fmt.Sprintf("，复发 %d 次", m.Recurrences)
			d.BasisEN += fmt.Sprintf(", recurred %d times", m.Recurrences)
		}
		out = append(out, d)
	}
	return out, page.Total - len(out), nil
}

func deadline(x matter.Row) Deadline {
	if x.Due == nil {
		return Deadline{Light: "none", Text: "没有时限", TextEN: "no limit"}
	}
	return Deadline{At: x.Due.At, Light: x.Due.Light, Text: x.Due.Left, TextEN: x.Due.LeftEn}
}

func consequence(x matter.Row) (zh, en string) {
	switch {
	case x.Due == nil:
		return "事项停在您手里", "the matter stays with you"
	case x.Due.Light == "red":
		return "“" + x.Due.Name + "”已超时，每日逐级上报", x.Due.Name + " is over: goes up a level each day"
	}
	at := clockOf(x.Due.At)
	return at + " 起转为超时，报上一级并计入办结率", "overdue from " + at + ", goes up a level and counts in the closing rate"
}

// clockOf is "08-31 18:00" of an RFC 3339 time.
func clockOf(t string) string {
	if len(t) < 16 {
		return t
	}
	return t[5:10] + " " + t[11:16]
}

// requests are pauses and extensions that wait for the actor's word.
func (s *Service) requests(ctx context.Context, _ access.Actor, _ region.Code) ([]Decision, int, error) {
	list, err := s.matters.Requests(ctx, 2*Most)
	if err != nil {
		return nil, 0, err
	}
	var out []Decision
	for _, x := range list {
		what, whatEN, want := "暂停", "pause", ""
		if x.What == "extension" {
			what, whatEN, want = "延期", "extension", "，延 "+x.Term
		}
		href := fmt.Sprintf("/matters/%d?tab=clocks", x.Matter.ID)
		out = append(out, Decision{ID: "request-" + strconv.FormatInt(x.ID, 10), Title: what + "申请：" + x.Matter.Title, TitleEN: whatEN + " asked for: " + x.Matter.Title,
			Basis: x.Matter.Number + want + "，" + x.Asker + "：" + x.Reason, BasisEN: x.Matter.Number + ", " + x.Asker + ": " + x.Reason,
			Consequence: "不批则时限照算", ConsequenceEN: "without a decision the clock goes on", order: x.Matter.DueAt,
			Deadline: Deadline{At: shown(x.Matter.DueAt), Light: "yellow", Text: "原时限", TextEN: "present limit"},
			Link:     Link{"看", "See", href}, Action: Action{Text: "决定", TextEN: "Decide", Href: href}})
	}
	return out, 0, nil
}

func shown(ms int64) string {
	if ms == matter.Never {
		return ""
	}
	return rest.Instant(ms)
}

// dueElsewhere are matters that end today in the hands of others whom the actor may press,
// one decision for each county.
func (s *Service) dueElsewhere(ctx context.Context, a access.Actor, r region.Code) ([]Decision, int, error) {
	if !a.Can(access.MatterAssign, r) || r.Level() > region.County {
		return nil, 0, nil
	}
	var out []Decision
	for _, q := range []struct{ due, zh, en, then, thenEN string }{
		{"overdue", "已超时", "overdue", "逐级上报，计入月度通报", "goes up level by level and into the monthly report"},
		{"today", "今日到期", "due today", "到时转为超时，计入月度通报", "turns overdue and goes into the monthly report"},
	} {
		page, err := s.matters.List(ctx, matter.Query{Region: r, Due: q.due, Limit: 200})
		if err != nil {
			return nil, 0, err
		}
		rows, err := s.matters.Rows(ctx, page.Items)
		if err != nil {
			return nil, 0, err
		}
		for _, g := range byCounty(page.Items, rows, a) {
			name := s.org.RegionName(ctx, g.county)
			d := Decision{ID: q.due + "-" + string(g.county), order: g.first,
				Title: fmt.Sprintf("%s %d 件事项%s", name, len(g.ids), q.zh), TitleEN: fmt.Sprintf("%s: %d matters %s", name, len(g.ids), q.en),
				Basis: "球在：" + g.holders + "；" + g.numbers, BasisEN: g.numbers, Consequence: q.then, ConsequenceEN: q.thenEN,
				Deadline: Deadline{At: shown(g.first), Light: "yellow", Text: q.zh, TextEN: q.en},
				Link:     Link{"看", "See", "/matters?due=" + q.due + "&scope=" + string(g.county)},
				Action:   Action{Text: "催办", TextEN: "Remind", Method: "POST", Path: "/matters/remind", IDs: g.ids, Confirm: fmt.Sprintf("向承办岗位发送 %d 件催办？", len(g.ids))}}
			if q.due == "overdue" {
				d.Deadline.Light = "red"
			}
			out = append(out, d)
		}
	}
	return out, 0, nil
}

type countyGroup struct {
	county           region.Code
	ids              []string
	numbers, holders string
	first            int64
}

// byCounty groups matters that others hold, with the first few numbers and holders.
func byCounty(list []*matter.Matter, rows []matter.Row, a access.Actor) []countyGroup {
	var out []countyGroup
	for i, m := range list {
		county, ok := m.Region.Ancestor(region.County)
		if !ok {
			county = m.Region
		}
		if m.HolderPost != 0 && slices.ContainsFunc(a.Grants(), func(g access.Grant) bool { return g.Post == m.HolderPost }) {
			continue
		}
		at := slices.IndexFunc(out, func(g countyGroup) bool { return g.county == county })
		if at < 0 {
			at = len(out)
			out = append(out, countyGroup{county: county, first: m.DueAt, holders: rows[i].Holder.Text})
		}
		g := &out[at]
		if g.first = min(g.first, m.DueAt); len(g.ids) < 3 {
			g.numbers += map[bool]string{true: "、"}[len(g.ids) > 0] + m.Number
		}
		g.ids = append(g.ids, rows[i].ID)
	}
	return out
}

// gridFaults is the cover's worst hole when the actor may mend it.
func (s *Service) gridFaults(ctx context.Context, a access.Actor, r region.Code) ([]Decision, int, error) {
	if s.grid == nil || !a.Can(access.GridWrite, r) || r.Level() < region.County {
		return nil, 0, nil
	}
	c, err := s.grid.Coverage(ctx, r)
	if missing(err) {
		return nil, 0, nil
	}
	if err != nil || len(c.Faults) == 0 {
		return nil, 0, err
	}
	worst := slices.MinFunc(c.Faults, func(x, y grid.Fault) int { return int(x.Since/calendar.MsPerDay - y.Since/calendar.MsPerDay) })
	name := s.org.RegionName(ctx, r)
	return []Decision{{ID: "grid-" + string(r), Title: fmt.Sprintf("%s网格缺口 %d 处", name, len(c.Faults)), TitleEN: fmt.Sprintf("%s: %d holes in the grid", name, len(c.Faults)),
		Basis: fmt.Sprintf("最久 %d 天：%s %s", worst.Age(c.At), worst.Name, worst.Situation), BasisEN: fmt.Sprintf("oldest %d days: %s", worst.Age(c.At), worst.Name),
		Consequence: "缺口内的问题没有人先发现", ConsequenceEN: "nobody finds problems there first", order: matter.Never - 1,
		Deadline: Deadline{Light: "none", Text: "没有时限", TextEN: "no limit"}, Link: Link{"看", "See", "/grid"}, Action: Action{Text: "补缺口", TextEN: "Mend", Href: "/grid"}}}, 0, nil
}
