package telemetry_test

import (
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
)

func TestCompletenessGrid(t *testing.T) {
	both(t, func(r room) {
		pm10 := pm("N1", "2026-08-28T08:00", 50, 51)
		pm10.Factor = "PM10"
		suspect := pm("N3", "2026-08-28T08:00", 30)
		suspect.Values[0] = 900_000
		r.ingest(feed(pm("N1", "2026-08-28T08:00", 30, 31, 32), pm10, pm("N2", "2026-08-28T07:00", 30), suspect,
			pm("N2", "2026-08-28T08:00", 40), pm("N4", "2026-08-28T08:00", 42)))
		c, err := r.svc.Completeness(r.ctx, code("4107"), 0, 4, 0)
		if err != nil {
			r.Fatal(err)
		}
		want := map[string][4]telemetry.Cell{
			"N1": {0, 2, 1, 1}, "N2": {0, 0, 1, 1}, "N3": {0, 0, 0, 2}, "N4": {0, 0, 0, 1}, "C1": {},
		}
		if len(c.Rows) != len(want) || c.Hours[3] != at("2026-08-28T08:00") {
			r.Fatalf("%+v", c)
		}
		for _, row := range c.Rows {
			if w := want[row.Site.Code]; [4]telemetry.Cell(row.Cells) != w {
				r.Errorf("%s: %v, want %v", row.Site.Code, row.Cells, w)
			}
		}
		if c.Present != 9 || c.Expected != 20 || c.Missing != 1+2+3+3+4 || telemetry.Share(c.Present, c.Expected) != "45.0" {
			r.Errorf("present %d of %d, missing cells %d", c.Present, c.Expected, c.Missing)
		}
	})
}

// TestAStreamThatEndedOrIsMostlyEmptyIsNotRight: history that ends days ago has ended, and
// one that brings one value in six is full of gaps, however punctual.
func TestAStreamThatEndedOrIsMostlyEmptyIsNotRight(t *testing.T) {
	both(t, func(r room) {
		r.clk.Set(morning)
		r.ingest(telemetry.Batch{Delivery: telemetry.Delivery{Stream: "import-air-hourly", StreamName: "文件", Kind: telemetry.File},
			Columns: []telemetry.Column{pm("N1", "2026-08-25T08:00", 30, 31, 32)}})
		r.ingest(telemetry.Batch{Delivery: telemetry.Delivery{Stream: "import-x", StreamName: "缺", Kind: telemetry.File},
			Columns: []telemetry.Column{pm("N4", "2026-08-27T00:00", 30), pm("N4", "2026-08-28T07:00", 31)}})
		list, err := r.svc.Streams(r.ctx, code("4107"), 0)
		got := map[string]telemetry.Status{}
		for _, s := range list {
			got[s.Code] = s.Status
		}
		if err != nil || got["import-air-hourly"] != telemetry.StatusEnded || got["import-x"] != telemetry.StatusGaps {
			r.Errorf("%v %v", got, err)
		}
	})
}

func TestLateAndSilentStreams(t *testing.T) {
	both(t, func(r room) {
		r.clk.Set(morning.Add(10 * time.Minute))
		r.ingest(feed(pm("N1", "2026-08-28T08:00", 30), pm("N2", "2026-08-28T08:00", 31)))
		stream := func() telemetry.StreamQuality {
			s, err := r.svc.Streams(r.ctx, code("4107"), 0)
			if err != nil || len(s) != 1 {
				r.Fatalf("%+v %v", s, err)
			}
			return s[0]
		}
		if s := stream(); s.Status != telemetry.StatusOK || s.Late != 0 || s.Delivered != 2 || s.Present24 != 2 || s.Expected24 != 2 || s.Expected30 != 2 {
			r.Errorf("on time: %+v", s)
		}
		r.clk.Set(morning.Add(2*time.Hour + 30*time.Minute))
		r.ingest(feed(pm("N1", "2026-08-28T10:00", 32, 33)))
		s := stream() // 09:00 came 90 minutes late, 10:00 in time
		if s.Status != telemetry.StatusLate || s.Late != 1 || s.Delivered != 4 || telemetry.Share(s.Late, s.Delivered) != "25.0" {
			r.Errorf("late: %+v", s)
		}
		list, total, err := r.svc.LateValues(r.ctx, code("4107"), at("2026-08-27T00:00"), at("2026-08-28T10:00"), telemetry.Place{}, 10)
		if err != nil || total != 1 || len(list) != 1 || list[0].Time != at("2026-08-28T09:00") || list[0].RecordedAt-list[0].Time != 90*60_000 {
			r.Errorf("%+v of %d: %v", list, total, err)
		}
		if list, total, err = r.svc.LateValues(r.ctx, "", at("2026-08-27T00:00"), at("2026-08-28T10:00"), list[0].Place, 10); err != nil || total != 1 || len(list) != 0 {
			r.Errorf("after the last: %+v of %d: %v", list, total, err)
		}
		r.clk.Set(morning.Add(6 * time.Hour))
		if s := stream(); s.Status != telemetry.StatusSilent {
			r.Errorf("silent: %+v", s)
		}
		past, err := r.svc.Streams(r.ctx, code("4107"), morning.Add(20*time.Minute).UnixMilli())
		if err != nil || len(past) != 1 || past[0].Received != 2 || past[0].Status != telemetry.StatusOK {
			r.Errorf("as of 08:20: %+v %v", past, err)
		}
		if past, err = r.svc.Streams(r.ctx, code("4107"), morning.UnixMilli()); err != nil || len(past) != 0 {
			r.Errorf("as of before the first: %+v %v", past, err)
		}
		_, _, err = r.svc.LateValues(r.ctx, "", 1, at("2026-08-28T10:00"), telemetry.Place{}, 10)
		wantFault(r.T, "56 years", err, fault.Invalid, "period")
	})
}

