package series

import (
	"context"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// mergeAt is the number of segments of a series and month at which they are merged into
// one, so that reading a month of hourly arrivals stays a read of few rows: 16 to 32, by
// the series, so that a feed's series do not all merge in the same hour.
func mergeAt(id ID) int { return 16 + int(id%17) }

// segment is a row of that table.
type segment struct {
	change     int64
	recordedAt int64
	lastTime   int64
	blocks     int64
	points     int64
	revised    int64
	body       []byte
}

// Append stores a batch in the caller's transaction. A point whose current value and flag
// are the same is unchanged; one with another value or flag becomes the next revision; a
// new time becomes revision 0. Nothing is ever overwritten.
//
// Errors: invalid, naming series and time, for a time outside 1970–9999 or off the series'
// grid, a time given twice, or a value that is too large; not found for an unknown series.
// After an error the transaction must be rolled back.
func Append(ctx context.Context, tx *store.Tx, b Batch) (Result, error) {
	a := appender{tx: tx, batch: &b, sums: map[int]*sum{}}
	if err := a.run(ctx); err != nil {
		return Result{}, err
	}
	return a.res, addSums(ctx, tx, a.sums)
}

// Try says what Append of the batch would give now, without a change; it needs no writing
// transaction. Result.Change stays 0.
func Try(ctx context.Context, tx *store.Tx, b Batch) (Result, error) {
	a := appender{tx: tx, batch: &b, trial: true}
	if err := a.run(ctx); err != nil {
		return Result{}, err
	}
	return a.res, nil
}

// run takes the batch piece by piece.
func (a *appender) run(ctx context.Context) error {
	b, tx := a.batch, a.tx
	if b.Origin < 0 {
		return fault.New(fault.Invalid, "series_origin", "来源编号不能为负")
	}
	if b.RecordedAt < 0 || b.RecordedAt > tx.NowMS() {
		return fault.New(fault.Invalid, "series_recorded_at", "记录时间不能晚于当前时间")
	}
	pieces, received, err := prepare(ctx, tx, b)
	if err != nil {
		return err
	}
	a.res.Received = received
	for len(pieces) > 0 {
		n := loadSize(pieces)
		if err := load(ctx, tx, pieces[:n]); err != nil {
			return err
		}
		for i := range pieces[:n] {
			if err := a.piece(ctx, &pieces[i]); err != nil {
				return err
			}
			pieces[i] = piece{}
		}
		pieces = pieces[n:]
	}
	return a.insert.flush(ctx, tx)
}

// loadSize is how many pieces to work on at once: at most chunk series and 8 × chunk months.
func loadSize(pieces []piece) int {
	ids := 0
	for i := range pieces {
		if i == 0 || pieces[i].id != pieces[i-1].id {
			ids++
		}
		if ids > chunk || i == 8*chunk {
			return i
		}
	}
	return len(pieces)
}

// appender carries one Append or Try.
type appender struct {
	tx         *store.Tx
	trial      bool // count only
	batch      *Batch
	res        Result
	recordedAt int64
	state      state
	fresh      points
	insert     inserter
	sums       map[int]*sum
}

// piece stores what is new in one series and month.
func (a *appender) piece(ctx context.Context, p *piece) error {
	if p.packed != nil && !p.overlaps() && len(p.packed.bodies) == 1 {
		return a.whole(ctx, p)
	}
	if p.packed != nil {
		if err := p.unpack(); err != nil {
			return err
		}
	}
	if err := a.compare(p); err != nil {
		return err
	}
	n := len(a.fresh.times)
	if n == 0 {
		return nil
	}
	revised := a.fresh.revised()
	a.res.Stored += n
	a.res.Revised += revised
	if a.trial {
		return nil
	}
	if err := a.takeChange(ctx); err != nil {
		return err
	}
	return a.put(ctx, p, segment{lastTime: a.fresh.times[n-1], points: int64(n), revised: int64(revised),
		body: appendBlock(nil, a.batch.Origin, a.recordedAt, &a.fresh)})
}

// whole stores a packed month of which the store knows nothing yet.
func (a *appender) whole(ctx context.Context, p *piece) error {
	m := p.packed
	a.res.Stored += m.count
	if a.trial {
		return nil
	}
	if err := a.takeChange(ctx); err != nil {
		return err
	}
	return a.put(ctx, p, segment{lastTime: m.last, points: int64(m.count), body: rebase(m.bodies[0], a.batch.Origin, a.recordedAt)})
}

// put inserts a segment of one new block.
func (a *appender) put(ctx context.Context, p *piece, seg segment) error {
	seg.recordedAt, seg.blocks = a.recordedAt, 1
	a.sum(p.part).add(p.id, p.part, seg.body, int(seg.points))
	if p.merges() {
		merged, err := a.merge(ctx, p, seg)
		if err != nil {
			return err
		}
		seg = merged
	}
	return a.insert.add(ctx, a.tx, int64(p.id), p.part, a.res.Change, seg.recordedAt, seg.lastTime, seg.blocks, seg.points, seg.revised, seg.body)
}

// compare leaves in fresh the points of the piece that are not known yet.
func (a *appender) compare(p *piece) error {
	a.fresh.reset(0)
	known := p.overlaps()
	if known {
		if err := a.state.load(p); err != nil {
			return err
		}
	}
	for i, t := range p.times {
		v, f := p.values[i], Flag(0)
		if p.flags != nil {
			f = p.flags[i]
		}
		if !known {
			a.fresh.add(t, v, f, 0)
			continue
		}
		c := a.state.at(t)
		switch {
		case !c.known:
			a.fresh.add(t, v, f, 0)
		case c.value == v && (c.flag == f || a.batch.HoldCorrected && (c.flag^f)&^automatic == 0):
			a.res.Unchanged++
		case a.batch.HoldCorrected && c.flag&Corrected != 0:
			if err := a.hold(p, t, v, c.value); err != nil {
				return err
			}
		default:
			a.fresh.add(t, v, f, c.rev+1)
		}
	}
	return nil
}

// hold counts a point that meets a person's correction.
func (a *appender) hold(p *piece, t, v, stand int64) error {
	known := v == stand
	if !known {
		var err error
		if known, err = a.state.had(p, t, v); err != nil {
			return err
		}
	}
	if known {
		a.res.Unchanged++
	} else {
		a.res.Held = append(a.res.Held, Held{p.id, t, v, stand})
	}
	return nil
}

// takeChange numbers the append, once. On PostgreSQL the row stays locked to the end of the
// transaction, so numbers become visible in their order. Record times never run backwards.
func (a *appender) takeChange(ctx context.Context) error {
	if a.res.Change > 0 {
		return nil
	}
	err := a.tx.QueryRow(ctx, `UPDATE series_change SET change = change + 1,
		recorded_at = CASE WHEN recorded_at > $1 THEN recorded_at ELSE $1 END
		WHERE id = 1 RETURNING change, recorded_at`, a.tx.NowMS()).Scan(&a.res.Change, &a.recordedAt)
	if a.batch.RecordedAt > 0 {
		a.recordedAt = a.batch.RecordedAt
	}
	return err
}

// merge deletes the piece's segments and returns them with the new one behind as one.
func (a *appender) merge(ctx context.Context, p *piece, last segment) (segment, error) {
	if _, err := a.tx.Exec(ctx, "DELETE FROM segment WHERE series_id = $1 AND part = $2", int64(p.id), p.part); err != nil {
		return last, err
	}
	out := segment{recordedAt: last.recordedAt}
	for _, s := range append(p.old, last) {
		out.recordedAt = min(out.recordedAt, s.recordedAt)
		out.lastTime = max(out.lastTime, s.lastTime)
		out.blocks += s.blocks
		out.points += s.points
		out.revised += s.revised
		out.body = append(out.body, s.body...)
	}
	return out, nil
}

func (a *appender) sum(part int) *sum {
	s := a.sums[part]
	if s == nil {
		s = &sum{}
		a.sums[part] = s
	}
	return s
}
