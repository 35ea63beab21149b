package series_test

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }

// fillMonths stores three series of 100 hours across a month's end.
func fillMonths(t testing.TB, db *store.DB) []series.ID {
	ids := resolve(t, db, pm25, series.Key{Site: "b", Factor: "CO", Stat: "hour"}, series.Key{Site: "c", Factor: "O3", Stat: "hour"})
	start := at("2026-07-30T00:00")
	b := series.Batch{Origin: 1}
	for _, id := range ids {
		s := series.Set{ID: id}
		for i := range int64(100) {
			s.Times, s.Values = append(s.Times, start+i*hour), append(s.Values, 1000*(i%17))
		}
		b.Sets = append(b.Sets, s)
	}
	mustAppend(t, db, b)
	return ids
}

func TestVerifyFindsOneFlippedByte(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := fillMonths(t, db)
		if r := verify(t, db); r.Broken != nil || r.Partitions != 2 || r.Points != 300 || r.Blocks != 6 {
			t.Fatalf("untouched: %+v", r)
		}
		for _, place := range []int{0, 1, 5, 20, -1} {
			body := flip(t, db, ids[1], 202608, place)
			r := verify(t, db)
			if r.Broken == nil || r.Broken.Part != 202608 || r.Broken.Series != ids[1] {
				t.Errorf("byte %d flipped: %v", place, r.Broken)
			}
			err := db.View(t.Context(), func(tx *store.Tx) error {
				_, err := series.Read(t.Context(), tx, ids, at("2026-08-01T01:00"), at("2026-08-01T02:00"), 0)
				return err
			})
			if !fault.Is(err, fault.Unavailable) {
				t.Errorf("byte %d flipped: read gave %v", place, err)
			}
			setBody(t, db, ids[1], 202608, body)
		}
		if r := verify(t, db); r.Broken != nil {
			t.Errorf("restored: %v", r.Broken)
		}
	})
}

// flip inverts one bit of a segment and returns its body before.
func flip(t *testing.T, db *store.DB, id series.ID, part, place int) []byte {
	t.Helper()
	var body []byte
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT body FROM segment WHERE series_id = $1 AND part = $2", int64(id), part).Scan(&body)
	})
	if err != nil {
		t.Fatal(err)
	}
	bad := append([]byte(nil), body...)
	if place < 0 {
		place += len(bad)
	}
	bad[place] ^= 0x10
	setBody(t, db, id, part, bad)
	return body
}

func setBody(t *testing.T, db *store.DB, id series.ID, part int, body []byte) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "UPDATE segment SET body = $1 WHERE series_id = $2 AND part = $3", body, int64(id), part)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVerifyFindsRemovedAndMovedSegments(t *testing.T) {
	for name, query := range map[string]string{
		"removed": "DELETE FROM segment WHERE series_id = $1 AND part = 202607",
		"moved":   "UPDATE segment SET change = 99, series_id = series_id + 1 WHERE series_id = $1 AND part = 202607",
		"month":   "DELETE FROM segment WHERE series_id >= $1 AND part = 202607",
		"digest":  "DELETE FROM series_partition WHERE part = 202607 AND part > $1",
	} {
		both(t, func(t *testing.T, db *store.DB) {
			ids := fillMonths(t, db)
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), query, int64(ids[0]))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if r := verify(t, db); r.Broken == nil || r.Broken.Part != 202607 || r.Broken.Series != 0 {
				t.Errorf("%s: %v", name, r.Broken)
			} else if !strings.HasPrefix(r.Broken.String(), "partition 202607: ") {
				t.Errorf("%s: reads %q", name, r.Broken)
			}
		})
	}
}

func TestVerifyChecksTheRowsOfSegments(t *testing.T) {
	for _, column := range []string{"last_time", "points", "blocks"} {
		both(t, func(t *testing.T, db *store.DB) {
			ids := fillMonths(t, db)
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), "UPDATE segment SET "+column+" = "+column+" - 1 WHERE part = 202607 AND series_id = $1", int64(ids[2]))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if r := verify(t, db); r.Broken == nil || r.Broken.Part != 202607 || r.Broken.Series != ids[2] {
				t.Errorf("%s: %v", column, r.Broken)
			}
		})
	}
}

func TestMergeKeepsTheDigest(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		id := resolve(t, db, pm25)[0]
		h := at("2026-08-01T01:00")
		for i := range int64(70) {
			mustAppend(t, db, one(id, []int64{h + i%35*hour}, []int64{1000 * i}))
		}
		r := verify(t, db)
		if r.Broken != nil || r.Blocks != 70 || r.Points != 70 || r.Segments >= 32 {
			t.Errorf("after merges: %+v", r)
		}
		c := read(t, db, []series.ID{id}, h, h+34*hour, 0)
		for i := range 35 {
			if c.Values[i] != 1000*int64(35+i) || c.Revisions[i] != 1 {
				t.Errorf("place %d: %d revision %d", i, c.Values[i], c.Revisions[i])
			}
		}
	})
}

func TestFailureInTheMiddleStoresNothing(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ids := fillMonths(t, db)
		before := verify(t, db)
		boom := errors.New("boom")
		for name, last := range map[string]func(tx *store.Tx) error{
			"caller's error": func(*store.Tx) error { return boom },
			"bad second batch": func(tx *store.Tx) error {
				_, err := series.Append(t.Context(), tx, one(ids[0], []int64{1}, []int64{1}))
				return err
			},
		} {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				if _, err := series.Append(t.Context(), tx, one(ids[0], []int64{at("2026-08-20T01:00")}, []int64{5})); err != nil {
					return err
				}
				return last(tx)
			})
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			if r := verify(t, db); r != before {
				t.Errorf("%s: %+v, before %+v", name, r, before)
			}
		}
	})
}

func TestDiskFullStoresNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q.db")
	db := open(t, store.Config{Path: path})
	ids := fillMonths(t, db)
	before := verify(t, db)
	var pages int64
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.QueryRow(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
			return err
		}
		var limit int64
		return tx.QueryRow(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages+2)).Scan(&limit)
	})
	if err != nil {
		t.Fatal(err)
	}
	b := series.Batch{Origin: 2}
	for _, id := range ids {
		s := series.Set{ID: id}
		for i := range int64(20_000) {
			s.Times, s.Values = append(s.Times, at("2020-01-01T01:00")+i*hour), append(s.Values, i*i*7919%1_000_003)
		}
		b.Sets = append(b.Sets, s)
	}
	if _, err := appendBatch(t.Context(), db, b); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("full disk: %v", err)
	}
	if r := verify(t, db); r != before {
		t.Errorf("%+v, before %+v", r, before)
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		var limit sql.NullInt64
		return tx.QueryRow(t.Context(), "PRAGMA max_page_count = 1073741823").Scan(&limit)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r := mustAppend(t, db, b); r.Stored != 60_000 {
		t.Errorf("with room again: %+v", r)
	}
	if r := verify(t, db); r.Broken != nil || r.Points != before.Points+60_000 {
		t.Errorf("with room again: %+v", r)
	}
}
