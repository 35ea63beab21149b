package calendar

import "fmt"

// Unit is what a term counts.
type Unit uint8

// The units of terms in days. Terms in hours are counted by Office.
const (
	CalendarDays Unit = iota // 日, every day
	WorkingDays              // 工作日
)

// String is the unit's name in data files: cd or wd.
func (u Unit) String() string {
	if u == WorkingDays {
		return "wd"
	}
	return "cd"
}

// ParseUnit reads cd or wd.
func ParseUnit(s string) (Unit, error) {
	switch s {
	case "cd":
		return CalendarDays, nil
	case "wd":
		return WorkingDays, nil
	}
	return 0, fmt.Errorf("unit %q: want cd (calendar days) or wd (working days)", s)
}

// Due is the last day of a term, as counted and as the law lets it end.
type Due struct {
	Raw    Day // the day counting arrives at
	Rolled Day // the first worked day from Raw on
}

// counts reports whether a day counts towards a term of the unit.
func (c *Calendar) counts(d Day, u Unit) (bool, error) {
	if u == CalendarDays {
		return true, nil
	}
	return c.IsWorkday(d)
}

// AddWorkdays is the n-th working day after d; d itself is not counted. A
// negative n counts backwards. For n = 0 it is d.
func (c *Calendar) AddWorkdays(d Day, n int) (Day, error) {
	return c.step(d, n, WorkingDays, nil)
}

// WorkdaysBetween counts the working days after from up to and including to.
// It is negative when to lies before from, and then counts to up to the day
// before from, so that it undoes AddWorkdays in both directions.
func (c *Calendar) WorkdaysBetween(from, to Day) (int, error) {
	sign, lo, hi := 1, from+1, to
	if to < from {
		sign, lo, hi = -1, to, from-1
	}
	n := 0
	for d := lo; d <= hi; d++ {
		ok, err := c.IsWorkday(d)
		if err != nil {
			return 0, err
		}
		if ok {
			n++
		}
	}
	return sign * n, nil
}

// Roll is the first worked day from d on (an end on a day off rolls on:
// 民事诉讼法 §85, 环境行政处罚办法 §79).
func (c *Calendar) Roll(d Day) (Day, error) {
	for ; ; d++ {
		ok, err := c.IsWorkday(d)
		if err != nil || ok {
			return d, err
		}
	}
}

// Due counts a term of n units from its start. The day a term begins is not
// counted; days inside a pause are not counted either. Pauses may be given in
// any order and may overlap. Both the raw end and the end rolled to a worked
// day are returned, since whether an end rolls is a rule of the law at hand.
func (c *Calendar) Due(start Day, n int, u Unit, pauses ...Window) (Due, error) {
	if n < 0 {
		return Due{}, fmt.Errorf("term of %d %s: negative", n, u)
	}
	raw, err := c.step(start, n, u, pauses)
	if err != nil {
		return Due{}, err
	}
	rolled, err := c.Roll(raw)
	return Due{Raw: raw, Rolled: rolled}, err
}

// Used counts the units of a term that have run from its start (not counted)
// up to and including the day now, without the pauses.
func (c *Calendar) Used(start, now Day, u Unit, pauses ...Window) (int, error) {
	n := 0
	for d := start + 1; d <= now; d++ {
		ok, err := c.counts(d, u)
		if err != nil {
			return 0, err
		}
		if ok && !anyHas(pauses, d) {
			n++
		}
	}
	return n, nil
}

func (c *Calendar) step(d Day, n int, u Unit, pauses []Window) (Day, error) {
	dir := Day(1)
	if n < 0 {
		dir, n = -1, -n
	}
	for n > 0 {
		d += dir
		ok, err := c.counts(d, u)
		if err != nil {
			return 0, err
		}
		if ok && !anyHas(pauses, d) {
			n--
		}
	}
	return d, nil
}

func anyHas(ws []Window, d Day) bool {
	for _, w := range ws {
		if w.Has(d) {
			return true
		}
	}
	return false
}
