package matter

import (
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/rules/calendar"
)

// left says in the clock's own time how much is left until an end, or over: 剩 2 工作日 4 小时.
// Past the end of the known calendar it is said in clock time; an end that passed outside of
// office hours is due, and not yet over by anything.
func (k *timekeeper) left(c *kind.Clock, class string, due, now int64) (zh, en string) {
	unit := calendar.TermCalendarDays
	if c != nil {
		if t, _ := c.Term(class); !t.IsZero() {
			unit = t.Unit
		}
	}
	a, err := k.Left(min(now, due)-calendar.MsPerDay, now, due, unit)
	if err != nil {
		a, _ = k.Left(min(now, due)-calendar.MsPerDay, now, due, calendar.TermCalendarDays)
	}
	if now > due && !a.Over() { // the end has passed, and no office hour since
		return "已到期", "due"
	}
	return a.LeftText(), a.LeftTextEn()
}

// light is the colour of a running clock: red past its end, yellow from its first reminder
// (a day before the end when it has none), green before.
func (k *timekeeper) light(c *kind.Clock, due, now int64) string {
	if now > due {
		return "red"
	}
	from := due - calendar.MsPerDay
	if c != nil && len(c.Remind) > 0 {
		from = k.reminders(c, due)[0]
	}
	if now >= from {
		return "yellow"
	}
	return "green"
}
