package matter_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/geo"
)

func TestWhoSeesWhat(t *testing.T) {
	both(t, func(c *town) {
		firm := c.unit("封丘化工")
		n := dust(0)
		n.Subject = firm
		own := c.open("town", n)
		if _, err := c.svc.Matter(c.as("firm"), own.ID); err == nil {
			t.Error("the firm it is about reads it before the site was looked at")
		}
		if p, err := c.svc.List(c.as("firm"), matter.Query{}); err != nil || len(p.Items) != 0 {
			t.Errorf("the firm lists %d, %v", len(p.Items), err)
		}
		own = c.move("town", own, c.assign("town2"))
		plain := c.open("town", dust(4000))
		abroad := c.open("other", matter.Opening{Kind: "grid", Category: "dust", Region: countyB})
		for _, x := range []struct {
			who  string
			sees []int64
		}{
			{"office", []int64{own.ID, plain.ID, abroad.ID}}, {"audit", []int64{own.ID, plain.ID, abroad.ID}}, {"county", []int64{own.ID, plain.ID}},
			{"town", []int64{own.ID, plain.ID}}, {"officer", []int64{own.ID, plain.ID}}, {"other", []int64{abroad.ID}}, {"firm", []int64{own.ID}}, {"firm2", nil},
		} {
			p, err := c.svc.List(c.as(x.who), matter.Query{Sort: "opened"})
			c.ok(err)
			var got []int64
			for _, m := range p.Items {
				got = append(got, m.ID)
			}
			slices.Sort(got)
			if !slices.Equal(got, x.sees) || p.Total != len(x.sees) {
				t.Errorf("%s lists %v of %d, want %v", x.who, got, p.Total, x.sees)
			}
			for _, m := range []*matter.Matter{own, plain, abroad} {
				want := "not_found"
				if slices.Contains(x.sees, m.ID) {
					want = ""
				}
				_, err := c.svc.Matter(c.as(x.who), m.ID)
				c.want(x.who+" reads "+m.Title, err, want)
				if want != "" && x.who != "audit" {
					_, err = c.svc.Move(c.as(x.who), m.ID, m.Version, accept)
					c.want(x.who+" moves "+m.Title, err, want)
					c.want(x.who+" notes", c.svc.Note(c.as(x.who), m.ID, "x"), want)
					c.want(x.who+" watches", c.svc.Watch(c.as(x.who), m.ID, true), want)
				}
			}
			c.agree(x.who, len(x.sees))
		}
		_, err := c.svc.List(c.as("other"), matter.Query{Region: countyA})
		c.want("another county's list", err, "not_found")
		_, err = c.svc.Open(c.as("other"), dust(0))
		c.want("a report in another county", err, "not_found")
		n.Subject = c.unit("封丘纺织")
		_, err = c.svc.Open(c.as("firm"), n)
		c.want("a firm reports another firm", err, "not_found")
		_, err = c.svc.Move(c.as("county"), own.ID, own.Version, matter.Step{Transition: "reassign", AssignPost: c.post("firm2"), Opinion: "改派"})
		c.want("a firm is handed another firm's matter", err, "other_enterprise")
		c.move("town", plain, c.assign("firm2"))
		if p, err := c.svc.List(c.as("firm2"), matter.Query{}); err != nil || len(p.Items) != 1 {
			t.Errorf("the firm that was handed a matter sees %d, %v", len(p.Items), err)
		}
	})
}

func (c *town) unit(name string) int64 {
	c.Helper()
	d, err := c.org.Directory(c.Context())
	c.ok(err)
	for id, u := range d.Units {
		if u.Name == name {
			return id
		}
	}
	c.Fatalf("no unit %s", name)
	return 0
}

// agree checks that board, map, calendar, counts and search show as many matters as the list.
func (c *town) agree(who string, want int) {
	c.Helper()
	cols, err := c.svc.Board(c.as(who), matter.Query{})
	c.ok(err)
	onBoard, counted := 0, 0
	for _, col := range cols {
		onBoard, counted = onBoard+len(col.Items), counted+col.Count
	}
	counts, err := c.svc.Counts(c.as(who), "")
	c.ok(err)
	byType := 0
	for _, n := range counts.ByType {
		byType += n
	}
	found, err := c.svc.Search(c.as(who), "网格-2026", 20)
	c.ok(err)
	if onBoard != want || counted != want || byType != want || len(found) != want {
		c.Errorf("%s: board %d of %d, counts %d, search %d, want %d", who, onBoard, counted, byType, len(found), want)
	}
	dots, _, err := c.svc.Points(c.as(who), matter.Query{}, &geo.Box{Min: geo.Degrees(114, 35), Max: geo.Degrees(115, 36)})
	c.ok(err)
	if len(dots) > want {
		c.Errorf("%s: %d points", who, len(dots))
	}
}

