package situation

import (
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// curve is the course of an item over the year: so far, last year, the path to the target,
// and the fan of what may come.
func (t *year) curve(item string) Curve {
	n := calendar.YearLen(t.year)
	c := Curve{Days: make([]string, n), TargetPath: make([]*float64, n),
		P10: make([]*float64, n), P50: make([]*float64, n), P90: make([]*float64, n)}
	for i := range n {
		c.Days[i] = yearStart(t.year).Add(i).String()
	}
	c.ThisYear = t.cumulative(item, t.year, t.until, n)
	c.LastYear = t.cumulative(item, t.year-1, yearEnd(t.year-1), n)
	t.targetPath(item, &c)
	if a, ok := t.out.answer(item); ok {
		scale := 1000.0
		if item == itemGood {
			scale = 1
		}
		at := n - len(a.Fan)
		for i, band := range a.Fan {
			lo, mid, hi := band.P10/scale, band.P50/scale, band.P90/scale
			c.P10[at+i], c.P50[at+i], c.P90[at+i] = &lo, &mid, &hi
		}
	}
	return c
}

// cumulative is the value to date after each day of a year, drawn over n days: the mean of
// the valid days, or the number of good days. A day of last year stands at the same place
// of the calendar; 29 February only where both years have it.
func (t *year) cumulative(item string, y int, until calendar.Day, n int) []*float64 {
	out := make([]*float64, n)
	_, p, mean := meanItem(item)
	var sum, valid, good int64
	for d := yearStart(y); d <= until; d++ {
		i := int(d - t.days.Start)
		if i < 0 || i >= t.days.Days {
			continue
		}
		at := t.days.At(t.unit, i)
		var v float64
		if mean {
			if x := t.days.V[p][at]; x >= 0 {
				sum, valid = sum+int64(x), valid+1
			}
			if valid == 0 {
				continue
			}
			v = t.b.rules.Conc(p, 1).Float64() * float64(sum) / float64(valid)
		} else {
			if a := t.days.AQI[at]; a >= 0 && a <= goodAQI {
				good++
			}
			v = float64(good)
		}
		if k := placeInYear(d, t.year); k >= 0 && k < n {
			out[k] = &v
		}
	}
	return out
}

// placeInYear is where a day of any year stands in year y, −1 for a 29 February that y lacks.
func placeInYear(d calendar.Day, y int) int {
	_, m, dom := d.Civil()
	if int(dom) > monthLength(y, m) {
		return -1
	}
	return int(calendar.Date(y, m, dom) - yearStart(y))
}

// targetPath is last year's course scaled so that it ends at the target: a target is not
// reached along a straight line, since winter and summer differ.
func (t *year) targetPath(item string, c *Curve) {
	set, ok := t.set[item]
	last := c.LastYear[len(c.LastYear)-1]
	if !ok || last == nil || *last == 0 {
		return
	}
	f := float64(set.Value) / 1000 / *last
	for i, v := range c.LastYear {
		if v != nil {
			x := *v * f
			c.TargetPath[i] = &x
		}
	}
}

// exceeding counts the days of a window on which particulates or a primary gas, or ozone
// alone, were above the limit (AQI above 100), by the primary set: a day led by ozone alone
// is an ozone day, every other lost day a particulate day.
func (t *year) exceeding(from, to calendar.Day) (pm, o3 int) {
	w := air.WindowOf(t.days.Start, t.days.Days, from, to)
	for d := w.From; d < w.To; d++ {
		at := t.days.At(t.unit, d)
		if t.days.AQI[at] <= goodAQI {
			continue
		}
		if t.days.Primary[at] == ozoneOnly {
			o3++
		} else {
			pm++
		}
	}
	return pm, o3
}
