package grid

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"

	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// state is the grid in memory at one revision. It is never changed: a newer one takes its
// place, so readers need no lock.
type state struct {
	rev       int64
	cells     map[int64]*Cell // those that exist
	leaves    []*Cell         // tier 4, and others that no cell lies under; by id
	towns     []*Cell         // tier 3, by id
	leafIndex *geo.Index
	sources   []*Source        // those that exist, by id
	bound     map[Object]int64 // decisions of people
	held      map[int64][]int  // places of sources in each leaf's geometry, by cell id
	where     [][]int          // leaves that hold each source, as positions in leaves
}

// memo is the newest state and the covers that were computed on it.
type memo struct {
	mu     sync.Mutex
	state  *state
	covers map[region.Code]*ground
}

// state is the grid as the transaction sees it. The rows that changed since the state in
// memory are read; most calls read one number.
func (s *Service) state(ctx context.Context, tx *store.Tx) (*state, error) {
	var rev int64
	if err := tx.QueryRow(ctx, "SELECT rev FROM grid_head WHERE id = 1").Scan(&rev); err != nil {
		return nil, err
	}
	s.memo.mu.Lock()
	defer s.memo.mu.Unlock()
	old := s.memo.state
	if old != nil && old.rev == rev {
		return old, nil
	}
	if old != nil && old.rev > rev { // a transaction that began before the state was read
		return readState(ctx, tx, nil, rev)
	}
	st, err := readState(ctx, tx, old, rev)
	if err != nil {
		return nil, err
	}
	if !changing(ctx) { // a change that is not yet committed is nobody else's
		s.memo.state, s.memo.covers = st, map[region.Code]*ground{}
	}
	return st, nil
}

func readState(ctx context.Context, tx *store.Tx, old *state, rev int64) (*state, error) {
	st := &state{rev: rev, cells: map[int64]*Cell{}, bound: map[Object]int64{}}
	since := int64(-1)
	sources := map[int64]*Source{}
	if old != nil {
		since = old.rev
		for id, c := range old.cells {
			st.cells[id] = c
		}
		for _, x := range old.sources {
			sources[x.ID] = x
		}
	}
	rows, err := tx.Query(ctx, "SELECT "+cellColumns+" FROM grid_cell WHERE rev > $1 ORDER BY id", since)
	cells, err := collect(rows, err, scanCell)
	if err != nil {
		return nil, err
	}
	for _, c := range cells {
		if st.cells[c.ID] = c; c.EndedAt != 0 {
			delete(st.cells, c.ID)
		}
	}
	rows, err = tx.Query(ctx, "SELECT "+sourceColumns+" FROM grid_source WHERE rev > $1 ORDER BY id", since)
	fresh, err := collect(rows, err, scanSource)
	if err != nil {
		return nil, err
	}
	for _, x := range fresh {
		if sources[x.ID] = x; x.EndedAt != 0 {
			delete(sources, x.ID)
		}
	}
	for _, x := range sources {
		st.sources = append(st.sources, x)
	}
	slices.SortFunc(st.sources, func(a, b *Source) int { return cmp.Compare(a.ID, b.ID) })
	if err := st.readBindings(ctx, tx); err != nil {
		return nil, err
	}
	if len(fresh) > 0 {
		old = nil
	}
	st.settle(old, cells)
	return st, nil
}

func (st *state) readBindings(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Query(ctx, "SELECT kind, object, cell FROM grid_binding WHERE ended_at = 0")
	_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var o Object
		var cell int64
		err = r.Scan(&o.Kind, &o.ID, &cell)
		st.bound[o] = cell
		return struct{}{}, err
	})
	return err
}

// settle finds the leaves and lets each source fall to those that hold it. When the sources
// are those of an older state and the leaves are the same cells, only sources near the cells
// that changed are looked up.
func (st *state) settle(old *state, changed []*Cell) {
	parents := map[int64]bool{}
	for _, c := range st.cells {
		parents[c.Parent] = true
	}
	for _, c := range st.cells {
		if c.Tier == Leaf || !parents[c.ID] {
			st.leaves = append(st.leaves, c)
		}
		if c.Tier == 3 {
			st.towns = append(st.towns, c)
		}
	}
	sortCells(st.leaves)
	sortCells(st.towns)
	shapes := make([]geo.Shape, len(st.leaves))
	for i, c := range st.leaves {
		shapes[i] = c.Shape
	}
	st.leafIndex = geo.NewIndex(shapes)
	var near []geo.Box
	if old != nil && slices.EqualFunc(old.leaves, st.leaves, func(a, b *Cell) bool { return a.ID == b.ID }) {
		for _, c := range changed {
			near = append(near, c.Shape.Box(), old.cells[c.ID].Shape.Box())
		}
	} else {
		old = nil
	}
	st.held = make(map[int64][]int, len(st.leaves))
	st.where = make([][]int, len(st.sources))
	for i, x := range st.sources {
		switch {
		case len(x.Line) > 0:
			st.where[i] = st.leafIndex.Passes(x.Line, 50)
		case old != nil && !slices.ContainsFunc(near, func(b geo.Box) bool { return b.Contains(x.At) }):
			st.where[i] = old.where[i]
		default:
			st.where[i] = st.leafIndex.Find(nil, x.At)
		}
		for _, c := range st.cellsOf(i) {
			st.held[c] = append(st.held[c], i)
		}
	}
}

// cellsOf are the cells that source i belongs to: the one a person decided, else all that
// hold it (a river belongs to every cell it passes).
func (st *state) cellsOf(i int) []int64 {
	if c := st.bound[Object{ofSource, st.sources[i].ID}]; c != 0 && st.cells[c] != nil {
		return []int64{c}
	}
	var out []int64
	for _, at := range st.where[i] {
		out = append(out, st.leaves[at].ID)
	}
	return out
}

// leavesIn are the leaves that lie in a region.
func (st *state) leavesIn(r region.Code) []*Cell {
	var out []*Cell
	in := r.Short()
	for _, c := range st.leaves {
		if strings.HasPrefix(string(c.Region), in) {
			out = append(out, c)
		}
	}
	return out
}

// territory is the outline that a region's leaves should fill: that of the cell of the
// region above the leaves; empty when it was never drawn.
func (st *state) territory(r region.Code) geo.Shape {
	var best *Cell
	for _, c := range st.cells {
		if c.Region == r && c.Tier < Leaf && (best == nil || c.Tier > best.Tier) {
			best = c
		}
	}
	if best == nil {
		return nil
	}
	return best.Shape
}

// townOf is the cell above a leaf.
func (st *state) townOf(c *Cell) *Cell { return st.cells[c.Parent] }
