package matter

import (
	"context"
	"fmt"
	"strconv"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
)

// Asking is a request to stop a clock or to give it more time.
type Asking struct {
	Clock     string // id in the kind
	Reason    string
	Until     int64         // pause with a fixed end (缓办), ms UTC
	Condition string        // pause until a condition is met (挂账) …
	Review    int64         // … and reviewed by then, ms UTC
	Term      calendar.Term // extension, in the clock's unit
}

// AskPause asks that a clock stand still: until a fixed moment, or until a condition is met
// with a review. Who handles the matter asks; somebody else decides. Errors: forbidden for
// others; invalid beyond the kind's limits; conflict when one is asked for already.
func (s *Service) AskPause(ctx context.Context, id int64, a Asking) (Pause, error) {
	return s.ask(ctx, id, "pause", a, func(w *work, m *Matter, c *kind.Clock, x *Clock) error {
		p := c.Pauses
		if len(p.By) == 0 {
			return fault.Newf(fault.Conflict, "no_pause", "“%s”时限不能暂停", c.Name)
		}
		if (a.Until == 0) == (a.Review == 0) {
			return invalid("until", "pause_end", "请填写恢复日期，或者填写挂账条件和复核日期，二者选一", "")
		}
		list, err := pausesOf(w.ctx, w.Tx, m.ID)
		if err != nil {
			return err
		}
		before := spentOn(list, x.ID)
		if before.n >= p.Times {
			return fault.Newf(fault.Conflict, "no_more_pauses", "“%s”时限最多暂停 %d 次，已用完", c.Name, p.Times)
		}
		if a.Until != 0 {
			if err := w.within("until", "恢复", a.Until, p.Fixed); err != nil {
				return err
			}
			if left := p.Left(before.spent); a.Until-w.NowMS() > left {
				return invalid("until", "pauses_long", fmt.Sprintf("“%s”时限缓办合计最多%s，还可暂停 %d 天", c.Name, p.Sum.Text(), left/calendar.MsPerDay), "")
			}
			return nil
		}
		if a.Condition == "" {
			return invalid("condition", "condition", "挂账须写明恢复的条件", "")
		}
		return w.within("reviewBy", "复核", a.Review, p.Review)
	})
}

// AskExtension asks for more time, before the end and in the clock's own unit.
func (s *Service) AskExtension(ctx context.Context, id int64, a Asking) (Pause, error) {
	return s.ask(ctx, id, "extension", a, func(w *work, _ *Matter, c *kind.Clock, x *Clock) error {
		n := x.extensions()
		switch {
		case n >= len(c.Extend):
			return fault.Newf(fault.Conflict, "no_more_extensions", "“%s”时限最多延期 %d 次，已用完", c.Name, len(c.Extend))
		case w.NowMS() > x.DueAt && x.State == "running":
			return fault.Newf(fault.Conflict, "overdue", "“%s”时限已过，延期须在到期前申请", c.Name)
		case a.Term.Unit != x.Term.Unit || a.Term.N < 1:
			return invalid("term", "term_unit", fmt.Sprintf("延期须与原时限用同一单位，如“%s”", x.Term), a.Term.String())
		}
		most := x.Term.N
		if l := c.Extend[n].Most; l.Unit == x.Term.Unit {
			most = l.N
		}
		if a.Term.N > most {
			return invalid("term", "term_long", "延期最多 "+calendar.Term{N: most, Unit: x.Term.Unit}.Text(), a.Term.String())
		}
		return nil
	})
}

// within checks a moment against the longest time from now that the kind allows.
func (w *work) within(field, what string, at int64, most calendar.Term) error {
	if at <= w.NowMS() {
		return invalid(field, "past", what+"日期须在今天之后", "")
	}
	if most.IsZero() {
		return invalid(field, "not_allowed", "这个时限不能这样暂停", "")
	}
	d, err := w.s.clocks.Due(w.NowMS(), most, false)
	if err != nil {
		return missingYear(err)
	}
	if at > d.At {
		return invalid(field, "too_late", fmt.Sprintf("%s日期最迟为 %s（%s以内）", what, d.Day, most.Text()), "")
	}
	return nil
}

