package kind

import "qingshan/internal/rules/calendar"

// WithinMS is Within in ms.
func (m Merge) WithinMS() int64 {
	return int64(m.Within.N) * map[calendar.TermUnit]int64{calendar.TermHours: calendar.MsPerHour, calendar.TermMinutes: calendar.MsPerMinute, calendar.TermCalendarDays: calendar.MsPerDay}[m.Within.Unit]
}

// Left is how long (ms) pauses with a fixed end may still take after those that were granted
// took a time (ms).
func (p Pauses) Left(spent int64) int64 {
	days := p.Sum.N
	if p.Sum.IsZero() {
		days = p.Times * p.Fixed.N
	}
	return max(0, int64(days)*calendar.MsPerDay-spent)
}
