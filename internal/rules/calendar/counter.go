package calendar

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Counter counts terms of every unit with a calendar and office hours. It is
// immutable and safe for use by several goroutines.
type Counter struct {
	cal     *Calendar
	office  *Office
	version string
}

// NewCounter makes a counter of a calendar and the office hours of a unit.
func NewCounter(cal *Calendar, h Hours) (*Counter, error) {
	o, err := NewOffice(cal, h)
	if err != nil {
		return nil, err
	}
	sum := sha256.New()
	fmt.Fprintf(sum, "%v", h.Spans)
	for _, y := range cal.Years() {
		n := cal.notices[y]
		fmt.Fprintf(sum, "|%d %s %v", y, n.Number, n.Holidays)
	}
	return &Counter{cal, o, hex.EncodeToString(sum.Sum(nil))[:12]}, nil
}

// Version names the calendar and office hours; it changes with any of them.
func (c *Counter) Version() string { return c.version }

// Calendar is the calendar counted by.
func (c *Counter) Calendar() *Calendar { return c.cal }

// Office is the working time counted by.
func (c *Counter) Office() *Office { return c.office }

// Deadline is the end of a term.
type Deadline struct {
	At              int64 // ms UTC
	Day             Day   // civil day that At closes or lies in
	Rolled          bool  // moved on from a day off
	CalendarVersion string
}

// longestPause bounds what a pause may add, so that one without an end cannot
// be counted to.
const longestPause = 20 * 366 * MsPerDay

// Due is the end of a term that starts at an instant (ms UTC).
//
// The day a term in days begins is not counted. A term in working days ends
// with office hours, one in calendar days at 24:00, of its last day (民法典
// §201, §203); with rolls, an end on a day off moves to the next worked day.
// Time in a pause does not count, in the term's own unit: a term in days
// leaves out each day at whose close (of office, or midnight) the clock stood
// still. Pauses come in any order and may overlap. Errors: MissingYearError,
// and a pause without an end.
func (c *Counter) Due(start int64, t Term, rolls bool, pauses ...Interval) (Deadline, error) {
	if t.N < 1 || !t.Unit.Known() {
		return Deadline{}, fmt.Errorf("term of %d %s cannot be counted", t.N, t.Unit)
	}
	still := c.still(t.Unit, pauses)
	for _, p := range still {
		if p.From < start+longestPause && p.To > start+longestPause {
			return Deadline{}, fmt.Errorf("a pause from %s has no end", FormatTime(p.From))
		}
	}
	at, err := c.add(c.begin(start, t.Unit), c.length(t), t.Unit, still)
	if err != nil {
		return Deadline{}, err
	}
	d := Deadline{At: at, Day: DayOf(at - 1), CalendarVersion: c.version}
	if !rolls || t.Unit != TermCalendarDays {
		return d, nil
	}
	last, err := c.cal.Roll(d.Day)
	if err != nil {
		return Deadline{}, err
	}
	if last != d.Day {
		d.At, d.Day, d.Rolled = last.End(), last, true
	}
	return d, nil
}

// begin is where counting begins: terms in days leave out the first day.
func (c *Counter) begin(start int64, u TermUnit) int64 {
	if u.InDays() {
		return DayOf(start).End()
	}
	return start
}

// length is a term in counted time: working time or clock time.
func (c *Counter) length(t Term) time.Duration {
	return time.Duration(int64(t.N)*c.per(t.Unit)) * time.Millisecond
}

// per is one unit in counted milliseconds.
func (c *Counter) per(u TermUnit) int64 {
	switch u {
	case TermWorkingDays:
		return c.office.perMs
	case TermCalendarDays:
		return MsPerDay
	case TermMinutes:
		return MsPerMinute
	}
	return MsPerHour
}

func (c *Counter) add(from int64, length time.Duration, u TermUnit, still []Interval) (int64, error) {
	if u.Office() {
		return c.office.Add(from, length, still...)
	}
	return AddClock(from, length, still...), nil
}

func (c *Counter) between(from, to int64, u TermUnit, still []Interval) (time.Duration, error) {
	if u.Office() {
		return c.office.Between(from, to, still...)
	}
	return BetweenClock(from, to, still...), nil
}

// still gives the pauses as a term of the unit feels them: whole days for
// terms in days.
func (c *Counter) still(u TermUnit, pauses []Interval) []Interval {
	merged := Union(pauses)
	if !u.InDays() {
		return merged
	}
	tick := MsPerDay - 1 // the moment of a day that decides
	if u == TermWorkingDays {
		tick = int64(c.office.spans[len(c.office.spans)-1].To)*MsPerMinute - 1
	}
	out := merged[:0]
	for _, p := range merged {
		first := DayOf(p.From)
		if first.Start()+tick < p.From {
			first++
		}
		last := DayOf(p.To - 1)
		if last.Start()+tick >= p.To {
			last--
		}
		if first <= last {
			out = append(out, Interval{first.Start(), last.End()})
		}
	}
	return Union(out)
}

// Used is how much of a term of the unit has run from its start to now. It is
// the whole term at the end that Due gives before rolling.
func (c *Counter) Used(start, now int64, u TermUnit, pauses ...Interval) (Amount, error) {
	from := c.begin(start, u)
	if now <= from {
		return Amount{Unit: u, perDay: c.perDay(u)}, nil
	}
	d, err := c.between(from, now, u, c.still(u, pauses))
	return Amount{u, d, c.perDay(u)}, err
}

// Left is how much remains until the end of a term, negative when it has
// passed. Before counting begins it is the whole term.
func (c *Counter) Left(start, now, due int64, u TermUnit, pauses ...Interval) (Amount, error) {
	d, err := c.between(max(now, min(c.begin(start, u), due)), due, u, c.still(u, pauses))
	return Amount{u, d, c.perDay(u)}, err
}

func (c *Counter) perDay(u TermUnit) time.Duration {
	if u == TermWorkingDays {
		return c.office.DayLength()
	}
	return 24 * time.Hour
}

// Before is the instant a term ahead of a due moment: when to remind. A term
// in days is taken as so much working or clock time.
func (c *Counter) Before(due int64, t Term, pauses ...Interval) (int64, error) {
	if t.Unit.Office() {
		return c.office.Sub(due, c.length(t), c.still(t.Unit, pauses)...)
	}
	return due - c.length(t).Milliseconds(), nil
}

// After is the instant a term after a due moment: when to go a step up. A term
// in days is taken as so much working or clock time.
func (c *Counter) After(due int64, t Term, pauses ...Interval) (int64, error) {
	return c.add(due, c.length(t), t.Unit, c.still(t.Unit, pauses))
}
