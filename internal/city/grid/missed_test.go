package grid_test

import (
	"testing"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
)

// A problem that is known to have begun after the last look was not missed by it; one that
// was there before was; and when it is established only later, the finding is taken back.
func TestWhatBeganLaterWasNotMissed(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		x := [3]grid.Source{p.source("s0", "key", 0, 10, 10), p.source("s1", "key", 0, 50, 50), p.source("s2", "key", 0, 90, 90)}
		day := func(n int) string { return p.clock.Now().AddDate(0, 0, n).Format(time.DateOnly) }
		for i, s := range x {
			p.visit(s, p.cells[0].ID, string(rune('a'+i))+"1", "none")
		}
		p.clock.Advance(2 * 24 * time.Hour)
		for i, s := range x {
			p.visit(s, p.cells[0].ID, string(rune('a'+i))+"2", "none")
		}
		p.clock.Advance(10 * time.Hour)
		open := func(s grid.Source, client string, fields map[string]string) *matter.Matter {
			at := s.At
			out, err := m.Open(p.system(), matter.Opening{Kind: "grid", Category: "smoke", At: &at, Source: "province", ClientID: client, Fields: fields})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		open(x[0], "since-today", map[string]string{"existed_since": day(0)})
		open(x[1], "since-yesterday", map[string]string{"existed_since": day(-1)})
		unknown := open(x[2], "not-known", nil)
		judge := func(want int) {
			t.Helper()
			now := p.clock.Now().UnixMilli()
			if n, err := p.svc.Judge(p.system(), 0, now+1); err != nil || n != want {
				t.Fatalf("missed %d, %v; want %d", n, err, want)
			}
		}
		missed := func() int {
			t.Helper()
			now := p.clock.Now().UnixMilli()
			o, err := p.svc.Outcome(p.as("fengqiu"), county, now-90*24*3600_000, now+1, "town")
			if err != nil {
				t.Fatal(err)
			}
			return o.Total.Missed
		}
		if judge(2); missed() != 2 { // yesterday's, and the one of which nothing is known
			t.Errorf("%d missed", missed())
		}
		if _, err := m.Move(p.system(), unknown.ID, unknown.Version, matter.Step{Transition: "nope"}); err == nil {
			t.Fatal("a step that is none")
		}
		step := matter.Step{Transition: "assign", AssignPost: p.post("fq").ID, Fields: map[string]string{"existed_since": day(0)}}
		if _, err := m.Move(p.as("fengqiu"), unknown.ID, unknown.Version, step); err != nil {
			t.Fatal(err)
		}
		if judge(0); missed() != 1 {
			t.Errorf("%d missed after it was established", missed())
		}
	})
}
