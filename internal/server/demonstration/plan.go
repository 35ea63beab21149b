// Package demonstration makes the demonstration city in an empty installation and lets its
// time go on: new hours and days arrive through the same intake as files and feeds do.
package demonstration

import (
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo/synth"
)

// Span is the time the demonstration covers: when its stations, and the panel of the
// other cities, begin, and when its clock starts.
type Span struct {
	Hours calendar.Day // first day of the stations
	Panel calendar.Day // first day of the other cities
	Start time.Time
}

// Published is the span of the published demonstration: two years of hours, and the panel
// from the first of a year, so that two whole years of it teach the chance of a target.
func Published() Span {
	return Span{calendar.MustDay("2024-08-01"), calendar.MustDay("2024-01-01"), time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)}
}

// delay is how long after its end an hour arrives.
const delay = 10 * time.Minute

// delivered is the newest hour that has arrived at an instant.
func delivered(at time.Time) synth.Hour { return synth.HourAt(at.Add(-delay).UnixMilli()) }

// arrival is when an hour arrives.
func arrival(h synth.Hour) time.Time { return time.UnixMilli(h.Ms()).Add(delay) }

// delivery is one batch of the history: what came in up to an hour. Batches grow finer
// towards the start, so that "what was known then" is exact to the hour for the last day, to
// the day for the last weeks, and to the week or month before.
type delivery struct {
	at   synth.Hour
	days int  // published days of the panel up to this one, counted from the panel's first; −1: none
	live bool // belongs to the running feed
}

// deliveries plans the history in ascending order.
func (s Span) deliveries() []delivery {
	last := delivered(s.Start)
	today, _ := last.Day()
	var out []delivery
	put := func(h synth.Hour, live bool) {
		if n := len(out); h <= last && (n == 0 || out[n-1].at < h) {
			out = append(out, delivery{h, -1, live})
		}
	}
	for d := s.Hours; d < today; d++ {
		back := int(today - d)
		_, _, day := d.Add(1).Civil()
		monthEnd := day == 1
		switch {
		case back == 1: // the last day follows hour by hour
		case monthEnd, back <= 60 && back%7 == 0, back <= 28:
			put(synth.HourEnd(d, 24), false)
		}
	}
	for h := last - 23; h <= last; h++ {
		put(h, true)
	}
	s.addPanel(out)
	return out
}

// addPanel lets the panel's days arrive at the ends of months and weeks, and with every one
// of the last four days.
func (s Span) addPanel(out []delivery) {
	last := out[len(out)-1].at
	for i := range out {
		d, label := out[i].at.Day()
		_, _, day := d.Add(1).Civil()
		if label == 24 && (day == 1 || day%7 == 1 || last-out[i].at < 4*24) {
			out[i].days = int(d-s.Panel) + 1
		}
	}
}
