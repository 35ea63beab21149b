package matter_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
)

// codeOf is the code of an error, "" for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return err.Error()
}

// state is a clock of a matter that runs or ended last: state, and its end.
func (r *clockRig) state(m *matter.Matter, id string) (string, string) {
	r.Helper()
	state, due := "none", ""
	for _, c := range r.view(m).Clocks {
		if c.Clock == id {
			state, due = c.State, calendar.FormatTime(c.DueAt)
		}
	}
	return state, due
}

// Who hands a matter over may shorten its term and never make it longer, so that the extension
// with its approver stays the only way; only 交办 is given a date of its own, with a reason.
func TestAssignerSetsNoLongerTerm(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "grid", Category: "other", Region: "410727101000", Title: "测试"})
		if err != nil {
			t.Fatal(err)
		}
		step := matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post, Opinion: "请从速"}
		for _, row := range []struct{ due, code string }{
			{"2026-07-13T18:01", "due_beyond"}, {"2029-07-13T18:00", "due_beyond"}, {"2026-07-06T10:00", "due_past"}, {"2026-07-13T18:00", ""},
		} {
			step.Due = civil(t, row.due).UnixMilli()
			out, err := r.svc.Move(r.as("county"), m.ID, m.Version, step)
			if codeOf(err) != row.code {
				t.Errorf("%s: %v, want %q", row.due, err, row.code)
			}
			if err == nil {
				m = out
			}
		}
		step = matter.Step{Transition: "reassign", AssignPost: r.actor["town2"].Post, Opinion: "改派", Due: civil(t, "2026-07-14T18:00").UnixMilli()}
		if _, err := r.svc.Move(r.as("county"), m.ID, m.Version, step); codeOf(err) != "due_beyond" {
			t.Errorf("to another, later: %v", err)
		}

		a, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "assignment", Category: "scattered", Region: "410727101000", Title: "交办"})
		if err != nil {
			t.Fatal(err)
		}
		a = r.move("office", a, matter.Step{Transition: "pass", Opinion: "同意"})
		step = matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post, Due: civil(t, "2026-09-30T18:00").UnixMilli(),
			Fields: map[string]string{"rect": "dated", "demand": "拆除"}}
		if _, err := r.svc.Move(r.as("office"), a.ID, a.Version, step); codeOf(err) != kind.NeedsOpinion {
			t.Errorf("a later date without a reason: %v", err)
		}
		step.Opinion = "设备采购周期"
		a = r.move("office", a, step)
		if state, due := r.state(a, "rectify"); state != "running" || due != "2026-09-30T18:00" {
			t.Errorf("%s until %s", state, due)
		}

		s, err := r.svc.Open(r.as("office"), matter.Opening{Kind: "section", Category: "cod", Region: "410727000000", Title: "断面", Fields: map[string]string{"value": "31"}})
		if err != nil {
			t.Fatal(err)
		}
		step = matter.Step{Transition: "assign", AssignPost: r.actor["county"].Post, Due: civil(t, "2026-07-07T18:00").UnixMilli()}
		if _, err := r.svc.Move(r.as("office"), s.ID, s.Version, step); codeOf(err) != "due_not_here" {
			t.Errorf("where no clock of the work starts: %v", err)
		}
	})
}

// What is put off comes up on the day that was named for it, at most as far away as the kind
// lets it; 缓办 ends by itself.
func TestPutOffComesUpAgain(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m := r.assigned("other")
		hang := func(day string) matter.Step {
			return matter.Step{Transition: "suspend", Opinion: "待设备", Fields: map[string]string{"condition": "设备到货", "review_day": day}}
		}
		for day, code := range map[string]string{"2026-07-05": "due_past", "2026-10-05": "due_beyond", "2029-01-01": "due_beyond"} {
			if _, err := r.svc.Move(r.as("county"), m.ID, m.Version, hang(day)); codeOf(err) != code {
				t.Errorf("review on %s: %v, want %s", day, err, code)
			}
		}
		m = r.move("county", m, hang("2026-08-03"))
		if state, due := r.state(m, "review"); state != "running" || due != "2026-08-04T00:00" || m.DueClock != "review" {
			t.Errorf("the review: %s until %s, the matter's clock %s", state, due, m.DueClock)
		}
		r.at("2026-08-04T00:01")
		for r.wake() > 0 {
		}
		if list := r.ticks(m); len(list) != 2 || list[0].More["light"] != "yellow" || list[1].More["told"] != "city" || list[1].More["clock"] != "review" {
			t.Errorf("the review was called out as %+v", list)
		}
		if state, _ := r.state(m, "dispose"); state != "paused" {
			t.Errorf("the work's clock is %s", state)
		}
	})
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m, err := r.svc.Open(r.as("office"), matter.Opening{Kind: "complaint", Category: "dust", Region: "410727101000", Title: "投诉", Transition: "register"})
		if err != nil {
			t.Fatal(err)
		}
		m = r.move("county", m, matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post})
		m = r.move("town", m, matter.Step{Transition: "accept"})
		put := matter.Step{Transition: "suspend", Opinion: "待停产", Fields: map[string]string{"resume_day": "2026-08-06"}}
		if _, err := r.svc.Move(r.as("county"), m.ID, m.Version, put); codeOf(err) != "due_beyond" {
			t.Errorf("put off for 31 days: %v", err)
		}
		put.Fields["resume_day"] = "2026-07-08"
		m = r.move("county", m, put)
		_, was := r.state(m, "dispose")
		r.at("2026-07-09T00:01")
		for r.wake() > 0 {
		}
		v := r.view(m)
		last := v.Events[len(v.Events)-1]
		if v.State != "working" || last.Act != "resume" || last.Account != 0 {
			t.Errorf("on the day it is %s by %+v", v.State, last.Told)
		}
		if state, due := r.state(m, "dispose"); state != "running" || due <= was {
			t.Errorf("the work's clock is %s until %s, was %s", state, due, was)
		}
	})
}

