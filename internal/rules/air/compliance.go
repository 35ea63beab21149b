package air

import (
	"qingshan/internal/rules/num"
)

// Meeting the limits of GB 3095 (达标) is another question than a good day: from 2031 an
// IAQI of 100 no longer means that the daily limit is met. Good days come from the AQI,
// compliance from the limits of the edition.

// Class is the class of a zone: class I are national parks and other protected areas,
// class II everything else; cities are judged by class II.
type Class uint8

// The classes.
const (
	ClassII Class = iota
	ClassI
)

// LimitOf is the limit of an item for an averaging (hour, mda8, day, year); ok is false when
// the edition has none.
func (r *Rules) LimitOf(p Pollutant, averaging string, c Class) (num.Decimal, bool) {
	l, ok := r.Edition.Limits.Find(p, averaging)
	if c == ClassI {
		return l.ClassI, ok
	}
	return l.ClassII, ok
}

// dayAveraging is the averaging of a daily value.
func dayAveraging(p Pollutant) string {
	switch p {
	case O3_8h:
		return "mda8"
	case O3:
		return "hour"
	}
	return "day"
}

// OverDay is the set of pollutants whose daily value is above its daily limit.
func (r *Rules) OverDay(v *Values, c Class) (over Set) {
	for p := range v {
		l, ok := r.LimitOf(Pollutant(p), dayAveraging(Pollutant(p)), c)
		if ok && v[p] >= 0 && num.Cmp(r.Conc(Pollutant(p), int64(v[p])), l) > 0 {
			over |= 1 << p
		}
	}
	return over
}

// Verdict is the annual evaluation of one unit: every statistic must meet its limit.
type Verdict struct {
	OverMean Set // annual mean above the annual limit
	OverHigh Set // percentile of the daily values above the daily limit
	Unknown  Set // items of the evaluation without values
	Meets    bool
}

// Evaluate judges a period whose Stats were computed with the annual percentiles
// (HJ 663: SO2, NO2 annual mean and 98th, PM10, PM2.5 annual mean and 95th, CO 95th, O3_8h
// 90th). Whether there are enough days is EnoughDays' answer.
func (r *Rules) Evaluate(s *Stats, c Class) (v Verdict) {
	for _, e := range r.Edition.Evaluation {
		p := e.Item
		if s.High[p] < 0 {
			v.Unknown |= 1 << p
			continue
		}
		if l, ok := r.LimitOf(p, dayAveraging(p), c); ok && num.Cmp(r.PeriodConc(p, s.High[p]), l) > 0 {
			v.OverHigh |= 1 << p
		}
		if l, ok := r.LimitOf(p, "year", c); ok && r.statPct[p] == 0 && num.Cmp(r.PeriodConc(p, s.Value[p]), l) > 0 {
			v.OverMean |= 1 << p
		}
	}
	v.Meets = v.OverMean|v.OverHigh|v.Unknown == 0
	return v
}

// ExceedMultiple is (C−S)/S (超标倍数) at the edition's decimals, half-even; ok is false when
// C is not above S.
func (r *Rules) ExceedMultiple(c, limit num.Decimal) (m num.Decimal, ok bool) {
	over := num.Sub(c, limit)
	if over.Units <= 0 || limit.Units <= 0 {
		return m, false
	}
	k := r.Edition.Decimals.ExceedMultiple
	q, ok := num.MulDiv(over.Units, num.Pow10(k), limit.Round(int(over.Places), num.HalfEven).Units)
	return num.D(q, k), ok
}
