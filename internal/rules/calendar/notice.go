package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Notice is the State Council's yearly arrangement of holidays, as data.
type Notice struct {
	Year       int       `toml:"year"`
	Number     string    `toml:"number"` // document number
	Title      string    `toml:"title"`
	Issued     string    `toml:"issued"` // YYYY-MM-DD
	Source     string    `toml:"source"`
	Confidence string    `toml:"confidence"`
	Holidays   []Holiday `toml:"holiday"`
}

// Holiday is one festival: the days off, both ends included, and the weekend
// days worked instead.
type Holiday struct {
	Name string `toml:"name"`
	From Day    `toml:"from"`
	To   Day    `toml:"to"`
	Work []Day  `toml:"work"`
}

// ParseNotice reads and checks one notice file (TOML). The name is used in
// error messages only.
func ParseNotice(name string, data []byte) (Notice, error) {
	var n Notice
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := dec.Decode(&n); err != nil {
		var de *toml.DecodeError
		if errors.As(err, &de) {
			row, _ := de.Position()
			return Notice{}, fmt.Errorf("%s:%d: %w", name, row, err)
		}
		return Notice{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := n.check(); err != nil {
		return Notice{}, fmt.Errorf("%s: %w", name, err)
	}
	return n, nil
}

func (n Notice) check() error {
	if n.Number == "" || n.Source == "" || n.Confidence == "" {
		return errors.New("a notice needs number, source and confidence")
	}
	if len(n.Holidays) == 0 {
		return fmt.Errorf("%d: no holiday", n.Year)
	}
	off, work := map[Day]bool{}, map[Day]bool{}
	for _, h := range n.Holidays {
		if h.To < h.From {
			return fmt.Errorf("%s: ends %s before it begins %s", h.Name, h.To, h.From)
		}
		for d := h.From; d <= h.To; d++ {
			if off[d] {
				return fmt.Errorf("%s: %s is named twice", h.Name, d)
			}
			if !n.covers(d) {
				return fmt.Errorf("%s: %s is not a day of %d", h.Name, d, n.Year)
			}
			off[d] = true
		}
		for _, d := range h.Work {
			if wd := d.Weekday(); wd != time.Saturday && wd != time.Sunday {
				return fmt.Errorf("%s: make-up workday %s is a %s", h.Name, d, wd)
			}
			if work[d] || !n.covers(d) {
				return fmt.Errorf("%s: make-up workday %s is named twice or not in %d", h.Name, d, n.Year)
			}
			work[d] = true
		}
	}
	for d := range work {
		if off[d] {
			return fmt.Errorf("%s is both off and worked", d)
		}
	}
	return nil
}

// covers accepts the days of the year and the last days of the year before:
// the notice for 2023 gave 2022-12-31 off.
func (n Notice) covers(d Day) bool {
	return d.Year() == n.Year || d.Year() == n.Year-1 && d.YearDay() >= unsettledFrom
}

// unsettledFrom is the day of the year from which the next year's notice may
// still change a year's days.
const unsettledFrom = 355
