package series

import (
	"context"
	"database/sql"

	"qingshan/internal/platform/store"
)

// Each gives fn every revision of every point with from <= time <= to (ms UTC), recorded by
// asOf (0: now): series by series and month by month, in the order of append.
func Each(ctx context.Context, tx *store.Tx, ids []ID, from, to, asOf int64, fn func(ID, Point) error) error {
	if to < from || len(ids) == 0 {
		return nil
	}
	var p points
	return scanBlocks(ctx, tx, distinct(ids), max(from, 1), to, asOf, func(id ID, b *block) error {
		if err := b.expand(&p); err != nil {
			return err
		}
		for i, t := range p.times {
			if t < from || t > to {
				continue
			}
			if err := fn(id, Point{t, p.values[i], p.flags[i], p.revs[i], b.recordedAt, b.origin}); err != nil {
				return err
			}
		}
		return nil
	})
}

// History gives all revisions of one observation, oldest first; none when there is none.
func History(ctx context.Context, tx *store.Tx, id ID, t int64) ([]Point, error) {
	var out []Point
	err := Each(ctx, tx, []ID{id}, t, t, 0, func(_ ID, p Point) error {
		out = append(out, p)
		return nil
	})
	return out, err
}

// Latest gives the newest time with a value (not Missing) of each series, with since <=
// time <= until as known at asOf (0: now); 0 where there is none.
func Latest(ctx context.Context, tx *store.Tx, ids []ID, since, until, asOf int64) ([]int64, error) {
	newest := make(map[ID]int64, len(ids))
	var of ID
	values := map[int64]int64{} // of one series at a time
	settle := func() {
		for t, v := range values {
			if v != Missing {
				newest[of] = max(newest[of], t)
			}
		}
		clear(values)
	}
	err := Each(ctx, tx, ids, since, until, asOf, func(id ID, p Point) error {
		if id != of {
			settle()
			of = id
		}
		values[p.Time] = p.Value
		return nil
	})
	settle()
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = newest[id]
	}
	return out, err
}

// Change is a series and month that an append touched.
type Change struct {
	Change int64
	ID     ID
	Part   int
}

// Changes lists what was appended after the change number after, in its order, and gives
// the number of the last append: the next after. A cache that reads the named months again
// is up to date. Numbers become visible in their order, also between processes.
func Changes(ctx context.Context, tx *store.Tx, after int64) ([]Change, int64, error) {
	last, err := LastChange(ctx, tx)
	if err != nil || last <= after {
		return nil, last, err
	}
	rows, err := tx.Query(ctx, "SELECT change, series_id, part FROM segment WHERE change > $1 ORDER BY change, series_id, part", after)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var out []Change
	for rows.Next() {
		var c Change
		if err := rows.Scan(&c.Change, &c.ID, &c.Part); err != nil {
			return nil, 0, store.Classify(err)
		}
		out = append(out, c)
	}
	return out, last, store.Classify(rows.Err())
}

// LastChange is the number of the last append.
func LastChange(ctx context.Context, tx *store.Tx) (last int64, err error) {
	err = tx.QueryRow(ctx, "SELECT change FROM series_change WHERE id = 1").Scan(&last)
	return last, err
}

// Origins counts the stored points of every origin, reading all blocks.
func Origins(ctx context.Context, tx *store.Tx) (map[int64]int64, error) {
	rows, err := tx.Query(ctx, "SELECT series_id, part, body FROM segment")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]int64{}
	for rows.Next() {
		var id ID
		var part int
		var body sql.RawBytes
		if err := rows.Scan(&id, &part, &body); err != nil {
			return nil, store.Classify(err)
		}
		err := eachBlock(body, func(b *block) error {
			out[b.origin] += int64(b.count)
			return nil
		})
		if err != nil {
			return nil, corrupt(id, part, err)
		}
	}
	return out, store.Classify(rows.Err())
}
