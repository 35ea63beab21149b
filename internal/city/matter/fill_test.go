package matter_test

import (
	"testing"
	"time"

	"qingshan/internal/city/matter"
)

// History that is loaded leaves the clocks that moving it would have left: after every step of
// a matter's way its record is loaded as another matter's, and the clocks are compared.
func TestLoadedHistoryHasItsClocks(t *testing.T) {
	clocks(t, "2026-09-24T10:00", loadedHistory) // over the National Day
}

func loadedHistory(t *testing.T, r *clockRig) {
	m := r.assigned("odour")
	compare := func(at string) {
		t.Helper()
		v := r.view(m)
		p := matter.Past{Matter: *v.Matter}
		p.Matter.ID, p.Matter.ClientID, p.Matter.DueAt, p.Matter.DueClock, p.Matter.Late = 0, "", matter.Never, "", false
		for _, e := range v.Events {
			p.Record = append(p.Record, e.Told)
		}
		list := []matter.Past{p}
		if err := r.svc.Fill(r.system(), list); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		got := r.view(&list[0].Matter)
		if len(got.Clocks) != len(v.Clocks) || got.DueAt != v.DueAt || got.DueClock != v.DueClock || got.Late != v.Late {
			t.Errorf("%s: %d clocks due %d %s late %v, want %d due %d %s %v", at, len(got.Clocks), got.DueAt, got.DueClock, got.Late, len(v.Clocks), v.DueAt, v.DueClock, v.Late)
		}
		for _, want := range v.Clocks {
			found := false
			for _, x := range got.Clocks {
				if x.Clock != want.Clock || x.StartedAt != want.StartedAt {
					continue
				}
				found = true
				if x.Term != want.Term || x.DueAt != want.DueAt || x.State != want.State || x.StoppedAt != want.StoppedAt || x.Rolled != want.Rolled || x.WakeAt != want.WakeAt || x.Calendar != want.Calendar {
					t.Errorf("%s: clock %s\n%+v, want\n%+v", at, x.Clock, x, want)
				}
			}
			if !found {
				t.Errorf("%s: no clock %s of %d", at, want.Clock, want.StartedAt)
			}
		}
		if len(got.Pauses) != len(v.Pauses) {
			t.Errorf("%s: %d pauses, want %d", at, len(got.Pauses), len(v.Pauses))
		}
		if !matter.Unbroken(got.Events, got.Head) {
			t.Errorf("%s: the record is broken", at)
		}
	}
	compare("assigned")
	for _, x := range []struct {
		at, who string
		step    matter.Step
	}{
		{"2026-09-25T09:00", "county", matter.Step{Transition: "suspend", Opinion: "待设备", Fields: map[string]string{"condition": "设备到货", "review_day": "2026-10-20"}}},
		{"2026-09-28T11:00", "county", matter.Step{Transition: "resume"}},
		{"2026-10-12T11:00", "town", matter.Step{Transition: "submit", Fields: map[string]string{"result": "已清理"}, Evidence: []int64{1}}},
		{"2026-10-12T15:00", "county", matter.Step{Transition: "rework", Opinion: "不彻底"}},
		{"2026-10-13T09:00", "town", matter.Step{Transition: "submit", Fields: map[string]string{"result": "再次清理"}, Evidence: []int64{2}}},
		{"2026-10-13T16:00", "county", matter.Step{Transition: "close", Opinion: "已整改", Evidence: []int64{3}}},
	} {
		r.at(x.at)
		r.wake()
		m = r.move(x.who, r.view(m).Matter, x.step)
		r.wake()
		compare(x.step.Transition)
	}
	if v := r.view(m); len(v.Clocks) < 4 || !v.Late {
		t.Errorf("the way was too short for a test: %d clocks, late %v", len(v.Clocks), v.Late)
	}
}

// An end that the history names is the clock's end, and what was to be told is not told anew.
func TestLoadedHistoryKeepsItsEnd(t *testing.T) {
	clocks(t, "2026-09-24T10:00", loadedEnd)
}

func loadedEnd(t *testing.T, r *clockRig) {
	m := r.assigned("other")
	v := r.view(m)
	p := matter.Past{Matter: *v.Matter}
	p.Matter.ID, p.Matter.ClientID, p.Matter.DueClock = 0, "", "dispose"
	p.Matter.DueAt = civil(t, "2026-09-25T18:00").UnixMilli()
	for _, e := range v.Events {
		p.Record = append(p.Record, e.Told)
	}
	r.at("2026-09-28T10:00")
	list := []matter.Past{p}
	if err := r.svc.Fill(r.system(), list); err != nil {
		t.Fatal(err)
	}
	got := r.view(&list[0].Matter)
	if got.DueClock != "dispose" || time.UnixMilli(got.DueAt).UTC().Format(time.RFC3339) != "2026-09-25T10:00:00Z" || !got.Late {
		t.Errorf("due %d by %s, late %v", got.DueAt, got.DueClock, got.Late)
	}
	if err := r.svc.Fill(r.as("office"), list); err == nil {
		t.Error("a person loads history")
	}
}
