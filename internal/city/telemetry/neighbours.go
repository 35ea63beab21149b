package telemetry

import (
	"context"

	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// markSuspects compares high values with their neighbours at the same hour: those of the
// same delivery, and with too few of them also the stored ones. cols are in ascending time.
func (in *Intake) markSuspects(ctx context.Context, cols []judged) error {
	found := in.svc.rules.candidates(cols)
	if len(found) == 0 {
		return nil
	}
	peers := map[group][]int{}
	for c := range cols {
		if g := cols[c].group(); len(found[g]) > 0 {
			peers[g] = append(peers[g], c)
		}
	}
	for g, list := range found {
		stored, err := in.storedPeers(ctx, g, cols, peers[g], list)
		if err != nil {
			return err
		}
		for _, cand := range list {
			if err := in.compare(ctx, cols, cand, peers[g], stored); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare marks a candidate that stands out from its neighbours and keeps why.
func (in *Intake) compare(ctx context.Context, cols []judged, cand candidate, peers []int, stored *series.Columns) error {
	j := &cols[cand.col]
	t, level := j.Times[cand.i], j.Values[cand.i]
	around, high, most := in.around[:0], 0, len(peers)
	if stored != nil {
		most += len(stored.IDs)
		if i, ok := stored.Index(t); ok {
			for k := range stored.IDs {
				if v := stored.Column(k)[i]; v != series.Missing {
					around = append(around, v)
				}
			}
		}
	}
	for _, c := range peers {
		if cols[c].Site == j.Site {
			continue
		}
		v, ok := cols[c].at(t, cand.i)
		if !ok {
			continue
		}
		around = append(around, v)
		if v*in.svc.rules.Neighbours.Ratio > level {
			if high++; 2*high > most {
				return nil // the median is too high already, whatever the others are
			}
		}
	}
	in.around = around
	median, out := in.svc.rules.standsOut(level, around)
	if !out {
		return nil
	}
	j.mark(cand.i)
	in.account.Suspect++
	return in.doubt(ctx, j, cand.i, Doubt{level, median, len(around)})
}

// storedPeers reads the stored values of the group's sites that the delivery does not have,
// at the candidates' times; nil when the delivery has neighbours enough.
func (in *Intake) storedPeers(ctx context.Context, g group, cols []judged, peers []int, list []candidate) (*series.Columns, error) {
	here := map[string]bool{}
	for _, c := range peers {
		here[cols[c].Site] = true
	}
	if len(here) > in.svc.rules.Neighbours.Least {
		return nil, nil
	}
	var keys []series.Key
	for _, s := range in.dir.Sites() {
		if !here[s.Code] && (&judged{Column: Column{Factor: g.factor, Stat: g.stat}, site: &s}).group() == g {
			keys = append(keys, series.Key{Site: s.Code, Factor: g.factor, Stat: g.stat})
		}
	}
	ids, err := existing(ctx, in.tx, keys)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	from, to := cols[list[0].col].Times[list[0].i], int64(0)
	for _, c := range list {
		from, to = min(from, cols[c.col].Times[c.i]), max(to, cols[c.col].Times[c.i])
	}
	return series.Read(ctx, in.tx, ids, from, to, 0)
}

func existing(ctx context.Context, tx *store.Tx, keys []series.Key) ([]series.ID, error) {
	all, err := series.Find(ctx, tx, keys)
	var out []series.ID
	for _, id := range all {
		if id != 0 {
			out = append(out, id)
		}
	}
	return out, err
}
