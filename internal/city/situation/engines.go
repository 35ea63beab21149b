package situation

import (
	"fmt"
	"strconv"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// engines are the editions compiled, in the order of their first day.
type engines struct {
	registry *standard.Registry
	all      []*air.Rules
	cities   map[region.Code]standard.City
}

func newEngines(reg *standard.Registry) (*engines, error) {
	e := &engines{registry: reg, cities: map[region.Code]standard.City{}}
	for _, c := range reg.Cities() {
		code, err := region.Parse(strconv.Itoa(c.Adcode))
		if err != nil {
			return nil, fmt.Errorf("city table: %w", err)
		}
		e.cities[code] = c
	}
	for _, ed := range reg.Editions() {
		r, err := air.Compile(ed, air.Options{})
		if err != nil {
			return nil, fmt.Errorf("edition %s: %w", ed.ID, err)
		}
		e.all = append(e.all, r)
	}
	if len(e.all) == 0 {
		return nil, fmt.Errorf("no standard edition is loaded")
	}
	return e, nil
}

// on is the edition in force on a day; before the first one the first, since older data are
// only ever looked at by the oldest rules there are.
func (e *engines) on(day calendar.Day) *air.Rules {
	found := e.all[0]
	for _, r := range e.all {
		if r.Edition.From <= day {
			found = r
		}
	}
	return found
}

func itoa(n int) string { return strconv.Itoa(n) }