// An extension that is granted after the end takes the lateness back.
func TestLatenessIsTakenBack(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m := r.assigned("other") // until Monday the 13th
		p, err := r.svc.AskExtension(r.as("town"), m.ID, matter.Asking{Clock: "dispose", Reason: "待料", Term: calendar.MustTerm("3wd")})
		if err != nil {
			t.Fatal(err)
		}
		r.at("2026-07-13T18:01")
		r.wake()
		if !r.view(m).Late {
			t.Fatal("not late past its end")
		}
		if err := r.svc.Decide(r.as("county"), m.ID, p.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		if r.view(m).Late || r.due(m) != "2026-07-16T18:00" {
			t.Errorf("late %v, due %s", r.view(m).Late, r.due(m))
		}
		r.at("2026-07-16T18:01")
		for r.wake() > 0 {
		}
		if !r.view(m).Late {
			t.Error("not late past the longer term")
		}
	})
}

// What a transition does to a clock is done: a pack's kind in which a look at the site starts a
// clock, a second restarts it, and handing in stops it.
func TestEffectOnAClock(t *testing.T) {
	src := `
id = "quarter"
name = "季报"
name_en = "Quarterly"
prefix = "季报"
edition = "2024-01-01"
source = "测试"
confidence = "D"
category = [{ id = "a", name = "甲", name_en = "A" }]
state = [
  { id = "new", name = "待办", name_en = "New", type = "open", holder = "county" },
  { id = "kept", name = "坚持", name_en = "Kept", type = "working", holder = "owner" },
  { id = "done", name = "待核查", name_en = "Done", type = "submitted", holder = "county" },
  { id = "closed", name = "办结", name_en = "Closed", type = "closed" },
]
transition = [
  { id = "make", name = "登记", name_en = "Make", to = "new", by = ["county"], act = "report" },
  { id = "assign", name = "交办", name_en = "Assign", from = ["new"], to = "kept", by = ["county"], act = "assign", assigns = "owner", effects = [{ do = "clock", clock = "quarter", action = "start" }] },
  { id = "report", name = "报告", name_en = "Report", from = ["kept"], to = "kept", by = ["owner"], act = "do", effects = [{ do = "clock", clock = "quarter", action = "restart" }] },
  { id = "rest", name = "停报", name_en = "Rest", from = ["kept"], to = "kept", by = ["county"], act = "note", effects = [{ do = "clock", clock = "quarter", action = "stop" }] },
  { id = "submit", name = "报结", name_en = "Submit", from = ["kept"], to = "done", by = ["owner"], act = "do" },
  { id = "close", name = "核查", name_en = "Close", from = ["done"], to = "closed", by = ["county"], act = "check" },
]
[[clock]]
id = "quarter"
name = "季报"
name_en = "Quarterly report"
start = ["done"]
stop = ["new"]
source = "测试"
confidence = "D"
term = [{ term = "90cd" }]
`
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		set, err := r.kinds.With(fstest.MapFS{"matters/quarter.toml": {Data: []byte(src)}})
		if err != nil {
			t.Fatal(err)
		}
		r.kinds = set
		r.open(matter.Config{})
		m, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "quarter", Category: "a", Region: "410727101000", Title: "测试"})
		if err != nil {
			t.Fatal(err)
		}
		if state, _ := r.state(m, "quarter"); state != "none" {
			t.Errorf("before: %s", state)
		}
		m = r.move("county", m, matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post})
		if state, due := r.state(m, "quarter"); state != "running" || due != "2026-10-05T00:00" || m.DueClock != "quarter" {
			t.Errorf("started: %s until %s, nearest %s", state, due, m.DueClock)
		}
		r.at("2026-10-01T10:00")
		m = r.move("town", m, matter.Step{Transition: "report"})
		if state, due := r.state(m, "quarter"); state != "running" || due != "2026-12-31T00:00" || len(r.view(m).Clocks) != 2 || m.Late {
			t.Errorf("restarted: %s until %s", state, due)
		}
		m = r.move("county", m, matter.Step{Transition: "rest"})
		if state, _ := r.state(m, "quarter"); state != "done" || m.DueAt != matter.Never {
			t.Errorf("stopped: %s, due %d", state, m.DueAt)
		}
		if list := r.view(m).Events; !strings.Contains(list[len(list)-1].Told.Name, "停报") || !matter.Unbroken(list, r.view(m).Head) {
			t.Error("the record")
		}
	})
}
