package audit_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// both runs a test on each engine with an empty database.
func both(t *testing.T, test func(t *testing.T, db *store.DB, clk *clock.Manual)) {
	for name, cfg := range map[string]func(t *testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Path: filepath.Join(t.TempDir(), "q.db")} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			clk := clock.NewManual(morning)
			db, err := store.Open(t.Context(), cfg(t), clk)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, db, clk)
		})
	}
}

func as(ctx context.Context, name string) context.Context {
	return access.WithRequestID(access.With(ctx, access.Actor{Account: 7, Post: 3, Name: name}), "req-9")
}

func log(t *testing.T, db *store.DB, e audit.Entry) {
	t.Helper()
	ctx := as(t.Context(), "wang")
	if err := db.Update(ctx, func(tx *store.Tx) error { return audit.Log(ctx, tx, e) }); err != nil {
		t.Fatal(err)
	}
}

// threeDays writes nine entries over three days.
func threeDays(t *testing.T, db *store.DB, clk *clock.Manual) {
	t.Helper()
	for i := range 9 {
		log(t, db, audit.Entry{
			Action: "site.change", Object: fmt.Sprintf("site/%d", i), Region: "410721000000",
			Summary: "修改点位", Detail: map[string]any{"old": i, "new": "甲\"乙"},
		})
		clk.Advance(8 * time.Hour)
	}
}

func verify(t *testing.T, db *store.DB, anchors ...audit.Root) audit.Report {
	t.Helper()
	rep, err := audit.Verify(t.Context(), db, anchors...)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func exec(t *testing.T, db *store.DB, statements ...string) {
	t.Helper()
	ctx := t.Context()
	err := db.Update(ctx, func(tx *store.Tx) error {
		for _, s := range statements {
			res, err := tx.Exec(ctx, s)
			if err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
			if n, _ := res.RowsAffected(); n == 0 {
				return fmt.Errorf("%s: changed nothing", s)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEntryCommitsWithItsChange(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, _ *clock.Manual) {
		ctx := as(t.Context(), "wang")
		err := db.Update(ctx, func(tx *store.Tx) error {
			if err := audit.Log(ctx, tx, audit.Entry{Action: "a.b", Object: "x"}); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "no", "不行")
		})
		if !fault.Is(err, fault.Conflict) {
			t.Fatal(err)
		}
		if rep := verify(t, db); !rep.OK || rep.Entries != 0 || len(rep.Roots) != 0 {
			t.Errorf("a rolled back change left %+v", rep)
		}
		log(t, db, audit.Entry{Action: "a.b", Object: "x"})
		if rep := verify(t, db); !rep.OK || rep.Entries != 1 || !rep.Open {
			t.Errorf("got %+v", rep)
		}
	})
}

func TestLogNeedsAnActor(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, _ *clock.Manual) {
		ctx := t.Context()
		err := db.Update(ctx, func(tx *store.Tx) error { return audit.Log(ctx, tx, audit.Entry{Action: "a.b"}) })
		if !fault.Is(err, fault.Internal) {
			t.Errorf("got %v", err)
		}
		ctx = as(ctx, "wang")
		err = db.Update(ctx, func(tx *store.Tx) error { return audit.Log(ctx, tx, audit.Entry{Detail: func() {}}) })
		if !fault.Is(err, fault.Internal) {
			t.Errorf("detail that is no JSON: %v", err)
		}
	})
}

func TestOddTextsAreStoredAsHashed(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, _ *clock.Manual) {
		log(t, db, audit.Entry{Action: "a.b", Object: "x\x00y", Summary: "坏\xff字", Detail: "z\x00"})
		if rep := verify(t, db); !rep.OK {
			t.Error(rep.Reason)
		}
	})
}

