package series

import (
	"context"
	"database/sql"
	"sort"

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
	values := map[ID]map[int64]int64{}
	err := Each(ctx, tx, ids, since, until, asOf, func(id ID, p Point) error {
		if values[id] == nil {
			values[id] = map[int64]int64{}
		}
		values[id][p.Time] = p.Value
		return nil
	})
	out := make([]int64, len(ids))
	for i, id := range ids {
		for t, v := range values[id] {
			if v != Missing {
				out[i] = max(out[i], t)
			}
		}
	}
	return out, err
}

// Revised is one observation with more than one revision.
type Revised struct {
	ID     ID
	Time   int64
	Points []Point // oldest first
}

// Revisions lists the revised observations of the series, latest time first, then highest
// number; the list begins after the place (beforeTime, beforeID), or at the start with
// beforeTime 0, and has at most limit entries.
func Revisions(ctx context.Context, tx *store.Tx, ids []ID, beforeTime int64, beforeID ID, limit int) ([]Revised, error) {
	allowed := make(map[ID]bool, len(ids))
	for _, id := range ids {
		allowed[id] = true
	}
	if beforeTime <= 0 {
		beforeTime, beforeID = maxTime+1, 0
	}
	parts, err := revisedParts(ctx, tx, PartOf(beforeTime))
	if err != nil {
		return nil, err
	}
	var out []Revised
	for _, part := range parts {
		if len(out) >= limit {
			break
		}
		found, err := revisedIn(ctx, tx, part, allowed)
		if err != nil {
			return nil, err
		}
		for _, r := range found {
			if r.Time < beforeTime || r.Time == beforeTime && r.ID < beforeID {
				out = append(out, r)
			}
		}
	}
	return out[:min(limit, len(out))], nil
}

// RevisionCount is the number of observations of the series that have more than one revision.
func RevisionCount(ctx context.Context, tx *store.Tx, ids []ID) (int, error) {
	allowed := make(map[ID]bool, len(ids))
	for _, id := range ids {
		allowed[id] = true
	}
	parts, err := revisedParts(ctx, tx, PartOf(maxTime))
	n := 0
	for _, part := range parts {
		found, e := revisedIn(ctx, tx, part, allowed)
		if e != nil {
			return 0, e
		}
		n += len(found)
	}
	return n, err
}

func revisedParts(ctx context.Context, tx *store.Tx, until int) ([]int, error) {
	rows, err := tx.Query(ctx, "SELECT DISTINCT part FROM segment WHERE revised > 0 AND part <= $1 ORDER BY part DESC", until)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int
	for rows.Next() {
		var part int
		if err := rows.Scan(&part); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, part)
	}
	return out, store.Classify(rows.Err())
}

// revisedIn gives the revised observations of one month, latest first.
func revisedIn(ctx context.Context, tx *store.Tx, part int, allowed map[ID]bool) ([]Revised, error) {
	rows, err := tx.Query(ctx, "SELECT DISTINCT series_id FROM segment WHERE revised > 0 AND part = $1", part)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []ID
	for rows.Next() {
		var id ID
		if err := rows.Scan(&id); err != nil {
			return nil, store.Classify(err)
		}
		if allowed[id] {
			ids = append(ids, id)
		}
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return nil, store.Classify(err)
	}
	type place struct {
		id ID
		t  int64
	}
	all := map[place][]Point{}
	after, until := PartBounds(part)
	err = Each(ctx, tx, ids, after+1, until, 0, func(id ID, p Point) error {
		k := place{id, p.Time}
		all[k] = append(all[k], p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []Revised
	for k, points := range all {
		if len(points) > 1 {
			out = append(out, Revised{k.id, k.t, points})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Time != out[j].Time {
			return out[i].Time > out[j].Time
		}
		return out[i].ID > out[j].ID
	})
	return out, nil
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
