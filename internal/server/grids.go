package server

import (
	"fmt"

	"qingshan/internal/city/brief"
	"qingshan/internal/city/grid"
)

// openGrid makes the room of the grid and gives its cells to the room of matters;
// today stands on both.
func (s *Server) openGrid() error {
	r := &s.rooms
	var err error
	r.Grid, err = grid.New(s.db, r.Org, r.Sites, grid.Config{Matters: r.Matters})
	if err != nil {
		return fmt.Errorf("grid: %w", err)
	}
	r.Matters.SetPlaces(r.Grid)
	r.Today = brief.New(s.clock, r.Org, r.Air, r.Matters, r.Grid)
	return nil
}
