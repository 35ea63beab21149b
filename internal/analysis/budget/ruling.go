package budget

import (
	"fmt"

	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// Ruling is what a standard set says about targets, in thousandths.
type Ruling struct {
	Standard string       // id of the set
	Limits   Limits       // daily limits: where the sub-index is 100
	Percent  [Items]int   // 0: yearly mean; else the percentile of the year
	Quantum  [Items]int64 // step in which the yearly statistic is printed
	DayStep  [Items]int64 // step in which daily values are reported
}

// pollutants gives the standard's pollutant of each item.
func (i Item) pollutant() standard.Pollutant {
	return [Items]standard.Pollutant{standard.SO2, standard.NO2, standard.CO, standard.O3_8h, standard.PM10, standard.PM25}[i]
}

// RulingOf reads a standard set.
func RulingOf(ed *standard.Edition) (Ruling, error) {
	r := Ruling{Standard: ed.ID}
	at := -1
	for n, x := range ed.Breakpoints.IAQI {
		if x == 100 {
			at = n
		}
	}
	for i := range Items {
		p := Item(i).pollutant()
		row, ok := ed.Breakpoints.Row(standard.Daily, p)
		if !ok || at < 0 || at >= len(row.Concentration) {
			return r, fmt.Errorf("standard set %s: no daily concentration of %s at sub-index 100", ed.ID, p)
		}
		r.Limits[i] = row.Concentration[at].Steps(3)
		dec := ed.Decimals.Item(p)
		if dec.Period > 3 || dec.Day > 3 {
			return r, fmt.Errorf("standard set %s: %s is printed with more than 3 decimals", ed.ID, p)
		}
		r.Quantum[i], r.DayStep[i] = num.Pow10(3-dec.Period), num.Pow10(3-dec.Day)
		for _, x := range ed.Index.Items {
			if x.Item == p {
				r.Percent[i] = int(x.Statistic)
			}
		}
	}
	return r, nil
}

// Round rounds a daily value to the digits in which days are reported.
func (r *Ruling) Round(i Item, v num.Decimal) int64 {
	return num.Div(v.Sticky(6), 1000*r.DayStep[i], num.HalfEven) * r.DayStep[i]
}

// Target makes the target of an item's yearly statistic. The printed step is the
// standard's, or the target's own when that is finer.
func (r *Ruling) Target(i Item, target num.Decimal) (Target, error) {
	if target.Units < 0 || target.Places > 3 && target.Round(3, num.HalfEven) != target {
		return Target{}, fmt.Errorf("target %s: want 0 or more with at most 3 decimals", target)
	}
	t := Target{Kind: Mean, Item: i, Limit: target.Steps(3), Quantum: r.Quantum[i], DayStep: r.DayStep[i]}
	for t.Limit%t.Quantum != 0 {
		t.Quantum /= 10
	}
	if p := r.Percent[i]; p > 0 {
		t.Kind, t.Percent = Quantile, p
	}
	return t, nil
}

// Decimals is the number of decimals in which the target's statistic is printed.
func (t Target) Decimals() int {
	if t.Kind == GoodDays {
		return 0
	}
	d := 3
	for q := t.Quantum; q >= 10 && d > 0; q /= 10 {
		d--
	}
	return d
}