func (s *Service) ask(ctx context.Context, id int64, what string, a Asking, check func(*work, *Matter, *kind.Clock, *Clock) error) (Pause, error) {
	var out Pause
	err := s.update(ctx, access.MatterAct, func(w *work) error {
		m, err := w.visible(id)
		if err != nil {
			return err
		}
		who, k, err := w.party1(m)
		if err != nil {
			return err
		}
		if !who.Relations[Owner] && !who.Relations[HolderOf] {
			return fault.New(fault.Forbidden, kind.NotYours, "暂停和延期由办理人申请，您不是办理人")
		}
		if err := checkText("reason", "理由", maxOpinion, &a.Reason); err != nil {
			return err
		}
		if a.Reason == "" {
			return invalid("reason", kind.NeedsOpinion, "请写明理由", "")
		}
		c, x, err := w.clockOf(m, k, a.Clock)
		if err != nil {
			return err
		}
		if err := check(w, m, c, x); err != nil {
			return err
		}
		out, err = w.writeAsked(m, c, x, what, a, who)
		return err
	})
	return out, err
}

// party1 is who the actor is to a matter, and the matter's kind.
func (w *work) party1(m *Matter) (kind.Who, *kind.Kind, error) {
	k, err := w.s.kindOf(m)
	if err != nil {
		return kind.Who{}, nil, err
	}
	list, err := parties(w.ctx, w.Tx, m.ID)
	if err != nil {
		return kind.Who{}, nil, err
	}
	who, err := w.who(m, list)
	return who, k, err
}

var askedNames = map[string]string{"pause": "申请暂停", "extension": "申请延期"}

func (w *work) writeAsked(m *Matter, c *kind.Clock, x *Clock, what string, a Asking, who kind.Who) (Pause, error) {
	var open int64
	if err := w.QueryRow(w.ctx, "SELECT COUNT(*) FROM matter_pause WHERE clock = $1 AND what = $2 AND state = 'asked'", x.ID, what).Scan(&open); err != nil {
		return Pause{}, err
	}
	if open > 0 || what == "pause" && x.State == "paused" {
		return Pause{}, fault.Newf(fault.Conflict, "asked_already", "“%s”时限已有待批的申请或正在暂停", c.Name)
	}
	p := Pause{Clock: x.ID, What: what, State: "asked", Until: a.Until, Review: a.Review, Condition: a.Condition, Term: a.Term.String(),
		Reason: a.Reason, AskedAt: w.NowMS(), AskedBy: w.me.Account}
	err := w.QueryRow(w.ctx, `INSERT INTO matter_pause (matter, clock, what, state, until_at, review_at, condition, term, reason, asked_at, asked_by, asker, asked_post)
		VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`, m.ID, x.ID, what, p.Until, p.Review, p.Condition,
		p.Term, p.Reason, p.AskedAt, p.AskedBy, who.Person, who.Post).Scan(&p.ID)
	if err != nil {
		return p, err
	}
	version := m.Version
	word := call{name: askedNames[what], text: a.Reason, key: fmt.Sprintf("pause/%d/asked", p.ID)}
	list, err := parties(w.ctx, w.Tx, m.ID)
	if err != nil {
		return p, err
	}
	for _, r := range approvers(c, x, what) {
		b, err := w.resolve(m, r, list)
		if err != nil && !fault.Is(err, fault.Conflict) {
			return p, err
		}
		word.to = append(word.to, b)
	}
	if err := w.auditClock(m, "matter."+what+".ask", word.name, p.ID); err != nil {
		return p, err
	}
	return p, w.say(m, version, c.ID, word)
}

// approvers are the relations that may decide: for an extension the one of its turn, the
// first by the county, the second one level higher.
func approvers(c *kind.Clock, x *Clock, what string) []string {
	if what == "pause" {
		return c.Pauses.By
	}
	if n := x.extensions(); n < len(c.Extend) {
		return []string{c.Extend[n].By}
	}
	return nil
}

