package main

import (
	"fmt"
	"time"

	"qingshan/internal/rules/calendar"
)

// civil is a time as written in a file: a civil day and the time of day.
type civil struct {
	day       calendar.Day
	hour      int // 0…24
	minute    int
	second    int
	wholeTime bool // a time of day was given
}

// errTime says what a time has to look like.
const errTime = errText("is not a time (2006-01-02T15:04[:05], 2006-01-02T15)")

// parseCivil reads a time of Asia/Shanghai (command line contract §0), or a date alone.
// 24:00 is the end of the day.
func parseCivil(b []byte) (c civil, err error) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return c, errTime
	}
	year, ok1 := digits(b[:4])
	month, ok2 := digits(b[5:7])
	day, ok3 := digits(b[8:10])
	if !ok1 || !ok2 || !ok3 || year < 1900 || month < 1 || month > 12 || day < 1 || day > monthLen(year, month) {
		return c, errTime
	}
	c.day = dayNumber(year, month, day)
	if len(b) == 10 {
		return c, nil
	}
	if b[10] != 'T' && b[10] != ' ' {
		return c, errTime
	}
	c.wholeTime = true
	parts := [3]int{}
	t := b[11:]
	for i := range parts {
		n, ok := 0, len(t) >= 2
		if ok {
			n, ok = digits(t[:2])
		}
		if !ok {
			return c, errTime
		}
		parts[i] = n
		if t = t[2:]; len(t) == 0 {
			break
		}
		if t[0] != ':' || i == 2 {
			return c, errTime
		}
		t = t[1:]
	}
	c.hour, c.minute, c.second = parts[0], parts[1], parts[2]
	if c.hour > 24 || c.minute > 59 || c.second > 59 || c.hour == 24 && c.minute+c.second > 0 {
		return c, errTime
	}
	return c, nil
}

func digits(b []byte) (n int, ok bool) {
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

func monthLen(y, m int) int {
	switch m {
	case 2:
		return calendar.YearLen(y) - 337
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// dayNumber counts days from 1970-01-01 (days from civil, H. Hinnant).
func dayNumber(y, m, d int) calendar.Day {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	yoe := y - era*400
	doy := (153*(m-3)+2)/5 + d - 1
	return calendar.Day(era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468)
}

// label gives the monitoring day and the hour label 1…24 of an hourly value, which carries
// the end of its hour: 00:00 is label 24 of the day before.
func (c civil) label() (calendar.Day, int, error) {
	if !c.wholeTime {
		return 0, 0, errText("an hourly value needs a time")
	}
	if c.minute+c.second > 0 {
		return 0, 0, errText("is not a whole hour")
	}
	if c.hour == 0 {
		return c.day - 1, 24, nil
	}
	return c.day, c.hour, nil
}

// reportDay is the monitoring day of an hourly report at any minute: the hour that ends
// at 00:00 belongs to the day before.
func (c civil) reportDay() calendar.Day {
	if c.wholeTime && c.hour+c.minute+c.second == 0 {
		return c.day - 1
	}
	return c.day
}

// hourText prints an hour-end label in the plain form, 24 as 00:00 of the next day.
func hourText(d calendar.Day, label int) string {
	if label == 24 {
		d, label = d+1, 0
	}
	return fmt.Sprintf("%sT%02d:00", d, label)
}

// parseDayFlag reads a date given on the command line.
func parseDayFlag(name, s string) (calendar.Day, error) {
	d, err := calendar.ParseDay(s)
	if err != nil {
		return 0, fmt.Errorf("%s %q is not a date (%s)", name, s, time.DateOnly)
	}
	return d, nil
}
