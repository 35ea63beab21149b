package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

func TestEveryValueIsAccountedFor(t *testing.T) {
	both(t, func(r room) {
		bad := pm("N1", "2026-08-28T07:00", 30, -5, 6000, 40)
		bad.Line = func(t int64) int { return int((t - at("2026-08-28T00:00")) / hour) }
		b := feed(bad, pm("N2", "2026-08-28T09:00", 1, 2, 3), pm("X9", "2026-08-28T07:00", 7, 8))
		b.Repeated = 4
		b.Rejects = []telemetry.Reject{{Line: 12, Column: "pm25", Raw: "N1,坏\x00行\xff", Reason: importer.Reason{Code: "not_a_number", Arg: "坏"}, Values: 2}}
		a := r.ingest(b)
		want := telemetry.Account{Batch: a.Batch, Received: 15, Stored: 4, Unchanged: 4, Rejected: 7,
			FirstTime: at("2026-08-28T04:00"), LastTime: at("2026-08-28T08:00")}
		want.Stored, want.Rejected = 2+2, 2+1+2+2
		want.FirstTime, want.LastTime = at("2026-08-28T04:00"), at("2026-08-28T08:00")
		if a != want {
			r.Errorf("got  %+v\nwant %+v", a, want)
		}
		rows := r.rejects(telemetry.RejectFilter{Stream: "cnemc"})
		got := map[string]string{}
		for _, x := range rows {
			got[x.Code] += fmt.Sprintf("%s/%d/%s/%d;", x.Site, x.Line, x.Column, x.Values)
		}
		for code, want := range map[string]string{"negative": "N1/5/pm25/1;", "out_of_range": "N1/6/pm25/1;",
			"future": "N2/0/pm25/1;", "unknown_place": "/0/pm25/2;", "not_a_number": "/12/pm25/2;"} {
			if got[code] != want {
				r.Errorf("%s: %q, want %q", code, got[code], want)
			}
		}
		again := r.ingest(feed(pm("N1", "2026-08-28T07:00", 30, -5, 6000, 40)))
		if again.Unchanged != 2 || again.Stored != 0 || again.Rejected != 2 {
			r.Errorf("again: %+v", again)
		}
		streams, err := r.svc.Streams(r.ctx, "", 0)
		if err != nil || len(streams) != 1 || streams[0].Received != 19 || streams[0].Stored != 4 || streams[0].Unchanged != 6 || streams[0].Rejected != 9 {
			r.Errorf("%+v %v", streams, err)
		}
		r.booksBalance()
	})
}

func TestHighBesideTheNeighboursIsSuspect(t *testing.T) {
	both(t, func(r room) {
		flags := func(site string, label string) series.Flag {
			c, err := r.svc.Columns(r.ctx, telemetry.ColumnQuery{Sites: []string{site}, Factors: []string{"PM25"}, Stat: "hour", From: at(label), To: at(label)})
			if err != nil {
				r.Fatal(err)
			}
			if c.Values(0, 0)[0] == series.Missing {
				r.Errorf("%s at %s was not stored", site, label)
			}
			return c.Flags(0, 0)[0]
		}
		// one delivery with its neighbours: 400 beside 40, 41, 38
		a := r.ingest(feed(pm("N1", "2026-08-28T06:00", 42, 400), pm("N2", "2026-08-28T06:00", 40, 40), pm("N3", "2026-08-28T06:00", 44, 41), pm("N4", "2026-08-28T06:00", 44, 38)))
		if a.Suspect != 1 || a.Stored != 8 || flags("N1", "2026-08-28T06:00") != series.Suspect || flags("N1", "2026-08-28T05:00") != 0 {
			r.Errorf("one of four: %+v", a)
		}
		// dust: all are high
		a = r.ingest(feed(pm("N1", "2026-08-28T07:00", 420), pm("N2", "2026-08-28T07:00", 400), pm("N3", "2026-08-28T07:00", 410), pm("N4", "2026-08-28T07:00", 380)))
		if a.Suspect != 0 {
			r.Errorf("all of four: %+v", a)
		}
		// alone in its delivery: compared with what is stored
		r.ingest(feed(pm("N2", "2026-08-28T08:00", 20), pm("N3", "2026-08-28T08:00", 21), pm("N4", "2026-08-28T08:00", 22)))
		a = r.ingest(feed(pm("N1", "2026-08-28T08:00", 210)))
		if a.Suspect != 1 || flags("N1", "2026-08-28T08:00") != series.Suspect {
			r.Errorf("alone: %+v", a)
		}
		// a county station has no neighbours of its kind
		if a = r.ingest(feed(pm("C1", "2026-08-28T08:00", 400))); a.Suspect != 0 {
			r.Errorf("no neighbours: %+v", a)
		}
		r.booksBalance()
	})
}