// Decide grants or refuses a pause or an extension. The one who asked, the one who handles
// the matter, the same person under another account and the same post may not.
func (s *Service) Decide(ctx context.Context, id, pause int64, approve bool, opinion string) error {
	return s.update(ctx, access.MatterAllow, func(w *work) error {
		m, err := w.visible(id)
		if err != nil {
			return err
		}
		who, k, err := w.party1(m)
		if err != nil {
			return err
		}
		p, asker, err := w.asked(m, pause)
		if err != nil {
			return err
		}
		_, _, c, x, err := w.ticking(p.Clock)
		if err != nil {
			return err
		}
		if err := mayDecide(k, c, x, p, asker, who); err != nil {
			return err
		}
		if err := checkText("opinion", "意见", maxOpinion, &opinion); err != nil {
			return err
		}
		if !approve && opinion == "" {
			return invalid("opinion", kind.NeedsOpinion, "不同意须写明理由", "")
		}
		return w.settlePause(m, c, x, p, approve, opinion)
	})
}

func mayDecide(k *kind.Kind, c *kind.Clock, x *Clock, p Pause, asker, who kind.Who) error {
	if who.Relations[Owner] || k.Same(who, asker) != "" {
		return fault.New(fault.Forbidden, kind.DoerExcluded, "申请人和办理人不能批准自己的申请，须由另一人批准")
	}
	list := approvers(c, x, p.What)
	for _, r := range list {
		if who.Relations[r] {
			return nil
		}
	}
	zh := ""
	for i, r := range list {
		name, _ := kind.RelationName(r)
		if i > 0 {
			zh += "或"
		}
		zh += name
	}
	return fault.Newf(fault.Forbidden, kind.NotYours, "这项申请须由%s批准", zh)
}

// asked reads a request that waits for a decision, and who asked.
func (w *work) asked(m *Matter, id int64) (Pause, kind.Who, error) {
	list, err := pausesOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return Pause{}, kind.Who{}, err
	}
	for _, p := range list {
		if p.ID != id {
			continue
		}
		if p.State != "asked" {
			return p, kind.Who{}, fault.New(fault.Conflict, "decided_already", "这项申请已经办过")
		}
		asker := kind.Who{Account: p.AskedBy}
		err := w.QueryRow(w.ctx, "SELECT asker, asked_post FROM matter_pause WHERE id = $1", id).Scan(&asker.Person, &asker.Post)
		return p, asker, err
	}
	return Pause{}, kind.Who{}, fault.New(fault.NotFound, "not_found", "没有这项申请")
}

func (w *work) settlePause(m *Matter, c *kind.Clock, x *Clock, p Pause, approve bool, opinion string) error {
	state, name := "refused", "不同意"
	version := m.Version
	if approve {
		state, name = "running", "同意"
		if p.What == "extension" {
			state = "granted"
		}
	}
	name += map[string]string{"pause": "暂停", "extension": "延期"}[p.What]
	from := int64(0)
	if state == "running" {
		from = w.NowMS()
	}
	if _, err := w.Exec(w.ctx, "UPDATE matter_pause SET state = $1, from_at = $2, decided_at = $3, decided_by = $4, approver = $5, opinion = $6 WHERE id = $7",
		state, from, w.NowMS(), w.me.Account, w.me.Display, opinion, p.ID); err != nil {
		return err
	}
	if err := w.applyPause(m, c, x, p, state); err != nil {
		return err
	}
	if err := w.auditClock(m, "matter."+p.What+".decide", name, p.ID); err != nil {
		return err
	}
	return w.say(m, version, c.ID, call{name: name, text: opinion, key: fmt.Sprintf("pause/%d/%s", p.ID, state),
		to: []ball{{post: m.HolderPost, unit: m.HolderUnit}}})
}

func (w *work) applyPause(m *Matter, c *kind.Clock, x *Clock, p Pause, state string) error {
	switch state {
	case "running":
		x.State, x.WakeAt = "paused", 0
		return w.saveClock(m, x)
	case "granted":
		x.Granted = append(x.Granted, Granted{Term: p.Term, By: w.me.Display, At: w.NowMS()})
		return w.count(m, c, x)
	}
	return nil
}

