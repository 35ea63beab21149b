package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Place is a position in a list ordered by time and series, latest first; the zero value is
// the beginning.
type Place struct {
	Time int64
	ID   series.ID
}

// before tells whether (t, id) comes behind the place in the list.
func (p Place) before(t int64, id series.ID) bool {
	return p.Time == 0 || t < p.Time || t == p.Time && id < p.ID
}

// Late is a value that arrived later than its stream allows.
type Late struct {
	Site       Site
	Factor     string
	Stat       string
	Time       int64
	RecordedAt int64
	Place      Place
}

// longest period of LateValues.
const maxLateDays = 92

// LateValues lists the late values of a region's sites with from <= label <= to, latest
// first, from a place on, and how many there are in all. Needs data.read.
func (s *Service) LateValues(ctx context.Context, r region.Code, from, to int64, after Place, limit int) (out []Late, total int, err error) {
	if to < from || to-from > maxLateDays*calendar.MsPerDay {
		return nil, 0, fault.Newf(fault.Invalid, "period", "时段有误：起止颠倒，或超过 %d 天", maxLateDays)
	}
	regions, err := visible(ctx, access.DataRead, r)
	if err != nil {
		return nil, 0, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		all, err := lateIn(ctx, tx, regions, from, to)
		if err != nil {
			return err
		}
		total = len(all)
		for _, l := range all {
			if len(out) < limit && after.before(l.Time, l.Place.ID) {
				out = append(out, l)
			}
		}
		return nil
	})
	return out, total, err
}

func lateIn(ctx context.Context, tx *store.Tx, regions []region.Code, from, to int64) ([]Late, error) {
	limits, err := lateLimits(ctx, tx, from)
	if err != nil || len(limits) == 0 {
		return nil, err
	}
	list, err := seriesIn(ctx, tx, regions)
	if err != nil {
		return nil, err
	}
	at := map[series.ID]*measured{}
	for i := range list {
		at[list[i].id] = &list[i]
	}
	var out []Late
	err = series.Each(ctx, tx, idsOf(list), from, to, 0, func(id series.ID, p series.Point) error {
		if limit, judged := limits[p.Origin]; judged && p.Revision == 0 && p.RecordedAt-p.Time > limit {
			m := at[id]
			out = append(out, Late{*m.site, m.key.Factor, m.key.Stat, p.Time, p.RecordedAt, Place{p.Time, id}})
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Late) int {
		if a.Time != b.Time {
			return int((b.Time - a.Time) / calendar.MsPerMinute)
		}
		return int(b.Place.ID - a.Place.ID)
	})
	return out, err
}

// lateLimits is the limit of each judged delivery that may hold labels from a time on.
func lateLimits(ctx context.Context, tx *store.Tx, from int64) (map[int64]int64, error) {
	rows, err := tx.Query(ctx, `SELECT b.id, s.late_after FROM batch b JOIN stream s ON s.id = b.stream_id
		WHERE s.late_after > 0 AND b.last_time >= $1`, from)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]int64{}
	for rows.Next() {
		var id, limit int64
		if err := rows.Scan(&id, &limit); err != nil {
			return nil, store.Classify(err)
		}
		out[id] = limit
	}
	return out, store.Classify(rows.Err())
}

// seriesIn lists all series of the sites inside the regions.
func seriesIn(ctx context.Context, tx *store.Tx, regions []region.Code) ([]measured, error) {
	sites, err := sitesIn(ctx, tx, regions)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(sites))
	at := map[string]*Site{}
	for i := range sites {
		codes[i] = sites[i].Code
		at[sites[i].Code] = &sites[i]
	}
	found, err := series.OfSites(ctx, tx, codes)
	out := make([]measured, 0, len(found))
	for k, id := range found {
		out = append(out, measured{id, k, at[k.Site]})
	}
	return out, err
}

// RevisedObservation is an observation with its revisions, oldest first.
type RevisedObservation struct {
	Site      Site
	Factor    string
	Stat      string
	Time      int64
	Revisions []Revision
	Place     Place
}

// Revision is one revision with who brought it and why.
type Revision struct {
	series.Point
	Stream string // name of the stream
	By     string // who
	Reason string // of a correction, else the file's name
}

// Revisions lists the observations of a region's sites that have more than one revision,
// latest label first, from a place on. Needs data.read.
func (s *Service) Revisions(ctx context.Context, r region.Code, after Place, limit int) (out []RevisedObservation, err error) {
	regions, err := visible(ctx, access.DataRead, r)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err := s.register.of(ctx, tx, regions)
		if err != nil {
			return err
		}
		found, err := list.revised(ctx, tx, after, limit)
		if err != nil {
			return err
		}
		out, err = describe(ctx, tx, list.series, found)
		return err
	})
	return out, err
}

// RevisionCount is how many observations Revisions lists in all. Needs data.read.
func (s *Service) RevisionCount(ctx context.Context, r region.Code) (n int, err error) {
	regions, err := visible(ctx, access.DataRead, r)
	if err != nil {
		return 0, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		list, err := s.register.of(ctx, tx, regions)
		if err != nil {
			return err
		}
		n, err = s.revised.count(ctx, tx, list.ids)
		return err
	})
	return n, err
}

// describe names the sites and sources of revised observations of the series, which are in
// the order of their numbers.
func describe(ctx context.Context, tx *store.Tx, list []measured, found []series.Revised) ([]RevisedObservation, error) {
	origins := map[int64]bool{}
	for _, f := range found {
		for _, p := range f.Points {
			origins[p.Origin] = true
		}
	}
	sources, err := readSources(ctx, tx, origins)
	if err != nil {
		return nil, err
	}
	out := make([]RevisedObservation, 0, len(found))
	for _, f := range found {
		i, _ := slices.BinarySearchFunc(list, f.ID, func(m measured, id series.ID) int { return int(m.id - id) })
		m := &list[i]
		o := RevisedObservation{Site: *m.site, Factor: m.key.Factor, Stat: m.key.Stat, Time: f.Time, Place: Place{f.Time, f.ID}}
		for _, p := range f.Points {
			src := sources[p.Origin]
			why := src.reason
			if why == "" {
				why = src.file
			}
			o.Revisions = append(o.Revisions, Revision{p, src.stream, src.actor, why})
		}
		out = append(out, o)
	}
	return out, nil
}
