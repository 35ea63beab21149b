// Package calendar counts time the way the state does: civil days in
// Asia/Shanghai, hours named by their end, working days with the holidays and
// make-up workdays (调休) of the yearly State Council notice, and working hours.
//
// A year without a notice is an error that names the year (MissingYearError);
// nothing is guessed from weekdays.
package calendar

import (
	"fmt"
	"time"
)

// Day is a civil day in Asia/Shanghai, counted from 1970-01-01. Days compare
// and subtract as integers.
type Day int32

// Offset is the distance of Asia/Shanghai from UTC in milliseconds. China has
// kept UTC+8 without summer time since 1991-09-15; the package is right for
// instants after that day.
const Offset int64 = 8 * MsPerHour

// Milliseconds of the units of time.
const (
	MsPerMinute int64 = 60_000
	MsPerHour   int64 = 60 * MsPerMinute
	MsPerDay    int64 = 24 * MsPerHour
)

// Date makes a Day of a year, month and day of month; overflow rolls on as in
// time.Date (32 January is 1 February).
func Date(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("date %q: want YYYY-MM-DD", s)
	}
	return floorDay(t.Unix() * 1000), nil
}

// MustDay is ParseDay for days written in the source; it panics on a bad one.
func MustDay(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

func (d Day) utc() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String is the day as 2006-01-02.
func (d Day) String() string { return d.utc().Format(time.DateOnly) }

// Civil is the day's year, month and day of month.
func (d Day) Civil() (year int, month time.Month, day int) { return d.utc().Date() }

// Year is the day's year.
func (d Day) Year() int { return d.utc().Year() }

// Month is the day's month.
func (d Day) Month() time.Month { return d.utc().Month() }

// MonthDay is the day of the month, 1 to 31.
func (d Day) MonthDay() int { return d.utc().Day() }

// YearDay is the day's number in its year, 1 to 366.
func (d Day) YearDay() int { return d.utc().YearDay() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return time.Weekday(((int(d)+4)%7 + 7) % 7) }

// Add is the day n days later (earlier when n is negative).
func (d Day) Add(n int) Day { return d + Day(n) }

// Start is the instant 00:00 of the day in milliseconds UTC.
func (d Day) Start() int64 { return int64(d)*MsPerDay - Offset }

// End is the instant 24:00 of the day, which is 00:00 of the next one.
func (d Day) End() int64 { return (d + 1).Start() }

// DayOf is the civil day that holds an instant given in milliseconds UTC;
// 00:00 belongs to the day it begins. For hourly values use HourOf.
func DayOf(ms int64) Day { return floorDay(ms + Offset) }

func floorDay(localMs int64) Day {
	d := localMs / MsPerDay
	if localMs%MsPerDay < 0 {
		d--
	}
	return Day(d)
}

// IsLeap reports whether the year has 366 days.
func IsLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

// YearLen is the number of days of a year, 365 or 366.
func YearLen(year int) int {
	if IsLeap(year) {
		return 366
	}
	return 365
}

// MarshalText writes 2006-01-02.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02.
func (d *Day) UnmarshalText(b []byte) error {
	v, err := ParseDay(string(b))
	if err == nil {
		*d = v
	}
	return err
}
