package telemetry_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// year is a file of n hours of 新乡 and 郑州.
func year(n int) string {
	var b strings.Builder
	b.WriteString("city,time,pm25,pm10\n")
	for h := range n {
		t := at("2024-01-01T01:00") + int64(h)*calendar.MsPerHour
		fmt.Fprintf(&b, "新乡,%s,%d,%d\n郑州市,%s,%d,%d\n", calendar.FormatTime(t), h%90, h%120, calendar.FormatTime(t), h%80, h%110)
	}
	return b.String()
}

// signIn writes as a login does: one row in a transaction of its own.
func (r room) signIn() error {
	ctx, cancel := context.WithTimeout(r.ctx, 20*time.Second) // a writer that waits for the import would wait for ever
	defer cancel()
	return r.db.Update(ctx, func(tx *store.Tx) error {
		return jobs.Publish(ctx, tx, jobs.Event{Name: "ping", Object: "1"})
	})
}

// between is a reader that calls fn once when half of the text was read.
func between(text string, fn func()) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) {
		half := len(text) / 2
		return io.NopCloser(io.MultiReader(strings.NewReader(text[:half]), &caller{fn: fn}, strings.NewReader(text[half:]))), nil
	}
}

type caller struct{ fn func() }

func (c *caller) Read([]byte) (int, error) { c.fn(); return 0, io.EOF }

// TestOthersWriteWhileAFileIsRead: the reader of the file itself waits for another writer's
// transaction, half-way through and again when all is judged. An import that held the writer
// would never end.
func TestOthersWriteWhileAFileIsRead(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		writes := 0
		other := func() {
			writes++
			if err := r.signIn(); err != nil {
				r.Errorf("another writer waits for the import: %v", err)
			}
			if n := r.count("segment") + r.count("batch") + r.count("reject") + r.count("import_run"); n != 0 {
				r.Errorf("%d rows of a file that is still being read", n)
			}
		}
		m.AfterJudging(other)
		text := year(9000) + "未知市,2024-01-01T01,1,1\n"
		f := telemetry.ImportFile{Name: "year.csv", Size: int64(len(text)), Open: between(text, other)}
		got, _ := r.imported(m, r.ctx, f, asHours)
		if got != "received 36002 = stored 36000 + unchanged 0 + rejected 2 (missing 0)" || writes != 2 {
			r.Errorf("%s, %d writes beside", got, writes)
		}
		if got := r.value("410100", "PM10", "hour", "2024-01-01T02"); got != "1 r0" {
			r.Errorf("a city that the file registered: %q", got)
		}
		r.booksBalance()
		if n := r.count("import_receipt"); n != 1 {
			r.Errorf("%d receipts: another writer that stored no observation is no reason to read again", n)
		}
	})
}

// TestADryRunWantsNoWriter: another writer holds its transaction all the time.
func TestADryRunWantsNoWriter(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		r.ingest(feed(pm("410700", "2024-01-01T02:00", 0, 7)))
		r.correctAt("410700", "2024-01-01T02:00", 28_000)
		err := r.db.Update(r.ctx, func(*store.Tx) error {
			ctx, cancel := context.WithTimeout(r.ctx, 20*time.Second)
			defer cancel()
			o := asHours
			o.DryRun = true
			var last importer.Reject
			rep, err := m.Run(ctx, file("f", []byte(year(10))), o, nil, func(x importer.Reject) { last = x })
			if got := rep.String(); err == nil && (got != "received 40 = stored 38 + unchanged 1 + rejected 1 (missing 0)" || rep.RejectedRows != 1 || last.Line != 4) {
				r.Errorf("%s, %d rejected rows, %+v", got, rep.RejectedRows, last)
			}
			return err
		})
		if err != nil {
			r.Error(err)
		}
	})
}

func (r room) correctAt(site, label string, value int64) {
	r.Helper()
	c := telemetry.Correction{Site: site, Factor: "PM25", Stat: "hour", Time: at(label), Value: &value, Reason: "校准后复核"}
	if _, err := r.svc.Correct(r.ctx, c); err != nil {
		r.Fatal(err)
	}
}

