package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/region"
)

// Cell is the state of one site and hour.
type Cell uint8

// The states of a cell.
const (
	CellMissing Cell = 0 // no factor has a value
	CellPresent Cell = 1 // every factor of the site has an unmarked value
	CellPartial Cell = 2 // some factor is missing, invalidated, suspect or stuck
)

// Completeness is the grid of sites by hours.
type Completeness struct {
	Hours    []int64 // labels, ms UTC
	Rows     []CompletenessRow
	Present  int // hourly values there
	Expected int // hourly values that the sites' factors should have
	Missing  int // cells without any value
}

// CompletenessRow is one site.
type CompletenessRow struct {
	Site    Site
	Cells   []Cell
	Present int // cells that are not missing
}

// Share is present / expected in percent with one decimal, "" when nothing is expected.
func Share(present, expected int) string {
	if expected == 0 {
		return ""
	}
	return num.D(num.Div(int64(present)*1000, int64(expected), num.HalfEven), 1).String()
}

// Completeness gives the hours up to the label until (ms UTC; 0: the newest full hour) of
// the stations of a region that are in operation. A site is expected to deliver the factors
// that it has ever delivered. Needs air.read in the region.
func (s *Service) Completeness(ctx context.Context, r region.Code, until int64, hours int, asOf int64) (out *Completeness, err error) {
	regions, err := visible(ctx, access.AirRead, r)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if until == 0 {
			until = newestHour(tx, asOf)
		}
		sites, err := sitesIn(ctx, tx, regions)
		if err != nil {
			return err
		}
		sites = slices.DeleteFunc(sites, func(x Site) bool { return x.Kind == City || !x.On(calendar.DayOf(until-1)) })
		out, err = completenessOf(ctx, tx, sites, until, hours, asOf)
		return err
	})
	return out, err
}

// newestHour is the last full hour at asOf, or now.
func newestHour(tx *store.Tx, asOf int64) int64 {
	now := tx.NowMS()
	if asOf > 0 {
		now = min(now, asOf)
	}
	return now - now%calendar.MsPerHour
}

func completenessOf(ctx context.Context, tx *store.Tx, sites []Site, until int64, hours int, asOf int64) (*Completeness, error) {
	list, err := measuredAt(ctx, tx, sites, "hour")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(m measured) bool { return !slices.Contains(HourFactors(), m.key.Factor) })
	out := &Completeness{}
	for i := range hours {
		out.Hours = append(out.Hours, until-int64(hours-1-i)*calendar.MsPerHour)
	}
	c := &series.Columns{}
	if len(list) > 0 {
		if c, err = series.Read(ctx, tx, idsOf(list), out.Hours[0], until, asOf); err != nil {
			return nil, err
		}
	}
	of := map[*Site][]int{}
	for k := range list {
		of[list[k].site] = append(of[list[k].site], k)
	}
	for i := range sites {
		out.row(&sites[i], of[&sites[i]], c)
	}
	return out, nil
}

// row adds the row of a site whose series have the places at in the columns.
func (c *Completeness) row(site *Site, at []int, data *series.Columns) {
	row := CompletenessRow{Site: *site, Cells: make([]Cell, len(c.Hours))}
	after, until := site.Validity()
	for i, t := range c.Hours {
		if t <= after || t > until {
			continue
		}
		there, clean := 0, 0
		for _, k := range at {
			if data.Column(k)[i] != series.Missing {
				there++
				if data.ColumnFlags(k)[i]&(series.Suspect|series.Stuck) == 0 {
					clean++
				}
			}
		}
		c.Present += there
		c.Expected += len(at)
		switch {
		case there == 0:
			c.Missing++
			continue
		case clean == len(at):
			row.Cells[i] = CellPresent
		default:
			row.Cells[i] = CellPartial
		}
		row.Present++
	}
	c.Rows = append(c.Rows, row)
}
