package brief

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	steps, err := s.matters.NextSteps(ctx, page.Items)
	if err != nil {
		return nil, 0, err
	}
	var out []Decision
	for i, x := range rows {
		m := page.Items[i]
		d := Decision{ID: "matter-" + x.ID, Title: x.Title, TitleEN: x.Title, order: m.DueAt,
			Basis: x.Number + "，" + x.State.Name + "，" + x.Region.Name, BasisEN: x.Number + ", " + x.State.Name + ", " + x.Region.Name,
			Deadline: deadline(x), Link: Link{"看", "See", "/matters/" + x.ID}, Action: Action{Text: "办理", TextEN: "Act", Href: "/matters/" + x.ID}}
		d.Consequence, d.ConsequenceEN = consequence(x, steps[i])
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

// consequence is what the kind's clock does when nobody acts: when it is over, and who is told.
func consequence(x matter.Row, next matter.NextStep) (zh, en string) {
	switch {
	case x.Due == nil:
		return "事项停在您手里", "the matter stays with you"
	case x.Due.Light == "red" && next.At == 0:
		return "“" + x.Due.Name + "”已超时，该报的上级都已报过", x.Due.Name + " is over; everybody above has been told"
	case x.Due.Light == "red":
		at := clockOf(shown(next.At))
		return "“" + x.Due.Name + "”已超时，" + at + " 报" + next.To, x.Due.Name + " is over; " + next.ToEn + " is told at " + at
	}
	at := clockOf(x.Due.At)
	zh, en = at+" 起转为超时", "overdue from "+at
	if then := clockOf(shown(next.At)); next.At != 0 && then != at {
		return zh + "，" + then + " 报" + next.To, en + "; " + next.ToEn + " is told at " + then
	} else if next.At != 0 {
		return zh + "，报" + next.To, en + ", " + next.ToEn + " is told"
	}
	return zh, en
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
	list, total, err := s.matters.Requests(ctx, 2*Most)
	if err != nil {
		return nil, 0, err
	}
	var out []Decision
	for _, x := range list {
		what, whatEN, want := "暂停", "pause", ""
		if x.What == "extension" {
			what, whatEN, want = "延期", "extension", "，延 "+termText(x.Term)
		}
		href := fmt.Sprintf("/matters/%d?tab=clocks", x.Matter.ID)
		out = append(out, Decision{ID: "request-" + strconv.FormatInt(x.ID, 10), Title: what + "申请：" + x.Matter.Title, TitleEN: whatEN + " asked for: " + x.Matter.Title,
			Basis: x.Matter.Number + want + "，" + x.Asker + "：" + x.Reason, BasisEN: x.Matter.Number + ", " + x.Asker + ": " + x.Reason,
			Consequence: "不批则时限照算", ConsequenceEN: "without a decision the clock goes on", order: x.Matter.DueAt,
			Deadline: Deadline{At: shown(x.Matter.DueAt), Light: "yellow", Text: "原时限", TextEN: "present limit"},
			Link:     Link{"看", "See", href}, Action: Action{Text: "决定", TextEN: "Decide", Href: href}})
	}
	return out, total - len(out), nil
}

func shown(ms int64) string {
	if ms == matter.Never {
		return ""
	}
	return rest.Instant(ms)
}

// dueElsewhere are matters that end today, or have ended, in the hands of others whom the actor
// may press, one decision for each county. Beyond those shown they are counted, not described.
func (s *Service) dueElsewhere(ctx context.Context, a access.Actor, r region.Code) ([]Decision, int, error) {
	if !a.Can(access.MatterAssign, r) || r.Level() > region.County {
		return nil, 0, nil
	}
	var out []Decision
	more := 0
	for _, q := range []struct{ due, zh, en string }{{"overdue", "已超时", "overdue"}, {"today", "今日到期", "due today"}} {
		groups, err := s.matters.Pressing(ctx, r, q.due)
		if err != nil {
			return nil, 0, err
		}
		more += max(0, len(groups)-Most)
		for _, g := range groups[:min(Most, len(groups))] {
			d, err := s.pressing(ctx, g, q.due, q.zh, q.en)
			if err != nil {
				return nil, 0, err
			}
			out = append(out, d)
		}
	}
	return out, more, nil
}

func (s *Service) pressing(ctx context.Context, g matter.Pressing, due, zh, en string) (Decision, error) {
	rows, err := s.matters.Rows(ctx, g.First)
	if err != nil {
		return Decision{}, err
	}
	steps, err := s.matters.NextSteps(ctx, g.First)
	if err != nil {
		return Decision{}, err
	}
	name, first := s.org.RegionName(ctx, g.County), g.First[0]
	var numbers, ids []string
	for _, x := range rows {
		numbers = append(numbers, x.Number)
	}
	for _, id := range g.IDs {
		ids = append(ids, strconv.FormatInt(id, 10))
	}
	list := strings.Join(numbers, "、")
	if g.Count > len(rows) {
		list += " 等"
	}
	d := Decision{ID: due + "-" + string(g.County), order: first.DueAt,
		Title: fmt.Sprintf("%s %d 件事项%s", name, g.Count, zh), TitleEN: fmt.Sprintf("%s: %d matters %s", name, g.Count, en),
		Basis: "最急的球在：" + rows[0].Holder.Text + "；" + list, BasisEN: strings.Join(numbers, ", "),
		Deadline: Deadline{At: shown(first.DueAt), Light: "yellow", Text: zh, TextEN: en},
		Link:     Link{"看", "See", "/matters?due=" + due + "&scope=" + string(g.County)},
		Action:   Action{Text: "催办", TextEN: "Remind", Method: "POST", Path: "/matters/remind", IDs: ids, Confirm: confirm(g.Count, len(ids))}}
	if due == "overdue" {
		d.Deadline.Light = "red"
	}
	d.Consequence, d.ConsequenceEN = consequence(rows[0], steps[0])
	if g.Count > 1 {
		d.Consequence, d.ConsequenceEN = "最急一件："+d.Consequence, "the most urgent: "+d.ConsequenceEN
	}
	return d, nil
}

func confirm(all, pressed int) string {
	if all > pressed {
		return fmt.Sprintf("共 %d 件，先向最急的 %d 件的承办岗位发送催办？", all, pressed)
	}
	return fmt.Sprintf("向承办岗位发送 %d 件催办？", all)
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

// termText is a term as people write it, 2 工作日; the code itself when it is none.
func termText(code string) string {
	t, err := calendar.ParseTerm(code)
	if err != nil {
		return code
	}
	return t.Text()
}
