package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Span is a part of the day in minutes from 00:00; the end is not included.
type Span struct{ From, To int }

// Office counts working time: the calendar's worked days and the office hours
// of a unit. It is immutable.
type Office struct {
	cal   *Calendar
	spans []Span
	perMs int64 // working milliseconds of one worked day
}

// Hours are office hours as data.
type Hours struct {
	ID         string   `toml:"id"`
	Name       string   `toml:"name"`
	Spans      []string `toml:"spans"` // "08:30-12:00", in rising order
	Source     string   `toml:"source"`
	Confidence string   `toml:"confidence"`
}

// DefaultHours are the office hours that come with the program.
func DefaultHours() (Hours, error) {
	data, err := embedded.ReadFile("data/office_hours.toml")
	if err != nil {
		return Hours{}, err
	}
	return ParseHours(hoursFile, data)
}

const hoursFile = "office_hours.toml"

// ParseHours reads and checks office hours. Errors name the file.
func ParseHours(name string, data []byte) (Hours, error) {
	var h Hours
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&h); err != nil {
		return Hours{}, fmt.Errorf("%s: %w", name, err)
	}
	if h.ID == "" || h.Name == "" || h.Source == "" || h.Confidence == "" {
		return Hours{}, fmt.Errorf("%s: office hours need id, name, source and confidence", name)
	}
	if _, err := NewOffice(nil, h); err != nil {
		return Hours{}, fmt.Errorf("%s: %w", name, err)
	}
	return h, nil
}

// HoursFS are the office hours of an installation's folder (office_hours.toml), those of the
// program when there is no such file; own tells which.
func HoursFS(fsys fs.FS) (h Hours, own bool, err error) {
	data, err := fs.ReadFile(fsys, hoursFile)
	if errors.Is(err, fs.ErrNotExist) {
		h, err = DefaultHours()
		return h, false, err
	}
	if err != nil {
		return Hours{}, false, err
	}
	h, err = ParseHours(hoursFile, data)
	return h, true, err
}

// NewOffice makes the working time of the given office hours.
func NewOffice(cal *Calendar, h Hours) (*Office, error) {
	o := &Office{cal: cal}
	last := 0
	for _, s := range h.Spans {
		span, err := parseSpan(s)
		if err != nil {
			return nil, fmt.Errorf("office hours %s: %w", h.ID, err)
		}
		if span.From < last {
			return nil, fmt.Errorf("office hours %s: %s begins before the span ahead of it ends", h.ID, s)
		}
		last = span.To
		o.spans = append(o.spans, span)
		o.perMs += int64(span.To-span.From) * MsPerMinute
	}
	if len(o.spans) == 0 {
		return nil, fmt.Errorf("office hours %s: %w", h.ID, errors.New("no span"))
	}
	return o, nil
}

func parseSpan(s string) (Span, error) {
	var fh, fm, th, tm int
	if n, err := fmt.Sscanf(s, "%02d:%02d-%02d:%02d", &fh, &fm, &th, &tm); n != 4 || err != nil || len(s) != 11 {
		return Span{}, fmt.Errorf("span %q: want HH:MM-HH:MM", s)
	}
	span := Span{fh*60 + fm, th*60 + tm}
	if fm > 59 || tm > 59 || span.To > 24*60 || span.From < 0 || span.To <= span.From {
		return Span{}, fmt.Errorf("span %q: not a part of one day", s)
	}
	return span, nil
}

// DayLength is the working time of one worked day.
func (o *Office) DayLength() time.Duration { return time.Duration(o.perMs) * time.Millisecond }

// pieces are the working intervals of a day, without the pauses.
func (o *Office) pieces(d Day, pauses []Interval) ([]Interval, error) {
	works, err := o.cal.IsWorkday(d)
	if err != nil || !works {
		return nil, err
	}
	out := make([]Interval, 0, len(o.spans)+2)
	for _, s := range o.spans {
		iv := Interval{d.Start() + int64(s.From)*MsPerMinute, d.Start() + int64(s.To)*MsPerMinute}
		out = appendMinus(out, iv, pauses)
	}
	return out, nil
}

// Add is the earliest instant at which the given working time has passed since
// start (ms UTC). Working time inside a pause does not count. A zero or
// negative length gives start.
func (o *Office) Add(start int64, length time.Duration, pauses ...Interval) (int64, error) {
	left, merged := length.Milliseconds(), Union(pauses)
	if left <= 0 {
		return start, nil
	}
	for d := DayOf(start); ; d++ {
		ps, err := o.pieces(d, merged)
		if err != nil {
			return 0, err
		}
		for _, p := range ps {
			from := max(p.From, start)
			if from >= p.To {
				continue
			}
			if left <= p.To-from {
				return from + left, nil
			}
			left -= p.To - from
		}
	}
}

// Sub is the latest instant from which the given working time passes until
// end (ms UTC): the mirror of Add.
func (o *Office) Sub(end int64, length time.Duration, pauses ...Interval) (int64, error) {
	left, merged := length.Milliseconds(), Union(pauses)
	if left <= 0 {
		return end, nil
	}
	for d := DayOf(end); ; d-- {
		ps, err := o.pieces(d, merged)
		if err != nil {
			return 0, err
		}
		for i := len(ps) - 1; i >= 0; i-- {
			to := min(ps[i].To, end)
			if to <= ps[i].From {
				continue
			}
			if left <= to-ps[i].From {
				return to - left, nil
			}
			left -= to - ps[i].From
		}
	}
}

// Between is the working time from one instant to a later one (ms UTC),
// without the pauses; it is negative when to lies before from.
func (o *Office) Between(from, to int64, pauses ...Interval) (time.Duration, error) {
	if to < from {
		d, err := o.Between(to, from, pauses...)
		return -d, err
	}
	var sum int64
	merged := Union(pauses)
	for d := DayOf(from); d <= DayOf(to); d++ {
		ps, err := o.pieces(d, merged)
		if err != nil {
			return 0, err
		}
		for _, p := range ps {
			if lo, hi := max(p.From, from), min(p.To, to); lo < hi {
				sum += hi - lo
			}
		}
	}
	return time.Duration(sum) * time.Millisecond, nil
}
