package series_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var (
	noon = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)
	hour = time.Hour.Milliseconds()
)

// both runs a test on each engine with an empty database.
func both(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")}))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, open(t, store.Config{URL: pgtest.URL(t)}))
	})
}

func open(t testing.TB, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg, clock.NewManual(noon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func at(text string) int64 {
	v, err := time.ParseInLocation("2006-01-02T15:04", text, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return v.UnixMilli()
}

func resolve(t testing.TB, db *store.DB, keys ...series.Key) []series.ID {
	t.Helper()
	var ids []series.ID
	err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
		ids, err = series.Resolve(t.Context(), tx, keys)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func appendBatch(ctx context.Context, db *store.DB, b series.Batch) (res series.Result, err error) {
	err = db.Update(ctx, func(tx *store.Tx) (err error) {
		res, err = series.Append(ctx, tx, b)
		return err
	})
	return res, err
}

func mustAppend(t testing.TB, db *store.DB, b series.Batch) series.Result {
	t.Helper()
	res, err := appendBatch(t.Context(), db, b)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func read(t testing.TB, db *store.DB, ids []series.ID, from, to, asOf int64) (c *series.Columns) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		c, err = series.Read(t.Context(), tx, ids, from, to, asOf)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func verify(t testing.TB, db *store.DB) (r series.Report) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		r, err = series.Verify(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// one is a batch of one series.
func one(id series.ID, times, values []int64) series.Batch {
	return series.Batch{Origin: 7, Sets: []series.Set{{ID: id, Times: times, Values: values}}}
}

var pm25 = series.Key{Site: "410700-1", Factor: "PM25", Stat: "hour"}

func TestResolveGivesOneNumberPerKey(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		other := series.Key{Site: "410700-1", Factor: "PM10", Stat: "day"}
		first := resolve(t, db, pm25, other, pm25)
		again := resolve(t, db, other, pm25)
		if first[0] == first[1] || first[0] != first[2] || again[0] != first[1] || again[1] != first[0] {
			t.Errorf("numbers %v then %v", first, again)
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			keys, err := series.Keys(t.Context(), tx, first)
			if err == nil && (keys[0] != pm25 || keys[1] != other) {
				t.Errorf("keys %v", keys)
			}
			if _, err := series.Keys(t.Context(), tx, []series.ID{99}); !fault.Is(err, fault.NotFound) {
				t.Errorf("unknown number: %v", err)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestCorrectionIsANewRevision(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		clk := db.Clock().(*clock.Manual)
		id := resolve(t, db, pm25)[0]
		h := []int64{at("2026-08-28T06:00"), at("2026-08-28T07:00")}
		res := mustAppend(t, db, one(id, h, []int64{35000, 36000}))
		if res.Received != 2 || res.Stored != 2 || res.Revised != 0 || res.Unchanged != 0 {
			t.Errorf("first append: %+v", res)
		}
		before := clk.Now().UnixMilli()
		clk.Advance(time.Hour)
		b := one(id, h, []int64{35000, series.Missing})
		b.Sets[0].Flags = []series.Flag{0, series.Corrected}
		res = mustAppend(t, db, b)
		if res.Received != 2 || res.Stored != 1 || res.Revised != 1 || res.Unchanged != 1 {
			t.Errorf("correction: %+v", res)
		}
		c := read(t, db, []series.ID{id}, h[0], h[1], 0)
		if c.N != 2 || c.Values[0] != 35000 || c.Values[1] != series.Missing || c.Flags[1] != series.Corrected || c.Revisions[1] != 1 {
			t.Errorf("now: %+v", c)
		}
		c = read(t, db, []series.ID{id}, h[0], h[1], before)
		if c.Values[1] != 36000 || c.Flags[1] != 0 || c.Revisions[1] != 0 {
			t.Errorf("as of before the correction: %+v", c)
		}
		c = read(t, db, []series.ID{id}, h[0], h[1], before-1)
		if c.Values[0] != series.Missing || c.Values[1] != series.Missing {
			t.Errorf("as of before the first append: %+v", c)
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			p, err := series.History(t.Context(), tx, id, h[1])
			want := []series.Point{
				{Time: h[1], Value: 36000, RecordedAt: before, Origin: 7},
				{Time: h[1], Value: series.Missing, Flag: series.Corrected, Revision: 1, RecordedAt: before + hour, Origin: 7},
			}
			if len(p) != 2 || p[0] != want[0] || p[1] != want[1] {
				t.Errorf("history %+v, want %+v", p, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestMonthBelongsToTheHourItCloses(t *testing.T) {
	for _, c := range []struct {
		time string
		part int
	}{
		{"2026-08-31T23:00", 202608}, {"2026-09-01T00:00", 202608}, {"2026-09-01T01:00", 202609},
		{"2027-01-01T00:00", 202612}, {"2024-03-01T00:00", 202402},
	} {
		if got := series.PartOf(at(c.time)); got != c.part {
			t.Errorf("%s lies in %d, want %d", c.time, got, c.part)
		}
		if after, until := series.PartBounds(c.part); at(c.time) <= after || at(c.time) > until {
			t.Errorf("%s is outside the bounds of %d", c.time, c.part)
		}
	}
}

func TestRefusals(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := resolve(t, db, pm25, series.Key{Site: "a", Factor: "PM25", Stat: "day"})
		h := at("2026-08-28T07:00")
		for _, c := range []struct {
			name string
			b    series.Batch
			kind fault.Kind
			code string
		}{
			{"negative time", one(ids[0], []int64{-hour}, []int64{1}), fault.Invalid, "series_time"},
			{"off the hour", one(ids[0], []int64{h + 1}, []int64{1}), fault.Invalid, "series_grid"},
			{"hour in a daily series", one(ids[1], []int64{h}, []int64{1}), fault.Invalid, "series_grid"},
			{"twice in a set", one(ids[0], []int64{h, h + hour, h}, []int64{1, 2, 1}), fault.Invalid, "series_duplicate"},
			{"twice in two sets", series.Batch{Sets: []series.Set{{ID: ids[0], Times: []int64{h}, Values: []int64{1}},
				{ID: ids[0], Times: []int64{h}, Values: []int64{1}}}}, fault.Invalid, "series_duplicate"},
			{"value too large", one(ids[0], []int64{h}, []int64{1 << 61}), fault.Invalid, "series_value"},
			{"lengths", one(ids[0], []int64{h}, []int64{1, 2}), fault.Invalid, "series_lengths"},
			{"unknown series", one(999, []int64{h}, []int64{1}), fault.NotFound, "series_unknown"},
			{"negative origin", series.Batch{Origin: -1}, fault.Invalid, "series_origin"},
			{"recorded in the future", series.Batch{RecordedAt: noon.UnixMilli() + 1}, fault.Invalid, "series_recorded_at"},
		} {
			b := c.b
			b.Sets = append([]series.Set{{ID: ids[0], Times: []int64{h - 5*hour}, Values: []int64{1}}}, b.Sets...)
			_, err := appendBatch(t.Context(), db, b)
			var f *fault.Error
			if !fault.Is(err, c.kind) || !asFault(err, &f) || f.Code != c.code {
				t.Errorf("%s: %v, want %v %s", c.name, err, c.kind, c.code)
			}
		}
		if r := verify(t, db); r.Points != 0 || r.Broken != nil {
			t.Errorf("something was stored: %+v", r)
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			_, err := series.Read(t.Context(), tx, ids, h, h, 0)
			return err
		})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("reading hours and days as one: %v", err)
		}
	})
}

func TestHeldCorrections(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		id := resolve(t, db, pm25)[0]
		h := at("2026-08-28T07:00")
		feed := func(v int64) series.Result {
			b := one(id, []int64{h}, []int64{v})
			b.HoldCorrected = true
			return mustAppend(t, db, b)
		}
		feed(120_000)
		fix := one(id, []int64{h}, []int64{80_000})
		fix.Sets[0].Flags = []series.Flag{series.Corrected}
		mustAppend(t, db, fix)
		for _, v := range []int64{120_000, 80_000} {
			if r := feed(v); r.Unchanged != 1 || r.Stored != 0 || len(r.Held) != 0 {
				t.Errorf("%d again: %+v", v, r)
			}
		}
		r := feed(90_000)
		if r.Unchanged != 0 || r.Stored != 0 || len(r.Held) != 1 || r.Held[0] != (series.Held{ID: id, Time: h, Value: 90_000, Stand: 80_000}) {
			t.Errorf("a third value: %+v", r)
		}
		if c := read(t, db, []series.ID{id}, h, h, 0); c.Values[0] != 80_000 {
			t.Errorf("the correction was replaced by %d", c.Values[0])
		}
		if r := mustAppend(t, db, one(id, []int64{h}, []int64{90_000})); r.Revised != 1 {
			t.Errorf("without holding: %+v", r)
		}
		marked := one(id, []int64{h}, []int64{90_000})
		marked.Sets[0].Flags, marked.HoldCorrected = []series.Flag{series.Suspect}, true
		if r := mustAppend(t, db, marked); r.Unchanged != 1 {
			t.Errorf("the same value with an automatic mark: %+v", r)
		}
		marked.Sets[0].Flags[0] = series.Audited
		if r := mustAppend(t, db, marked); r.Revised != 1 {
			t.Errorf("the same value, audited: %+v", r)
		}
	})
}

func TestReadIntoDivides(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := resolve(t, db, pm25, series.Key{Site: "b", Factor: "CO", Stat: "hour"})
		h := at("2026-08-28T01:00")
		mustAppend(t, db, series.Batch{Sets: []series.Set{
			{ID: ids[0], Times: []int64{h, h + hour, h + 2*hour, h + 4*hour, h + 5*hour}, Values: []int64{500, 1500, -2500, 40_000_000, -40_000_000}},
			{ID: ids[1], Times: []int64{h, h + hour}, Values: []int64{700, 1_200}},
		}})
		grid := series.NewGrid(hour, h-hour, h+5*hour)
		dst := make([]int16, 3*grid.N)
		err := db.View(t.Context(), func(tx *store.Tx) error {
			return series.ReadInto(t.Context(), tx, []series.ID{ids[0], ids[1], ids[0]}, grid, 0, 1000, int16(-32768), dst)
		})
		if err != nil {
			t.Fatal(err)
		}
		const none = -32768 // half to even: 0.5→0, 1.5→2, -2.5→-2; beyond the type: its ends
		want := []int16{none, 0, 2, -2, none, 32767, -32767, none, 1, 1, none, none, none, none, none, 0, 2, -2, none, 32767, -32767}
		for i := range want {
			if dst[i] != want[i] {
				t.Fatalf("got %v, want %v", dst, want)
			}
		}
	})
}

func TestChangesNameTouchedMonths(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := resolve(t, db, pm25, series.Key{Site: "b", Factor: "CO", Stat: "hour"})
		h := at("2026-08-01T00:00")
		mustAppend(t, db, one(ids[0], []int64{h, h + hour}, []int64{1, 2}))
		changes := func(after int64) (c []series.Change, last int64) {
			err := db.View(t.Context(), func(tx *store.Tx) (err error) {
				c, last, err = series.Changes(t.Context(), tx, after)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return c, last
		}
		got, last := changes(0)
		if len(got) != 2 || got[0].Part != 202607 || got[1].Part != 202608 || got[0].ID != ids[0] {
			t.Errorf("changes %+v", got)
		}
		if r := mustAppend(t, db, one(ids[0], []int64{h}, []int64{1})); r.Change != 0 {
			t.Errorf("an unchanged batch took number %d", r.Change)
		}
		if got, again := changes(last); len(got) != 0 || again != last {
			t.Errorf("after an unchanged batch: %+v, last %d", got, again)
		}
		for i := range int64(40) { // beyond a merge
			mustAppend(t, db, one(ids[1], []int64{h + (i+1)*hour}, []int64{i}))
		}
		got, end := changes(last)
		for _, c := range got {
			if c.ID != ids[1] || c.Part != 202608 || c.Change <= last || c.Change > end {
				t.Errorf("change %+v", c)
			}
		}
		if len(got) == 0 || len(got) > 32 {
			t.Errorf("%d segments after 40 appends, want merged ones", len(got))
		}
	})
}

func TestRevisionsListLatestFirst(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := resolve(t, db, pm25, series.Key{Site: "b", Factor: "CO", Stat: "hour"})
		start := at("2026-06-30T20:00")
		var times, values []int64
		for i := range int64(8) {
			times, values = append(times, start+i*hour), append(values, 1000*i)
		}
		for _, id := range ids {
			mustAppend(t, db, one(id, times, values))
			mustAppend(t, db, one(id, []int64{times[1], times[6]}, []int64{5, 6}))
		}
		var got []series.Revised
		list := func(ids []series.ID, before int64, id series.ID, limit int) {
			err := db.View(t.Context(), func(tx *store.Tx) (err error) {
				got, err = series.Revisions(t.Context(), tx, ids, before, id, limit)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		list(ids, 0, 0, 3)
		if len(got) != 3 || got[0].ID != ids[1] || got[0].Time != times[6] || got[1].ID != ids[0] || got[2].Time != times[1] || len(got[0].Points) != 2 {
			t.Errorf("first page %+v", got)
		}
		list(ids, got[2].Time, got[2].ID, 3)
		if len(got) != 1 || got[0].ID != ids[0] || got[0].Time != times[1] {
			t.Errorf("second page %+v", got)
		}
		list(ids[:1], 0, 0, 10)
		if len(got) != 2 || got[0].ID != ids[0] {
			t.Errorf("one series %+v", got)
		}
	})
}

func TestLatest(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := resolve(t, db, pm25, series.Key{Site: "b", Factor: "CO", Stat: "hour"})
		h := at("2026-08-01T00:00")
		mustAppend(t, db, one(ids[0], []int64{h, h + hour, h + 2*hour}, []int64{1, 2, series.Missing}))
		err := db.View(t.Context(), func(tx *store.Tx) error {
			got, err := series.Latest(t.Context(), tx, ids, h-hour, h+5*hour, 0)
			if err == nil && (got[0] != h+hour || got[1] != 0) {
				t.Errorf("latest %v", got)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
