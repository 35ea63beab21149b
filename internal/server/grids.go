package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"qingshan/internal/city/brief"
	"qingshan/internal/city/grid"
	"qingshan/internal/city/situation"
	"qingshan/internal/platform/access"
	"qingshan/internal/rules/region"
)

// openGrid makes the room of the grid and gives its cells to the room of matters;
// today stands on both.
func (s *Server) openGrid() error {
	r := &s.rooms
	rules, err := s.ownGridRules()
	if err != nil {
		return err
	}
	r.Grid, err = grid.New(s.db, r.Org, r.Sites, grid.Config{Rules: rules, Matters: r.Matters, Air: newestAQI(r.Air)})
	if err != nil {
		return fmt.Errorf("grid: %w", err)
	}
	r.Matters.SetPlaces(r.Grid)
	r.Today = brief.New(s.clock, r.Org, r.Air, r.Matters, r.Grid)
	return nil
}

// newestAQI is the AQI of a region's newest hour as the air pages show it, for the order of a
// day's patrol; unknown while there is no board, no station or no valid hour.
func newestAQI(air *situation.Service) func(context.Context, region.Code) (int, bool) {
	return func(ctx context.Context, r region.Code) (int, bool) {
		now, err := air.Now(access.With(ctx, access.System("grid")), r, time.Time{}, nil)
		if err != nil || now.City.AQI == nil {
			return 0, false
		}
		return *now.City.AQI, true
	}
}

// ownGridRules are the built-in role sets and norms, with those of the data directory's folder
// "grid" (rolesets.toml, norms.toml) on top.
func (s *Server) ownGridRules() (*grid.Rules, error) {
	rules, err := grid.BuiltinRules()
	if err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	dir := filepath.Join(s.cfg.Data, "grid")
	own := os.DirFS(dir)
	if _, err := fs.Stat(own, "."); errors.Is(err, fs.ErrNotExist) {
		return rules, nil
	}
	if rules, err = rules.With(own); err != nil {
		return nil, fmt.Errorf("role sets and norms in %s: %w", dir, err)
	}
	return rules, nil
}
