package matter_test

import (
	"slices"
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/rules/calendar"
)

// A request waits only for those whose word counts: the first extension for the county, the
// second for the city, never for who asked; what is cut off is counted.
func TestRequestsWaitForThoseWhoDecide(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		a, b := r.assigned("other"), r.assigned("other")
		ask := func(m *matter.Matter) matter.Pause {
			p, err := r.svc.AskExtension(r.as("town"), m.ID, matter.Asking{Clock: "dispose", Term: calendar.MustTerm("2wd"), Reason: "设备未到"})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		waits := func(step string, want map[string]int) {
			t.Helper()
			for _, who := range []string{"leader", "office", "county", "neighbour", "town", "town2"} {
				list, total, err := r.svc.Requests(r.as(who), 1)
				if err != nil || total != want[who] || len(list) != min(1, want[who]) {
					t.Errorf("%s, %s: %d of %d, want %d: %v", step, who, len(list), total, want[who], err)
				}
			}
		}
		waits("nothing asked", nil)
		first := ask(a)
		ask(b)
		waits("first extensions", map[string]int{"county": 2})
		if err := r.svc.Decide(r.as("county"), a.ID, first.ID, true, ""); err != nil {
			t.Fatal(err)
		}
		waits("one granted", map[string]int{"county": 1})
		ask(a)
		waits("a second one", map[string]int{"county": 1, "office": 1})
	})
}

// A query means the same days on the calendar: with types it counts those alone, without it
// counts what was opened and closed as well.
func TestTheCalendarKeepsTheTypesOfTheQuery(t *testing.T) {
	both(t, func(c *town) {
		c.closed(dust(0))
		c.open("town", dust(5000))
		month := calendar.MonthWindow(2026, 8)
		for _, row := range []struct {
			types                []kind.StateType
			opened, closed, ends int
		}{
			{nil, 2, 1, 1},
			{[]kind.StateType{kind.Closed}, 1, 1, 0},
			{[]kind.StateType{kind.Open, kind.Working}, 1, 0, 1},
			{[]kind.StateType{kind.Suspended}, 0, 0, 0},
		} {
			days, err := c.svc.Calendar(c.as("office"), matter.Query{Types: row.types}, month)
			c.ok(err)
			sum := matter.DayCount{}
			for _, d := range days {
				sum.Opened, sum.Closed, sum.Due = sum.Opened+d.Opened, sum.Closed+d.Closed, sum.Due+d.Due
			}
			if sum.Opened != row.opened || sum.Closed != row.closed || sum.Due != row.ends {
				t.Errorf("%v: %+v", row.types, sum)
			}
		}
	})
}

// Who may press others is told all matters of a county, exactly, however many they are; those in
// its own hands are not among them. Each says what its kind's clock does next.
func TestPressingCountsAllAndTellsTheNextStep(t *testing.T) {
	clocks(t, "2026-07-06T10:00", func(t *testing.T, r *clockRig) {
		var list []*matter.Matter
		for range 3 {
			list = append(list, r.view(r.assigned("other")).Matter) // 5 working days
		}
		steps, err := r.svc.NextSteps(r.as("office"), []*matter.Matter{r.view(list[0]).Matter})
		if err != nil || steps[0].To != "县（市、区）" || steps[0].At != list[0].DueAt+1 {
			t.Errorf("before the end: %+v %v", steps, err)
		}
		r.at("2026-07-13T18:30")
		r.wake()
		for _, x := range []struct {
			who string
			n   int
		}{{"office", 3}, {"county", 3}, {"town", 0}} {
			groups, err := r.svc.Pressing(r.as(x.who), "410727000000", "overdue")
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, g := range groups {
				n += g.Count
				if g.County != "410727000000" || len(g.IDs) != g.Count || len(g.First) != min(3, g.Count) || !slices.IsSortedFunc(g.First, func(a, b *matter.Matter) int { return int(a.DueAt - b.DueAt) }) {
					t.Errorf("%s: %+v", x.who, g)
				}
			}
			if n != x.n {
				t.Errorf("%s presses %d, want %d", x.who, n, x.n)
			}
		}
		if steps, err = r.svc.NextSteps(r.as("office"), []*matter.Matter{r.view(list[0]).Matter}); err != nil || steps[0].To != "市攻坚办" {
			t.Errorf("past the end: %+v %v", steps, err)
		}
	})
}

// The live stream tells of a matter to those who see it, and to nobody else.
func TestKnows(t *testing.T) {
	both(t, func(c *town) {
		n := dust(0)
		m := c.open("town", n)
		for who, want := range map[string]bool{"office": true, "county": true, "town": true, "other": false, "firm": false} {
			got, err := c.svc.Knows(c.as(who), m.ID)
			c.ok(err)
			if got != want {
				t.Errorf("%s knows: %v", who, got)
			}
		}
		c.move("town", m, c.assign("firm"))
		for who, want := range map[string]bool{"firm": true, "firm2": false} {
			if got, err := c.svc.Knows(c.as(who), m.ID); err != nil || got != want {
				t.Errorf("after it was handed to the firm %s knows: %v %v", who, got, err)
			}
		}
		if got, err := c.svc.Knows(c.as("office"), 999); err != nil || got {
			t.Errorf("one that is not there: %v %v", got, err)
		}
	})
}
