package matter

import (
	"context"
	"database/sql"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Finding is one life of a matter as the measure of the grid sees it: a matter that came back
// is found again, by whoever reported its return.
type Finding struct {
	ID int64
	Round
	Kind, Category string
	Side, Level    string // of its source
	Region         region.Code
	Cell           int64
	Site           string
	At             *geo.Point
	Patrol         bool // of the category: on the patrol's list
	Roadside       bool // of the category: visible from the road
}

// Open tells whether it still goes on.
func (f *Finding) Open() bool { return f.Closed == 0 && !f.Dead }

const measuredColumns = `r.matter, r.round, r.kind, r.edition, r.category, r.source, r.region, r.cell, r.since_at, r.found_at, r.opened_at, r.filed_at,
	r.sent_at, r.acted_at, r.handed_at, r.closed_at, r.due_at, r.ended_at, r.reworks, r.performed, r.returned, r.extended, r.shelved, r.recurred, r.unfounded`

// Findings lists what was reported in a region from an instant to another (exclusive), with
// place and site, without void matters and those merged into another, in the order of the
// reports. It asks for no permission: the room that counts them asks for its own.
func (s *Service) Findings(ctx context.Context, tx *store.Tx, r region.Code, from, to int64) ([]Finding, error) {
	return s.placed(ctx, tx, r, "r.until_at >= $2 AND r.opened_at >= $2 AND r.opened_at < $3", from, to)
}

// Changed lists in the same way what changed since an instant.
func (s *Service) Changed(ctx context.Context, tx *store.Tx, since int64) ([]Finding, error) {
	return s.placed(ctx, tx, "", "r.changed_at >= $2", since)
}

func (s *Service) placed(ctx context.Context, tx *store.Tx, r region.Code, cond string, args ...any) ([]Finding, error) {
	where, key := within(r)
	rows, err := tx.Query(ctx, "SELECT "+measuredColumns+", m.site, m.lng, m.lat FROM matter_round r JOIN matter m ON m.id = r.matter WHERE "+where+
		" AND r.dead = 0 AND "+cond+" ORDER BY r.opened_at, r.matter, r.round", append([]any{key}, args...)...)
	return s.findings(rows, err, true)
}

// Measured lists what figures of a period are counted from: whatever was reported, handed
// out, due or closed in it and was reported before its end, without Site and At.
func (s *Service) Measured(ctx context.Context, tx *store.Tx, r region.Code, from, to int64) ([]Finding, error) {
	where, key := within(r)
	rows, err := tx.Query(ctx, "SELECT "+measuredColumns+" FROM matter_round r WHERE "+where+" AND r.until_at >= $2 AND r.opened_at < $3 AND r.dead = 0", key, from, to)
	return s.findings(rows, err, false)
}

// within is the condition of a region and its key.
func within(r region.Code) (cond, key string) {
	switch r.Level() {
	case region.County:
		return "r.county = $1", r.Short()
	case region.Town:
		return "r.town = $1", r.Short()
	}
	if r == "" {
		return "r.region LIKE $1", "%"
	}
	return "r.region LIKE $1", r.Short() + "%"
}

func (s *Service) findings(rows *sql.Rows, err error, placed bool) ([]Finding, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	flags := map[[3]string]*kind.Category{}
	var out []Finding
	for rows.Next() {
		var f Finding
		var edition string
		var lng, lat sql.NullInt64
		to := []any{&f.ID, &f.Round.Round, &f.Kind, &edition, &f.Category, &f.Source, &f.Region, &f.Cell, &f.Since, &f.Found, &f.Opened, &f.Filed,
			&f.Sent, &f.Acted, &f.Handed, &f.Closed, &f.Due, &f.Ended, &f.Reworks, &f.Performed, &f.Returned, &f.Extended, &f.Shelved, &f.Recurred, &f.Unfounded}
		if placed {
			to = append(to, &f.Site, &lng, &lat)
		}
		if err := rows.Scan(to...); err != nil {
			return nil, store.Classify(err)
		}
		if lng.Valid && lat.Valid {
			f.At = &geo.Point{Lng: lng.Int64, Lat: lat.Int64}
		}
		key := [3]string{f.Kind, edition, f.Category}
		c, known := flags[key]
		if !known {
			if k := s.kinds.Edition(f.Kind, edition); k != nil {
				c = k.Category(f.Category)
			}
			flags[key] = c
		}
		if c != nil {
			f.Patrol, f.Roadside = c.Patrol, c.Roadside
		}
		x := s.sources.of(f.Kind, f.Source)
		f.Side, f.Level = x.Side, x.Level
		out = append(out, f)
	}
	return out, store.Classify(rows.Err())
}

// PatrolCategories are the categories of grid problems that a patrol looks for today.
func (s *Service) PatrolCategories() []kind.Category {
	k := s.kinds.Kind("grid", calendar.DayOf(s.db.Clock().Now().UnixMilli()))
	if k == nil {
		return nil
	}
	var out []kind.Category
	for _, c := range k.Categories {
		if c.Patrol {
			out = append(out, c)
		}
	}
	return out
}
