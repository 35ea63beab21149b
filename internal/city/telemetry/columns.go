package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
)

// ColumnQuery asks for observations of several sites as columns.
type ColumnQuery struct {
	Sites    []string // codes
	Factors  []string // as in the series
	Stat     string   // "hour", "day"
	From, To int64    // labels, both included, ms UTC
	AsOf     int64    // ms; 0: now
}

// Columns are values by site and factor on one grid.
type Columns struct {
	series.Grid
	factors int
	values  []int64
	flags   []series.Flag
}

// Values is the column of a site and factor by their places in the query; series.Missing
// where there is no value.
func (c *Columns) Values(site, factor int) []int64 {
	k := site*c.factors + factor
	return c.values[k*c.N : (k+1)*c.N]
}

// Flags is the marks of a site and factor.
func (c *Columns) Flags(site, factor int) []series.Flag {
	k := site*c.factors + factor
	return c.flags[k*c.N : (k+1)*c.N]
}

// Columns reads observations of sites and factors. A series that does not exist is all
// missing. Needs air.read in the region of every site; not found otherwise.
func (s *Service) Columns(ctx context.Context, q ColumnQuery) (out *Columns, err error) {
	step := series.StepOf(q.Stat)
	if step == 0 {
		return nil, fault.New(fault.Invalid, "stat", "该统计口径没有固定步长")
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := readable(ctx, tx, q.Sites); err != nil {
			return err
		}
		out, err = columnsIn(ctx, tx, q, series.NewGrid(step, q.From, q.To))
		return err
	})
	return out, err
}

// readable checks air.read for every site.
func readable(ctx context.Context, tx *store.Tx, codes []string) error {
	actor, err := access.RequireAnywhere(ctx, access.AirRead)
	if err != nil || actor.All(access.AirRead) {
		return err
	}
	sites, err := sitesIn(ctx, tx, actor.Scopes(access.AirRead))
	if err != nil {
		return err
	}
	for _, c := range codes {
		if !slices.ContainsFunc(sites, func(s Site) bool { return s.Code == c }) {
			return access.Hidden()
		}
	}
	return nil
}

func columnsIn(ctx context.Context, tx *store.Tx, q ColumnQuery, grid series.Grid) (*Columns, error) {
	keys := make([]series.Key, 0, len(q.Sites)*len(q.Factors))
	for _, site := range q.Sites {
		for _, f := range q.Factors {
			keys = append(keys, series.Key{Site: site, Factor: f, Stat: q.Stat})
		}
	}
	ids, err := series.Find(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	out := &Columns{Grid: grid, factors: len(q.Factors)}
	out.values = make([]int64, len(keys)*grid.N)
	out.flags = make([]series.Flag, len(out.values))
	for i := range out.values {
		out.values[i] = series.Missing
	}
	var known []series.ID
	var at []int
	for k, id := range ids {
		if id != 0 {
			known, at = append(known, id), append(at, k)
		}
	}
	if len(known) == 0 || grid.N == 0 {
		return out, nil
	}
	c, err := series.Read(ctx, tx, known, q.From, q.To, q.AsOf)
	if err != nil {
		return nil, err
	}
	for i, k := range at {
		copy(out.values[k*grid.N:], c.Column(i))
		copy(out.flags[k*grid.N:], c.ColumnFlags(i))
	}
	return out, nil
}

// Observation is one value as it is (or was) known.
type Observation struct {
	series.Point
	Stream string
}

// longest period of Observations: a year of hours.
const maxObservations = 366 * 24 * calendar.MsPerHour

// Observations lists the values of one series, oldest first, each in the revision known at
// asOf. Needs data.read in the site's region.
func (s *Service) Observations(ctx context.Context, site, factor, stat string, from, to, asOf int64) (out []Observation, err error) {
	if to < from || to-from > maxObservations {
		return nil, fault.New(fault.Invalid, "period", "时段有误：起止颠倒，或超过一年").WithField("query.to", "最长一年", calendar.FormatTime(to))
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if _, err := siteFor(ctx, tx, access.DataRead, site); err != nil {
			return err
		}
		ids, err := existing(ctx, tx, []series.Key{{Site: site, Factor: factor, Stat: stat}})
		if err != nil || len(ids) == 0 {
			return err
		}
		out, err = observationsIn(ctx, tx, ids, from, to, asOf)
		return err
	})
	return out, err
}

func observationsIn(ctx context.Context, tx *store.Tx, ids []series.ID, from, to, asOf int64) ([]Observation, error) {
	latest := map[int64]series.Point{}
	err := series.Each(ctx, tx, ids, from, to, asOf, func(_ series.ID, p series.Point) error {
		latest[p.Time] = p
		return nil
	})
	if err != nil {
		return nil, err
	}
	origins := map[int64]bool{}
	out := make([]Observation, 0, len(latest))
	for _, p := range latest {
		origins[p.Origin] = true
		out = append(out, Observation{Point: p})
	}
	slices.SortFunc(out, func(a, b Observation) int { return int((a.Time - b.Time) / calendar.MsPerMinute) })
	sources, err := readSources(ctx, tx, origins)
	for i := range out {
		out[i].Stream = sources[out[i].Origin].stream
	}
	return out, err
}
