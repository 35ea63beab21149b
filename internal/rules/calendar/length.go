package calendar

import (
	"fmt"
	"strconv"
	"strings"
)

// TermUnit is what the length of a term counts.
type TermUnit uint8

// The units of a term's length.
const (
	TermWorkingDays  TermUnit = iota + 1 // wd 工作日
	TermCalendarDays                     // cd 日
	TermWorkingHours                     // wh 工作时
	TermHours                            // h 紧急工作时, round the clock
	TermMinutes                          // min, round the clock
)

var termUnits = [...]struct{ short, zh, one, many string }{
	TermWorkingDays:  {"wd", "工作日", "working day", "working days"},
	TermCalendarDays: {"cd", "天", "day", "days"},
	TermWorkingHours: {"wh", "工作小时", "working hour", "working hours"},
	TermHours:        {"h", "小时", "hour", "hours"},
	TermMinutes:      {"min", "分钟", "minute", "minutes"},
}

// Known reports whether u is one of the units.
func (u TermUnit) Known() bool { return u >= TermWorkingDays && u <= TermMinutes }

// String is the unit's name in data files: wd, cd, wh, h or min.
func (u TermUnit) String() string {
	if !u.Known() {
		return "?"
	}
	return termUnits[u].short
}

// InDays reports whether the unit counts whole days.
func (u TermUnit) InDays() bool { return u == TermWorkingDays || u == TermCalendarDays }

// Office reports whether the unit counts office time only: such a clock stands
// still at night and on days off.
func (u TermUnit) Office() bool { return u == TermWorkingDays || u == TermWorkingHours }

// Term is the length of a time limit. The zero Term means "no limit".
type Term struct {
	N    int
	Unit TermUnit
}

// ParseTerm reads "3wd", "10cd", "4wh", "24h" or "15min"; N is at least 1 and
// at most 10000.
func ParseTerm(s string) (Term, error) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 10000 || digits[0] == '+' {
		return Term{}, fmt.Errorf("term %q: want a number from 1 to 10000 and a unit, as in 3wd, 10cd, 4wh, 24h, 15min", s)
	}
	for u := TermWorkingDays; u <= TermMinutes; u++ {
		if u.String() == s[len(digits):] {
			return Term{n, u}, nil
		}
	}
	return Term{}, fmt.Errorf("term %q: unit %q: want wd (working days), cd (calendar days), wh (working hours), h (hours) or min (minutes)", s, s[len(digits):])
}

// MustTerm is ParseTerm for terms written in the source; it panics on a bad one.
func MustTerm(s string) Term {
	t, err := ParseTerm(s)
	if err != nil {
		panic(err)
	}
	return t
}

// IsZero reports whether there is no limit.
func (t Term) IsZero() bool { return t == Term{} }

// String is the term as in data files, "" for none.
func (t Term) String() string {
	if t.IsZero() {
		return ""
	}
	return strconv.Itoa(t.N) + t.Unit.String()
}

// Text is the term for people in Chinese: 3 工作日.
func (t Term) Text() string {
	if t.IsZero() {
		return "不限时"
	}
	return fmt.Sprintf("%d %s", t.N, termUnits[t.Unit].zh)
}

// TextEn is the term for people in English: 3 working days.
func (t Term) TextEn() string {
	if t.IsZero() {
		return "no limit"
	}
	if t.N == 1 {
		return "1 " + termUnits[t.Unit].one
	}
	return fmt.Sprintf("%d %s", t.N, termUnits[t.Unit].many)
}

// MarshalText writes 3wd.
func (t Term) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads 3wd.
func (t *Term) UnmarshalText(b []byte) error {
	v, err := ParseTerm(string(b))
	if err == nil {
		*t = v
	}
	return err
}
