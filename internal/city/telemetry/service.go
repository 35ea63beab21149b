package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Service is the room's use cases. Every one checks the permission of the actor in ctx.
type Service struct {
	db       *store.DB
	rules    *Rules
	memo     memo
	revised  revisionCounts
	register register
}

// New makes the service on an open database.
func New(db *store.DB, rules *Rules) *Service { return &Service{db: db, rules: rules} }

// Rules are the plausibility rules in use.
func (s *Service) Rules() *Rules { return s.rules }

// visible gives the regions whose records a reader may see: the asked one, or all of the
// actor's when it asks for none. Errors as access.Require.
func visible(ctx context.Context, action access.Action, asked region.Code) ([]region.Code, error) {
	if asked != "" {
		_, err := access.Require(ctx, action, asked)
		return []region.Code{asked}, err
	}
	a, err := access.RequireAnywhere(ctx, action)
	return a.Scopes(action), err
}

// inside tells whether a region lies in one of the regions; "" is everywhere.
func inside(regions []region.Code, r region.Code) bool {
	return slices.ContainsFunc(regions, func(p region.Code) bool { return p == "" || region.Contains(p, r) })
}

// common is the smallest region that contains both; "" when they share no province. The
// zero value of the first is replaced by the second when it is the first of a row.
func common(a, b region.Code) region.Code {
	for a != "" && !region.Contains(a, b) {
		p, ok := a.Parent()
		if !ok {
			return ""
		}
		a = p
	}
	return a
}

// series of sites, with the site and factor that each belongs to.
type measured struct {
	id   series.ID
	key  series.Key
	site *Site
}

// measuredAt lists the series with a statistic at the sites.
func measuredAt(ctx context.Context, tx *store.Tx, sites []Site, stat string) ([]measured, error) {
	codes := make([]string, len(sites))
	at := make(map[string]*Site, len(sites))
	for i := range sites {
		codes[i] = sites[i].Code
		at[sites[i].Code] = &sites[i]
	}
	found, err := series.OfSites(ctx, tx, codes)
	if err != nil {
		return nil, err
	}
	var out []measured
	for k, id := range found {
		if k.Stat == stat {
			out = append(out, measured{id, k, at[k.Site]})
		}
	}
	slices.SortFunc(out, func(a, b measured) int { return int(a.id - b.id) })
	return out, nil
}

func idsOf(m []measured) []series.ID {
	out := make([]series.ID, len(m))
	for i := range m {
		out[i] = m[i].id
	}
	return out
}
