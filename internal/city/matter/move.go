package matter

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/notify"
)

// The events of the room; their object is the matter's id.
const (
	EventOpened = "matter.opened"
	EventMoved  = "matter.moved"
	EventClock  = "matter.clock"
)

// Move makes one transition of a matter that was read at a version: everything that belongs
// to it, or nothing. Errors: not found for a matter that the actor may not see; conflict
// stale, telling who moved it to what meanwhile; the kind's refusals.
func (s *Service) Move(ctx context.Context, id, version int64, step Step) (*Matter, error) {
	var m *Matter
	err := s.update(ctx, access.MatterAct, func(w *work) (err error) {
		m, err = w.move(id, version, step)
		return err
	})
	return m, err
}

func (w *work) move(id, version int64, step Step) (*Matter, error) {
	m, err := w.visible(id)
	if err != nil {
		return nil, err
	}
	if m.Version != version {
		return nil, w.stale(m)
	}
	c, err := w.prepare(m, step)
	if err != nil {
		return nil, err
	}
	return m, w.apply(c)
}

// change is one transition under way.
type change struct {
	m       *Matter
	k       *kind.Kind
	t       *kind.Transition
	step    Step
	who     kind.Who
	parties []Party
	doers   []kind.Who // who did the work up to now
	from    string     // state before, "" for a new matter
	was     kind.StateType
	version int64  // read at
	fresh   bool   // a new matter
	act     string // in place of the transition's
	more    map[string]string
}

// prepare asks the kind whether the actor may make the step.
func (w *work) prepare(m *Matter, step Step) (*change, error) {
	k, err := w.s.kindOf(m)
	if err != nil {
		return nil, err
	}
	t := k.Transition(step.Transition)
	if t == nil {
		return nil, invalid("transition", "unknown_transition", "没有这个办理动作", step.Transition)
	}
	if err := checkText("opinion", "意见", maxOpinion, &step.Opinion); err != nil {
		return nil, err
	}
	c := &change{m: m, k: k, t: t, step: step, from: m.State, was: m.Type, version: m.Version}
	if c.parties, err = parties(w.ctx, w.Tx, m.ID); err != nil {
		return nil, err
	}
	doing, err := w.doing(c)
	if err != nil {
		return nil, err
	}
	c.doers = doing.LastDoers
	if c.who, err = w.who(m, c.parties); err != nil {
		return nil, err
	}
	if r := k.Decide(t, c.who, doing); r != nil {
		return nil, refused(r)
	}
	if t.Act == kind.Assign && !w.me.IsSystem() && !w.me.canAssign(m) && !c.who.Relations[HolderOf] {
		return nil, fault.New(fault.Forbidden, "forbidden", "您的岗位没有交办权限")
	}
	if err := checkDue(c); err != nil {
		return nil, err
	}
	return c, w.checkAssignee(c)
}

// checkDue lets an end be set only when the matter is handed to somebody, and never by who
// handles it: more time is asked for, and granted by another.
func checkDue(c *change) error {
	switch {
	case c.step.Due == 0:
		return nil
	case c.t.Assigns != Owner:
		return invalid("due", "due_not_here", "办理期限只在交办和改派时设定；需要更多时间请申请延期", c.t.ID)
	case c.from != "" && c.who.Relations[Owner] || slices.ContainsFunc(c.doers, func(d kind.Who) bool { return c.k.Same(c.who, d) != "" }):
		return fault.New(fault.Forbidden, kind.DoerExcluded, "您是办理人，不能自己改办理期限；需要更多时间请申请延期")
	}
	return nil
}

// canAssign tells whether the actor may hand matters of the region to others.
func (me *self) canAssign(m *Matter) bool {
	return me.CanUnit(access.MatterAssign, m.Region, m.Subject)
}

// checkAssignee keeps a firm from being handed another firm's matter, which it could not
// even see.
func (w *work) checkAssignee(c *change) error {
	if c.t.Assigns == "" {
		return nil
	}
	a, err := w.assignee(c.step.AssignPost, c.step.AssignUnit)
	if err != nil || a == nil {
		return err
	}
	u := w.dir.Units[a.Unit]
	if u == nil || u.Kind != "enterprise" {
		return nil
	}
	if c.m.Subject == 0 {
		c.m.Subject = u.ID
	}
	if c.m.Subject != u.ID {
		return invalid("assignUnit", "other_enterprise", "企业只能承办自己的事项，该事项的对象是另一家单位", "")
	}
	return nil
}

// doing is where the matter stands and what the step brings.
func (w *work) doing(c *change) (kind.Doing, error) {
	d := kind.Doing{State: c.m.State, Counts: map[string]int{}, Opinion: c.step.Opinion, Fields: maps.Clone(c.m.Fields), Brought: c.step.Fields}
	if d.Fields == nil {
		d.Fields = map[string]string{}
	}
	maps.Copy(d.Fields, c.step.Fields)
	list, err := events(w.ctx, w.Tx, c.m.ID)
	if err != nil {
		return d, err
	}
	d.LastDoers = doers(list)
	if d.Early, err = w.early(c.m, c.k, list); err != nil {
		return d, err
	}
	last := c.m.OpenedAt
	for _, e := range list {
		if e.Transition == "" {
			continue
		}
		d.Counts[e.Transition]++
		if e.Act == string(kind.Do) {
			last = e.At
		}
	}
	if d.Assignee, err = w.assignee(c.step.AssignPost, c.step.AssignUnit); err != nil {
		return d, err
	}
	d.Evidence, err = w.peekSince(c.step.Evidence, last)
	return d, err
}

