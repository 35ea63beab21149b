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

const measuredColumns = "r.matter, r.region, r.cell, r.line"

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
	type about struct {
		category *kind.Category
		source   Source
	}
	known := map[[4]string]about{}
	texts := map[string]string{}
	text := func(b []byte) string {
		s, ok := texts[string(b)]
		if !ok {
			s = string(b)
			texts[s] = s
		}
		return s
	}
	var out []Finding
	var line, place sql.RawBytes
	for rows.Next() {
		var f Finding
		var lng, lat sql.NullInt64
		to := []any{&f.ID, &place, &f.Cell, &line}
		if placed {
			to = append(to, &f.Site, &lng, &lat)
		}
		if err := rows.Scan(to...); err != nil {
			return nil, store.Classify(err)
		}
		if lng.Valid && lat.Valid {
			f.At = &geo.Point{Lng: lng.Int64, Lat: lat.Int64}
		}
		f.Region = region.Code(text(place))
		var edition string
		if f.Kind, edition, f.Category, err = f.readLine(line, text); err != nil {
			return nil, err
		}
		key := [4]string{f.Kind, edition, f.Category, f.Source}
		x, seen := known[key]
		if !seen {
			if k := s.kinds.Edition(f.Kind, edition); k != nil {
				x.category = k.Category(f.Category)
			}
			x.source = s.sources.of(f.Kind, f.Source)
			known[key] = x
		}
		if x.category != nil {
			f.Patrol, f.Roadside = x.category.Patrol, x.category.Roadside
		}
		f.Side, f.Level = x.source.Side, x.source.Level
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
