// Package indicator is the arithmetic of how well a grid and a case system work: rates with
// their right denominators (spec of GB/T 30428.4, CJ/T 292), bands, and the moments of a case
// that decide what counts when. It names areas, bodies and posts; persons are never ranked.
package indicator

import "qingshan/internal/rules/num"

// Dash is printed for a rate without a denominator: neither 0 nor 100 %.
const Dash = "—"

// Rate is a part of a whole, kept as its two counts: no rate is shown without them.
type Rate struct{ Num, Den int64 }

// Of is the rate of hits among cases.
func Of(num, den int) Rate { return Rate{int64(num), int64(den)} }

// Plus adds the counts of another rate: the rate of a county is that of its towns together.
func (r Rate) Plus(o Rate) Rate { return Rate{r.Num + o.Num, r.Den + o.Den} }

// Known tells whether there is a denominator.
func (r Rate) Known() bool { return r.Den > 0 }

// Percent is 100·Num/Den with so many decimals (0 to 4), half to even, e.g. "93.72"; Dash
// when there is no denominator.
func (r Rate) Percent(places int) string { return r.scaled(100, places) }

// Ratio is Num/Den with so many decimals, e.g. problems an alarm "0.60"; Dash as Percent.
func (r Rate) Ratio(places int) string { return r.scaled(1, places) }

func (r Rate) scaled(by int64, places int) string {
	if r.Den <= 0 {
		return Dash
	}
	return num.D(num.Div(r.Num*by*num.Pow10(places), r.Den, num.HalfEven), places).String()
}

// Smallest is the default least denominator of a rate that takes part in a ranking; a
// smaller sample is shown and not ranked. [D] of governance.md §5.4.
const Smallest = 20

// Ranked tells whether the sample is large enough to be ranked.
func (r Rate) Ranked(least int64) bool { return r.Den >= least && r.Den > 0 }

// Less orders two rates from low to high without dividing.
func (r Rate) Less(o Rate) bool { return r.Num*o.Den < o.Num*r.Den }
