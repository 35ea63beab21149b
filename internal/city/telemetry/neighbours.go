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
			in.compare(cols, cand, peers[g], stored)
		}
	}
	return nil
}

// compare marks a candidate that stands out from its neighbours and keeps why.
func (in *Intake) compare(cols []judged, cand candidate, peers []int, stored *peerValues) {
	j := &cols[cand.col]
	t, level := j.Times[cand.i], j.Values[cand.i]
	around, high, most := in.around[:0], 0, len(peers)
	if stored != nil {
		most += len(stored.columns)
		if i, ok := stored.Index(t); ok {
			for _, col := range stored.columns {
				if v := col[i]; v != series.Missing {
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
				return // the median is too high already, whatever the others are
			}
		}
	}
	in.around = around
	median, out := in.svc.rules.standsOut(level, around)
	if !out {
		return
	}
	j.mark(cand.i)
	in.account.Suspect++
	in.doubts = append(in.doubts, doubted{series.Key{Site: j.Site, Factor: j.Factor, Stat: j.Stat}, t, Doubt{level, median, len(around)}})
}

// peerValues are columns of neighbours on one grid; series.Missing where there is no value.
type peerValues struct {
	series.Grid
	columns [][]int64
}

// storedPeers gives the values, stored or staged by an earlier part of the delivery, of the
// group's sites that this part does not have, at the candidates' times; nil when this part
// has neighbours enough.
func (in *Intake) storedPeers(ctx context.Context, g group, cols []judged, peers []int, list []candidate) (*peerValues, error) {
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
	from, to := cols[list[0].col].Times[list[0].i], int64(0)
	for _, c := range list {
		from, to = min(from, cols[c.col].Times[c.i]), max(to, cols[c.col].Times[c.i])
	}
	out := &peerValues{Grid: series.NewGrid(series.StepOf(g.stat), from, to)}
	byKey := map[series.Key][]int64{}
	if err := in.view(ctx, func(tx *store.Tx) error { return readPeers(ctx, tx, keys, from, to, byKey) }); err != nil {
		return nil, err
	}
	for _, k := range keys {
		col, err := in.overlay(k, out.Grid, byKey[k])
		if err != nil {
			return nil, err
		}
		if col != nil {
			out.columns = append(out.columns, col)
		}
	}
	return out, nil
}

// readPeers reads the stored values of the series that exist.
func readPeers(ctx context.Context, tx *store.Tx, keys []series.Key, from, to int64, into map[series.Key][]int64) error {
	all, err := series.Find(ctx, tx, keys)
	if err != nil {
		return err
	}
	var ids []series.ID
	var at []series.Key
	for i, id := range all {
		if id != 0 {
			ids, at = append(ids, id), append(at, keys[i])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	c, err := series.Read(ctx, tx, ids, from, to, 0)
	if err != nil {
		return err
	}
	for i, k := range at {
		into[k] = c.Column(i)
	}
	return nil
}

// overlay puts what is staged of a series over its stored values; nil when there are neither.
func (in *Intake) overlay(k series.Key, g series.Grid, col []int64) ([]int64, error) {
	s := in.staged[k]
	if s == nil || g.N == 0 {
		return col, nil
	}
	err := s.Each(g.First, g.Time(g.N-1), func(t, v int64, _ series.Flag) {
		if col == nil {
			col = make([]int64, g.N)
			for i := range col {
				col[i] = series.Missing
			}
		}
		if at, ok := g.Index(t); ok {
			col[at] = v
		}
	})
	return col, err
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
