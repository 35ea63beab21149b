package matter

import (
	"context"
	"fmt"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Open makes a matter of a report. The same ClientID of the same account gives the matter
// that the first one made. Errors: not found outside of the actor's scope; conflict
// duplicates when likely duplicates are there and were not acknowledged; the kind's refusals.
func (s *Service) Open(ctx context.Context, n Opening) (*Matter, error) {
	var m *Matter
	err := s.update(ctx, access.MatterReport, func(w *work) (err error) {
		m, err = w.open(n)
		return err
	})
	return m, err
}

func (w *work) open(n Opening) (*Matter, error) {
	if n.ClientID != "" {
		list, err := where(w.ctx, w.Tx, `m.client_by = $1 AND m.client_id = $2
			OR m.id IN (SELECT matter FROM matter_report WHERE account = $1 AND client_id = $2)`, w.me.Account, n.ClientID)
		if err != nil || len(list) == 1 {
			return first(list), err
		}
	}
	m, k, err := w.draft(&n)
	if err != nil {
		return nil, err
	}
	if n.parent == 0 {
		if one, err := w.joins(m, k, n); err != nil || one != nil {
			return one, err
		}
	}
	if !n.AcknowledgeDuplicates && n.signalKey == "" && n.parent == 0 && !w.me.IsSystem() {
		if err := w.refuseDuplicates(m, k); err != nil {
			return nil, err
		}
	}
	if n.parent != 0 { // a part of another matter is new, whatever was closed near by
		return w.create(m, k, n, nil)
	}
	old, err := w.recurring(m, k)
	if err != nil {
		return nil, err
	}
	if old != nil && k.Recurrence.Reopen {
		if back, err := w.again(old, m, n); err != nil || back != nil {
			return back, err
		}
	}
	return w.create(m, k, n, old)
}

func first(list []*Matter) *Matter {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// draft checks a report and fills in what it leaves out.
func (w *work) draft(n *Opening) (*Matter, *kind.Kind, error) {
	k := w.s.kinds.Kind(n.Kind, calendar.DayOf(w.NowMS()))
	if k == nil {
		return nil, nil, invalid("kind", "unknown_kind", "没有这类事项", n.Kind)
	}
	c := k.Category(n.Category)
	if c == nil {
		return nil, nil, invalid("category", "unknown_category", "请选择“"+k.Name+"”的一个问题类别", n.Category)
	}
	m := &Matter{Kind: k.ID, Edition: k.Edition, Category: c.ID, Class: c.Class, Title: n.Title, Description: n.Description,
		Place: n.Place, Site: n.Site, Subject: n.Subject, At: n.At, Accuracy: n.Accuracy, Source: n.Source, SourceNumber: n.SourceNumber,
		FoundAt: n.FoundAt, OpenedAt: w.NowMS(), DueAt: Never, ClientID: n.ClientID, ClientBy: w.me.Account, SignalKey: n.signalKey,
		Fields: map[string]string{}}
	if err := m.checkTexts(); err != nil {
		return nil, nil, err
	}
	if err := w.checkTimes(m); err != nil {
		return nil, nil, err
	}
	if err := w.settle(m, n.Region); err != nil {
		return nil, nil, err
	}
	if err := w.mayReport(m); err != nil {
		return nil, nil, err
	}
	if m.Title == "" {
		m.Title = c.Name
		if m.Place != "" {
			m.Title += " · " + m.Place
		} else if name := w.dir.Regions[m.Region]; name != "" {
			m.Title += " · " + name
		}
		if r := []rune(m.Title); len(r) > maxTitle {
			m.Title = string(r[:maxTitle])
		}
	}
	return m, k, w.settleSource(m)
}

func (m *Matter) checkTexts() error {
	for _, x := range []struct {
		field, what string
		most        int
		text        *string
	}{
		{"title", "标题", maxTitle, &m.Title}, {"place", "地点", maxPlace, &m.Place}, {"site", "点位", 60, &m.Site},
		{"source", "来源", 40, &m.Source}, {"sourceNumber", "来源文号", 80, &m.SourceNumber}, {"clientId", "报告编号", 64, &m.ClientID},
	} {
		if err := cleanLine(x.field, x.what, x.most, x.text); err != nil {
			return err
		}
	}
	return checkText("description", "描述", maxDescription, &m.Description)
}

// longAgo bounds how far back a problem may have been found: what is older is an archive.
const longAgo = 5 * 366 * calendar.MsPerDay

func (w *work) checkTimes(m *Matter) error {
	switch {
	case m.FoundAt == 0:
		m.FoundAt = w.NowMS()
	case m.FoundAt > w.NowMS()+10*calendar.MsPerMinute:
		return invalid("foundAt", "future", "发现时间晚于现在，请检查手机时间", "")
	case m.FoundAt < w.NowMS()-longAgo:
		return invalid("foundAt", "too_old", "发现时间过早", "")
	}
	if m.Accuracy < 0 || m.Accuracy > 100_000 {
		return invalid("accuracy", "accuracy", "定位精度应在 0 至 100 公里之间", "")
	}
	return nil
}

// settle finds the region and the cell of a matter.
func (w *work) settle(m *Matter, r region.Code) error {
	if r != "" && !r.Valid() {
		return invalid("region", "region", "行政区代码应为 12 位", string(r))
	}
	m.Region = r
	if m.At != nil {
		if err := geo.CheckPlace(*m.At); err != nil {
			return err
		}
		if w.s.places != nil {
			cell, _, in, err := w.s.places.CellAt(w.ctx, w.Tx, *m.At, r)
			if err != nil {
				return err
			}
			// The place is finer than what the reporter named, if it lies there. Otherwise the cell
			// is not the matter's either: its posts have nothing to do with another region's matter.
			if related(r, in) {
				m.Cell = cell
			}
			if in != "" && (r == "" || region.Contains(r, in)) {
				m.Region = in
			}
		}
	}
	if u := w.dir.Units[m.Subject]; m.Subject != 0 && u == nil {
		return invalid("subject", "unknown_unit", "没有这个单位", "")
	} else if m.Region == "" && u != nil {
		m.Region = u.Region
	}
	if m.Region == "" {
		scopes := w.me.Scopes(access.MatterReport)
		if len(scopes) == 1 && scopes[0] != "" {
			m.Region = scopes[0]
		}
	}
	if m.Region == "" {
		return invalid("region", "region_required", "请选择所在地区，或在地图上标出位置", "")
	}
	if _, known := w.dir.Regions[m.Region]; !known {
		return invalid("region", "unknown_region", "没有这个行政区", string(m.Region))
	}
	return nil
}

// related tells whether one of two regions holds the other; nothing known is no contradiction.
func related(a, b region.Code) bool {
	return a == "" || b == "" || region.Contains(a, b) || region.Contains(b, a)
}

// mayReport checks the reporter's scope: its regions, or, for a firm, itself.
func (w *work) mayReport(m *Matter) error {
	if own := w.me.ownUnits(); len(own) > 0 && !w.me.Can(access.MatterReport, m.Region) {
		if m.Subject == 0 {
			m.Subject = own[0]
		}
		if u := w.dir.Units[m.Subject]; u != nil && w.me.CanUnit(access.MatterReport, m.Region, m.Subject) {
			if !related(m.Region, u.Region) {
				m.Cell = 0
			}
			m.Region = u.Region
			return nil
		}
		return access.Hidden()
	}
	if !w.me.Can(access.MatterReport, m.Region) {
		return access.Hidden()
	}
	return nil
}

// start finds the transition that creates the matter.
func (w *work) start(m *Matter, k *kind.Kind, n Opening) (*kind.Transition, kind.Who, *kind.Refusal, error) {
	who, err := w.who(m, nil)
	if err != nil {
		return nil, who, nil, err
	}
	if !w.me.IsSystem() {
		who.Relations[Reporter] = true
	}
	doing := kind.Doing{Fields: n.Fields, Brought: n.Fields, Opinion: n.Opinion}
	doing.Assignee, err = w.assignee(n.AssignPost, n.AssignUnit)
	if err != nil {
		return nil, who, nil, err
	}
	if doing.Evidence, err = w.peek(n.Evidence); err != nil {
		return nil, who, nil, err
	}
	var why *kind.Refusal
	for _, id := range k.Start {
		t := k.Transition(id)
		if n.Transition != "" && id != n.Transition {
			continue
		}
		r := k.Decide(t, who, doing)
		if r == nil {
			return t, who, nil, nil
		}
		if why == nil || why.Code == kind.NotYours {
			why = r
		}
	}
	if why == nil {
		return nil, who, nil, invalid("transition", "unknown_transition", "没有这种登记方式", n.Transition)
	}
	return nil, who, why, nil
}

// create writes the new matter with all that belongs to it; old is the closed one that it
// repeats, if any.
func (w *work) create(m *Matter, k *kind.Kind, n Opening, old *Matter) (*Matter, error) {
	t, who, why, err := w.start(m, k, n)
	if err != nil {
		return nil, err
	}
	if why != nil {
		return nil, refused(why)
	}
	if err := w.s.before("number"); err != nil {
		return nil, err
	}
	day := calendar.DayOf(w.NowMS())
	if m.Number, err = nextNumber(w.ctx, w.Tx, k.ID, k.Prefix, day.Year()); err != nil {
		return nil, err
	}
	st := k.State(t.To)
	m.State, m.Type, m.Version, m.UpdatedAt = st.ID, st.Type, 1, w.NowMS()
	if err := w.s.before("matter"); err != nil {
		return nil, err
	}
	m.Head = []byte{}
	if err := insert(w.ctx, w.Tx, m); err != nil {
		return nil, taken(err)
	}
	m.Version = 0 // the change below makes it 1
	step := Step{Transition: t.ID, Fields: n.Fields, Evidence: n.Evidence, Opinion: n.Opinion, AssignPost: n.AssignPost, AssignUnit: n.AssignUnit}
	c := &change{m: m, k: k, t: t, step: step, who: who, version: 1, fresh: true}
	if !w.me.IsSystem() {
		c.parties, err = w.party(c, Party{Relation: Reporter, Post: who.Post, Unit: who.Unit, Account: w.me.Account})
		if err != nil {
			return nil, err
		}
	}
	if n.parent != 0 {
		if err := w.adopt(c, n.parent); err != nil {
			return nil, err
		}
	}
	if old != nil {
		if err := w.linkRecurrence(c, old); err != nil {
			return nil, err
		}
	}
	return m, w.apply(c)
}

// taken names the conflict of a signal or a report that another transaction wrote first.
func taken(err error) error {
	if fault.Is(err, fault.Conflict) {
		return fault.Wrap(err, fault.Conflict, "already_open", "同一报告或信号刚刚已经立项，请刷新")
	}
	return err
}

// adopt makes a matter the child of another; the parent's own record and count are written by
// whoever made the child.
func (w *work) adopt(c *change, parent int64) error {
	if err := w.s.before("link"); err != nil {
		return err
	}
	return w.link(parent, c.m.ID, "child", "")
}

func (w *work) link(a, b int64, what, reason string) error {
	_, err := w.Exec(w.ctx, `INSERT INTO matter_link (a, b, kind, at, reason) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (a, b, kind) DO NOTHING`,
		a, b, what, w.NowMS(), reason)
	return err
}

// refused is a kind's refusal as an error for people.
func refused(r *kind.Refusal) error {
	switch r.Code {
	case kind.NotYours, kind.DoerExcluded:
		return fault.New(fault.Forbidden, r.Code, r.Message)
	case kind.NotFromState, kind.LimitReached, kind.WorkWasDone, kind.TooEarly:
		return fault.New(fault.Conflict, r.Code, r.Message)
	}
	return fault.New(fault.Invalid, r.Code, r.Message)
}

// assignee is the post or unit that a step names, nil when it names none.
func (w *work) assignee(post, unit int64) (*kind.Who, error) {
	if post == 0 && unit == 0 {
		return nil, nil
	}
	out := &kind.Who{Post: post, Unit: unit}
	if seat := w.dir.Posts[post]; seat != nil {
		if unit != 0 && unit != seat.Unit {
			return nil, invalid("assignPost", "assignee", "岗位不属于所选单位", "")
		}
		out.Unit = seat.Unit
		if len(seat.Accounts) == 1 {
			out.Account = seat.Accounts[0]
			if p := w.dir.Persons[out.Account]; p != 0 {
				out.Person = fmt.Sprintf("person/%d", p)
			}
			for _, other := range w.dir.Posts {
				if slices.Contains(other.Accounts, out.Account) {
					out.Posts, out.Units = append(out.Posts, other.ID), append(out.Units, other.Unit)
				}
			}
		}
	} else if post != 0 {
		return nil, invalid("assignPost", "assignee", "没有这个岗位", "")
	} else if w.dir.Units[unit] == nil {
		return nil, invalid("assignUnit", "assignee", "没有这个单位", "")
	}
	return out, nil
}
