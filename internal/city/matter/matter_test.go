package matter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestAMatterGoesRoundAndTheDoerNeverClosesIt(t *testing.T) {
	both(t, func(c *town) {
		m := c.open("officer", dust(0))
		if m.Number != "网格-2026-0001" || m.HolderPost != c.post("town") || m.Title != "扬尘 · 城关乡南街" || m.Source != "grid" {
			t.Errorf("new: %+v", m)
		}
		_, err := c.svc.Move(c.as("officer"), m.ID, m.Version, c.assign("town2"))
		c.want("the officer assigns", err, kind.NotYours)
		_, err = c.svc.Move(c.as("town"), m.ID, m.Version, matter.Step{Transition: "assign"})
		c.want("assigned to nobody", err, kind.NeedsAssignee)
		_, err = c.svc.Move(c.as("town"), m.ID, m.Version, submit)
		c.want("submitted before it is taken up", err, kind.NotFromState)
		m = c.move("town", m, c.assign("town2"))
		_, err = c.svc.Move(c.as("town"), m.ID, m.Version, accept)
		c.want("somebody else accepts", err, kind.NotYours)
		m = c.move("town2", m, accept)
		_, err = c.svc.Move(c.as("town2"), m.ID, m.Version, matter.Step{Transition: "submit", Fields: submit.Fields})
		c.want("without a photo", err, kind.NeedsEvidence)
		m = c.move("town2", m, submit)
		for _, x := range []matter.Step{closes, {Transition: "rework", Opinion: "x"}, {Transition: "gone", Opinion: "x", Evidence: []int64{1}}} {
			if _, err := c.svc.Move(c.as("town2"), m.ID, m.Version, x); err == nil {
				t.Errorf("the doer made %s", x.Transition)
			}
		}
		if m.HolderPost != c.post("county") && m.HolderPost != c.post("county2") {
			t.Errorf("the ball lies with post %d", m.HolderPost)
		}
		m = c.move("county", m, matter.Step{Transition: "rework", Opinion: "未覆盖完"})
		if m.Reworks != 1 {
			t.Errorf("reworks %d", m.Reworks)
		}
		m = c.move("county", c.move("town2", m, submit), closes)
		if m.Type != kind.Closed || m.ClosedAt == 0 || m.DueAt != matter.Never || m.HolderPost != 0 {
			t.Errorf("closed: %+v", m)
		}
		v, err := c.svc.Matter(c.as("office"), m.ID)
		c.ok(err)
		if !matter.Unbroken(v.Events, v.Head) || len(v.Events) != 7 {
			t.Errorf("record of %d events, whole %v", len(v.Events), matter.Unbroken(v.Events, v.Head))
		}
		v.Events[2].Body = []byte(strings.Replace(string(v.Events[2].Body), "签收", "退回", 1))
		if matter.Unbroken(v.Events, v.Head) {
			t.Error("a changed record passes")
		}
	})
}

// T55: closed, found again 40 days later: the same matter, suffix, counted as a recurrence.
func TestT55AClosedProblemComesBack(t *testing.T) {
	both(t, func(c *town) {
		m := c.closed(dust(0))
		c.clock.Advance(40 * 24 * time.Hour)
		again := c.open("officer", dust(60))
		if again.ID != m.ID || again.Number != m.Number+"-R1" || again.Recurrences != 1 || again.Type != kind.Open || again.ClosedAt != 0 {
			t.Errorf("again: %+v", again)
		}
		c.closedFrom(again)
		c.clock.Advance(60 * 24 * time.Hour)
		if third := c.open("officer", dust(0)); third.Number != m.Number+"-R2" {
			t.Errorf("third time: %s", third.Number)
		}
		if far := c.open("officer", dust(2000)); far.ID == m.ID {
			t.Error("a problem 2 km away is another one")
		}
	})
}

// closedFrom closes a reported matter.
func (c *town) closedFrom(m *matter.Matter) {
	c.Helper()
	m = c.move("town", m, c.assign("town2"))
	c.move("county", c.move("town2", c.move("town2", m, accept), submit), closes)
}

func TestADayAfterTheWindowIsANewMatter(t *testing.T) {
	both(t, func(c *town) {
		m := c.closed(dust(0))
		c.clock.Advance(91 * 24 * time.Hour)
		if again := c.open("officer", dust(0)); again.ID == m.ID {
			t.Errorf("reopened after the window: %s", again.Number)
		}
	})
}

