package grid

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
)

// Plot is a leaf cell as the field app draws it.
type Plot struct {
	Cell *Cell
	Mine bool
	Duty string // what the actor is there, in the words of the region; "" for a neighbour
}

const (
	plotsMine  = 60  // a township's chief has about thirty villages
	plotsMost  = 120 // with the neighbours
	plotMetres = 1500
)

// Plots are the leaf cells that the actor's posts serve and, for orientation, those next to
// them. Needs grid.patrol; a post that serves no cell has none.
func (s *Service) Plots(ctx context.Context) ([]Plot, error) {
	actor, err := access.RequireAnywhere(ctx, access.GridPatrol)
	if err != nil {
		return nil, err
	}
	out := []Plot{}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		mine, err := s.served(ctx, tx, st, actor)
		if err != nil {
			return err
		}
		mine = mine[:min(len(mine), plotsMine)]
		for _, c := range mine {
			duty, err := s.dutyOf(ctx, tx, st, actor, c)
			if err != nil {
				return err
			}
			out = append(out, Plot{c, true, duty})
		}
		out = append(out, st.around(mine, plotsMost-len(mine))...)
		return nil
	})
	return out, err
}

// around are the leaves within sight of some cells.
func (st *state) around(mine []*Cell, most int) []Plot {
	if len(mine) == 0 {
		return nil
	}
	near := make([]geo.Box, len(mine))
	for i, c := range mine {
		near[i] = c.Shape.Box().Grow(plotMetres)
	}
	var out []Plot
	for _, l := range st.leaves {
		if len(out) < most && !slices.Contains(mine, l) && slices.ContainsFunc(near, l.Shape.Box().Meets) {
			out = append(out, Plot{Cell: l})
		}
	}
	return out
}

// dutyOf is what the actor is in a cell, or in the nearest one above it: 网格员, 网格长 …
func (s *Service) dutyOf(ctx context.Context, tx *store.Tx, st *state, actor access.Actor, c *Cell) (string, error) {
	set, err := s.setting(ctx, tx, c.Region)
	if err != nil {
		return "", err
	}
	grants := actor.Grants()
	for steps := 0; c != nil && steps < 5; steps++ {
		posts, err := postsOf(ctx, tx, c.ID, today(tx))
		if err != nil {
			return "", err
		}
		for _, p := range posts {
			held := slices.ContainsFunc(grants, func(g access.Grant) bool { return g.Post == p.Post })
			if m, known := s.rules.as(set.Roles, p.Role, c.Tier); held && known {
				return m.Name, nil
			}
		}
		c = st.cells[c.Parent]
	}
	return "", nil
}
