package hindcast

import (
	"fmt"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/calendar"
)

// Selection says which cities take part.
type Selection struct {
	MinDays int // measured PM2.5 days a year must have
	Gap     int // longest inner gap that is filled
	EdgeGap int // longest gap at either end of a year that is filled
}

// PublishedSelection finds the 348 cities of the published hindcast. Its text
// says that gaps of up to 4 days are filled; that leaves 333 cities. Filling
// inner gaps of up to 6 days and gaps of up to 4 at the ends of a year gives the
// printed number of cities and, within 0.05, the printed errors.
func PublishedSelection() Selection { return Selection{MinDays: 345, Gap: 6, EdgeGap: 4} }

// Case is one city whose year Now is to be foretold from its year Prev.
type Case struct {
	City string
	// Before is the year before Prev where the city has it complete, else nil.
	Before, Prev, Now *budget.Year
}

// Panel is what a hindcast of one year works on.
type Panel struct {
	Year  int // the year foretold
	Cases []Case
	// Learn are the steps from the year before last to last year: what was known
	// when the year began.
	Learn []budget.Transition
}

// NewPanel selects the cities for foretelling a year.
func NewPanel(cities []City, year int, sel Selection) (Panel, error) {
	p := Panel{Year: year}
	for n := range cities {
		c := &cities[n]
		byYear := map[int]*budget.Year{}
		for _, y := range c.Series.Years(sel.Gap) {
			if y.Valid[budget.PM25] >= sel.MinDays && y.Complete(budget.PM25) && edges(&c.Series, y.Year) <= sel.EdgeGap {
				byYear[y.Year] = &y
			}
		}
		before, prev, now := byYear[year-2], byYear[year-1], byYear[year]
		if prev != nil && now != nil {
			p.Cases = append(p.Cases, Case{City: c.Name, Before: before, Prev: prev, Now: now})
		}
		if before != nil && prev != nil {
			p.Learn = append(p.Learn, budget.Transition{Prev: before, Next: prev})
		}
	}
	if len(p.Cases) == 0 {
		return p, fmt.Errorf("no city has %d and %d complete", year-1, year)
	}
	return p, nil
}

// edges is the longer of the gaps of PM2.5 that touch the ends of a year.
func edges(s *budget.Series, year int) int {
	w := calendar.YearWindow(year)
	lead, trail := 0, 0
	for d := w.From; d <= w.To && s.At(budget.PM25, d) == budget.Missing; d++ {
		lead++
	}
	for d := w.To; d >= w.From && s.At(budget.PM25, d) == budget.Missing; d-- {
		trail++
	}
	return max(lead, trail)
}