// Every stream answers for itself: the feed for the hours since its first, the file for the
// hours it covers.
func TestEveryStreamHasItsOwnCompleteness(t *testing.T) {
	both(t, func(r room) {
		b := feed(pm("N1", "2026-08-27T21:00", 30, 31))
		b.Stream, b.Kind = "files", telemetry.File
		r.ingest(b)
		r.clk.Set(morning.Add(2*time.Hour + 10*time.Minute))
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 30), pm("N1", "2026-08-28T09:00", 31), pm("N2", "2026-08-28T07:00", 30, 31, 32, 33))) // from 04:00 to 10:00
		list, err := r.svc.Streams(r.ctx, code("4107"), 0)
		if err != nil || len(list) != 2 {
			r.Fatalf("%+v %v", list, err)
		}
		got := map[telemetry.StreamKind][4]int{}
		for _, s := range list {
			got[s.Kind] = [4]int{s.Present24, s.Expected24, s.Present30, s.Expected30}
		}
		want := map[telemetry.StreamKind][4]int{telemetry.File: {2, 2, 2, 2}, telemetry.Feed: {6, 14, 6, 14}}
		if got[telemetry.File] != want[telemetry.File] || got[telemetry.Feed] != want[telemetry.Feed] {
			r.Errorf("%v, want %v", got, want)
		}
	})
}

func TestImportedHistoryIsNotLate(t *testing.T) {
	both(t, func(r room) {
		b := feed(pm("N1", "2026-08-20T08:00", 30, 31))
		b.Stream, b.Kind = "files", telemetry.File
		r.ingest(b)
		s, err := r.svc.Streams(r.ctx, "", 0)
		if err != nil || len(s) != 1 || s[0].Late != 0 || s[0].Status != telemetry.StatusEnded || s[0].Present30 != 2 {
			r.Errorf("%+v %v", s, err)
		}
	})
}

func TestDataOfACountyOnly(t *testing.T) {
	both(t, func(r room) {
		r.clk.Set(morning.Add(3 * time.Hour))
		b := feed(pm("N1", "2026-08-28T08:00", 30, -1), pm("N2", "2026-08-28T08:00", 31, -1), pm("X", "2026-08-28T08:00", 31))
		r.ingest(b)
		ctx := r.as("410702", access.DataRead, access.AirRead)
		late, total, err := r.svc.LateValues(ctx, "", at("2026-08-28T00:00"), at("2026-08-28T09:00"), telemetry.Place{}, 10)
		if err != nil || total != 1 || late[0].Site.Code != "N1" {
			r.Errorf("%+v %v", late, err)
		}
		rows, total, err := r.svc.Rejects(ctx, telemetry.RejectFilter{}, 0, 10)
		if err != nil || total != 1 || len(rows) != 1 || rows[0].Site != "N1" {
			r.Errorf("%+v %v", rows, err)
		}
		if s, err := r.svc.Streams(ctx, "", 0); err != nil || len(s) != 0 {
			r.Errorf("a stream of two counties: %+v %v", s, err)
		}
		if c, err := r.svc.Completeness(ctx, "", 0, 2, 0); err != nil || len(c.Rows) != 2 {
			r.Errorf("%+v %v", c, err)
		}
		_, err = r.svc.Columns(ctx, telemetry.ColumnQuery{Sites: []string{"N1", "N2"}, Factors: []string{"PM25"}, Stat: "hour", From: at("2026-08-28T08:00"), To: at("2026-08-28T08:00")})
		wantFault(r.T, "columns of another county", err, fault.NotFound, "not_found")
		for name, call := range map[string]func() error{
			"observations": func() error { _, err := r.svc.Observations(ctx, "N2", "PM25", "hour", 1, 2, 0); return err },
			"streams":      func() error { _, err := r.svc.Streams(ctx, code("4107"), 0); return err },
			"late": func() error {
				_, _, err := r.svc.LateValues(ctx, code("410703"), 1, 2, telemetry.Place{}, 1)
				return err
			},
			"revisions": func() error { _, err := r.svc.Revisions(ctx, code("410703"), telemetry.Place{}, 1); return err },
			"rejects": func() error {
				_, _, err := r.svc.Rejects(ctx, telemetry.RejectFilter{Region: code("410703")}, 0, 1)
				return err
			},
			"completeness": func() error { _, err := r.svc.Completeness(ctx, code("410703"), 0, 2, 0); return err },
		} {
			wantFault(r.T, name, call(), fault.NotFound, "not_found")
		}
	})
}

func TestRejectPages(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N1", "2026-08-28T08:00", -1, -2, -3, -4, -5)))
		first, total, err := r.svc.Rejects(r.ctx, telemetry.RejectFilter{}, 0, 3)
		if err != nil || total != 5 || len(first) != 3 {
			r.Fatalf("%+v of %d: %v", first, total, err)
		}
		rest, _, err := r.svc.Rejects(r.ctx, telemetry.RejectFilter{Batch: first[0].Batch}, first[2].ID, 3)
		if err != nil || len(rest) != 2 || rest[0].ID >= first[2].ID || rest[1].Time != at("2026-08-28T04:00") {
			r.Errorf("%+v %v", rest, err)
		}
	})
}