// TestACorrectionBetweenJudgingAndStoring stands: the file's value is refused with its line,
// the account balances, and a second file says the same.
func TestACorrectionBetweenJudgingAndStoring(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		r.ingest(feed(pm("410700", "2024-01-01T02:00", 0, 7)))
		text, want := year(10), "received 40 = stored 38 + unchanged 1 + rejected 1 (missing 0)"
		m.AfterJudging(func() { r.correctAt("410700", "2024-01-01T02:00", 28_000) })
		got, rejects := r.imported(m, r.ctx, file("f", []byte(text)), asHours)
		if got != want || len(rejects) != 1 || rejects[0] != "4 pm25: a person's correction stands (28)" {
			r.Errorf("%s %q", got, rejects)
		}
		if got := r.value("410700", "PM25", "hour", "2024-01-01T02"); got != "28 r1 corrected" {
			r.Errorf("the correction: %q", got)
		}
		list, _, err := m.List(r.ctx, 0, 1)
		if err != nil || list[0].RejectedRows != 1 {
			r.Fatalf("%+v %v", list, err)
		}
		n := 0
		err = m.Rejects(r.ctx, list[0].ID, func(x telemetry.ImportReject) bool { n++; return x.Code == "corrected_holds" && x.Line == 4 })
		if err != nil || n != 1 || r.count("reject") != 1 || r.count("import_receipt") != 0 {
			r.Errorf("%d rejects in the log, %d rows, %d receipts, %v", n, r.count("reject"), r.count("import_receipt"), err)
		}
		m.AfterJudging(nil)
		if got, _ := r.imported(m, r.ctx, file("f", []byte(text)), asHours); got != "received 40 = stored 0 + unchanged 39 + rejected 1 (missing 0)" {
			r.Errorf("again: %s", got)
		}
		r.booksBalance()
	})
}

// TestANewerValueBetweenJudgingAndStoring becomes the earlier revision; a receipt that was
// found before does not hold any more.
func TestANewerValueBetweenJudgingAndStoring(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		newer := func() { r.ingest(feed(pm("410700", "2024-01-01T02:00", 70))) }
		text := year(10)
		m.AfterJudging(newer)
		if got, _ := r.imported(m, r.ctx, file("f", []byte(text)), asHours); got != "received 40 = stored 40 + unchanged 0 + rejected 0 (missing 0)" {
			r.Error(got)
		}
		if got := r.value("410700", "PM25", "hour", "2024-01-01T02"); got != "1 r1" || r.count("import_receipt") != 0 {
			r.Errorf("%q, %d receipts", got, r.count("import_receipt"))
		}
		m.AfterJudging(nil)
		r.imported(m, r.ctx, file("f", []byte(text)), asHours)
		var of opened
		times := 0
		m.AfterJudging(func() {
			if times++; times == 1 {
				newer()
			}
		})
		got, _ := r.imported(m, r.ctx, of.file("f", text), asHours)
		if got != "received 40 = stored 1 + unchanged 39 + rejected 0 (missing 0)" || of.n != 3 || times != 2 {
			r.Errorf("%s, opened %d times, judged %d times", got, of.n, times)
		}
		r.booksBalance()
	})
}

// TestTheRegisterMovesWhileAFileIsRead: all is judged again by the register as it is, in the
// end where it cannot move.
func TestTheRegisterMovesWhileAFileIsRead(t *testing.T) {
	for _, moves := range []int{1, 100} {
		t.Run(fmt.Sprint(moves), func(t *testing.T) {
			both(t, func(r room) {
				m := importsOn(r.T, r.db)
				judged := 0
				m.AfterJudging(func() {
					if judged++; judged > moves {
						return
					}
					_, _, err := r.svc.PutSite(r.ctx, telemetry.SiteSpec{Code: "C1", Name: "获嘉县站", Kind: telemetry.County, Region: code("410724"),
						Aliases: []string{"没有的站", fmt.Sprint("别名", judged)}})
					if err != nil {
						r.Error(err)
					}
				})
				got, rejects := r.imported(m, r.ctx, file("f", []byte(strings.Replace(twice, "900", "90", 1))), asHours)
				if got != "received 15 = stored 10 + unchanged 2 + rejected 3 (missing 1)" || len(rejects) != 2 {
					r.Errorf("%s %q", got, rejects)
				}
				if want := min(moves+1, 3); judged != want {
					r.Errorf("judged %d times, want %d", judged, want)
				}
				if r.count("batch") != 1 || r.count("import_run") != 1 {
					r.Errorf("%d deliveries, %d imports", r.count("batch"), r.count("import_run"))
				}
				r.booksBalance()
			})
		})
	}
}