func TestPagesShowEachMatterOnce(t *testing.T) {
	both(t, func(c *town) {
		for i := range 47 {
			c.open("town", dust(float64(i)*1000))
			if i%5 == 0 {
				c.clock.Advance(time.Minute)
			}
		}
		for _, sort := range []string{"due", "opened", "updated"} {
			seen := map[int64]bool{}
			q := matter.Query{Sort: sort, Limit: 10, Region: countyA}
			for {
				p, err := c.svc.List(c.as("office"), q)
				c.ok(err)
				if p.Total != 47 {
					t.Fatalf("total %d", p.Total)
				}
				for _, m := range p.Items {
					if seen[m.ID] {
						t.Errorf("%s: %s twice", sort, m.Number)
					}
					seen[m.ID] = true
				}
				if q.Cursor = p.Next; q.Cursor == "" {
					break
				}
			}
			if len(seen) != 47 {
				t.Errorf("%s: %d of 47", sort, len(seen))
			}
		}
	})
}

// What a firm reads of a matter about it names posts and units, never persons; it is told of
// nothing that it may not see any more.
func TestAFirmReadsPostsNotPersons(t *testing.T) {
	both(t, func(c *town) {
		n := dust(0)
		n.Subject = c.unit("封丘化工")
		m := c.open("town", n)
		m = c.move("town", m, c.assign("town2"))
		m = c.move("town2", m, accept)
		p, err := c.svc.AskPause(c.as("town2"), m.ID, matter.Asking{Clock: "dispose", Reason: "待料", Until: c.clock.Now().AddDate(0, 0, 5).UnixMilli()})
		c.ok(err)
		c.ok(c.svc.Decide(c.as("county"), m.ID, p.ID, true, ""))
		names := func(who string) (found int) {
			c.Helper()
			v, err := c.svc.Matter(c.as(who), m.ID)
			c.ok(err)
			if !matter.Unbroken(v.Events, v.Head) {
				t.Errorf("%s: the record's chain is broken", who)
			}
			for _, e := range v.Events {
				if e.Told.Display != "" {
					found++
				}
				if e.Told.PostName == "" || e.Told.UnitName == "" {
					t.Errorf("%s: %s without a post", who, e.Told.Name)
				}
			}
			for _, q := range v.Parties {
				if q.Account != 0 {
					found++
				}
			}
			for _, q := range v.Pauses {
				if q.Approver != "" || q.AskedBy != 0 {
					found++
				}
			}
			return found
		}
		if n := names("county2"); n < 5 {
			t.Errorf("the county reads %d names", n)
		}
		if n := names("firm"); n != 0 {
			t.Errorf("the firm reads %d names", n)
		}
		v, err := c.svc.Matter(c.as("county"), m.ID)
		c.ok(err)
		_, err = c.svc.Move(c.as("firm"), m.ID, v.Version-1, accept)
		if err == nil || !strings.Contains(err.Error(), "城关乡人民政府") && !strings.Contains(err.Error(), "封丘县") || strings.Contains(err.Error(), "演示") {
			t.Errorf("a stale move of the firm: %v", err)
		}

		c.ok(c.svc.Watch(c.as("firm"), m.ID, true))
		c.ok(c.svc.Watch(c.as("county2"), m.ID, true))
		told := func(who string) int {
			list, _, err := c.notes.Inbox(c.as(who), c.actor[who].Account, false, 0, 100)
			c.ok(err)
			return len(list)
		}
		firm, county := told("firm"), told("county2")
		m = c.move("town2", v.Matter, submit)
		if told("firm") != firm+1 || told("county2") != county+1 {
			t.Errorf("a move was told to the firm %d times, to the county %d times", told("firm")-firm, told("county2")-county)
		}
		m = c.move("county", m, closes)
		firm = told("firm")
		m = c.move("county", m, matter.Step{Transition: "reopen", Opinion: "又有扬尘"})
		if told("firm") != firm {
			t.Error("the firm was told of a report that is still to be looked at")
		}
		m = c.move("town", m, c.assign("town2"))
		if told("firm") != firm {
			t.Error("the firm still watches what it had lost sight of")
		}
	})
}