// EndPause lets a clock go on before its pause would end: the condition is met.
func (s *Service) EndPause(ctx context.Context, id, pause int64, opinion string) error {
	return s.update(ctx, access.MatterAllow, func(w *work) error {
		m, err := w.visible(id)
		if err != nil {
			return err
		}
		if err := checkText("opinion", "意见", maxOpinion, &opinion); err != nil {
			return err
		}
		who, _, err := w.party1(m)
		if err != nil {
			return err
		}
		list, err := pausesOf(w.ctx, w.Tx, m.ID)
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.ID == pause && p.State == "running" && p.What == "pause" {
				_, _, c, x, err := w.ticking(p.Clock)
				if err != nil {
					return err
				}
				if err := mayDecide(&kind.Kind{}, c, x, p, kind.Who{}, who); err != nil {
					return err
				}
				if err := w.auditClock(m, "matter.pause.end", "恢复计时", p.ID); err != nil {
					return err
				}
				return w.over(m, p.Clock, p.ID, "恢复计时", opinion)
			}
		}
		return fault.New(fault.NotFound, "not_found", "没有正在进行的暂停")
	})
}

// endPause ends a pause whose fixed end has come.
func (w *work) endPause(pause int64) (bool, error) {
	m, clock, err := w.paused(pause)
	if err != nil || m == nil {
		return false, err
	}
	if err := w.auditClock(m, "matter.pause.end", "暂停到期，恢复计时", pause); err != nil {
		return false, err
	}
	return true, w.over(m, clock, pause, "暂停到期，恢复计时", "")
}

// over ends a pause and lets the clock go on.
func (w *work) over(m *Matter, clock, pause int64, name, opinion string) error {
	version := m.Version
	_, _, c, x, err := w.ticking(clock)
	if err != nil {
		return err
	}
	if _, err := w.Exec(w.ctx, "UPDATE matter_pause SET state = 'over', to_at = $1 WHERE id = $2", w.NowMS(), pause); err != nil {
		return err
	}
	if err := w.goOn(m, c, x); err != nil {
		return err
	}
	return w.say(m, version, c.ID, call{name: name, text: opinion, key: "pause/" + strconv.FormatInt(pause, 10) + "/over", to: []ball{{post: m.HolderPost, unit: m.HolderUnit}}})
}

// paused reads the matter of a pause that runs, nil when it does not run any more.
func (w *work) paused(pause int64) (*Matter, int64, error) {
	var matter, clock int64
	var state string
	if err := w.QueryRow(w.ctx, "SELECT matter, clock, state FROM matter_pause WHERE id = $1", pause).Scan(&matter, &clock, &state); err != nil || state != "running" {
		return nil, 0, err
	}
	m, err := read(w.ctx, w.Tx, matter)
	return m, clock, err
}

// reviewPause tells those who granted a pause with a condition that its review is due; the
// clock goes on when they say so.
func (w *work) reviewPause(pause int64) (bool, error) {
	m, clock, err := w.paused(pause)
	if err != nil || m == nil {
		return false, err
	}
	if _, err := w.Exec(w.ctx, "UPDATE matter_pause SET review_at = 0 WHERE id = $1", pause); err != nil {
		return false, err
	}
	_, _, c, _, err := w.ticking(clock)
	if err != nil {
		return false, err
	}
	word := call{name: "挂账复核到期", text: "请复核挂账条件，条件已满足的恢复计时", light: "yellow", urgent: true, key: fmt.Sprintf("pause/%d/review", pause)}
	list, err := parties(w.ctx, w.Tx, m.ID)
	if err != nil {
		return false, err
	}
	for _, r := range c.Pauses.By {
		if b, err := w.resolve(m, r, list); err == nil {
			word.to = append(word.to, b)
		}
	}
	return true, w.say(m, m.Version, c.ID, word)
}

func (w *work) auditClock(m *Matter, action, name string, pause int64) error {
	if err := w.s.before("clock.audit"); err != nil {
		return err
	}
	return audit.Log(w.ctx, w.Tx, audit.Entry{Action: action, Object: object(m.ID), Region: m.Region,
		Summary: fmt.Sprintf("%s %s：%s", m.Number, m.Title, name), Detail: map[string]any{"request": pause}})
}
