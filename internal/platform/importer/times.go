package importer

import (
	"time"

	"qingshan/internal/rules/calendar"
)

// timeReader turns the time columns of a row into the END label in ms UTC.
type timeReader struct {
	plan  *Plan
	daily bool
	now   int64 // ms UTC
	last  [4][]byte
	label int64
	why   Reason
	known bool
}

var epoch1990 = calendar.Date(1990, 1, 1).Start()

// timeRoles are the columns a reader looks at, in this order.
func (p *Plan) timeRoles() []Role {
	switch {
	case p.Kind.Step == "day":
		return []Role{RoleDate}
	case p.has(RoleTime):
		return []Role{RoleTime}
	case p.has(RoleDate):
		return []Role{RoleDate, RoleHour}
	}
	return []Role{RoleYear, RoleMonth, RoleDay, RoleHour}
}

// read gives the label of the texts of timeRoles; equal texts as last time cost nothing.
func (t *timeReader) read(texts [][]byte) (int64, Reason, bool) {
	if t.known {
		same := true
		for i, x := range texts {
			same = same && string(x) == string(t.last[i])
		}
		if same {
			return t.label, t.why, t.why.Code == ""
		}
	}
	for i, x := range texts {
		t.last[i] = append(t.last[i][:0], x...)
	}
	t.known = true
	t.label, t.why = t.parse(texts)
	return t.label, t.why, t.why.Code == ""
}

func (t *timeReader) parse(texts [][]byte) (int64, Reason) {
	ms, ok := int64(0), false
	switch {
	case t.daily:
		var d calendar.Day
		d, ok = parseDate(texts[0], true)
		ms = d.End()
	case len(texts) == 1:
		ms, ok = parseTime(texts[0])
	default:
		ms, ok = parseParts(texts)
	}
	text := ""
	for i, x := range texts {
		if i > 0 {
			text += " "
		}
		text += short(x)
	}
	switch {
	case !ok:
		return 0, because("time", text)
	case (ms+calendar.Offset)%calendar.MsPerHour != 0:
		return 0, because("time_grid", text)
	}
	if t.plan.begin && !t.daily {
		ms += calendar.MsPerHour
	}
	switch {
	case ms > t.now:
		return 0, because("future", text)
	case ms <= epoch1990:
		return 0, because("too_old", text)
	}
	return ms, Reason{}
}

// parseParts reads date and hour, or year, month, day and hour. Hour 0 is the midnight that
// ends the day before, hour 24 the one that ends this day.
func parseParts(texts [][]byte) (int64, bool) {
	var d calendar.Day
	ok := true
	hour, n := digits(texts[len(texts)-1])
	if n == 0 || n != len(texts[len(texts)-1]) || hour > 24 {
		return 0, false
	}
	if len(texts) == 2 {
		if d, ok = parseDate(texts[0], false); !ok {
			return 0, false
		}
	} else {
		var part [3]int
		for i := range part {
			v, n := digits(texts[i])
			if n == 0 || n != len(texts[i]) {
				return 0, false
			}
			part[i] = v
		}
		if d, ok = makeDay(part[0], part[1], part[2]); !ok {
			return 0, false
		}
	}
	return d.Start() + int64(hour)*calendar.MsPerHour, true
}

// digits reads up to nine decimal digits and tells how many there were.
func digits(b []byte) (v, n int) {
	for n < len(b) && n < 9 && b[n] >= '0' && b[n] <= '9' {
		v = v*10 + int(b[n]-'0')
		n++
	}
	return v, n
}

func makeDay(y, m, d int) (calendar.Day, bool) {
	if y < 1900 || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, false
	}
	day := calendar.Date(y, time.Month(m), d)
	return day, d <= 28 || day.MonthDay() == d
}

