package main

import (
	"math"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/num"
)

func budgetColumns(detail bool) []string {
	cols := []string{"id", "item", "target", "to_date", "gap", "days_used", "days_left", "allowed_mean", "good_needed", "probability", "p10", "p50", "p90"}
	if detail {
		cols = append(cols, "standard", "mean_at_target", "days_may_exceed", "possible", "rest_like_last_year", "factor_needed", "history", "levels")
	}
	return cols
}

// put writes one row of air budget.
func (q *budgetQuestion) put(out *output, id string, a budgetAnswer) {
	places := q.target.Decimals()
	milli := func(v int64) { out.decimalOr(num.D(v, 3).Round(places, num.HalfEven), v != budget.Missing) }
	out.text(id)
	out.text(q.o.item)
	switch q.target.Kind {
	case budget.GoodDays:
		out.integer(int64(a.days.Target))
		out.integer(int64(a.days.Good))
		out.integer(int64(a.days.Gap()))
	case budget.Quantile:
		milli(q.target.Limit)
		milli(a.percentile.Printed())
		milli(a.percentile.Gap())
	default:
		milli(q.target.Limit)
		milli(a.mean.Printed())
		milli(a.mean.Gap())
	}
	out.integer(int64(a.frame.Used))
	out.integer(int64(a.frame.Left))
	q.putNeeds(out, a, places)
	q.putChance(out, a, places)
	if q.o.detail {
		q.putDetail(out, a, places)
	}
	out.end()
}

// putNeeds writes allowed_mean and good_needed. The allowed mean is rounded down
// by one more decimal than the yearly mean has, so that a rest at the printed
// figure meets the target. For a percentile good_needed is the number of days
// left that must not exceed the target.
func (q *budgetQuestion) putNeeds(out *output, a budgetAnswer, places int) {
	switch q.target.Kind {
	case budget.GoodDays:
		out.blank()
		out.integer(int64(max(a.days.Needed, 0)))
	case budget.Quantile:
		out.blank()
		out.integer(int64(min(max(a.frame.Left-a.percentile.Further, 0), a.frame.Left)))
	default:
		out.decimalOr(allowedMean(a.mean, places+1))
		out.blank()
	}
}

func allowedMean(l budget.MeanLedger, places int) (num.Decimal, bool) {
	if !l.RestAllowed.Known() {
		return num.Decimal{}, false
	}
	step := num.Pow10(max(3-places, 0))
	v := l.RestAllowed.Round(step, num.Floor)
	if !l.RestInclusive && l.RestAllowed.Cmp(v) == 0 {
		v -= step
	}
	return num.D(v, 3).Round(min(places, 3), num.Floor), true
}

// putChance writes probability, p10, p50 and p90. A finished year needs no
// history: its chance is 0 or 1.
func (q *budgetQuestion) putChance(out *output, a budgetAnswer, places int) {
	if a.frame.Left == 0 {
		q.putCertain(out, a, places)
		return
	}
	if a.chance == nil {
		for range 4 {
			out.blank()
		}
		return
	}
	ans := a.chance.Answers[0]
	out.decimal(num.D(int64(math.Round(ans.Probability*1000)), 3))
	for _, v := range []float64{ans.End.P10, ans.End.P50, ans.End.P90} {
		switch {
		case math.IsNaN(v):
			out.blank()
		case q.target.Kind == budget.GoodDays:
			out.integer(int64(math.Round(v)))
		default:
			out.decimal(num.D(int64(math.RoundToEven(v)), 3).Round(places, num.HalfEven))
		}
	}
}

func (q *budgetQuestion) putCertain(out *output, a budgetAnswer, places int) {
	met, end := a.days.Needed <= 0, int64(a.days.Good)
	switch q.target.Kind {
	case budget.Quantile:
		met, end = a.percentile.Met(), a.percentile.Printed()
	case budget.Mean:
		met, end = a.mean.Possible(), a.mean.Printed()
	}
	p := num.D(0, 3)
	if met {
		p = num.D(1000, 3)
	}
	out.decimalOr(p, end != budget.Missing)
	for range 3 {
		switch {
		case end == budget.Missing:
			out.blank()
		case q.target.Kind == budget.GoodDays:
			out.integer(end)
		default:
			out.decimal(num.D(end, 3).Round(places, num.HalfEven))
		}
	}
}

// putDetail writes the columns of --detail: R(T), the days left that may exceed,
// whether the target is still possible, the year's end with last year's rest and
// the factor on last year's rest that is needed.
func (q *budgetQuestion) putDetail(out *output, a budgetAnswer, places int) {
	out.text(q.ruling.Standard)
	out.decimalOr(ratioText(a.mean.RestAtTarget, places+1))
	possible := a.mean.Possible()
	switch q.target.Kind {
	case budget.GoodDays:
		out.integer(int64(a.days.Losable))
		possible = a.days.Possible()
	case budget.Quantile:
		out.integer(int64(a.percentile.Further))
		possible = a.percentile.Possible()
	default:
		out.blank()
	}
	out.text(map[bool]string{true: "yes", false: "no"}[possible])
	out.decimalOr(ratioText(a.mean.EndLike(a.lastRest), places))
	factor, known := a.mean.FactorNeeded(a.lastRest)
	out.decimalOr(num.D(factor, 3), known && factor >= 0)
	if a.chance == nil {
		out.integer(0)
		out.text("")
		return
	}
	out.integer(int64(len(a.chance.Years)))
	out.text(map[bool]string{true: "panel", false: q.prior.ID}[a.learned])
}

func ratioText(r budget.Ratio, places int) (num.Decimal, bool) {
	if !r.Known() {
		return num.Decimal{}, false
	}
	places = min(places, 3)
	return num.D(r.Round(num.Pow10(3-places), num.HalfEven), 3).Round(places, num.HalfEven), true
}
