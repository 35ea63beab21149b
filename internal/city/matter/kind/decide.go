package kind

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"qingshan/internal/rules/calendar"
)

// State finds a state by id, nil when there is none.
func (k *Kind) State(id string) *State {
	for i := range k.States {
		if k.States[i].ID == id {
			return &k.States[i]
		}
	}
	return nil
}

// Transition finds a transition by id, nil when there is none.
func (k *Kind) Transition(id string) *Transition {
	for i := range k.Transitions {
		if k.Transitions[i].ID == id {
			return &k.Transitions[i]
		}
	}
	return nil
}

// Category finds a category by id, nil when there is none.
func (k *Kind) Category(id string) *Category {
	for i := range k.Categories {
		if k.Categories[i].ID == id {
			return &k.Categories[i]
		}
	}
	return nil
}

// Field finds a field by id, nil when there is none.
func (k *Kind) Field(id string) *Field {
	for i := range k.Fields {
		if k.Fields[i].ID == id {
			return &k.Fields[i]
		}
	}
	return nil
}

// Clock finds a clock by id, nil when there is none.
func (k *Kind) Clock(id string) *Clock {
	for i := range k.Clocks {
		if k.Clocks[i].ID == id {
			return &k.Clocks[i]
		}
	}
	return nil
}

// Decide says whether somebody may make a transition now with what they bring;
// nil means yes. It is the only place that allows a move.
func (k *Kind) Decide(t *Transition, w Who, d Doing) *Refusal {
	if r := k.may(t, w, d); r != nil {
		return r
	}
	return k.brings(t, w, d)
}

// Moves lists every transition from the matter's state in the order of the
// file. A move without refusal still has to bring what it needs.
func (k *Kind) Moves(w Who, d Doing) []Move {
	var out []Move
	for i := range k.Transitions {
		t := &k.Transitions[i]
		if t.from(d.State) {
			out = append(out, Move{t, k.may(t, w, d)})
		}
	}
	return out
}

func (t *Transition) from(state string) bool {
	if state == "" {
		return t.Starts()
	}
	return slices.Contains(t.From, state)
}

// may asks whether this person may make the transition at all.
func (k *Kind) may(t *Transition, w Who, d Doing) *Refusal {
	switch {
	case !t.from(d.State):
		return k.refuseState(t, d.State)
	case !w.hasAny(t.By):
		return k.refuseRelation(t, w)
	case w.hasAny(t.NotBy):
		return refuseNotBy(t, w)
	}
	if k.KeepsApart(t) {
		if w.Relations["owner"] {
			return k.refuseDoer(t, "owner")
		}
		for _, doer := range d.LastDoers {
			if how := k.Same(w, doer); how != "" {
				return k.refuseDoer(t, how)
			}
		}
	}
	if t.Limit > 0 && d.Counts[t.ID] >= t.Limit {
		return refuseLimit(t)
	}
	if at := d.Early[t.ID]; at > 0 {
		return &Refusal{TooEarly, "“" + t.Name + "”须满" + t.Wait.Term.Text() + "后办理，最早为 " + calendar.FormatTime(at) + "。",
			"“" + t.NameEn + "” is possible after " + t.Wait.Term.TextEn() + ", from " + calendar.FormatTime(at) + "."}
	}
	if k.takesOut(t, d) {
		return &Refusal{WorkWasDone, "已有人办理过，不能再以“" + t.Name + "”结束，须经核查销号。",
			"Work was done on this matter already: it cannot end with “" + t.NameEn + "”, it has to be checked."}
	}
	return nil
}

func (w Who) hasAny(relations []string) bool {
	return slices.ContainsFunc(relations, func(r string) bool { return w.Relations[r] })
}

// KeepsApart reports whether those who did the work may not make the
// transition: checking, naming who checks, approving, verifying, hanging up,
// voiding, and whatever ends the matter.
func (k *Kind) KeepsApart(t *Transition) bool {
	if t.Assigns == "checker" {
		return true
	}
	switch t.Act {
	case Check, Approve, Verify, Pause, VoidAct:
		return true
	}
	return t.Act != Note && k.ends(t)
}

func (k *Kind) ends(t *Transition) bool {
	s := k.State(t.To)
	return s != nil && s.Type.Final()
}

// takesOut reports whether a transition would end, without a check, a matter on which work was
// done: as unfounded, withdrawn or void. What came back is neither withdrawn nor void, or the
// recurrence that counts against the closure would be gone with it; only evidence voids it, as
// of an appeal that is granted.
func (k *Kind) takesOut(t *Transition, d Doing) bool {
	s := k.State(t.To)
	switch {
	case s == nil || !s.Type.Final():
		return false
	case s.Type == Void:
		return len(t.Need.Evidence) == 0 && (k.workDone(d) || k.cameBack(d))
	}
	return t.Act == Verify && k.workDone(d)
}

// cameBack reports whether the matter was ever re-opened.
func (k *Kind) cameBack(d Doing) bool {
	return slices.ContainsFunc(k.Transitions, func(t Transition) bool { return t.Reopen && d.Counts[t.ID] > 0 })
}

