package air

import (
	"fmt"

	"qingshan/internal/rules/num"
)

// Comparison is a year-on-year comparison of one unit, both sides on one edition.
type Comparison struct {
	Now, Before Stats
	Change      [N]num.Decimal // percent, from the printed period values
	Have        Set            // pollutants with a change
	Index       num.Decimal    // change of the composite index in percent
	HaveIndex   bool
	GoodDays    int // difference in good days
}

// Compare recomputes both windows under r, whatever edition their AQI was published with:
// a comparison that crosses 2026-03-01 has to stand on one set. The change is taken from
// the rounded values, as bulletins do.
func (r *Rules) Compare(now *Days, nowWindow Window, before *Days, beforeWindow Window, unit int) (c Comparison, err error) {
	if c.Now, err = r.onThisSet(now, nowWindow, unit); err != nil {
		return c, err
	}
	if c.Before, err = r.onThisSet(before, beforeWindow, unit); err != nil {
		return c, err
	}
	k := r.Edition.Decimals.Change
	for p := range c.Change {
		a, b := c.Now.Value[p], c.Before.Value[p]
		if a < 0 || b < 0 {
			continue
		}
		_, pct, ok := Change(r.PeriodConc(Pollutant(p), a), r.PeriodConc(Pollutant(p), b), k)
		if ok {
			c.Change[p] = pct
			c.Have |= 1 << p
		}
	}
	if c.Now.Composite >= 0 && c.Before.Composite >= 0 {
		d := r.idxDecimals
		_, c.Index, c.HaveIndex = Change(num.D(int64(c.Now.Composite), d), num.D(int64(c.Before.Composite), d), k)
	}
	c.GoodDays = int(c.Now.GoodDays) - int(c.Before.GoodDays)
	return c, nil
}

// onThisSet is the period of one unit with its AQI computed anew.
func (r *Rules) onThisSet(d *Days, w Window, u int) (s Stats, err error) {
	if w.From < 0 || w.To > d.Days || w.To < w.From || u < 0 || u >= d.Units {
		return s, fmt.Errorf("unit %d, days %d to %d lie outside a block of %d units and %d days", u, w.From, w.To, d.Units, d.Days)
	}
	one := NewDays(d.Start, d.Days, 1, d.V[O3] != nil)
	for p := range d.V {
		if d.V[p] != nil {
			copy(one.V[p], d.V[p][d.At(u, 0):d.At(u, d.Days)])
		}
	}
	r.unitAQI(one, 0)
	r.Period(&s, one, 0, w, w.To-w.From >= 365)
	return s, nil
}