// TestListsAreStoredOnTheRegisterTheyWereReadWith: a station list and a list of regions meet a
// change made while they were read.
func TestListsAreStoredOnTheRegisterTheyWereReadWith(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		list := "监测点编码,监测点名称,城市,经度,纬度,对照点\n1001A,万寿西宫,北京,116.36,39.87,\n1002A,定陵,北京,116.22,40.29,Y\n"
		times := 0
		m.AfterJudging(func() {
			if times++; times > 1 {
				return
			}
			_, _, err := r.svc.PutSite(r.ctx, telemetry.SiteSpec{Code: "1009A", Name: "定陵", Kind: telemetry.National, Region: code("110100")})
			if err != nil {
				r.Error(err)
			}
			if err := r.signIn(); err != nil {
				r.Error(err)
			}
		})
		got, rejects := r.imported(m, r.ctx, file("f", []byte(list)), telemetry.ImportOptions{Kind: "sites"})
		if got != "received 2 = stored 1 + unchanged 0 + rejected 1 (missing 0)" || len(rejects) != 1 || !strings.HasPrefix(rejects[0], "3 ") || times != 2 {
			r.Errorf("%s %q, judged %d times", got, rejects, times)
		}
	})
}

// TestACrashBetweenJudgingAndStoring: the process ends after the file was judged. Nothing of
// it is in the database, and the next runner brings it in whole, once.
func TestACrashBetweenJudgingAndStoring(t *testing.T) {
	both(t, func(r room) {
		d := newDesk(r)
		_, id := d.upload("?dryRun=false", "air-hourly", []byte(year(3000)))
		ctx, die := context.WithCancel(r.ctx)
		judged := make(chan struct{})
		d.m.AfterJudging(func() { close(judged); <-ctx.Done() })
		runner := jobs.NewRunner(r.db, jobs.Options{Poll: 10 * time.Millisecond, Grace: time.Millisecond, Lease: 3 * time.Second})
		d.m.Register(runner)
		ended := make(chan struct{})
		go func() { defer close(ended); _ = runner.Run(ctx) }() // ends with ctx's error
		<-judged
		die()
		<-ended
		if n := r.count("segment") + r.count("batch") + r.count("reject") + r.count("series") + r.count("import_receipt"); n != 0 {
			r.Errorf("%d rows of an import that was not stored", n)
		}
		d.m.AfterJudging(nil)
		d.work()
		x := d.settled(id)
		if x.account() != "done 12000=6000+0+6000" || r.count("batch") != 1 {
			r.Errorf("%s %s, %d deliveries", x.account(), x.Error, r.count("batch"))
		}
		if report, err := audit.Verify(r.ctx, r.db); err != nil || !report.OK {
			r.Errorf("audit %+v %v", report, err)
		}
	})
}

// TestNeighboursOfAnEarlierPartCount: a delivery in parts compares with what it has staged.
func TestNeighboursOfAnEarlierPartCount(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N2", "2026-08-28T06:00", 300))) // the delivery says otherwise
		in, err := r.svc.Begin(r.ctx, r.db.View, feed().Delivery)
		if err != nil {
			r.Fatal(err)
		}
		for _, cols := range [][]telemetry.Column{{pm("N2", "2026-08-28T06:00", 40), pm("N3", "2026-08-28T06:00", 41), pm("N4", "2026-08-28T06:00", 38)},
			{pm("N1", "2026-08-28T06:00", 42, 400)}} {
			if err := in.Add(r.ctx, cols); err != nil {
				r.Fatal(err)
			}
		}
		var a telemetry.Account
		err = r.db.Update(r.ctx, func(tx *store.Tx) error {
			a, err = in.Store(r.ctx, tx)
			return err
		})
		if err != nil || a.Suspect != 1 || a.Stored != 5 || a.Revised != 1 {
			r.Errorf("%+v %v", a, err)
		}
		why, err := r.svc.Doubts(r.ctx, series.Key{Site: "N1", Factor: "PM25", Stat: "hour"}, at("2026-08-28T06:00"), at("2026-08-28T06:00"))
		if d := why[telemetry.DoubtAt{Time: at("2026-08-28T06:00"), Value: 400_000}]; err != nil || d.Median != 40_000 || d.Neighbours != 3 {
			r.Errorf("%+v %v", why, err)
		}
		r.booksBalance()
	})
}
