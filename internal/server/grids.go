package server

import (
	"context"
	"fmt"
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
	var err error
	r.Grid, err = grid.New(s.db, r.Org, r.Sites, grid.Config{Matters: r.Matters, Air: newestAQI(r.Air)})
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
