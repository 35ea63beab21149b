package calendar

import (
	"fmt"
	"time"
)

// Amount is how much of a term is used or left, in the term's own time:
// working time for wd and wh, clock time for the others. It may be negative.
type Amount struct {
	Unit   TermUnit
	Time   time.Duration
	perDay time.Duration
}

// ClockTime is an amount of clock time, for what has no term: the time a
// matter has been open.
func ClockTime(d time.Duration) Amount { return Amount{TermCalendarDays, d, 24 * time.Hour} }

// Over reports whether the term has passed.
func (a Amount) Over() bool { return a.Time < 0 }

// Number is the amount in the term's unit, with its fraction.
func (a Amount) Number() float64 {
	one := time.Hour
	switch {
	case a.Unit.InDays():
		one = a.perDay
	case a.Unit == TermMinutes:
		one = time.Minute
	}
	if one == 0 {
		return 0
	}
	return float64(a.Time) / float64(one)
}

// parts are whole days (of the unit), hours and minutes of the absolute value.
func (a Amount) parts() (days, hours, minutes int) {
	d := a.Time.Abs()
	if a.Unit != TermWorkingHours && a.perDay > 0 {
		days, d = int(d/a.perDay), d%a.perDay
	}
	return days, int(d / time.Hour), int(d % time.Hour / time.Minute)
}

// Text is the bare amount in Chinese without its sign: 2 工作日 4 小时.
func (a Amount) Text() string {
	days, hours, minutes := a.parts()
	day, hour := "天", "小时"
	switch a.Unit {
	case TermWorkingDays:
		day = "工作日"
	case TermWorkingHours:
		hour = "工作小时"
	}
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d %s %d 小时", days, day, hours)
	case days > 0:
		return fmt.Sprintf("%d %s", days, day)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d %s %d 分", hours, hour, minutes)
	case hours > 0:
		return fmt.Sprintf("%d %s", hours, hour)
	case minutes > 0:
		return fmt.Sprintf("%d 分钟", minutes)
	}
	return "不足 1 分钟"
}

// TextEn is the bare amount in English without its sign: 2 working days 4 hours.
func (a Amount) TextEn() string {
	days, hours, minutes := a.parts()
	day, hour := "day", "hour"
	switch a.Unit {
	case TermWorkingDays:
		day = "working day"
	case TermWorkingHours:
		hour = "working hour"
	}
	switch {
	case days > 0 && hours > 0:
		return many(days, day) + " " + many(hours, "hour")
	case days > 0:
		return many(days, day)
	case hours > 0 && minutes > 0:
		return many(hours, hour) + " " + many(minutes, "minute")
	case hours > 0:
		return many(hours, hour)
	case minutes > 0:
		return many(minutes, "minute")
	}
	return "less than a minute"
}

func many(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// LeftText is what is left for people: 剩 2 工作日 4 小时, or 超期 1 天 3 小时.
func (a Amount) LeftText() string {
	if a.Over() {
		return "超期 " + a.Text()
	}
	return "剩 " + a.Text()
}

// LeftTextEn is what is left for people in English.
func (a Amount) LeftTextEn() string {
	if a.Over() {
		return a.TextEn() + " overdue"
	}
	return a.TextEn() + " left"
}
