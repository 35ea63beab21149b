package situation

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// What a board is computed from is the same, bit for bit, whether everything is read or only
// what differs from an earlier board: live, and as of any instant, after any late, corrected
// and deleted values, history with record times of its own, new series and merged segments.
func TestReadingTheDifferenceEqualsReadingAll(t *testing.T) {
	for name, cfg := range map[string]store.Config{"sqlite": {Path: filepath.Join(t.TempDir(), "q.db")}, "postgres": {URL: pgtest.URL(t)}} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, cfg)
			b.append(0, 400) // history of a long time
			b.live(t)
			for step := range 30 {
				b.clk.Set(b.clk.Now().Add(time.Duration(1+b.rnd.IntN(2000)) * time.Minute))
				recorded := int64(0)
				if b.rnd.IntN(3) == 0 { // a loader of history knows better when it was recorded
					recorded = b.instant().UnixMilli()
				}
				b.append(recorded, 1+b.rnd.IntN(12))
				if step%3 == 0 {
					b.live(t) // otherwise the base is older than the store
				}
				b.compare(t, b.instant())
				b.compare(t, b.clk.Now())
				b.compare(t, b.clk.Now().Add(-time.Millisecond))
			}
			b.live(t)
			b.compare(t, time.Time{})
		})
	}
}

// readingBench is a store with some stations and cities, and a service that follows it.
type readingBench struct {
	ctx   context.Context
	clk   *clock.Manual
	db    *store.DB
	rnd   *rand.Rand
	kept  *Service
	fresh func() *Service
	start time.Time
}

const benchCity = "410700000000"

func newBench(t *testing.T, cfg store.Config) *readingBench {
	t.Helper()
	b := &readingBench{ctx: access.With(t.Context(), access.System("test")), start: time.Date(2025, 11, 20, 8, 0, 0, 0, clock.Shanghai), rnd: rand.New(rand.NewPCG(17, 4))}
	b.clk = clock.NewManual(b.start)
	db, err := store.Open(t.Context(), cfg, b.clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	b.db = db
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	tel := telemetry.New(db, rules)
	b.fresh = func() *Service {
		s, err := New(db, tel, reg, Config{City: benchCity})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	b.kept = b.fresh()
	for _, s := range []telemetry.SiteSpec{
		{Code: "N1", Name: "国控一", Kind: telemetry.National, Region: "410702000000", Counted: true},
		{Code: "N2", Name: "国控二", Kind: telemetry.National, Region: "410703000000", Counted: true},
		{Code: "C1", Name: "新乡县站", Kind: telemetry.County, Region: "410721000000"},
		{Code: "410700", Name: "新乡", Kind: telemetry.City, Region: benchCity},
		{Code: "410800", Name: "焦作", Kind: telemetry.City, Region: "410800000000"},
		{Code: "410900", Name: "濮阳", Kind: telemetry.City, Region: "410900000000"},
	} {
		if _, _, err := tel.PutSite(b.ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// instant is some moment between a little before the first record and now.
func (b *readingBench) instant() time.Time {
	span := b.clk.Now().Sub(b.start) + time.Hour
	return b.start.Add(-time.Hour + time.Duration(b.rnd.Int64N(int64(span)/1e6))*time.Millisecond)
}

// append stores some values of some series, each with a label not after now.
func (b *readingBench) append(recorded int64, n int) {
	batch := series.Batch{RecordedAt: recorded}
	err := b.db.Update(b.ctx, func(tx *store.Tx) error {
		seen := map[series.Key]bool{}
		for range n {
			site := []string{"N1", "N2", "C1", "410700", "410800", "410900"}[b.rnd.IntN(6)]
			stat, p := "hour", shown[b.rnd.IntN(len(shown))]
			if site[0] == '4' && b.rnd.IntN(4) > 0 {
				stat, p = "day", inDay[b.rnd.IntN(len(inDay))]
			}
			if b.rnd.IntN(3) == 0 { // one series so often that its segments are merged
				site, stat, p = "N1", "hour", shown[0]
			}
			k := series.Key{Site: site, Factor: factorOf[p], Stat: stat}
			if seen[k] {
				continue
			}
			seen[k] = true
			ids, err := series.Resolve(b.ctx, tx, []series.Key{k})
			if err != nil {
				return err
			}
			batch.Sets = append(batch.Sets, b.values(ids[0], stat))
		}
		_, err := series.Append(b.ctx, tx, batch)
		return err
	})
	if err != nil {
		panic(err)
	}
}

func (b *readingBench) values(id series.ID, stat string) series.Set {
	set := series.Set{ID: id}
	step, last := int64(calendar.MsPerHour), b.clk.Now().UnixMilli()
	if stat == "day" {
		step = calendar.MsPerDay
	}
	last -= (last + calendar.Offset) % step
	back := []int{3, 60, 700}[b.rnd.IntN(3)] // near, or long past
	for i := range 1 + b.rnd.IntN(30) {
		label := last - int64(back-i%back)*step
		if i >= back {
			break
		}
		v := int64(b.rnd.IntN(200)) * 500
		if b.rnd.IntN(9) == 0 {
			v = series.Missing
		}
		set.Times, set.Values = append(set.Times, label), append(set.Values, v)
		set.Flags = append(set.Flags, series.Flag(b.rnd.IntN(3)))
	}
	return set
}

// live brings the kept service's live board up to the store and compares it.
func (b *readingBench) live(t *testing.T) {
	t.Helper()
	if _, err := b.kept.boardFor(b.ctx, benchCity, zeroTime); err != nil {
		t.Fatal(err)
	}
	if _, err := b.kept.Refresh(b.ctx); err != nil {
		t.Fatal(err)
	}
	b.compare(t, zeroTime)
}

func (b *readingBench) compare(t *testing.T, asOf time.Time) {
	t.Helper()
	got, err := b.kept.load(b.ctx, benchCity, asOf)
	if err != nil {
		t.Fatal(err)
	}
	want, err := b.fresh().load(b.ctx, benchCity, asOf)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("as of %v at %v: through %d, want %d; hours %s, panel %s", asOf, b.clk.Now(), got.through, want.through,
			differing(got, want, false), differing(got, want, true))
	}
}

// differing names the first column in which two readings differ.
func differing(got, want *facts, panel bool) string {
	for p := range factorOf {
		var x, y []int16
		switch {
		case panel && got.panel != nil && want.panel != nil:
			x, y = got.panel.V[p], want.panel.V[p]
		case !panel && got.hours != nil && want.hours != nil:
			x, y = got.hours.V[p], want.hours.V[p]
		}
		if !slices.Equal(x, y) {
			return factorOf[p]
		}
	}
	return "the same"
}