func TestFinerThanCoarserIsTolerated(t *testing.T) {
	both(t, func(r room) {
		pm10 := pm("N1", "2026-08-28T07:00", 30)
		pm10.Factor = "PM10"
		if a := r.ingest(feed(pm10, pm("N1", "2026-08-28T07:00", 44))); a.Stored != 2 || a.Suspect != 0 {
			r.Errorf("%+v", a)
		}
	})
}

func TestClosedStationsAreRejected(t *testing.T) {
	both(t, func(r room) {
		if _, _, err := r.svc.PutSite(r.ctx, telemetry.SiteSpec{Code: "O1", Name: "老站(停运260827)", Kind: telemetry.National, Region: code("410702")}); err != nil {
			r.Fatal(err)
		}
		a := r.ingest(feed(pm("O1", "2026-08-28T01:00", 10, 11, 12)))
		if a.Stored != 2 || a.Rejected != 1 {
			r.Errorf("%+v", a)
		}
		if rows := r.rejects(telemetry.RejectFilter{}); len(rows) != 1 || rows[0].Code != "station_closed" || rows[0].Time != at("2026-08-28T01:00") {
			r.Errorf("%+v", rows)
		}
	})
}

func TestADeliveryIsAllOrNothing(t *testing.T) {
	both(t, func(r room) {
		boom := errors.New("boom")
		twice := pm("N1", "2026-08-28T07:00", 1, 2)
		twice.Times[0] = twice.Times[1]
		offGrid := pm("N1", "2026-08-28T07:00", 1)
		offGrid.Times[0]++
		for name, try := range map[string]func() error{
			"a time twice": func() error { _, err := r.svc.Ingest(r.ctx, feed(pm("N2", "2026-08-28T07:00", 5), twice)); return err },
			"off the grid": func() error {
				_, err := r.svc.Ingest(r.ctx, feed(pm("N2", "2026-08-28T07:00", 5), offGrid))
				return err
			},
			"no stream": func() error {
				_, err := r.svc.Ingest(r.ctx, telemetry.Batch{Columns: feed(pm("N2", "2026-08-28T07:00", 5)).Columns})
				return err
			},
			"a failure of the caller": func() error {
				return r.db.Update(r.ctx, func(tx *store.Tx) error {
					in, err := r.svc.Begin(r.ctx, telemetry.Inside(tx), feed().Delivery)
					if err != nil {
						return err
					}
					if err := in.Add(r.ctx, []telemetry.Column{pm("N2", "2026-08-28T07:00", 5, -1)}); err != nil {
						return err
					}
					if _, err := in.Store(r.ctx, tx); err != nil {
						return err
					}
					return boom
				})
			},
			"a cancelled request": func() error {
				ctx, cancel := context.WithCancel(r.ctx)
				defer cancel()
				return r.db.Update(ctx, func(tx *store.Tx) error {
					in, err := r.svc.Begin(ctx, telemetry.Inside(tx), feed().Delivery)
					if err != nil {
						return err
					}
					if err := in.Add(ctx, []telemetry.Column{pm("N2", "2026-08-28T07:00", 5)}); err != nil {
						return err
					}
					cancel()
					_, err = in.Store(ctx, tx)
					return err
				})
			},
			"a site elsewhere": func() error {
				_, err := r.svc.Ingest(r.as("410702", access.ImportRun), feed(pm("N1", "2026-08-28T07:00", 5), pm("N2", "2026-08-28T07:00", 5)))
				if !fault.Is(err, fault.NotFound) {
					r.Errorf("a site elsewhere: %v", err)
				}
				return err
			},
		} {
			if err := try(); err == nil {
				r.Errorf("%s: no error", name)
			}
		}
		if s, err := r.svc.Streams(r.ctx, "", 0); err != nil || len(s) != 0 {
			r.Errorf("streams %+v %v", s, err)
		}
		if rows := r.rejects(telemetry.RejectFilter{}); len(rows) != 0 {
			r.Errorf("rejects %+v", rows)
		}
		err := r.db.View(r.ctx, func(tx *store.Tx) error {
			rep, err := series.Verify(r.ctx, tx)
			if rep.Points != 0 || rep.Broken != nil {
				r.Errorf("series %+v", rep)
			}
			return err
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

func TestIngestIsAuditedAndAnnounced(t *testing.T) {
	both(t, func(r room) {
		last, _, err := jobs.Ends(r.ctx, r.db)
		if err != nil {
			r.Fatal(err)
		}
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 30), pm("N2", "2026-08-28T07:00", 31)))
		events, err := jobs.Feed(r.ctx, r.db, last, 10)
		if err != nil || len(events) != 1 || events[0].Name != telemetry.EventHour || events[0].Object != "2026-08-28T07:00" || events[0].Region != code("4107") {
			r.Errorf("events %+v %v", events, err)
		}
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 30)))
		if again, err := jobs.Feed(r.ctx, r.db, events[0].Seq, 10); err != nil || len(again) != 0 {
			r.Errorf("nothing new was announced: %+v %v", again, err)
		}
		rep, err := audit.Verify(r.ctx, r.db)
		if err != nil {
			r.Errorf("audit %+v %v", rep, err)
		}
		n := 0
		err = r.db.View(r.ctx, func(tx *store.Tx) error {
			return tx.QueryRow(r.ctx, "SELECT COUNT(*) FROM audit_entry WHERE action = 'data.ingest' AND region = '410700000000' AND summary LIKE '%收到 2 个值，入库 2，%'").Scan(&n)
		})
		if err != nil || n != 1 {
			r.Errorf("%d audit entries: %v", n, err)
		}
	})
}

