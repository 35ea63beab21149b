package matter_test

import (
	"errors"
	"strings"
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
)

// A deadline passes over the National Day holiday and goes up to the county, the city and the
// leaders at the right working hours, each once.
func TestDeadlineOverNationalDay(t *testing.T) {
	clocks(t, "2026-09-30T17:00", func(t *testing.T, r *clockRig) {
		m := r.assigned("odour") // one working day
		if got := r.due(m); got != "2026-10-08T18:00" {
			t.Fatalf("due %s", got)
		}
		for _, row := range []struct {
			at, told, light string
			n               int
		}{
			{"2026-10-05T12:00", "", "", 0}, // in the holiday nobody is disturbed
			{"2026-10-08T08:30", "", "yellow", 1},
			{"2026-10-08T18:00", "", "", 0}, // not over yet
			{"2026-10-08T18:01", "county", "red", 1},
			{"2026-10-08T18:02", "", "", 0},
			{"2026-10-11T18:00", "city", "red", 1},
			{"2026-10-14T18:00", "role:city_leader", "red", 1},
		} {
			r.at(row.at)
			before := len(r.ticks(m))
			if n := r.wake(); n != row.n {
				t.Fatalf("%s: %d calls, want %d", row.at, n, row.n)
			}
			list := r.ticks(m)[before:]
			if len(list) != row.n {
				t.Fatalf("%s: %d lines in the record", row.at, len(list))
			}
			if row.n == 1 && (list[0].More["light"] != row.light || list[0].More["told"] != row.told || list[0].More["clock"] != "dispose") {
				t.Errorf("%s: %+v", row.at, list[0])
			}
			if again := r.wake(); again != 0 {
				t.Errorf("%s: told twice", row.at)
			}
		}
		if r.inbox("county") != 1 || r.inbox("office") != 1 || r.inbox("leader") != 1 || r.inbox("town") != 4 {
			t.Errorf("told: county %d, office %d, leader %d, town %d", r.inbox("county"), r.inbox("office"), r.inbox("leader"), r.inbox("town"))
		}
		m = r.view(m).Matter
		if !m.Late {
			t.Error("not marked as late")
		}
		m = r.move("town", m, matter.Step{Transition: "submit", Fields: map[string]string{"result": "已清理"}, Evidence: []int64{1}})
		for _, c := range r.view(m).Clocks {
			if c.Clock == "dispose" && c.State != "late" {
				t.Errorf("the clock ended as %s", c.State)
			}
		}
		m = r.move("county", m, matter.Step{Transition: "rework", Opinion: "不彻底"})
		if got := r.due(m); got != "2026-10-15T18:00" {
			t.Errorf("half a day more ends %s", got)
		}
	})
}

// A process that dies at any step of a call leaves nothing of it, and the next one makes it
// exactly once.
func TestKilledCallIsMadeOnce(t *testing.T) {
	for _, step := range []string{"clock.event", "clock.matter", "clock.notice", "clock.publish"} {
		clocks(t, "2026-09-30T17:00", func(t *testing.T, r *clockRig) {
			m := r.assigned("odour")
			r.at("2026-10-08T18:01")
			hit := false
			r.open(matter.Config{Fault: func(s string) error {
				if s == step {
					hit = true
					return errors.New("killed")
				}
				return nil
			}})
			if _, err := r.svc.Wake(r.system()); err == nil || !hit {
				t.Fatalf("%s: was not reached: %v", step, err)
			}
			if len(r.ticks(m)) != 0 || r.inbox("county") != 0 || r.inbox("town") != 0 {
				t.Errorf("%s: half a call was left", step)
			}
			r.open(matter.Config{})
			if n := r.wake(); n != 2 { // the reminder, then the step: both moments have passed
				t.Errorf("%s: %d calls", step, n)
			}
			if n := len(r.ticks(m)); n != 2 || r.inbox("county") != 1 || r.wake() != 0 {
				t.Errorf("%s: %d lines, county told %d times", step, n, r.inbox("county"))
			}
		})
	}
}

