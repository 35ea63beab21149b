package series_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// model is the plainest possible store: every revision of every time in a map.
type model map[series.ID]map[int64][]series.Point

func (m model) append(b series.Batch, now int64) (stored, revised, unchanged int) {
	if b.RecordedAt > 0 {
		now = b.RecordedAt
	}
	for _, s := range b.Sets {
		for i, t := range s.Times {
			f := series.Flag(0)
			if s.Flags != nil {
				f = s.Flags[i]
			}
			old := m[s.ID][t]
			if n := len(old); n > 0 {
				if old[n-1].Value == s.Values[i] && old[n-1].Flag == f {
					unchanged++
					continue
				}
				revised++
			}
			stored++
			m[s.ID][t] = append(old, series.Point{Time: t, Value: s.Values[i], Flag: f,
				Revision: int32(len(old)), RecordedAt: now, Origin: b.Origin})
		}
	}
	return stored, revised, unchanged
}

// seen is the highest revision recorded by asOf.
func (m model) seen(id series.ID, t, asOf int64) (p series.Point, ok bool) {
	for _, q := range m[id][t] {
		if q.RecordedAt <= asOf {
			p, ok = q, true
		}
	}
	return p, ok
}

// drawBatch makes a batch of random points with few distinct times and values, so that
// corrections, repeats and merges all happen.
func drawBatch(r *rapid.T, ids []series.ID, start, now int64) series.Batch {
	b := series.Batch{Origin: rapid.Int64Range(0, 9).Draw(r, "origin")}
	if rapid.IntRange(0, 4).Draw(r, "backdated") == 0 {
		b.RecordedAt = now - rapid.Int64Range(0, 5).Draw(r, "by")*hour
	}
	for _, id := range ids {
		n := rapid.IntRange(0, 12).Draw(r, "points")
		if n == 0 {
			continue
		}
		s := series.Set{ID: id}
		places := rapid.SliceOfNDistinct(rapid.Int64Range(0, 19), n, n, rapid.ID).Draw(r, "times")
		for _, p := range places {
			s.Times = append(s.Times, start+p*hour)
			v := rapid.SampledFrom([]int64{series.Missing, 0, 100, 35_000, -1_500, 1_234_567, 999_999_999_999}).Draw(r, "value")
			s.Values = append(s.Values, v)
		}
		if rapid.Bool().Draw(r, "flagged") {
			s.Flags = make([]series.Flag, n)
			for i := range s.Flags {
				s.Flags[i] = rapid.SampledFrom([]series.Flag{0, series.Suspect, series.Corrected | series.Audited}).Draw(r, "flag")
			}
		}
		b.Sets = append(b.Sets, s)
	}
	return b
}

func TestStoreEqualsModel(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		clk := db.Clock().(*clock.Manual)
		serial := 0
		rapid.Check(t, func(r *rapid.T) {
			serial++
			site := time.Duration(serial).String() // new series for every run
			ids := resolve(t, db, series.Key{Site: site, Factor: "A", Stat: "hour"}, series.Key{Site: site, Factor: "B", Stat: "hour"})
			start := at("2026-07-31T15:00") // the times cross a month's end
			m := model{ids[0]: {}, ids[1]: {}}
			moments := []int64{clk.Now().UnixMilli() - 3*hour}
			for range rapid.SampledFrom([]int{1, 2, 5, 9, 40}).Draw(r, "appends") {
				clk.Advance(time.Duration(rapid.IntRange(0, 2).Draw(r, "wait")) * time.Hour)
				now := clk.Now().UnixMilli()
				b := drawBatch(r, ids, start, now)
				res, err := appendBatch(t.Context(), db, b)
				if err != nil {
					r.Fatal(err)
				}
				stored, revised, unchanged := m.append(b, now)
				if res.Stored != stored || res.Revised != revised || res.Unchanged != unchanged || res.Received != stored+unchanged {
					r.Fatalf("result %+v, model stored %d revised %d unchanged %d", res, stored, revised, unchanged)
				}
				moments = append(moments, now)
			}
			for range 4 {
				compare(t, r, db, m, ids, start, rapid.SampledFrom(moments).Draw(r, "as of"))
			}
			compare(t, r, db, m, ids, start, 0)
			histories(t, r, db, m, ids)
		})
		if rep := verify(t, db); rep.Broken != nil {
			t.Error(rep.Broken)
		}
	})
}

func compare(t *testing.T, r *rapid.T, db *store.DB, m model, ids []series.ID, start, asOf int64) {
	c := read(t, db, ids, start, start+19*hour, asOf)
	narrow := make([]int32, len(ids)*c.N)
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return series.ReadInto(t.Context(), tx, ids, c.Grid, asOf, 1, -1<<31, narrow)
	})
	if err != nil {
		r.Fatal(err)
	}
	if asOf == 0 {
		asOf = 1 << 62
	}
	for k, id := range ids {
		for i := range c.N {
			p, ok := m.seen(id, c.Time(i), asOf)
			if !ok {
				p.Value = series.Missing
			}
			j := k*c.N + i
			if c.Values[j] != p.Value || c.Flags[j] != p.Flag || c.Revisions[j] != p.Revision {
				r.Fatalf("series %d place %d as of %d: %d flag %d revision %d, model %+v", k, i, asOf, c.Values[j], c.Flags[j], c.Revisions[j], p)
			}
			want := int32(-1 << 31)
			if p.Value != series.Missing {
				want = int32(min(p.Value, 1<<31-1))
			}
			if narrow[j] != want {
				r.Fatalf("narrow place %d: %d, want %d", j, narrow[j], want)
			}
		}
	}
}

func histories(t *testing.T, r *rapid.T, db *store.DB, m model, ids []series.ID) {
	err := db.View(t.Context(), func(tx *store.Tx) error {
		for _, id := range ids {
			for when, want := range m[id] {
				got, err := series.History(t.Context(), tx, id, when)
				if err != nil {
					return err
				}
				if len(got) != len(want) {
					r.Fatalf("history of %d has %d revisions, model %d", when, len(got), len(want))
				}
				for i := range want {
					if want[i].RecordedAt == got[i].RecordedAt && want[i] != got[i] {
						r.Fatalf("revision %d: %+v, model %+v", i, got[i], want[i])
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}
