package series

import (
	"context"

	"qingshan/internal/platform/store"
)

// place is a series and month.
type place struct {
	id   ID
	part int
}

// overlaps tells whether the piece may hold times that are known already.
func (p *piece) overlaps() bool { return p.segments > 0 && p.first() <= p.last }

// first is the earliest time of the piece.
func (p *piece) first() int64 {
	if p.packed != nil {
		return p.packed.first
	}
	return p.times[0]
}

// merges tells whether one more segment makes the piece's segments be merged.
func (p *piece) merges() bool { return p.segments+1 >= mergeAt(p.id) }

// load reads what the pieces have already: of all how many segments and the latest label,
// and the segments themselves where times overlap or a merge is due.
func load(ctx context.Context, tx *store.Tx, pieces []piece) error {
	at := make(map[place]*piece, len(pieces))
	for i := range pieces {
		at[place{pieces[i].id, pieces[i].part}] = &pieces[i]
	}
	err := loadRows(ctx, tx, "SELECT series_id, part, COUNT(*), MAX(last_time) FROM segment", " GROUP BY series_id, part", pieces,
		func(scan func(...any) error) error {
			var k place
			var n int
			var last int64
			err := scan(&k.id, &k.part, &n, &last)
			if p := at[k]; p != nil {
				p.segments, p.last = n, last
			}
			return err
		})
	if err != nil {
		return err
	}
	var need []piece
	for i := range pieces {
		if pieces[i].overlaps() || pieces[i].merges() {
			need = append(need, pieces[i])
		}
	}
	return loadRows(ctx, tx, "SELECT series_id, part, change, recorded_at, last_time, blocks, points, revised, body FROM segment",
		" ORDER BY series_id, part, change", need, func(scan func(...any) error) error {
			var k place
			var s segment
			err := scan(&k.id, &k.part, &s.change, &s.recordedAt, &s.lastTime, &s.blocks, &s.points, &s.revised, &s.body)
			if p := at[k]; p != nil && (p.overlaps() || p.merges()) {
				p.old = append(p.old, s)
			}
			return err
		})
}

// loadRows gives fn the rows of a query on the series and months of the pieces, which are in
// the order of the series.
func loadRows(ctx context.Context, tx *store.Tx, query, tail string, pieces []piece, fn func(scan func(...any) error) error) error {
	if len(pieces) == 0 {
		return nil
	}
	lo, hi := pieces[0].part, pieces[0].part
	var args []any
	for i := range pieces {
		lo, hi = min(lo, pieces[i].part), max(hi, pieces[i].part)
		if i == 0 || pieces[i].id != pieces[i-1].id {
			args = append(args, int64(pieces[i].id))
		}
	}
	in, next := store.In(1, len(args))
	rows, err := tx.Query(ctx, query+" WHERE series_id IN "+in+placeholders(" AND part BETWEEN $%d AND $%d", next)+tail, append(args, lo, hi)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return store.Classify(err)
		}
	}
	return store.Classify(rows.Err())
}
