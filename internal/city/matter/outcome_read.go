package matter

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Finding is a matter as the measure of the grid sees it. Times are ms UTC, 0 none.
type Finding struct {
	ID                                           int64
	Kind, Category, Source                       string
	Region                                       region.Code
	Cell                                         int64
	Site                                         string
	At                                           *geo.Point
	Since                                        int64 // first existence as established (field existed_since), 0 not known
	FoundAt, OpenedAt, ActedAt, DoneAt, ClosedAt int64
	Late                                         bool
	Reworks, Recurrences                         int
	Patrol, Roadside                             bool // of the category
	Open                                         bool
}

const findingColumns = `id, kind, edition, category, source, region, cell, site, lng, lat, fields, found_at, opened_at, acted_at, done_at, closed_at, late, reworks, recurrences, open`

// measuredColumns are those that figures are counted from; one index holds them for a county.
const measuredColumns = `id, kind, edition, category, source, region, cell, '', NULL, NULL, '{}', found_at, opened_at, acted_at, done_at, closed_at, late, reworks, recurrences, open`

// Findings lists the matters of a region that were opened from an instant to another
// (exclusive), without void ones and those merged into another. It asks for no permission:
// the room that counts them asks for its own.
func (s *Service) Findings(ctx context.Context, tx *store.Tx, r region.Code, from, to int64) ([]Finding, error) {
	return s.findings(ctx, tx, findingColumns, r, from, to)
}

// Measured lists the same without Site, At and Since, for counting many.
func (s *Service) Measured(ctx context.Context, tx *store.Tx, r region.Code, from, to int64) ([]Finding, error) {
	return s.findings(ctx, tx, measuredColumns, r, from, to)
}

func (s *Service) findings(ctx context.Context, tx *store.Tx, columns string, r region.Code, from, to int64) ([]Finding, error) {
	cond, key := "region LIKE $1", r.Short()+"%"
	if r == "" {
		key = "%"
	}
	switch r.Level() {
	case region.County:
		cond, key = "county = $1", r.Short()
	case region.Town:
		cond, key = "town = $1", r.Short()
	}
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM matter WHERE "+cond+
		" AND opened_at >= $2 AND opened_at < $3 AND type <> 'void' AND merged_into = 0 ORDER BY opened_at, id", key, from, to)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	flags := map[string][2]bool{}
	var out []Finding
	for rows.Next() {
		f, err := s.scanFinding(rows, flags)
		if err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, f)
	}
	return out, store.Classify(rows.Err())
}

// scanFinding reads a row; flags remembers what categories are by kind, edition and id.
func (s *Service) scanFinding(rows *sql.Rows, flags map[string][2]bool) (Finding, error) {
	var f Finding
	var edition, fields string
	var lng, lat sql.NullInt64
	var late, open int
	err := rows.Scan(&f.ID, &f.Kind, &edition, &f.Category, &f.Source, &f.Region, &f.Cell, &f.Site, &lng, &lat, &fields,
		&f.FoundAt, &f.OpenedAt, &f.ActedAt, &f.DoneAt, &f.ClosedAt, &late, &f.Reworks, &f.Recurrences, &open)
	if err != nil {
		return f, err
	}
	f.Late, f.Open = late == 1, open == 1
	if lng.Valid && lat.Valid {
		f.At = &geo.Point{Lng: lng.Int64, Lat: lat.Int64}
	}
	if len(fields) > 2 {
		var v map[string]string
		if err := json.Unmarshal([]byte(fields), &v); err != nil {
			return f, fmt.Errorf("fields of matter %d: %w", f.ID, err)
		}
		if d, err := calendar.ParseDay(v["existed_since"]); err == nil {
			f.Since = d.End() // a day that is in doubt is nobody's fault
		}
	}
	key := f.Kind + "/" + edition + "/" + f.Category
	flag, known := flags[key]
	if !known {
		if k := s.kinds.Edition(f.Kind, edition); k != nil {
			for _, c := range k.Categories {
				if c.ID == f.Category {
					flag = [2]bool{c.Patrol, c.Roadside}
				}
			}
		}
		flags[key] = flag
	}
	f.Patrol, f.Roadside = flag[0], flag[1]
	return f, nil
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