func TestRootsCloseDays(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		threeDays(t, db, clk) // 08:00 16:00 | 00:00 08:00 16:00 | 00:00 08:00 16:00 | 00:00
		rep := verify(t, db)
		var got string
		for _, r := range rep.Roots {
			got += fmt.Sprintf("%s %d-%d;", r.Date(), r.First, r.Last)
		}
		if want := "2026-08-28 1-2;2026-08-29 3-5;2026-08-30 6-8;2026-08-31 9-9;"; !rep.OK || got != want || !rep.Open {
			t.Errorf("got %s, want %s (%s)", got, want, rep.Reason)
		}
		open := rep.Roots[3]
		clk.Advance(24 * time.Hour)
		ctx := t.Context()
		for range 2 { // the second time there is nothing to close
			if err := db.Update(ctx, func(tx *store.Tx) error { return audit.CloseDay(ctx, tx) }); err != nil {
				t.Fatal(err)
			}
		}
		rep = verify(t, db, open)
		if !rep.OK || rep.Open || len(rep.Roots) != 4 || string(rep.Roots[3].Root) != string(open.Root) {
			t.Errorf("after closing: %+v", rep)
		}
		clk.Set(morning) // a clock set back must not break the chain
		log(t, db, audit.Entry{Action: "a.b"})
		clk.Advance(240 * time.Hour)
		log(t, db, audit.Entry{Action: "a.b"})
		if rep = verify(t, db); !rep.OK || rep.Entries != 11 || len(rep.Roots) != 6 {
			t.Errorf("after a clock set back: %+v", rep)
		}
	})
}

func TestConcurrentWritersMakeOneChain(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, _ *clock.Manual) {
		const writers, each = 8, 12
		ctx := as(t.Context(), "wang")
		var wg sync.WaitGroup
		var mu sync.Mutex
		done, refused := 0, 0
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					err := db.Update(ctx, func(tx *store.Tx) error {
						return audit.Log(ctx, tx, audit.Entry{Action: "a.b", Object: fmt.Sprintf("%d/%d", w, i)})
					})
					mu.Lock()
					switch {
					case err == nil:
						done++
					case fault.Is(err, fault.Unavailable):
						refused++
					default:
						t.Error(err)
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		rep := verify(t, db)
		if !rep.OK || rep.Entries != int64(done) {
			t.Errorf("%d acknowledged, report %+v", done, rep)
		}
		if refused > 0 {
			t.Errorf("%d of %d writers were refused", refused, writers*each)
		}
	})
}

func TestList(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		add := func(action string, r region.Code) {
			log(t, db, audit.Entry{Action: action, Object: "o/" + action, Region: r})
			clk.Advance(time.Hour)
		}
		add("account.add", "410721000000")
		add("account.disable", "410724000000")
		add("accounting.x", "410721101000")
		add("export", "")
		for name, c := range map[string]struct {
			f    audit.Filter
			want string
		}{
			"all":            {audit.Filter{}, "4 3 2 1 "},
			"one action":     {audit.Filter{Action: "export"}, "4 "},
			"a kind":         {audit.Filter{Action: "account.*"}, "2 1 "},
			"actor":          {audit.Filter{Actor: "zhao"}, ""},
			"object":         {audit.Filter{Object: "o/export"}, "4 "},
			"from":           {audit.Filter{From: morning.Add(2 * time.Hour)}, "4 3 "},
			"to":             {audit.Filter{To: morning.Add(2 * time.Hour)}, "2 1 "},
			"county":         {audit.Filter{Regions: []region.Code{"410721000000"}}, "3 1 "},
			"two counties":   {audit.Filter{Regions: []region.Code{"410721000000", "410724000000"}}, "3 2 1 "},
			"with no region": {audit.Filter{Regions: []region.Code{"410724000000"}, NoRegion: true}, "4 2 "},
			"no scope":       {audit.Filter{Regions: []region.Code{}}, ""},
			"pattern":        {audit.Filter{Action: "%.*"}, ""},
		} {
			got, n := pages(t, db, c.f)
			if got != c.want || n != len(c.want)/2 {
				t.Errorf("%s: got %q (%d), want %q", name, got, n, c.want)
			}
		}
	})
}

// pages reads a whole list two at a time.
func pages(t *testing.T, db *store.DB, f audit.Filter) (got string, total int) {
	t.Helper()
	ctx := t.Context()
	f.Limit = 2
	for {
		err := db.View(ctx, func(tx *store.Tx) error {
			rs, next, err := audit.List(ctx, tx, f)
			for _, r := range rs {
				got += fmt.Sprintf("%d ", r.Seq)
			}
			if err == nil {
				total, err = audit.Count(ctx, tx, f)
			}
			f.Before = next
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if f.Before == 0 {
			return got, total
		}
	}
}
