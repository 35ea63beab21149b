package telemetry_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// fix is a correction of PM2.5 at N1, 07:00; a negative value invalidates.
func fix(value int64) telemetry.Correction {
	c := telemetry.Correction{Site: "N1", Factor: "PM25", Stat: "hour", Time: at("2026-08-28T07:00"), Reason: "校准期间", Evidence: "运维单 12"}
	if value >= 0 {
		v := value * 1000
		c.Value = &v
	}
	return c
}

func TestACorrectionIsVisibleWithOldAndNew(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 30, 120)))
		before := r.clk.Now().UnixMilli()
		r.clk.Advance(time.Hour)
		last, _, err := jobs.Ends(r.ctx, r.db)
		if err != nil {
			r.Fatal(err)
		}
		li := r.as("410702", access.Correct, access.DataRead, access.AirRead)
		out, err := r.svc.Correct(li, fix(35))
		if err != nil {
			r.Fatal(err)
		}
		if out.Old == nil || out.Old.Value != 120_000 || out.New.Value != 35_000 || out.New.Revision != 1 || out.New.Flag != series.Corrected {
			r.Errorf("%+v", out)
		}
		if want := []string{"hour 2026-08-28T07:00", "day 2026-08-28", "month 2026-08", "year 2026", "rank"}; !slices.Equal(out.Affected, want) {
			r.Errorf("affected %v, want %v", out.Affected, want)
		}
		for asOf, want := range map[int64]int64{0: 35_000, before: 120_000} {
			o, err := r.svc.Observations(li, "N1", "PM25", "hour", at("2026-08-28T07:00"), at("2026-08-28T07:00"), asOf)
			if err != nil || len(o) != 1 || o[0].Value != want {
				r.Errorf("as of %d: %+v %v, want %d", asOf, o, err, want)
			}
		}
		list, err := r.svc.Revisions(li, "", telemetry.Place{}, 10)
		if err != nil || len(list) != 1 || len(list[0].Revisions) != 2 {
			r.Fatalf("%+v %v", list, err)
		}
		if x := list[0].Revisions[1]; x.By != "李工" || x.Reason != "校准期间" || x.Stream != "人工订正" || list[0].Site.Code != "N1" {
			r.Errorf("%+v", x)
		}
		if x := list[0].Revisions[0]; x.Stream != "小时发布" || x.Value != 120_000 {
			r.Errorf("%+v", x)
		}
		if n, err := r.svc.RevisionCount(li, ""); err != nil || n != 1 {
			r.Errorf("%d revised: %v", n, err)
		}
		events, err := jobs.Feed(r.ctx, r.db, last, 10)
		if err != nil || len(events) != 1 || events[0].Name != telemetry.EventCorrected || events[0].Region != code("410702") {
			r.Errorf("events %+v %v", events, err)
		}
		var detail string
		err = r.db.View(r.ctx, func(tx *store.Tx) error {
			return tx.QueryRow(r.ctx, "SELECT detail FROM audit_entry WHERE action = 'observation.correct' AND account = 7").Scan(&detail)
		})
		if err != nil || !strings.Contains(detail, `"old":"120"`) || !strings.Contains(detail, `"new":"35"`) || !strings.Contains(detail, "运维单 12") {
			r.Errorf("audit %s %v", detail, err)
		}
		if _, err := audit.Verify(r.ctx, r.db); err != nil {
			r.Error(err)
		}
		r.booksBalance()
	})
}

func TestAStreamDoesNotReplaceACorrection(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 120)))
		if _, err := r.svc.Correct(r.ctx, fix(35)); err != nil {
			r.Fatal(err)
		}
		if a := r.ingest(feed(pm("N1", "2026-08-28T07:00", 120))); a.Unchanged != 1 {
			r.Errorf("the old value again: %+v", a)
		}
		if a := r.ingest(feed(pm("N1", "2026-08-28T07:00", 77))); a.Rejected != 1 || a.Stored != 0 {
			r.Errorf("a third value: %+v", a)
		}
		rows := r.rejects(telemetry.RejectFilter{})
		if len(rows) != 1 || rows[0].Code != "corrected_holds" || rows[0].Raw != "N1,2026-08-28T07:00,77" {
			r.Errorf("%+v", rows)
		}
		r.booksBalance()
	})
}

func TestInvalidationAndReturn(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 120)))
		out, err := r.svc.Correct(r.ctx, fix(-1))
		if err != nil || out.New.Value != series.Missing {
			r.Fatalf("%+v %v", out, err)
		}
		_, err = r.svc.Correct(r.ctx, fix(-1))
		wantFault(r.T, "twice", err, fault.Conflict, "no_change")
		seen := int32(0)
		again := fix(50)
		again.Seen = &seen
		_, err = r.svc.Correct(r.ctx, again)
		wantFault(r.T, "seen an older revision", err, fault.Conflict, "revised")
		seen = 1
		if out, err = r.svc.Correct(r.ctx, again); err != nil || out.New.Revision != 2 {
			r.Errorf("%+v %v", out, err)
		}
		_, err = r.svc.Correct(r.ctx, fix(50))
		wantFault(r.T, "the same value", err, fault.Conflict, "no_change")
	})
}

func TestCorrectionsThatAreRefused(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 120), pm("N2", "2026-08-28T07:00", 1)))
		with := func(change func(*telemetry.Correction)) telemetry.Correction {
			c := fix(35)
			change(&c)
			return c
		}
		own := r.as("410702", access.Correct)
		for _, c := range []struct {
			name string
			c    telemetry.Correction
			kind fault.Kind
			code string
		}{
			{"no reason", with(func(c *telemetry.Correction) { c.Reason = " " }), fault.Invalid, "correction"},
			{"beyond the range", with(func(c *telemetry.Correction) { *c.Value = 9_000_000 }), fault.Invalid, "correction"},
			{"negative", with(func(c *telemetry.Correction) { *c.Value = -1 }), fault.Invalid, "correction"},
			{"the future", with(func(c *telemetry.Correction) { c.Time += 5 * hour }), fault.Invalid, "correction"},
			{"off the hour", with(func(c *telemetry.Correction) { c.Time -= 1000 }), fault.Invalid, "series_grid"},
			{"no such series", with(func(c *telemetry.Correction) { c.Factor = "O3" }), fault.NotFound, "series_unknown"},
			{"no such site", with(func(c *telemetry.Correction) { c.Site = "X" }), fault.NotFound, "not_found"},
			{"another county", with(func(c *telemetry.Correction) { c.Site = "N2" }), fault.NotFound, "not_found"},
		} {
			_, err := r.svc.Correct(own, c.c)
			wantFault(r.T, c.name, err, c.kind, c.code)
		}
		_, err := r.svc.Correct(r.as("410702", access.DataRead), fix(35))
		wantFault(r.T, "without the right", err, fault.Forbidden, "forbidden")
		if n, err := r.svc.RevisionCount(r.ctx, ""); err != nil || n != 0 {
			r.Errorf("%d revised: %v", n, err)
		}
		r.booksBalance()
	})
}
