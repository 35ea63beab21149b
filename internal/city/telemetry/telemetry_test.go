package telemetry_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)
	hour    = time.Hour.Milliseconds()
)

// room is a service on an empty database with six stations in two counties and one abroad.
type room struct {
	*testing.T
	db  *store.DB
	clk *clock.Manual
	svc *telemetry.Service
	ctx context.Context // of the system
}

// both runs a test on each engine.
func both(t *testing.T, test func(r room)) {
	t.Run("sqlite", func(t *testing.T) {
		test(newRoom(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")}))
	})
	t.Run("postgres", func(t *testing.T) { test(newRoom(t, store.Config{URL: pgtest.URL(t)})) })
}

func newRoom(t *testing.T, cfg store.Config) room {
	t.Helper()
	clk := clock.NewManual(morning)
	db, err := store.Open(t.Context(), cfg, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	r := room{t, db, clk, telemetry.New(db, rules), access.With(t.Context(), access.System("test"))}
	for _, s := range []telemetry.SiteSpec{
		{Code: "N1", Name: "市委党校", Kind: telemetry.National, Region: code("410702"), Counted: true},
		{Code: "N2", Name: "环保西院", Kind: telemetry.National, Region: code("410703"), Counted: true, Aliases: []string{"市环保局西院"}},
		{Code: "N3", Name: "开发区", Kind: telemetry.National, Region: code("410702"), Counted: true},
		{Code: "N4", Name: "河师大", Kind: telemetry.National, Region: code("410711"), Counted: true},
		{Code: "C1", Name: "获嘉县站", Kind: telemetry.County, Region: code("410724")},
		{Code: "410700", Name: "新乡市", Kind: telemetry.City, Region: code("4107")},
		{Code: "Z1", Name: "岗李水库(对照点)", Kind: telemetry.National, Region: code("410105"), Counted: true},
	} {
		if _, what, err := r.svc.PutSite(r.ctx, s); err != nil || what != telemetry.SiteCreated {
			t.Fatalf("%s: %v %v", s.Code, what, err)
		}
	}
	return r
}

func code(s string) region.Code { return region.MustParse(s) }

func at(text string) int64 {
	v, err := calendar.ParseTime(text)
	if err != nil {
		panic(err)
	}
	return v
}

// as is a person with actions in a region.
func (r room) as(where string, actions ...access.Action) context.Context {
	a := access.Actor{Account: 7, Name: "li", Display: "李工", Post: 3}.WithGrants(
		access.Grant{Role: "r", Kind: access.ScopeRegion, Region: code(where), Actions: actions})
	return access.With(r.Context(), a)
}

func (r room) ingest(b telemetry.Batch) telemetry.Account {
	r.Helper()
	a, err := r.svc.Ingest(r.ctx, b)
	if err != nil {
		r.Fatal(err)
	}
	if a.Received != a.Stored+a.Unchanged+a.Rejected {
		r.Errorf("account %+v does not balance", a)
	}
	return a
}

// feed is a delivery of the hourly feed.
func feed(cols ...telemetry.Column) telemetry.Batch {
	return telemetry.Batch{Delivery: telemetry.Delivery{Stream: "cnemc", StreamName: "小时发布", Kind: telemetry.Feed}, Columns: cols}
}

// pm is hourly PM2.5 in µg/m³ at a site, ending at the label to.
func pm(site, to string, values ...int64) telemetry.Column {
	c := telemetry.Column{Site: site, Factor: "PM25", Stat: "hour", Header: "pm25"}
	for i, v := range values {
		c.Times = append(c.Times, at(to)-int64(len(values)-1-i)*hour)
		c.Values = append(c.Values, v*1000)
	}
	return c
}

func (r room) rejects(f telemetry.RejectFilter) []telemetry.RejectRow {
	r.Helper()
	rows, total, err := r.svc.Rejects(r.ctx, f, 0, 100)
	if err != nil || total != len(rows) {
		r.Fatalf("%d rejects of %d: %v", len(rows), total, err)
	}
	return rows
}

// wantFault checks the kind and code of an error.
func wantFault(t *testing.T, what string, err error, kind fault.Kind, code string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Code != code {
		t.Errorf("%s: %v, want %v %s", what, err, kind, code)
	}
}

func (r room) booksBalance() {
	r.Helper()
	b, err := r.svc.Verify(r.ctx)
	if err != nil {
		r.Fatal(err)
	}
	for _, d := range b.Differences {
		r.Error(d)
	}
}