// T33 in the room: five working days from Monday, stopped on Wednesday and Thursday, end on
// the Wednesday after; who asked and who handles cannot grant it.
func TestT33PauseByRequest(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m := r.assigned("other")
		if got := r.due(m); got != "2026-07-13T18:00" {
			t.Fatalf("due %s", got)
		}
		friday := civil(t, "2026-07-10T00:00").UnixMilli()
		far := civil(t, "2026-09-10T00:00").UnixMilli()
		for name, a := range map[string]matter.Asking{
			"reason":   {Clock: "dispose", Until: friday},
			"too_late": {Clock: "dispose", Until: far, Reason: "等待材料"},
			"both":     {Clock: "dispose", Until: friday, Review: friday, Reason: "等待材料"},
			"neither":  {Clock: "dispose", Reason: "等待材料"},
			"no_pause": {Clock: "accept", Until: friday, Reason: "等待材料"},
			"unknown":  {Clock: "nothing", Until: friday, Reason: "等待材料"},
		} {
			if _, err := r.svc.AskPause(r.as("town"), m.ID, a); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		ask := matter.Asking{Clock: "dispose", Until: friday, Reason: "等待检测报告"}
		if _, err := r.svc.AskPause(r.as("county"), m.ID, ask); !fault.Is(err, fault.Forbidden) {
			t.Errorf("asked by somebody else: %v", err)
		}
		p, err := r.svc.AskPause(r.as("town"), m.ID, ask)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.svc.AskPause(r.as("town"), m.ID, ask); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		r.hiddenFromTheNeighbour(m, p, "asked for")
		for _, who := range []string{"town", "town2", "leader"} {
			if err := r.svc.Decide(r.as(who), m.ID, p.ID, true, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("granted by %s: %v", who, err)
			}
		}
		r.at("2026-07-08T00:00")
		if err := r.svc.Decide(r.as("county"), m.ID, p.ID, true, "同意"); err != nil {
			t.Fatal(err)
		}
		if err := r.svc.Decide(r.as("county"), m.ID, p.ID, true, "同意"); !fault.Is(err, fault.Conflict) {
			t.Errorf("granted twice: %v", err)
		}
		r.hiddenFromTheNeighbour(m, p, "running")
		r.at("2026-07-09T23:59")
		if n := r.wake(); n != 0 {
			t.Errorf("%d calls while the clock stood still", n)
		}
		r.at("2026-07-10T00:00")
		if n := r.wake(); n != 1 || r.due(m) != "2026-07-15T18:00" {
			t.Errorf("%d calls, due %s, want the next Wednesday", n, r.due(m))
		}
	})
}

// hiddenFromTheNeighbour asks as the county next door for a clock, a real request and its end: to
// it there is neither the matter nor the request, and nothing changes.
func (r *clockRig) hiddenFromTheNeighbour(m *matter.Matter, p matter.Pause, state string) {
	r.Helper()
	before := r.view(m)
	ctx, friday := r.as("neighbour"), civil(r, "2026-07-10T00:00").UnixMilli()
	_, paused := r.svc.AskPause(ctx, m.ID, matter.Asking{Clock: "dispose", Until: friday, Reason: "等待检测报告"})
	_, extended := r.svc.AskExtension(ctx, m.ID, matter.Asking{Clock: "dispose", Term: calendar.MustTerm("1wd"), Reason: "等待检测报告"})
	for what, err := range map[string]error{
		"a pause asked for": paused, "more time asked for": extended, "pressed": r.svc.Remind(ctx, m.ID, "请尽快办理"),
		"granted": r.svc.Decide(ctx, m.ID, p.ID, true, "同意"), "refused": r.svc.Decide(ctx, m.ID, p.ID, false, "不同意"), "ended": r.svc.EndPause(ctx, m.ID, p.ID, "恢复"),
	} {
		if !fault.Is(err, fault.NotFound) {
			r.Errorf("%s request, %s by the neighbouring county: %v", state, what, err)
		}
	}
	after := r.view(m)
	if after.Version != before.Version || len(after.Events) != len(before.Events) || len(after.Pauses) != len(before.Pauses) || after.Pauses[0].State != before.Pauses[0].State {
		r.Errorf("%s request: the neighbouring county changed something", state)
	}
}

