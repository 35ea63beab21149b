package air

import (
	"fmt"

	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// indexItem is one single index compiled: C/S to siDecimals, for C in period steps.
type indexItem struct {
	p      Pollutant
	limit  num.Decimal
	weight int64
	lut    []int32 // single index of small C, half-even
}

func (r *Rules) compileIndex() error {
	ed := r.Edition
	prof, ok := ed.Index.Profile(r.Options.Profile)
	if !ok {
		return fmt.Errorf("edition %s has no index profile %q", ed.ID, r.Options.Profile)
	}
	r.Profile = prof
	r.siDecimals, r.idxDecimals = ed.Decimals.SingleIndex, ed.Decimals.Composite
	if prof.SingleIndex != nil {
		r.siDecimals = *prof.SingleIndex
	}
	if prof.Composite != nil {
		r.idxDecimals = *prof.Composite
	}
	if d := r.Options.Decimals; d != 0 {
		if d < 1 || d > 4 {
			return fmt.Errorf("index decimals %d: want 1 to 4", d)
		}
		r.siDecimals, r.idxDecimals = d, d
	}
	for _, it := range ed.Index.Items {
		l, ok := ed.Limits.Find(it.Item, it.Against)
		if !ok {
			return fmt.Errorf("edition %s: no limit for %s %s", ed.ID, it.Item, it.Against)
		}
		x := indexItem{p: it.Item, limit: l.ClassII, weight: int64(prof.Weight(it.Item))}
		size := 1024 * num.Pow10(r.dec[it.Item].Period-r.dec[it.Item].Day)
		x.lut = make([]int32, size)
		for c := range x.lut {
			x.lut[c] = int32(r.single(&x, num.D(int64(c), r.dec[it.Item].Period)))
		}
		r.items = append(r.items, x)
		r.statPct[it.Item] = int(it.Statistic)
	}
	for _, e := range ed.Evaluation {
		r.evalPct[e.Item] = e.Percentile
	}
	return nil
}

// single is C/S rounded half-even to siDecimals, in steps of those.
func (r *Rules) single(x *indexItem, c num.Decimal) int64 {
	f := num.Pow10(r.siDecimals + int(x.limit.Places))
	q, ok := num.MulDiv(c.Units, f, x.limit.Units*num.Pow10(int(c.Places)))
	if !ok {
		return 1<<31 - 1
	}
	return q
}

func (r *Rules) singleOfSteps(x *indexItem, c int32) int32 {
	if int(c) < len(x.lut) {
		return x.lut[c]
	}
	return int32(r.single(x, num.D(int64(c), r.dec[x.p].Period)))
}

// CompositeResult is a composite index with its single indices.
type CompositeResult struct {
	Single    [N]num.Decimal // for the items of the index
	Have      Set            // items with a concentration
	Composite num.Decimal
	Complete  bool // all items there; without that there is no composite index
	Worst     Set  // largest single index (最大指数), all of them when equal
}

// Composite computes the index from period concentrations as they are printed: divide by
// the limit, round each single index half-even, then add (HJ 663; the order of rounding
// is proven on published rows). have says which concentrations exist.
func (r *Rules) Composite(c *[N]num.Decimal, have Set) (res CompositeResult) {
	res.Have, res.Complete = have, true
	var sum, worst int64 = 0, -1
	for i := range r.items {
		x := &r.items[i]
		if !have.Has(x.p) {
			res.Complete = false
			continue
		}
		si := r.single(x, c[x.p])
		res.Single[x.p] = num.D(si, r.siDecimals)
		sum += si * x.weight
		if si > worst {
			worst, res.Worst = si, 0
		}
		if si == worst {
			res.Worst |= standard.Of(x.p)
		}
	}
	if res.Complete {
		res.Composite = num.D(sum, r.siDecimals).Round(r.idxDecimals, num.HalfEven)
	}
	return res
}

// IndexItems lists the items of the composite index in the edition's order.
func (r *Rules) IndexItems() (out []Pollutant) {
	for _, x := range r.items {
		out = append(out, x.p)
	}
	return out
}

// Limit is the S of an item's single index.
func (r *Rules) Limit(p Pollutant) (num.Decimal, bool) {
	for _, x := range r.items {
		if x.p == p {
			return x.limit, true
		}
	}
	return num.Decimal{}, false
}

// IndexDecimals gives the decimals of single and composite indices.
func (r *Rules) IndexDecimals() (single, composite int) { return r.siDecimals, r.idxDecimals }

// Change is the year-on-year change of two published values: the difference at the larger
// number of decimals, and the percentage of the previous value rounded half-even to the
// edition's decimals. ok is false when the previous value is 0 or missing.
func Change(now, before num.Decimal, decimals int) (diff, percent num.Decimal, ok bool) {
	diff = num.Sub(now, before)
	if before.Units <= 0 {
		return diff, num.Decimal{}, false
	}
	den := before.Round(int(diff.Places), num.HalfEven).Units
	neg := diff.Units < 0
	q, ok := num.MulDiv(max(diff.Units, -diff.Units), num.Pow10(2+decimals), den)
	if neg {
		q = -q
	}
	return diff, num.D(q, decimals), ok
}