// workDone reports whether an act "do" was ever made on the matter.
func (k *Kind) workDone(d Doing) bool {
	for i := range k.Transitions {
		if k.Transitions[i].Act == Do && d.Counts[k.Transitions[i].ID] > 0 {
			return true
		}
	}
	return false
}

// Same says in which way two actors are too near to each other for one to
// check the other: "account", "person", "post" or, when the kind keeps units
// apart, "unit", by any post and unit that either has. It is "" when they are
// apart.
func (k *Kind) Same(a, b Who) string {
	switch {
	case a.Account != 0 && a.Account == b.Account:
		return "account"
	case a.Person != "" && a.Person == b.Person:
		return "person"
	case meet(a.Post, a.Posts, b.Post, b.Posts):
		return "post"
	case k.Apart == "unit" && meet(a.Unit, a.Units, b.Unit, b.Units):
		return "unit"
	}
	return ""
}

// meet reports whether two lists with a first element each share one; 0 is none.
func meet(a int64, as []int64, b int64, bs []int64) bool {
	has := func(id int64) bool { return id != 0 && (id == a || slices.Contains(as, id)) }
	return has(b) || slices.ContainsFunc(bs, has)
}

// brings asks whether all is brought that the transition needs.
func (k *Kind) brings(t *Transition, w Who, d Doing) *Refusal {
	if r := k.fills(t, w, d); r != nil {
		return r
	}
	if r := k.assigns(t, d); r != nil {
		return r
	}
	if t.Need.Opinion && strings.TrimSpace(d.Opinion) == "" {
		return &Refusal{NeedsOpinion, "请写明意见或理由，再" + t.Name + "。", "Write an opinion or a reason before “" + t.NameEn + "”."}
	}
	for _, id := range t.Need.Fields {
		f := k.Field(id)
		if f != nil && strings.TrimSpace(d.Fields[id]) == "" {
			return &Refusal{NeedsField, "请填写“" + f.Name + "”。", "Fill in “" + f.NameEn + "”."}
		}
	}
	if r := k.BadFields(d.Fields); r != nil {
		return r
	}
	for _, need := range t.Need.Evidence {
		if r := need.lacks(d.Evidence); r != nil {
			return r
		}
	}
	return nil
}

// fills refuses a field that the transition does not ask for, or that the actor may not fill
// in; one that the actor cannot read is not overwritten unseen.
func (k *Kind) fills(t *Transition, w Who, d Doing) *Refusal {
	for _, id := range slices.Sorted(maps.Keys(d.Brought)) {
		f := k.Field(id)
		switch {
		case f == nil:
			continue // told by BadFields
		case !slices.Contains(t.Need.Fields, id) && !slices.Contains(t.Need.Optional, id):
			return &Refusal{BadField, "办理“" + t.Name + "”时不填“" + f.Name + "”。", "“" + t.NameEn + "” does not fill in “" + f.NameEn + "”."}
		case !f.WritableBy(w.Relations), !t.Starts() && !t.Reopen && !f.VisibleTo(w.Relations):
			return &Refusal{NotYours, "“" + f.Name + "”不由您填写。", "“" + f.NameEn + "” is not yours to fill in."}
		}
	}
	return nil
}

func (k *Kind) assigns(t *Transition, d Doing) *Refusal {
	if t.Assigns == "" {
		return nil
	}
	zh, en := RelationName(t.Assigns)
	if d.Assignee == nil {
		return &Refusal{NeedsAssignee, "请指定" + zh + "（岗位或单位）。", "Name " + en + ": a post or a unit."}
	}
	if t.Assigns != "checker" {
		return nil
	}
	for _, doer := range d.LastDoers {
		if k.Same(*d.Assignee, doer) != "" {
			return &Refusal{DoerExcluded, "不能指定办理人核查自己办的事，请另选核查人。", "The one who did the work cannot be named to check it: choose somebody else."}
		}
	}
	return nil
}

var evidenceNames = map[string]named{
	"photo": {"照片", "photo"}, "document": {"文件", "document"}, "reading": {"读数", "reading"}, "statement": {"陈述", "statement"},
}

// Name is the kind of evidence for people: 照片, or 现场新拍照片 when it has to
// be fresh.
func (n EvidenceNeed) Name() (zh, en string) {
	zh, en = evidenceNames[n.Kind].zh, evidenceNames[n.Kind].en
	if n.Fresh {
		return "办理后新取得的" + zh, en + " captured after the last work"
	}
	return zh, en
}

func (n EvidenceNeed) lacks(seen []EvidenceSeen) *Refusal {
	have := 0
	for _, e := range seen {
		if e.Kind == n.Kind && (e.Fresh || !n.Fresh) {
			have++
		}
	}
	if have >= n.Min {
		return nil
	}
	zh, en := n.Name()
	return &Refusal{NeedsEvidence, fmt.Sprintf("须附%s至少 %d 份，现有 %d 份。", zh, n.Min, have),
		fmt.Sprintf("Attach at least %d × %s (now %d).", n.Min, en, have)}
}
