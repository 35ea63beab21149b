package calendar

import (
	"fmt"
	"time"
)

// Window is a run of days, both ends included.
type Window struct{ From, To Day }

// Days is the number of days in the window, 0 when it is empty.
func (w Window) Days() int {
	if w.To < w.From {
		return 0
	}
	return int(w.To-w.From) + 1
}

// Has reports whether the day lies in the window.
func (w Window) Has(d Day) bool { return w.From <= d && d <= w.To }

// Clip is the part of w that lies in o; its Days are 0 when there is none.
func (w Window) Clip(o Window) Window { return Window{max(w.From, o.From), min(w.To, o.To)} }

// LastYear is the same window one year earlier by month and day. 29 February
// becomes 28 February, so an equal-window comparison says when lengths differ.
func (w Window) LastYear() Window { return Window{yearBefore(w.From), yearBefore(w.To)} }

func yearBefore(d Day) Day {
	y, m, day := d.Civil()
	if m == time.February && day == 29 {
		day = 28
	}
	return Date(y-1, m, day)
}

// YearWindow is 1 January to 31 December.
func YearWindow(year int) Window {
	return Window{Date(year, time.January, 1), Date(year, time.December, 31)}
}

// MonthWindow is a calendar month.
func MonthWindow(year int, month time.Month) Window {
	return Window{Date(year, month, 1), Date(year, month+1, 1) - 1}
}

// QuarterWindow is quarter 1 to 4 of a year.
func QuarterWindow(year, quarter int) Window {
	first := time.Month(3*quarter - 2)
	return Window{Date(year, first, 1), Date(year, first+3, 1) - 1}
}

// Quarter is the quarter of a day, 1 to 4.
func (d Day) Quarter() int { return (int(d.Month()) + 2) / 3 }

// Season is a yearly window given by month and day, such as the heating or the
// flood season. It may run over the turn of the year.
type Season struct {
	ID         string `toml:"id"`
	Name       string `toml:"name"`
	Region     string `toml:"region"` // region code prefix it holds for
	From       string `toml:"from"`   // MM-DD, first day
	To         string `toml:"to"`     // MM-DD, last day
	Source     string `toml:"source"`
	Confidence string `toml:"confidence"`
}

// In gives the season's window that begins in the year.
func (s Season) In(year int) (Window, error) {
	from, err := monthDay(s.ID, s.From)
	if err != nil {
		return Window{}, err
	}
	to, err := monthDay(s.ID, s.To)
	if err != nil {
		return Window{}, err
	}
	w := Window{Date(year, from.month, from.day), Date(year, to.month, to.day)}
	if w.To < w.From {
		w.To = Date(year+1, to.month, to.day)
	}
	return w, nil
}

// Has reports whether the day lies in the season, whichever year it began in.
func (s Season) Has(d Day) (bool, error) {
	for _, y := range [...]int{d.Year() - 1, d.Year()} {
		w, err := s.In(y)
		if err != nil {
			return false, err
		}
		if w.Has(d) {
			return true, nil
		}
	}
	return false, nil
}

type monthAndDay struct {
	month time.Month
	day   int
}

func monthDay(id, s string) (monthAndDay, error) {
	t, err := time.Parse("01-02", s)
	if err != nil {
		return monthAndDay{}, fmt.Errorf("season %s: %q: want MM-DD", id, s)
	}
	return monthAndDay{t.Month(), t.Day()}, nil
}
