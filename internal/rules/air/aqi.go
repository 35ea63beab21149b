package air

import (
	"fmt"

	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// subIndex is one compiled row of the breakpoint table: the IAQI of every concentration up
// to the last breakpoint, in steps.
type subIndex struct {
	lut    []int16
	above  int16 // IAQI beyond the table, −1: not computed
	beyond int16 // what such a concentration still counts in the AQI when no other statistic of the pollutant stands in
	has    bool
}

func compileRow(iaqi standard.Integers, row standard.BreakpointRow, decimals int, mode num.Mode) (s subIndex, err error) {
	bp := make([]int64, len(row.Concentration))
	for i, c := range row.Concentration {
		if int(c.Places) > decimals && c.Round(decimals, num.Floor).Round(int(c.Places), num.Floor) != c {
			return s, fmt.Errorf("breakpoint %s has more than %d decimals", c, decimals)
		}
		bp[i] = c.Steps(decimals)
	}
	last := bp[len(bp)-1]
	if last > 1<<15-1 {
		return s, fmt.Errorf("breakpoint %s is too large", row.Concentration[len(bp)-1])
	}
	s.lut = make([]int16, last+1)
	k := 0
	for c := int64(1); c <= last; c++ {
		if c > bp[k+1] {
			k++
		}
		// HJ 633 formula in integers: (Ihi−Ilo)/(BPhi−BPlo)·(C−BPlo)+Ilo.
		lo, hi := int64(iaqi[k]), int64(iaqi[k+1])
		s.lut[c] = int16(lo + num.Div((hi-lo)*(c-bp[k]), bp[k+1]-bp[k], mode))
	}
	s.beyond = int16(iaqi[len(bp)-1])
	s.above = int16(row.Above.IAQI)
	if row.Above.None {
		s.above = -1
	}
	s.has = true
	return s, nil
}

// at is the sub-index of c ≥ 0 steps, −1 when it is not computed.
func (s *subIndex) at(c int) int16 {
	if c < len(s.lut) {
		return s.lut[c]
	}
	return s.above
}

// Values is one concentration per pollutant in steps, or Missing, or Planned.
type Values [N]int32

// NoValues returns Values with everything missing.
func NoValues() Values {
	return Values{Missing, Missing, Missing, Missing, Missing, Missing, Missing}
}

// Result is an AQI with what led to it.
type Result struct {
	AQI       int16    // −1 when withheld or without data
	Raw       int16    // the largest sub-index even when the AQI is withheld; −1 without data
	Level     int8     // 1…6, 0 without AQI
	Withheld  bool     // computed, or not computable, but not to be published
	Primary   Set      // largest sub-index when AQI > 50; all of them when equal (HJ 633 §4.4)
	Exceeding Set      // sub-index > 100 (超标污染物; a term of the 2012 edition only)
	Above50   Set      // sub-index > 50, what some provincial platforms print as primary
	Missing   Set      // required, not there, and not absent by plan
	IAQI      [N]int16 // −1 when missing or not computed
}

// IAQI is the sub-index of c steps in a report, −1 when it is not computed.
func (r *Rules) IAQI(rep standard.Report, p Pollutant, c int32) int16 {
	s := &r.table[rep][p]
	if c < 0 || !s.has {
		return -1
	}
	return s.at(int(c))
}

// AQI evaluates one station, county or city for one hour or day (HJ 633 §4, §5.3).
//
// Beyond the end of a row that is "not computed" (2012: SO2 1 h, O3 8 h) the sub-index stays
// empty; in the AQI the pollutant then counts with the row's last value, unless the
// statistic that stands in for it (O3 1 h in the daily report) is given.
func (r *Rules) AQI(rep standard.Report, v *Values) (res Result) {
	best, present := int16(-1), Set(0)
	counts := [N]int16{-1, -1, -1, -1, -1, -1, -1}
	for p := range v {
		res.IAQI[p] = -1
		s := &r.table[rep][p]
		if v[p] < 0 || !s.has || !r.takesPart[rep].Has(Pollutant(p)) {
			if v[p] == Planned {
				present |= 1 << p // absent by plan: nothing is missing
			}
			continue
		}
		present |= 1 << p
		i := s.at(int(v[p]))
		res.IAQI[p] = i
		if i < 0 && !(Pollutant(p) == O3_8h && v[O3] >= 0 && r.takesPart[rep].Has(O3)) {
			i = s.beyond
		}
		counts[p] = i
		best = max(best, i)
	}
	res.Missing = r.required[rep] &^ present
	res.Raw = best
	res.AQI = -1
	if best < 0 || res.Missing != 0 && !r.rest && best <= r.publishAbove {
		res.Withheld = true
		return res
	}
	res.AQI = max(best, r.least)
	res.Level = r.LevelOf(res.AQI)
	for p, i := range counts {
		bit := Set(1) << p
		if i == best && best > r.primaryAbove {
			res.Primary |= bit
		}
		if i > r.exceedAbove {
			res.Exceeding |= bit
		}
		if i > r.primaryAbove {
			res.Above50 |= bit
		}
	}
	return res
}

// LevelOf is the level 1…6 of an AQI.
func (r *Rules) LevelOf(aqi int16) int8 {
	if int(aqi) < len(r.levels) {
		return r.levels[max(aqi, 0)]
	}
	return r.lastLevel
}

func (r *Rules) compileLevels() {
	rows := r.Edition.Levels.Rows
	r.lastLevel = int8(rows[len(rows)-1].Level)
	r.levels = make([]int8, rows[len(rows)-1].UpTo+1)
	for a := range r.levels {
		r.levels[a] = int8(r.Edition.Levels.Of(a).Level)
	}
}

// Falling lists the members of s by falling sub-index, equal ones in printing order.
func (res *Result) Falling(s Set) []Pollutant {
	list := s.List()
	for i := 1; i < len(list); i++ {
		for k := i; k > 0 && res.IAQI[list[k]] > res.IAQI[list[k-1]]; k-- {
			list[k], list[k-1] = list[k-1], list[k]
		}
	}
	return list
}
