package situation_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	city     = region.Code("410700000000")
	countyA  = region.Code("410721000000")
	countyB  = region.Code("410724000000")
	neighbor = region.Code("410800000000")
)

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// rig is a small city on a real store: two counted stations, two county stations, and two
// cities of the nation.
type rig struct {
	t   *testing.T
	db  *store.DB
	clk *clock.Manual
	air *situation.Service
	tel *telemetry.Service
}

// both runs a test on each engine.
func both(t *testing.T, test func(r *rig)) {
	t.Run("sqlite", func(t *testing.T) { test(newRig(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})) })
	if testing.Short() { // the race suite: what meets in memory is the same on both
		return
	}
	t.Run("postgres", func(t *testing.T) { test(newRig(t, store.Config{URL: pgtest.URL(t)})) })
}

func newRig(t *testing.T, cfg store.Config) *rig {
	t.Helper()
	clk := clock.NewManual(morning)
	db, err := store.Open(t.Context(), cfg, clk)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	rules, err := telemetry.BuiltinRules()
	must(t, err)
	reg, err := standard.Builtin()
	must(t, err)
	r := &rig{t: t, db: db, clk: clk, tel: telemetry.New(db, rules)}
	r.air, err = situation.New(db, r.tel, reg, situation.Config{City: city, Name: func(_ context.Context, c region.Code) string {
		return map[region.Code]string{city: "新乡市", countyA: "新乡县", countyB: "获嘉县"}[c]
	}})
	must(t, err)
	for _, s := range []telemetry.SiteSpec{
		{Code: "N1", Name: "国控一", Kind: telemetry.National, Region: "410702000000", Counted: true},
		{Code: "N2", Name: "国控二", Kind: telemetry.National, Region: "410703000000", Counted: true},
		{Code: "C1", Name: "新乡县站", Kind: telemetry.County, Region: countyA},
		{Code: "C2", Name: "获嘉县站", Kind: telemetry.County, Region: countyB},
		{Code: "410700", Name: "新乡", Kind: telemetry.City, Region: city},
		{Code: "410800", Name: "焦作", Kind: telemetry.City, Region: neighbor},
	} {
		_, _, err := r.tel.PutSite(r.system(), s)
		must(t, err)
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *rig) system() context.Context { return access.With(r.t.Context(), access.System("test")) }

// as is a reader with a role's actions in one region.
func (r *rig) as(code region.Code, actions ...access.Action) context.Context {
	return access.With(r.t.Context(), access.Actor{Account: 7, Name: "reader"}.WithGrants(access.Grant{Kind: access.ScopeRegion, Region: code, Actions: actions}))
}

// concentration is a made-up hour: thousandths by factor, a pure function of its place.
func concentration(site string, factor string, day calendar.Day, label int) int64 {
	base := map[string]int64{"SO2": 9, "NO2": 30, "O3": 60, "PM10": 80, "PM25": 40}[factor]
	swing := (int64(day)*7+int64(label)*3+int64(len(site)))%11 - 5
	if site == "N2" {
		swing += 4
	}
	if factor == "CO" {
		return (7 + swing%3) * 100
	}
	if factor == "O3" && label >= 10 && label <= 18 {
		base += 80
	}
	return (base + swing) * 1000
}

var six = []string{"SO2", "NO2", "CO", "O3", "PM10", "PM25"}

// fill appends every hour of a station from a day to the board's newest hour, as recorded at.
func (r *rig) fill(site string, from calendar.Day, until int64, recorded int64) {
	r.t.Helper()
	err := r.db.Update(r.t.Context(), func(tx *store.Tx) error {
		b := series.Batch{RecordedAt: recorded}
		for _, f := range six {
			ids, err := series.Resolve(r.t.Context(), tx, []series.Key{{Site: site, Factor: f, Stat: "hour"}})
			if err != nil {
				return err
			}
			set := series.Set{ID: ids[0]}
			for end := calendar.HourEnd(from, 1); end <= until; end += calendar.MsPerHour {
				day, label := calendar.HourOf(end)
				set.Times, set.Values = append(set.Times, end), append(set.Values, concentration(site, f, day, label))
			}
			b.Sets = append(b.Sets, set)
		}
		_, err := series.Append(r.t.Context(), tx, b)
		return err
	})
	must(r.t, err)
}

// fillDays appends published days of a city.
func (r *rig) fillDays(site string, from, to calendar.Day, pm25 int64) {
	r.t.Helper()
	err := r.db.Update(r.t.Context(), func(tx *store.Tx) error {
		var b series.Batch
		for f, v := range map[string]int64{"SO2": 8000, "NO2": 28000, "CO": 700, "O3_8h": 110000, "PM10": 70000, "PM25": pm25} {
			ids, err := series.Resolve(r.t.Context(), tx, []series.Key{{Site: site, Factor: f, Stat: "day"}})
			if err != nil {
				return err
			}
			set := series.Set{ID: ids[0]}
			for d := from; d <= to; d++ {
				set.Times, set.Values = append(set.Times, d.End()), append(set.Values, v)
			}
			b.Sets = append(b.Sets, set)
		}
		_, err := series.Append(r.t.Context(), tx, b)
		return err
	})
	must(r.t, err)
}

// usual fills all stations from 2025-01-01 and the neighbour's days.
func (r *rig) usual() {
	until := morning.Add(-time.Hour).UnixMilli()
	for _, s := range []string{"N1", "N2", "C1", "C2"} {
		r.fill(s, calendar.MustDay("2025-01-01"), until, 0)
	}
	r.fillDays("410800", calendar.MustDay("2025-01-01"), calendar.MustDay("2026-08-27"), 60000)
}

func (r *rig) target(item, value string) {
	r.t.Helper()
	_, err := r.air.SetTarget(r.system(), city, 2026, item, value, "演示", 0)
	must(r.t, err)
}

func deref(n *int) string {
	if n == nil {
		return "none"
	}
	return fmt.Sprint(*n)
}
