package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// staged is what waits to be stored of one series.
type staged struct {
	series.Packed
	from judged // of the newest column, for rejects; its values are not used
}

// stage keeps what was admitted of a column, packed. Errors: invalid for times that no series
// takes.
func (in *Intake) stage(j *judged) error {
	if len(j.Times) == 0 {
		return nil
	}
	k := series.Key{Site: j.Site, Factor: j.Factor, Stat: j.Stat}
	s := in.staged[k]
	if s == nil {
		s = &staged{}
		in.staged[k] = s
	}
	if err := s.Add(k, j.Times, j.Values, j.Flags); err != nil {
		return err
	}
	s.from = *j
	s.from.Times, s.from.Values, s.from.Flags = nil, nil, nil // the block's memory is used again
	in.note(j)
	return nil
}

// keys are the staged series, in a fixed order.
func (in *Intake) keys() []series.Key {
	keys := make([]series.Key, 0, len(in.staged))
	for k := range in.staged {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, series.Key.Compare)
	return keys
}

// batch is the staged values of the series in ids; series with the number 0 are left out.
func (in *Intake) batch(keys []series.Key, ids []series.ID, origin int64) series.Batch {
	b := series.Batch{Origin: origin, RecordedAt: in.delivery.RecordedAt, HoldCorrected: true}
	for i, k := range keys {
		if ids[i] != 0 {
			b.Sets = append(b.Sets, series.Set{ID: ids[i], Packed: &in.staged[k].Packed})
		}
	}
	return b
}

// outcome is what became of a delivery in the store.
type outcome struct {
	Account
	late    []Reject // values that a person's correction refused
	appends int64
}

// add accounts for what the store said.
func (o *outcome) add(in *Intake, res series.Result, keys []series.Key, ids []series.ID) {
	keyOf := make(map[series.ID]series.Key, len(ids))
	for i, id := range ids {
		keyOf[id] = keys[i]
	}
	if res.Change > 0 {
		o.appends++
	}
	o.Received += int64(res.Received)
	o.Stored += int64(res.Stored)
	o.Revised += int64(res.Revised)
	o.Unchanged += int64(res.Unchanged)
	o.Rejected += int64(len(res.Held))
	for _, h := range res.Held {
		o.late = append(o.late, in.staged[keyOf[h.ID]].from.held(h))
	}
}

// try says what Store would do now, without a change.
func (in *Intake) try(ctx context.Context, tx *store.Tx) (outcome, error) {
	o := outcome{Account: in.account}
	keys := in.keys()
	ids, err := series.Find(ctx, tx, keys)
	if err != nil {
		return o, err
	}
	for i, k := range keys {
		if ids[i] == 0 { // a new series takes everything
			o.Received += int64(in.staged[k].Len())
			o.Stored += int64(in.staged[k].Len())
		}
	}
	res, err := series.Try(ctx, tx, in.batch(keys, ids, 0))
	if err != nil {
		return o, err
	}
	o.add(in, res, keys, ids)
	return o, nil
}

// received is how many values the intake has taken, refused or not.
func (in *Intake) received() int64 {
	n := in.account.Received
	for _, s := range in.staged {
		n += int64(s.Len())
	}
	return n
}