func TestVerifyShowsADifference(t *testing.T) {
	for what, query := range map[string]string{
		"stream":  "UPDATE stream SET received = received + 1, stored = stored + 1",
		"batch":   "UPDATE batch SET stored = stored - 1, received = received - 1",
		"rejects": "DELETE FROM reject",
		"points":  "DELETE FROM segment",
	} {
		both(t, func(r room) {
			r.ingest(feed(pm("N1", "2026-08-28T07:00", 30, -1)))
			r.booksBalance()
			err := r.db.Update(r.ctx, func(tx *store.Tx) error { _, err := tx.Exec(r.ctx, query); return err })
			if err != nil {
				r.Fatal(err)
			}
			b, err := r.svc.Verify(r.ctx)
			if err != nil || len(b.Differences) == 0 {
				r.Errorf("%s: %+v %v", what, b, err)
			}
			_, err = r.svc.Verify(r.as("4107", access.DataRead))
			wantFault(r.T, "without the right", err, fault.Forbidden, "forbidden")
		})
	}
}

func TestRecordTimeOfHistory(t *testing.T) {
	both(t, func(r room) {
		b := feed(pm("N1", "2026-08-01T07:00", 30))
		b.RecordedAt = at("2026-08-01T07:20")
		r.ingest(b)
		for asOf, want := range map[string]int64{"2026-08-01T07:19": series.Missing, "2026-08-01T07:20": 30_000} {
			c, err := r.svc.Columns(r.ctx, telemetry.ColumnQuery{Sites: []string{"N1"}, Factors: []string{"PM25"}, Stat: "hour",
				From: at("2026-08-01T07:00"), To: at("2026-08-01T07:00"), AsOf: at(asOf)})
			if err != nil || c.Values(0, 0)[0] != want {
				r.Errorf("as of %s: %v %v, want %d", asOf, c, err, want)
			}
		}
		r.clk.Advance(time.Minute)
	})
}
