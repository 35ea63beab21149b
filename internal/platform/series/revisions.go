package series

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"qingshan/internal/platform/store"
)

// Revised is one observation with more than one revision.
type Revised struct {
	ID     ID
	Time   int64
	Points []Point // oldest first
}

// moment is a series and label.
type moment struct {
	id ID
	t  int64
}

// Revisions lists the revised observations of the series, latest time first, then highest
// number; the list begins after the place (beforeTime, beforeID), or at the start with
// beforeTime 0, and has at most limit entries.
func Revisions(ctx context.Context, tx *store.Tx, ids []ID, beforeTime int64, beforeID ID, limit int) ([]Revised, error) {
	allowed := setOf(ids)
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
		found = slices.DeleteFunc(found, func(m moment) bool { return m.t > beforeTime || m.t == beforeTime && m.id >= beforeID })
		if out, err = withPoints(ctx, tx, part, found[:min(len(found), limit-len(out))], out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RevisionCounts is how many observations of the series have more than one revision, by
// partition: of the given ones, or of all with nil. Partitions without any are left out.
func RevisionCounts(ctx context.Context, tx *store.Tx, ids []ID, parts []int) (map[int]int, error) {
	allowed := setOf(ids)
	if parts == nil {
		var err error
		if parts, err = revisedParts(ctx, tx, PartOf(maxTime)); err != nil {
			return nil, err
		}
	}
	out := map[int]int{}
	for _, part := range parts {
		found, err := revisedIn(ctx, tx, part, allowed)
		if err != nil {
			return nil, err
		}
		if len(found) > 0 {
			out[part] = len(found)
		}
	}
	return out, nil
}

func setOf(ids []ID) map[ID]bool {
	out := make(map[ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
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

// revisedIn gives the revised observations of one month, latest first. Only the segments that
// hold a revision are read, and of their blocks only those with one are decoded.
func revisedIn(ctx context.Context, tx *store.Tx, part int, allowed map[ID]bool) ([]moment, error) {
	rows, err := tx.Query(ctx, "SELECT series_id, body FROM segment WHERE revised > 0 AND part = $1", part)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []moment
	var p points
	var id ID
	var body sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &body); err != nil {
			return nil, store.Classify(err)
		}
		if !allowed[id] {
			continue
		}
		err := eachBlock(body, func(b *block) error {
			if b.mode&modeRevised == 0 {
				return nil
			}
			if err := b.expand(&p); err != nil {
				return err
			}
			for i, rev := range p.revs {
				if rev > 0 {
					out = append(out, moment{id, p.times[i]})
				}
			}
			return nil
		})
		if err != nil {
			return nil, corrupt(id, part, err)
		}
	}
	slices.SortFunc(out, func(x, y moment) int { return cmp.Or(cmp.Compare(y.t, x.t), cmp.Compare(y.id, x.id)) })
	return slices.Compact(out), store.Classify(rows.Err())
}

// withPoints appends the observations of one month with all their revisions, in the order of
// wanted.
func withPoints(ctx context.Context, tx *store.Tx, part int, wanted []moment, out []Revised) ([]Revised, error) {
	if len(wanted) == 0 {
		return out, nil
	}
	first := len(out)
	at := make(map[moment]int, len(wanted))
	times := map[ID][]int64{} // latest first, as wanted is
	for _, m := range wanted {
		at[m] = len(out)
		out = append(out, Revised{ID: m.id, Time: m.t})
		times[m.id] = append(times[m.id], m.t)
	}
	ids := make([]ID, 0, len(times))
	for id := range times {
		ids = append(ids, id)
	}
	var p points
	_, until := PartBounds(part)
	err := scanBlocks(ctx, tx, distinct(ids), out[len(out)-1].Time, min(out[first].Time, until), 0, func(id ID, b *block) error {
		last := b.latest()
		if !slices.ContainsFunc(times[id], func(t int64) bool { return b.first <= t && t <= last }) {
			return nil
		}
		if err := b.expand(&p); err != nil {
			return err
		}
		for i, t := range p.times {
			if k, ok := at[moment{id, t}]; ok {
				out[k].Points = append(out[k].Points, Point{t, p.values[i], p.flags[i], p.revs[i], b.recordedAt, b.origin})
			}
		}
		return nil
	})
	return out, err
}
