package series_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// packedLike is the batch with every set packed in parts, each in ascending time, as a long
// file comes in.
func packedLike(r *rapid.T, b series.Batch, stat string, ids map[series.ID]series.ID) series.Batch {
	out := b
	out.Sets = nil
	for _, s := range b.Sets {
		p := &series.Packed{}
		order := make([]int, len(s.Times))
		for i := range order {
			order[i] = i
		}
		for len(order) > 0 {
			n := rapid.IntRange(1, len(order)).Draw(r, "part")
			part := slices.SortedFunc(slices.Values(order[:n]), func(i, k int) int { return int((s.Times[i] - s.Times[k]) / hour) })
			order = order[n:]
			var times, values []int64
			var flags []series.Flag
			for _, i := range part {
				times, values = append(times, s.Times[i]), append(values, s.Values[i])
				if s.Flags != nil {
					flags = append(flags, s.Flags[i])
				}
			}
			if err := p.Add(series.Key{Site: "x", Factor: "y", Stat: stat}, times, values, flags); err != nil {
				r.Fatal(err)
			}
		}
		if p.Len() != len(s.Times) {
			r.Fatalf("%d points packed, %d given", p.Len(), len(s.Times))
		}
		out.Sets = append(out.Sets, series.Set{ID: ids[s.ID], Packed: p})
	}
	return out
}

func (a account) of(res series.Result) account {
	return account{res.Received, res.Stored, res.Revised, res.Unchanged, len(res.Held)}
}

type account struct{ received, stored, revised, unchanged, held int }

// TestPackedEqualsPlain: the same batches, plain into one pair of series and packed into
// another, give the same results and the same points; Try says beforehand what will be.
func TestPackedEqualsPlain(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		clk := db.Clock().(*clock.Manual)
		serial := 0
		rapid.Check(t, func(r *rapid.T) {
			serial++
			site := time.Duration(serial).String()
			ids := resolve(t, db, series.Key{Site: site, Factor: "A", Stat: "hour"}, series.Key{Site: site, Factor: "B", Stat: "hour"},
				series.Key{Site: site, Factor: "C", Stat: "hour"}, series.Key{Site: site, Factor: "D", Stat: "hour"})
			twin := map[series.ID]series.ID{ids[0]: ids[2], ids[1]: ids[3]}
			start := at("2026-07-31T15:00")
			for range rapid.SampledFrom([]int{1, 3, 24}).Draw(r, "appends") {
				clk.Advance(time.Hour)
				plain := drawBatch(r, ids[:2], start, clk.Now().UnixMilli())
				plain.HoldCorrected = rapid.Bool().Draw(r, "hold")
				packed := packedLike(r, plain, "hour", twin)
				told := try(t, db, packed)
				res, got := mustAppend(t, db, plain), mustAppend(t, db, packed)
				var want account
				if want = want.of(res); want != want.of(got) || want != want.of(told) || told.Change != 0 {
					r.Fatalf("plain %+v\npacked %+v\ntried %+v", res, got, told)
				}
			}
			a, b := read(t, db, ids[:2], start, start+19*hour, 0), read(t, db, ids[2:], start, start+19*hour, 0)
			if !slices.Equal(a.Values, b.Values) || !slices.Equal(a.Flags, b.Flags) || !slices.Equal(a.Revisions, b.Revisions) {
				r.Fatalf("plain  %v %v\npacked %v %v", a.Values, a.Revisions, b.Values, b.Revisions)
			}
		})
		if rep := verify(t, db); rep.Broken != nil {
			t.Error(rep.Broken)
		}
	})
}

func try(t testing.TB, db *store.DB, b series.Batch) (res series.Result) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		res, err = series.Try(t.Context(), tx, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestPackedKeepsOriginAndRecordTime(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := resolve(t, db, series.Key{Site: "s", Factor: "A", Stat: "hour"})
		from := at("2026-07-31T22:00")
		times := []int64{from, from + hour, from + 2*hour, from + 3*hour, from + 5*hour}
		var p series.Packed
		if err := p.Add(series.Key{Site: "s", Factor: "A", Stat: "hour"}, times, []int64{1, series.Missing, 3000, 4500, 1 << 40}, nil); err != nil {
			t.Fatal(err)
		}
		mustAppend(t, db, series.Batch{Origin: 1 << 40, RecordedAt: at("2026-08-01T09:30"), Sets: []series.Set{{ID: ids[0], Packed: &p}}})
		err := db.View(t.Context(), func(tx *store.Tx) error {
			for i, when := range times {
				h, err := series.History(t.Context(), tx, ids[0], when)
				if err != nil {
					return err
				}
				if len(h) != 1 || h[0].Origin != 1<<40 || h[0].RecordedAt != at("2026-08-01T09:30") || h[0].Revision != 0 || h[0].Value != []int64{1, series.Missing, 3000, 4500, 1 << 40}[i] {
					t.Errorf("%d: %+v", i, h)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if rep := verify(t, db); rep.Broken != nil || rep.Points != 5 || rep.Segments != 2 {
			t.Errorf("%+v", rep)
		}
	})
}

func TestPackedRefusals(t *testing.T) {
	db := open(t, store.Config{Path: t.TempDir() + "/q.db"})
	k := series.Key{Site: "s", Factor: "A", Stat: "hour"}
	h := at("2026-08-28T01:00")
	for name, times := range map[string][]int64{"series_duplicate": {h, h}, "series_grid": {h + 1}, "series_time": {-hour}} {
		var p series.Packed
		err := p.Add(k, times, make([]int64, len(times)), nil)
		if !fault.Is(err, fault.Invalid) || p.Len() != 0 {
			t.Errorf("%s: %v, %d points", name, err, p.Len())
		}
	}
	ids := resolve(t, db, k)
	var twice, other series.Packed
	for range 2 {
		if err := twice.Add(k, []int64{h, h + hour}, []int64{1, 2}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := other.Add(k, []int64{h}, []int64{1}, nil); err != nil {
		t.Fatal(err)
	}
	for name, sets := range map[string][]series.Set{
		"a time in two parts":       {{ID: ids[0], Packed: &twice}},
		"packed twice":              {{ID: ids[0], Packed: &other}, {ID: ids[0], Packed: &other}},
		"packed and plain":          {{ID: ids[0], Packed: &other}, {ID: ids[0], Times: []int64{h + hour}, Values: []int64{1}}},
		"packed and plain in a set": {{ID: ids[0], Packed: &other, Times: []int64{h + hour}, Values: []int64{1}}},
	} {
		if _, err := appendBatch(t.Context(), db, series.Batch{Sets: sets}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