// apply writes the transition: parties, holder, clocks, evidence, the event, the matter, the
// effects; then audit, notices and, last, what other rooms are told.
func (w *work) apply(c *change) error {
	for _, step := range []struct {
		name string
		do   func(*change) error
	}{
		{"party", w.writeAssigned}, {"holder", w.writeHolder}, {"clock", w.writeClocks}, {"evidence", w.writeEvidence},
		{"event", w.writeEvent}, {"matter", w.writeMatter}, {"count", w.writeCount}, {"effects", w.writeEffects},
		{"audit", w.writeAudit}, {"notice", w.writeNotices}, {"publish", w.publish},
	} {
		if err := w.s.before(step.name); err != nil {
			return err
		}
		if err := step.do(c); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) party(c *change, p Party) ([]Party, error) {
	return setParty(w.ctx, w.Tx, c.m, c.parties, p)
}

// writeAssigned enters the new state and sets the relation that the transition assigns.
func (w *work) writeAssigned(c *change) (err error) {
	m := c.m
	st := c.k.State(c.t.To)
	m.State, m.Type, m.UpdatedAt, m.Version = st.ID, st.Type, w.NowMS(), m.Version+1
	for id, v := range c.step.Fields {
		if c.k.Field(id) == nil {
			return invalid("fields."+id, "unknown_field", "该类事项没有这个栏目", id)
		}
		m.Fields[id] = v
	}
	w.stamp(c)
	if c.t.Assigns != "" && (c.step.AssignPost != 0 || c.step.AssignUnit != 0) {
		p := Party{Relation: c.t.Assigns, Post: c.step.AssignPost, Unit: c.step.AssignUnit}
		if seat := w.dir.Posts[p.Post]; seat != nil {
			p.Unit = seat.Unit
		}
		if c.parties, err = w.party(c, p); err != nil {
			return err
		}
	}
	if c.t.Act == kind.Assign && !w.me.IsSystem() {
		c.parties, err = w.party(c, Party{Relation: Assigner, Post: c.who.Post, Unit: c.who.Unit, Account: w.me.Account})
	}
	if c.t.Act == kind.Accept && c.who.Post != 0 && c.who.Relations[Owner] {
		// A unit was named: the post that takes it up answers from now on.
		c.parties, err = w.party(c, Party{Relation: Owner, Post: c.who.Post, Unit: c.who.Unit})
	}
	return err
}

// stamp keeps the times that figures are made of.
func (w *work) stamp(c *change) {
	m := c.m
	now := w.NowMS()
	if m.ActedAt == 0 && (m.Type == kind.Assigned || m.Type == kind.Working || m.Type.Final()) {
		m.ActedAt = now
	}
	if c.t.Act == kind.Do {
		m.DoneAt = now
	}
	if c.t.Rework {
		m.Reworks++
	}
	switch {
	case m.Type == kind.Closed:
		m.ClosedAt = now
	case c.t.Reopen:
		m.ClosedAt = 0
	}
}

// writeHolder finds who must act now.
func (w *work) writeHolder(c *change) (err error) {
	st := c.k.State(c.m.State)
	m := c.m
	if st.Type.Final() || st.Holder == "" {
		m.HolderToken, m.HolderPost, m.HolderUnit, m.HolderClimb = "", 0, 0, ""
		c.parties, err = w.party(c, Party{Relation: HolderOf})
		return err
	}
	if st.Type == kind.Submitted || st.Type == kind.Checking {
		w.excluded = c.excluded(w.dir) // the ball goes to somebody who may check
		defer func() { w.excluded = nil }()
	}
	b, err := w.resolve(m, st.Holder, c.parties)
	if err != nil {
		return err
	}
	m.HolderToken, m.HolderPost, m.HolderUnit, m.HolderClimb = b.token, b.post, b.unit, b.climb
	c.parties, err = w.party(c, Party{Relation: HolderOf, Post: b.post, Unit: b.unit})
	return err
}

func (w *work) writeClocks(c *change) error {
	if err := w.enterBy(c.m, c.k, c.t.Rework, c.step.Due, c.step.Opinion); err != nil {
		return err
	}
	return w.clockEffects(c)
}

func (w *work) writeEvent(c *change) error {
	act, name := string(c.t.Act), c.t.Name
	if c.act != "" {
		act = c.act
	}
	exhibits, err := w.exhibits(c)
	if err != nil {
		return err
	}
	fields := c.step.Fields
	if len(fields) == 0 {
		fields = nil
	}
	return w.append(c.m, Told{Act: act, Transition: c.t.ID, Name: name, From: c.from, Post: c.who.Post, Opinion: c.step.Opinion,
		Fields: fields, Evidence: exhibits, AssignPost: c.step.AssignPost, AssignUnit: c.step.AssignUnit, Holder: c.m.HolderToken,
		HolderPost: c.m.HolderPost, HolderUnit: c.m.HolderUnit, Climb: c.m.HolderClimb, More: c.more})
}

func (w *work) writeMatter(c *change) error {
	if err := save(w.ctx, w.Tx, c.m, c.version); err != nil {
		return err
	}
	return w.keepRounds(c.m)
}

func (w *work) writeCount(c *change) error {
	if !c.fresh && c.was == c.m.Type {
		return nil
	}
	if !c.fresh {
		if err := count(w.ctx, w.Tx, c.m, string(c.was), -1); err != nil {
			return err
		}
	}
	return count(w.ctx, w.Tx, c.m, string(c.m.Type), 1)
}

// writeEffects does what the transition causes: child matters and orders; telling is
// writeNotices', clocks are clockEffects'.
func (w *work) writeEffects(c *change) error {
	for _, e := range c.t.Effects {
		switch e.Do {
		case "child":
			if _, err := w.child(c.m, e.Kind); err != nil {
				return err
			}
		case "order":
			if err := jobs.Publish(w.ctx, w.Tx, jobs.Event{Name: "matter.order." + e.Kind, Object: fmt.Sprint(c.m.ID), Region: c.m.Region}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) writeAudit(c *change) error {
	action := "matter.move"
	if c.fresh {
		action = "matter.open"
	}
	summary := fmt.Sprintf("%s %s：%s", c.m.Number, c.m.Title, c.t.Name)
	return audit.Log(w.ctx, w.Tx, audit.Entry{Action: action, Object: object(c.m.ID), Region: c.m.Region, Summary: summary,
		Detail: map[string]any{"transition": c.t.ID, "from": c.from, "to": c.m.State, "seq": c.m.Seq, "hash": fmt.Sprintf("%x", c.m.Head)}})
}

// writeNotices tells who must act now, and those whom the transition names.
func (w *work) writeNotices(c *change) error {
	if w.s.cfg.Notices == nil {
		return nil
	}
	m := c.m
	told := map[int64]bool{w.me.Account: true} // nobody is told what they did themselves
	tell := func(what, title string, to []int64) error {
		var list []int64
		for _, a := range to {
			if !told[a] {
				told[a] = true
				list = append(list, a)
			}
		}
		if len(list) == 0 {
			return nil
		}
		return w.s.cfg.Notices.Put(w.ctx, w.Tx, notify.Notice{To: list, Kind: what, Title: title, Body: c.step.Opinion,
			Link: fmt.Sprintf("/matters/%d", m.ID), Object: object(m.ID), Region: m.Region, Key: fmt.Sprintf("%s/%d", object(m.ID), m.Seq)})
	}
	if m.HolderToken != "" {
		if err := tell("matter.assigned", fmt.Sprintf("待办：%s（%s）", m.Title, c.k.State(m.State).Name), accounts(w.dir, m.HolderPost, m.HolderUnit)); err != nil {
			return err
		}
	}
	for _, e := range c.t.Effects {
		if e.Do != "notify" {
			continue
		}
		b, err := w.resolve(m, e.To, c.parties)
		if fault.Is(err, fault.Conflict) {
			continue // nobody to tell is no reason to refuse the move
		}
		if err != nil {
			return err
		}
		if err := tell("matter.moved", fmt.Sprintf("%s：%s", c.t.Name, m.Title), accounts(w.dir, b.post, b.unit)); err != nil {
			return err
		}
	}
	for _, p := range c.parties {
		if p.Relation != Watcher || p.Until != 0 {
			continue
		}
		may, err := w.stillSees(m, p.Account, c.parties)
		if err != nil {
			return err
		}
		if may {
			if err := tell("matter.watched", fmt.Sprintf("%s：%s", c.t.Name, m.Title), []int64{p.Account}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *work) publish(c *change) error {
	name := EventMoved
	if c.fresh {
		name = EventOpened
	}
	return jobs.Publish(w.ctx, w.Tx, jobs.Event{Name: name, Object: fmt.Sprint(c.m.ID), Region: c.m.Region})
}

// stale is the conflict of a move on an old version: it says who moved the matter to what.
func (w *work) stale(m *Matter) error {
	list, err := events(w.ctx, w.Tx, m.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	k, err := w.s.kindOf(m)
	if err != nil {
		return err
	}
	last := list[len(list)-1].Told
	if !w.named(m) {
		last.Display = ""
	}
	return fault.Newf(fault.Conflict, "moved", "%s 刚刚已由%s办理“%s”，现为“%s”。请刷新后再办", m.Number, nameOf(last), last.Name, k.State(m.State).Name)
}

func nameOf(t Told) string {
	return cmp.Or(t.UnitName+t.PostName+t.Display, "他人")
}
