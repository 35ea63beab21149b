package grid

import (
	"context"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/org"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// Config says how the room works.
type Config struct {
	Rules     *Rules        // nil: the built-in ones
	Tolerance geo.Tolerance // zero: geo.DefaultTolerance
	// Matters gives the outcome; nil: there is none.
	Matters *matter.Service
	// Air is the newest AQI of a region, for the order of the day's list; nil or false: not known.
	Air func(ctx context.Context, r region.Code) (aqi int, ok bool)
}

// Service is the room's use cases. Every one checks the permission of the actor in ctx.
type Service struct {
	db    *store.DB
	org   *org.Service
	sites *telemetry.Service
	cfg   Config
	rules *Rules
	bands []indicator.Bands
	memo  memo
}

// New makes the service. Errors: rules that cannot be read.
func New(db *store.DB, people *org.Service, sites *telemetry.Service, cfg Config) (*Service, error) {
	if cfg.Rules == nil {
		r, err := BuiltinRules()
		if err != nil {
			return nil, err
		}
		cfg.Rules = r
	}
	if cfg.Tolerance == (geo.Tolerance{}) {
		cfg.Tolerance = geo.DefaultTolerance()
	}
	bands, err := indicator.National()
	if err != nil {
		return nil, err
	}
	return &Service{db: db, org: people, sites: sites, cfg: cfg, rules: cfg.Rules, bands: bands}, nil
}

func today(tx *store.Tx) string { return tx.Now().In(clock.Shanghai).Format(time.DateOnly) }

func dayOf(tx *store.Tx) calendar.Day { return calendar.DayOf(tx.NowMS()) }

// CellAt is the leaf cell that holds a place: part of matter.Places. In the rare place of two
// cells it is the first; in none it is 0 and the region stays as asked.
func (s *Service) CellAt(ctx context.Context, tx *store.Tx, p geo.Point, r region.Code) (int64, string, region.Code, error) {
	st, err := s.state(ctx, tx)
	if err != nil {
		return 0, "", r, err
	}
	if at := st.leafIndex.Find(nil, p); len(at) > 0 {
		c := st.leaves[at[0]]
		return c.ID, c.Name, c.Region, nil
	}
	return 0, "", r, nil
}

// CellPosts are the posts of a cell in a duty, with those who stand in: part of
// matter.Places. A cell that has none asks the cell above it.
func (s *Service) CellPosts(ctx context.Context, tx *store.Tx, cell int64, duty string) ([]int64, error) {
	st, err := s.state(ctx, tx)
	if err != nil {
		return nil, err
	}
	for steps := 0; cell != 0 && steps < 5; steps++ {
		c := st.cells[cell]
		if c == nil {
			return nil, nil
		}
		set, err := s.setting(ctx, tx, c.Region)
		if err != nil {
			return nil, err
		}
		posts, err := postsOf(ctx, tx, cell, today(tx))
		if err != nil {
			return nil, err
		}
		var out []int64
		for _, p := range posts {
			if m, known := s.rules.as(set.Roles, p.Role, c.Tier); known && m.Duty == duty {
				out = append(out, p.Post)
			}
		}
		if len(out) > 0 {
			return replaced(ctx, tx, out, today(tx))
		}
		cell = c.Parent
	}
	return nil, nil
}

// replaced puts those who stand in on a day in the place of those who are away.
func replaced(ctx context.Context, tx *store.Tx, posts []int64, day string) ([]int64, error) {
	away, err := standIns(ctx, tx, day)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(posts))
	for i, p := range posts {
		out[i] = p
		if by := away[p]; by.By != 0 {
			out[i] = by.By
		}
	}
	return out, nil
}
