package calendar

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

//go:embed data/*.toml
var embedded embed.FS

// MissingYearError says that the holidays of a year are not known, so that no
// working day of it can be counted.
type MissingYearError struct{ Year int }

func (e *MissingYearError) Error() string {
	return fmt.Sprintf("no holiday notice for %d: load the State Council's notice of that year before counting its working days", e.Year)
}

// Kind says why a day is worked or not.
type Kind uint8

// The kinds of a day.
const (
	Workday Kind = iota // an ordinary Monday to Friday
	Weekend             // an ordinary Saturday or Sunday
	Off                 // off by the notice (法定节假日 and 调休 days off)
	MakeUp              // a weekend day worked by the notice (调休上班)
)

// Works reports whether offices work on such a day.
func (k Kind) Works() bool { return k == Workday || k == MakeUp }

// String is the kind's English name.
func (k Kind) String() string { return [...]string{"workday", "weekend", "holiday", "make-up"}[k&3] }

// Calendar knows which days are worked in the years it has notices for. It is
// immutable and safe for use by several goroutines.
type Calendar struct {
	notices map[int]Notice
	special map[Day]dayEntry
}

type dayEntry struct {
	kind Kind
	name string
}

// New makes a calendar of notices, one per year.
func New(notices ...Notice) (*Calendar, error) {
	c := &Calendar{notices: map[int]Notice{}, special: map[Day]dayEntry{}}
	for _, n := range notices {
		if _, twice := c.notices[n.Year]; twice {
			return nil, fmt.Errorf("two holiday notices for %d", n.Year)
		}
		if err := n.check(); err != nil {
			return nil, err
		}
		c.notices[n.Year] = n
		for _, h := range n.Holidays {
			for d := h.From; d <= h.To; d++ {
				c.special[d] = dayEntry{Off, h.Name}
			}
			for _, d := range h.Work {
				c.special[d] = dayEntry{MakeUp, h.Name}
			}
		}
	}
	return c, nil
}

// National is the calendar of the notices that come with the program.
func National() (*Calendar, error) {
	files, err := embedded.ReadDir("data")
	if err != nil {
		return nil, err
	}
	var notices []Notice
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), "holidays_") {
			continue
		}
		data, err := embedded.ReadFile("data/" + f.Name())
		if err != nil {
			return nil, err
		}
		n, err := ParseNotice(f.Name(), data)
		if err != nil {
			return nil, err
		}
		notices = append(notices, n)
	}
	return New(notices...)
}

// With is a calendar that also knows, or knows anew, the given notices: a
// notice for a known year takes the place of the old one.
func (c *Calendar) With(notices ...Notice) (*Calendar, error) {
	merged := map[int]Notice{}
	for y, n := range c.notices {
		merged[y] = n
	}
	for _, n := range notices {
		merged[n.Year] = n
	}
	var all []Notice
	for _, n := range merged {
		all = append(all, n)
	}
	return New(all...)
}

// WithFS is the calendar with the notices of a folder on top (holidays_*.toml):
// those of an installation take the place of the ones that come with the
// program. Errors name file and line.
func (c *Calendar) WithFS(fsys fs.FS) (*Calendar, error) {
	names, err := fs.Glob(fsys, "holidays_*.toml")
	if err != nil {
		return nil, err
	}
	var notices []Notice
	seen := map[int]string{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		n, err := ParseNotice(name, data)
		if err != nil {
			return nil, err
		}
		if other, twice := seen[n.Year]; twice {
			return nil, fmt.Errorf("%s: %d stands in %s already", name, n.Year, other)
		}
		seen[n.Year] = name
		notices = append(notices, n)
	}
	return c.With(notices...)
}

// Years are the years with a notice, in rising order.
func (c *Calendar) Years() []int {
	var ys []int
	for y := range c.notices {
		ys = append(ys, y)
	}
	slices.Sort(ys)
	return ys
}

// Notice is the notice of a year, to be shown beside a deadline.
func (c *Calendar) Notice(year int) (Notice, error) {
	n, ok := c.notices[year]
	if !ok {
		return Notice{}, &MissingYearError{year}
	}
	return n, nil
}

// Kind says whether a day is worked and, for days named in a notice, for which
// festival.
func (c *Calendar) Kind(d Day) (Kind, string, error) {
	if _, ok := c.notices[d.Year()]; !ok {
		return 0, "", &MissingYearError{d.Year()}
	}
	if e, ok := c.special[d]; ok {
		return e.kind, e.name, nil
	}
	if wd := d.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return Weekend, "", nil
	}
	return Workday, "", nil
}

// IsWorkday reports whether offices work on the day.
func (c *Calendar) IsWorkday(d Day) (bool, error) {
	k, _, err := c.Kind(d)
	return k.Works(), err
}

// Settled reports whether no later notice can change the day: the last days of
// a year are settled only when the next year's notice is known too.
func (c *Calendar) Settled(d Day) bool {
	if _, ok := c.notices[d.Year()]; !ok {
		return false
	}
	_, next := c.notices[d.Year()+1]
	return next || d.YearDay() < unsettledFrom
}

// Seasons are the national default seasons; a pack may bring its own.
func Seasons() ([]Season, error) {
	data, err := embedded.ReadFile("data/seasons.toml")
	if err != nil {
		return nil, err
	}
	return ParseSeasons("seasons.toml", data)
}

// ParseSeasons reads a seasons file (TOML, [[season]] tables).
func ParseSeasons(name string, data []byte) ([]Season, error) {
	var f struct {
		Season []Season `toml:"season"`
	}
	if err := toml.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, s := range f.Season {
		if s.ID == "" || s.Source == "" || s.Confidence == "" {
			return nil, fmt.Errorf("%s: season %q: %w", name, s.ID, errors.New("needs id, source and confidence"))
		}
		if _, err := s.In(2024); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return f.Season, nil
}