// splitDate reads 2006-01-02, 2006/1/2, 2006.1.2, 20060102 or 2006年1月2日 at the beginning of
// b and gives what follows.
func splitDate(b []byte) (d calendar.Day, rest []byte, ok bool) {
	y, n := digits(b)
	if n == 8 {
		d, ok = makeDay(y/10000, y/100%100, y%100)
		return d, b[8:], ok
	}
	if n != 4 {
		return 0, nil, false
	}
	b = b[4:]
	sep, b := dateMark(b)
	m, n := digits(b)
	if sep == 0 || n == 0 || n > 2 {
		return 0, nil, false
	}
	b = b[n:]
	sep2, b := dateMark(b)
	dd, n := digits(b)
	if n == 0 || n > 2 || (sep == 'Y') != (sep2 == 'M') || sep != 'Y' && sep2 != sep {
		return 0, nil, false
	}
	b = b[n:]
	if sep == 'Y' {
		if mark, after := dateMark(b); mark == 'D' {
			b = after
		}
	}
	d, ok = makeDay(y, m, dd)
	return d, b, ok
}

func dateMark(b []byte) (byte, []byte) {
	switch {
	case len(b) == 0:
		return 0, b
	case b[0] == '-' || b[0] == '/' || b[0] == '.':
		return b[0], b[1:]
	}
	for _, m := range [...]struct {
		text string
		mark byte
	}{{"年", 'Y'}, {"月", 'M'}, {"日", 'D'}} {
		if len(b) >= len(m.text) && string(b[:len(m.text)]) == m.text {
			return m.mark, b[len(m.text):]
		}
	}
	return 0, b
}

// parseDate reads a date; a time of midnight behind it is allowed when asked for (Excel
// writes one).
func parseDate(b []byte, midnight bool) (calendar.Day, bool) {
	d, rest, ok := splitDate(b)
	if !ok || len(rest) == 0 {
		return d, ok
	}
	if !midnight {
		return 0, false
	}
	for _, c := range rest {
		if c != ' ' && c != 'T' && c != ':' && c != '0' {
			return 0, false
		}
	}
	return d, len(rest) > 1
}

// parseTime reads a date and an hour with minutes and seconds where given: 2006-01-02T15,
// 2006-01-02 15:04[:05[.0]], 2006010215. 24:00 is midnight at the end of the day.
func parseTime(b []byte) (int64, bool) {
	d, rest, ok := splitTen(b)
	if !ok {
		return 0, false
	}
	var part [3]int
	for i := range part {
		v, n := digits(rest)
		if n == 0 || n > 2 {
			return 0, false
		}
		part[i], rest = v, rest[n:]
		if len(rest) == 0 {
			break
		}
		switch {
		case i < 2 && rest[0] == ':':
			rest = rest[1:]
		case i == 0 && string(rest) == "时":
			rest = nil
		case string(rest) == "+08:00", i == 2 && string(rest) == ".0":
			rest = nil
		default:
			return 0, false
		}
		if len(rest) == 0 {
			break
		}
	}
	if len(rest) > 0 || part[0] > 24 || part[1] > 59 || part[2] > 59 || part[0] == 24 && part[1]+part[2] > 0 {
		return 0, false
	}
	ms := d.Start() + int64(part[0])*calendar.MsPerHour + int64(part[1])*calendar.MsPerMinute + int64(part[2])*1000
	return ms, true
}

// splitTen is splitDate with the T or blanks behind the date taken off; ten digits are date
// and hour.
func splitTen(b []byte) (calendar.Day, []byte, bool) {
	if len(b) == 10 {
		if _, n := digits(b[1:]); n == 9 {
			d, _, ok := splitDate(b[:8])
			return d, b[8:], ok
		}
	}
	d, rest, ok := splitDate(b)
	if !ok || len(rest) == 0 {
		return 0, nil, false
	}
	k := 0
	for k < len(rest) && (rest[k] == ' ' || rest[k] == 'T' && k == 0) {
		k++
	}
	return d, rest[k:], k > 0
}