// The first extension is the county's, the second the city's, a third there is not; each in
// the clock's own unit, before the end, and never by who asked.
func TestExtensions(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m := r.assigned("other")
		ask := func(term string) (matter.Pause, error) {
			return r.svc.AskExtension(r.as("town"), m.ID, matter.Asking{Clock: "dispose", Term: calendar.MustTerm(term), Reason: "设备未到"})
		}
		for _, bad := range []string{"3cd", "6wd"} {
			if _, err := ask(bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", bad, err)
			}
		}
		for i, row := range []struct{ wrong, right, due string }{{"office", "county", "2026-07-16T18:00"}, {"county", "office", "2026-07-21T18:00"}} {
			p, err := ask("3wd")
			if err != nil {
				t.Fatal(err)
			}
			if err := r.svc.Decide(r.as("town"), m.ID, p.ID, true, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%d: by who asked: %v", i, err)
			}
			if err := r.svc.Decide(r.as(row.wrong), m.ID, p.ID, true, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%d: by %s: %v", i, row.wrong, err)
			}
			if err := r.svc.Decide(r.as(row.right), m.ID, p.ID, true, ""); err != nil {
				t.Fatalf("%d: by %s: %v", i, row.right, err)
			}
			if got := r.due(m); got != row.due {
				t.Errorf("%d: due %s, want %s", i, got, row.due)
			}
		}
		if _, err := ask("1wd"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a third extension: %v", err)
		}
		r.at("2026-07-22T09:00")
		if _, err := ask("1wd"); !fault.Is(err, fault.Conflict) {
			t.Errorf("after the end: %v", err)
		}
	})
}

// A changed calendar counts the open deadlines anew, says which moved, and writes each into
// its record; the second time there is nothing to do.
func TestChangedCalendarRecounts(t *testing.T) {
	clocks(t, "2026-08-24T10:00", func(t *testing.T, r *clockRig) {
		moves, stays := r.assigned("other"), r.assigned("scattered") // 5 working days, 15 calendar days
		if _, err := r.svc.Recount(r.system()); err != nil {
			t.Fatal(err)
		}
		national, err := calendar.National()
		if err != nil {
			t.Fatal(err)
		}
		n, err := national.Notice(2026)
		if err != nil {
			t.Fatal(err)
		}
		n.Holidays = append(n.Holidays[:len(n.Holidays):len(n.Holidays)], calendar.Holiday{Name: "特别放假", From: calendar.MustDay("2026-08-27"), To: calendar.MustDay("2026-08-28")})
		changed, err := national.With(n)
		if err != nil {
			t.Fatal(err)
		}
		r.open(matter.Config{Calendar: changed})
		moved, err := r.svc.Recount(r.system())
		if err != nil {
			t.Fatal(err)
		}
		if len(moved) != 1 || moved[0].Matter != moves.ID || calendar.FormatTime(moved[0].From) != "2026-08-31T18:00" || calendar.FormatTime(moved[0].To) != "2026-09-02T18:00" {
			t.Errorf("moved %+v", moved)
		}
		if got := r.due(moves); got != "2026-09-02T18:00" || r.view(moves).DueAt != moved[0].To {
			t.Errorf("due %s", got)
		}
		list := r.ticks(moves)
		if len(list) != 1 || !strings.Contains(list[0].Opinion, "2026-08-31T18:00 改为 2026-09-02T18:00") || len(r.ticks(stays)) != 0 {
			t.Errorf("the record says %+v", list)
		}
		if again, err := r.svc.Recount(r.system()); err != nil || again != nil {
			t.Errorf("again: %v, %v", again, err)
		}
	})
}

// Handing over with an end of one's own sets the main clock, and never in the past.
func TestEndSetWhenAssigned(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		m, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "grid", Category: "other", Region: "410727101000", Title: "测试"})
		if err != nil {
			t.Fatal(err)
		}
		step := matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post, Due: civil(t, "2026-07-05T18:00").UnixMilli()}
		if _, err := r.svc.Move(r.as("county"), m.ID, m.Version, step); !fault.Is(err, fault.Invalid) {
			t.Errorf("an end in the past: %v", err)
		}
		step.Due = civil(t, "2026-07-08T12:00").UnixMilli()
		m = r.move("county", m, step)
		if got := r.due(m); got != "2026-07-08T12:00" {
			t.Errorf("due %s", got)
		}
		m = r.move("county", m, matter.Step{Transition: "reassign", AssignPost: r.actor["town2"].Post, Opinion: "改派"})
		if got := r.due(m); got != "2026-07-08T12:00" {
			t.Errorf("after another handler %s", got)
		}
	})
}