// A failure at every single step of opening, moving, merging and splitting leaves nothing.
func TestNothingIsHalfDone(t *testing.T) {
	both(t, func(c *town) {
		m := c.open("town", dust(0))
		other := c.open("town", dust(5000))
		for _, x := range []struct {
			name string
			do   func() error
		}{
			{"open", func() error { _, err := c.svc.Open(c.as("town"), dust(9000)); return err }},
			{"move", func() error { _, err := c.svc.Move(c.as("town"), m.ID, m.Version, c.assign("town2")); return err }},
			{"note", func() error { return c.svc.Note(c.as("town"), m.ID, "已电话通知") }},
			{"split", func() error {
				return c.svc.Split(c.as("county"), m.ID, []matter.Part{{Category: "dust", Title: "东侧"}})
			}},
			{"merge", func() error { return c.svc.Merge(c.as("county"), m.ID, []int64{other.ID}, "同一工地") }},
		} {
			before := c.rows()
			broken := errors.New("the power is gone")
			for n := 0; ; n++ {
				left := n
				var at string
				c.fault = func(step string) error {
					if left--; left < 0 {
						at = step
						return broken
					}
					return nil
				}
				err := x.do()
				c.fault = nil
				if err == nil {
					if n < 4 {
						t.Errorf("%s has only %d steps", x.name, n)
					}
					break
				}
				if !errors.Is(err, broken) {
					t.Fatalf("%s broken at %s: %v", x.name, at, err)
				}
				if after := c.rows(); after != before {
					t.Fatalf("%s broken at step %d (%s) left something:\n%s\nbefore:\n%s", x.name, n, at, after, before)
				}
			}
		}
	})
}

func TestTwoMoveAtOnceOneWinsTheOtherIsTold(t *testing.T) {
	both(t, func(c *town) {
		m := c.open("officer", dust(0))
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, to := range []string{"town2", "county2"} {
			who := []string{"town", "county"}[i]
			wg.Go(func() { _, errs[i] = c.svc.Move(c.as(who), m.ID, m.Version, c.assign(to)) })
		}
		wg.Wait()
		won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 {
			t.Fatal(errs)
		}
		lost := errs[1-won]
		c.want("the other", lost, "moved")
		if !strings.Contains(lost.Error(), "核实交办") || !strings.Contains(lost.Error(), []string{"演示town", "演示county"}[won]) {
			t.Errorf("told: %v", lost)
		}
	})
}

func TestOneReportSentTwiceIsOneMatter(t *testing.T) {
	both(t, func(c *town) {
		n := dust(0)
		n.ClientID = "7c0f6a52-phone"
		a, b := c.open("officer", n), c.open("officer", n)
		if a.ID != b.ID {
			t.Errorf("%s and %s", a.Number, b.Number)
		}
		n2 := dust(10)
		n2.ClientID = "another"
		_, err := c.svc.Open(c.as("town"), n2)
		c.want("likely the same problem", err, "duplicates")
		n2.AcknowledgeDuplicates = true
		if again := c.open("town", n2); again.ID == a.ID {
			t.Error("acknowledged, and yet not opened")
		}
		list, err := c.svc.Duplicates(c.as("town"), matter.Asked{Kind: "grid", Category: "dust", At: n.At, Text: "南街扬尘"})
		c.ok(err)
		if len(list) != 2 || list[0].Distance > 1 || !slices.Contains(list[0].Why, "同一类别") {
			t.Errorf("%+v", list)
		}
		list, err = c.svc.Duplicates(c.as("other"), matter.Asked{Kind: "grid", Category: "dust", At: n.At})
		if err != nil || len(list) != 0 {
			t.Errorf("another county is offered %+v %v", list, err)
		}
	})
}

func TestTextStaysTextAndNonsenseIsRefused(t *testing.T) {
	both(t, func(c *town) {
		n := dust(0)
		n.Title, n.Description = "<script>alert(1)</script>", "<img src=x onerror=alert(1)>\u202e\x00"
		m := c.open("town", n)
		if m.Title != n.Title || m.Description != "<img src=x onerror=alert(1)>" {
			t.Errorf("%q %q", m.Title, m.Description)
		}
		far := geo.Point{Lng: 1, Lat: 1}
		for _, x := range []struct {
			what   string
			change func(*matter.Opening)
			code   string
		}{
			{"unknown kind", func(n *matter.Opening) { n.Kind = "nope" }, "unknown_kind"},
			{"unknown category", func(n *matter.Opening) { n.Category = "nope" }, "unknown_category"},
			{"a place in the sea", func(n *matter.Opening) { n.At = &far }, "place"},
			{"found tomorrow", func(n *matter.Opening) { n.FoundAt = c.clock.Now().Add(24 * time.Hour).UnixMilli() }, "future"},
			{"a bad region", func(n *matter.Opening) { n.Region = "12" }, "region"},
			{"an unknown region", func(n *matter.Opening) { n.Region = "410727999000" }, "unknown_region"},
			{"a title without end", func(n *matter.Opening) { n.Title = strings.Repeat("长", 500) }, "too_long"},
			{"no such firm", func(n *matter.Opening) { n.Subject = 99999 }, "unknown_unit"},
			{"an unknown field", func(n *matter.Opening) { n.Fields = map[string]string{"nope": "1"} }, kind.BadField},
		} {
			n := dust(7000)
			x.change(&n)
			_, err := c.svc.Open(c.as("town"), n)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", x.what, err)
			}
			c.want(x.what, err, x.code)
		}
		_, err := c.svc.Move(c.as("town"), m.ID, m.Version, matter.Step{Transition: "'; DROP TABLE matter; --"})
		c.want("a step that is none", err, "unknown_transition")
		p, err := c.svc.List(c.as("town"), matter.Query{Text: "%' OR 1=1 --"})
		if err != nil || len(p.Items) != 0 {
			t.Errorf("search for SQL finds %d, %v", len(p.Items), err)
		}
	})
}

