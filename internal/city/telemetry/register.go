package telemetry

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// register keeps which series lie in which regions, as long as neither the register of sites
// nor the list of series changes. The lists are shared: they are only read.
type register struct {
	mu    sync.Mutex
	stamp listStamp
	known map[string]*listed
}

// listStamp changes whenever a list of series may have.
type listStamp struct {
	sites  RegisterStamp
	series series.ID
}

// listed are the series of some regions, by number, and what was found out about them.
type listed struct {
	series []measured
	ids    []series.ID

	mu     sync.Mutex
	change int64 // number of the last append that revised knows
	found  map[revisedPlace][]series.Revised
}

type revisedPlace struct {
	after Place
	limit int
}

// keptLists bounds the sets of regions, keptPlaces the pages of revisions of each, and
// keptPage the length of a page that is kept.
const (
	keptLists  = 256
	keptPlaces = 16
	keptPage   = 500
)

// of is the series of the sites inside the regions, as the transaction sees them.
func (g *register) of(ctx context.Context, tx *store.Tx, regions []region.Code) (*listed, error) {
	var stamp listStamp
	var err error
	if stamp.sites, err = readStamp(ctx, tx); err != nil {
		return nil, err
	}
	if stamp.series, err = series.Last(ctx, tx); err != nil {
		return nil, err
	}
	key := fmt.Sprint(regions)
	g.mu.Lock()
	l := g.known[key]
	same := g.stamp == stamp
	g.mu.Unlock()
	if l != nil && same {
		return l, nil
	}
	l = &listed{}
	if l.series, err = seriesIn(ctx, tx, regions); err != nil {
		return nil, err
	}
	slices.SortFunc(l.series, func(a, b measured) int { return int(a.id - b.id) })
	l.ids = idsOf(l.series)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stamp != stamp || g.known == nil || len(g.known) >= keptLists {
		g.stamp, g.known = stamp, map[string]*listed{}
	}
	if have := g.known[key]; have != nil {
		return have, nil
	}
	g.known[key] = l
	return l, nil
}

// revised is a page of the revised observations of the series, read once after an append.
func (l *listed) revised(ctx context.Context, tx *store.Tx, after Place, limit int) ([]series.Revised, error) {
	last, err := series.LastChange(ctx, tx)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock() // readers with the same question wait for one answer
	k := revisedPlace{after, limit}
	if l.change == last && l.found[k] != nil {
		return l.found[k], nil
	}
	found, err := series.Revisions(ctx, tx, l.ids, after.Time, after.ID, limit)
	if err != nil || limit > keptPage || last < l.change {
		return found, err // a transaction that began before another's append is answered by itself
	}
	if l.change < last || l.found == nil || len(l.found) >= keptPlaces {
		l.change, l.found = last, map[revisedPlace][]series.Revised{}
	}
	if found == nil {
		found = []series.Revised{}
	}
	l.found[k] = found
	return found, nil
}