func TestSplitAndMergeKeepEverything(t *testing.T) {
	both(t, func(c *town) {
		m, x := c.open("town", dust(0)), c.open("town", dust(3000))
		c.want("by the township", c.svc.Split(c.as("town"), m.ID, []matter.Part{{Category: "dust"}}), "forbidden")
		c.ok(c.svc.Split(c.as("county"), m.ID, []matter.Part{{Category: "dust", Title: "东侧"}, {Category: "dust", Title: "西侧"}}))
		c.ok(c.svc.Merge(c.as("county"), m.ID, []int64{x.ID}, "同一工地"))
		v, err := c.svc.Matter(c.as("county"), m.ID)
		c.ok(err)
		if len(v.Family.Children) != 2 || len(v.Family.Merged) != 1 || v.Childs != 2 || !matter.Unbroken(v.Events, v.Head) {
			t.Errorf("family %+v", v.Family)
		}
		part, err := c.svc.Matter(c.as("county"), v.Family.Children[0].ID)
		c.ok(err)
		if e := part.Events[0]; e.Account != c.actor["county"].Account || e.Told.Display != c.actor["county"].Display || e.Post != c.post("county") || !matter.Unbroken(part.Events, part.Head) {
			t.Errorf("a part stands on the record under %+v", e)
		}
		if !slices.ContainsFunc(part.Parties, func(p matter.Party) bool {
			return p.Relation == matter.Reporter && p.Account == c.actor["town"].Account
		}) {
			t.Errorf("the reporter has no part in the part: %+v", part.Parties)
		}
		gone, err := c.svc.Matter(c.as("county"), x.ID)
		c.ok(err)
		if gone.Type != kind.Void || gone.Family.MergedInto == nil || gone.MergedInto != m.ID || !matter.Unbroken(gone.Events, gone.Head) {
			t.Errorf("merged: %+v", gone.Matter)
		}
		c.want("into itself", c.svc.Merge(c.as("county"), m.ID, []int64{m.ID}, "x"), "itself")
		c.want("a second time", c.svc.Merge(c.as("county"), m.ID, []int64{x.ID}, "x"), "not_open")
		done := c.open("town", dust(6000))
		done = c.move("town2", c.move("town2", c.move("town", done, c.assign("town2")), accept), submit)
		c.want("work that was done", c.svc.Merge(c.as("county"), m.ID, []int64{done.ID}, "x"), kind.WorkWasDone)
	})
}

func TestSeveralAtOnce(t *testing.T) {
	both(t, func(c *town) {
		a, b := c.open("town", dust(0)), c.open("town", dust(3000))
		b = c.move("town", b, c.assign("town2"))
		errs := c.svc.Bulk(c.as("town"), []int64{a.ID, b.ID, 99999}, c.assign("town2"))
		c.want("the first", errs[0], "")
		c.want("the second", errs[1], kind.NotFromState)
		c.want("none", errs[2], "not_found")
		counts, err := c.svc.Counts(c.as("town2"), "")
		c.ok(err)
		if counts.Mine != 2 || counts.ByType[kind.Assigned] != 2 {
			t.Error(fmt.Sprint(counts))
		}
	})
}

func TestASignalIsOneMatterWhileItIsOpen(t *testing.T) {
	both(t, func(c *town) {
		g := matter.Signal{Key: "stream/cnemc/silent", Category: "missing", Title: "数据中断：小时发布", Region: countyA}
		signal := func(ctx context.Context) (id int64, err error) {
			err = c.db.Update(ctx, func(tx *store.Tx) (err error) {
				id, err = c.svc.Signal(ctx, tx, g)
				return err
			})
			return id, err
		}
		a, err := signal(c.system())
		c.ok(err)
		b, err := signal(c.system())
		c.ok(err)
		if a != b {
			t.Errorf("matters %d and %d", a, b)
		}
		v, err := c.svc.Matter(c.as("county"), a)
		c.ok(err)
		if v.Matter.Kind != matter.SignalKind || v.HolderPost == 0 || v.Source != "system" {
			t.Errorf("%+v", v.Matter)
		}
		_, err = signal(c.as("office"))
		c.want("a person signals", err, "system_only")
	})
}

// Who begins or ends to watch stands in the audit chain, once for each change.
func TestWatchingIsAudited(t *testing.T) {
	both(t, func(c *town) {
		m := c.open("town", dust(0))
		before := c.rows()
		for _, on := range []bool{false, true, true, false, false} {
			c.ok(c.svc.Watch(c.as("county"), m.ID, on))
		}
		if c.rows() == before {
			t.Error("nothing changed")
		}
		for action, want := range map[string]int{"matter.watch": 1, "matter.unwatch": 1} {
			c.ok(c.db.View(c.Context(), func(tx *store.Tx) error {
				n, err := audit.Count(c.Context(), tx, audit.Filter{Action: action})
				if n != want {
					t.Errorf("%s: %d entries, want %d", action, n, want)
				}
				return err
			}))
		}
	})
}
