package grid

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// Effect says what a change of the grid does, or would do: nothing of it is stored.
type Effect struct {
	Cells   []Redrawn
	Moves   []Moved
	Closed  []Fault // faults that are gone afterwards
	Opened  []Fault // faults that the change makes
	Lasting []Lasting
	Bound   [2]indicator.Rate // 入格率 before and after, of the regions concerned
	Posts   int               // posts that end with their cells
}

// Redrawn is a cell before and after; Before is nil for a new one, After for one that ends.
type Redrawn struct{ Before, After *Cell }

// Moved is a source that falls to other cells than before; none is no cell.
type Moved struct {
	Object   Object
	Name     string
	At       geo.Point
	From, To []*Cell
}

// Lasting is a gap, overlap or spill that only changes its size.
type Lasting struct{ Before, After Fault }

type trialKey struct{}

var errTrial = errors.New("a trial is rolled back")

// Try runs a change, says what it does and takes it back. change must use the context that it
// gets. Errors are those of the change.
func (s *Service) Try(ctx context.Context, change func(context.Context) error) (Effect, error) {
	var e Effect
	err := change(context.WithValue(ctx, trialKey{}, &e))
	if errors.Is(err, errTrial) {
		err = nil
	}
	return e, err
}

func trialOf(ctx context.Context) *Effect {
	e, _ := ctx.Value(trialKey{}).(*Effect)
	return e
}

// tried compares the grid before and after a change within its own transaction, which it ends
// with errTrial.
func (s *Service) tried(ctx context.Context, tx *store.Tx, e *Effect, fn func(context.Context, *store.Tx) error) error {
	before, err := s.state(ctx, tx)
	if err != nil {
		return err
	}
	posts, err := postsOn(ctx, tx, today(tx))
	if err != nil {
		return err
	}
	served := map[int64]int{}
	for _, p := range posts {
		served[p.Cell]++
	}
	if err := fn(ctx, tx); err != nil {
		return err
	}
	after, err := s.state(ctx, tx)
	if err != nil {
		return err
	}
	*e = Effect{Cells: redrawn(before, after), Moves: moved(before, after)}
	for _, c := range e.Cells {
		if c.After == nil {
			e.Posts += served[c.Before.ID]
		}
	}
	if err := s.faults(e, before, after); err != nil {
		return err
	}
	return errTrial
}

func redrawn(before, after *state) []Redrawn {
	var out []Redrawn
	for id, old := range before.cells {
		if c := after.cells[id]; c == nil || c.Version != old.Version {
			out = append(out, Redrawn{old, c})
		}
	}
	for id, c := range after.cells {
		if before.cells[id] == nil {
			out = append(out, Redrawn{nil, c})
		}
	}
	slices.SortFunc(out, func(a, b Redrawn) int { return cmp.Compare(a.cell().ID, b.cell().ID) })
	return out
}

// cell is the cell as it is afterwards, or as it was.
func (r Redrawn) cell() *Cell {
	if r.After != nil {
		return r.After
	}
	return r.Before
}

func moved(before, after *state) []Moved {
	were := make(map[int64][]int64, len(before.sources))
	for i, x := range before.sources {
		were[x.ID] = before.cellsOf(i)
	}
	var out []Moved
	for i, x := range after.sources {
		now := after.cellsOf(i)
		if slices.Equal(were[x.ID], now) {
			continue
		}
		m := Moved{Object: Object{ofSource, x.ID}, Name: x.Name, At: x.At}
		for _, id := range were[x.ID] {
			m.From = append(m.From, before.cells[id])
		}
		for _, id := range now {
			m.To = append(m.To, after.cells[id])
		}
		out = append(out, m)
	}
	return out
}

// faults finds which gaps, overlaps, spills and loose sources go, come or stay in the
// counties that the change touches.
func (s *Service) faults(e *Effect, before, after *state) error {
	for _, r := range e.regions() {
		was, err := s.survey(before, r)
		if err != nil {
			return err
		}
		is, err := s.survey(after, r)
		if err != nil {
			return err
		}
		e.Bound[0] = indicator.Rate{Num: e.Bound[0].Num + was.bound.Num, Den: e.Bound[0].Den + was.bound.Den}
		e.Bound[1] = indicator.Rate{Num: e.Bound[1].Num + is.bound.Num, Den: e.Bound[1].Den + is.bound.Den}
		closed, opened := without(was.faults, is.faults), without(is.faults, was.faults)
		for _, f := range closed {
			i, err := sameGround(f, opened)
			switch {
			case err != nil:
				return err
			case i < 0:
				e.Closed = append(e.Closed, f)
			default:
				e.Lasting = append(e.Lasting, Lasting{f, opened[i]})
				opened = slices.Delete(opened, i, i+1)
			}
		}
		e.Opened = append(e.Opened, opened...)
	}
	return nil
}

// regions are the counties of the cells that change, or what is wider.
func (e *Effect) regions() []region.Code {
	var out []region.Code
	add := func(r region.Code) {
		if c, ok := r.Ancestor(region.County); ok {
			r = c
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	for _, c := range e.Cells {
		for _, x := range []*Cell{c.Before, c.After} {
			if x != nil {
				add(x.Region)
			}
		}
	}
	slices.Sort(out)
	return out
}

// without are the faults of a list that another does not have.
func without(list, other []Fault) []Fault {
	known := make(map[string]bool, len(other))
	for _, f := range other {
		known[f.ID] = true
	}
	var out []Fault
	for _, f := range list {
		if !known[f.ID] {
			out = append(out, f)
		}
	}
	return out
}

// sameGround finds the fault of a list that is the rest of f; -1 none.
func sameGround(f Fault, list []Fault) (int, error) {
	if f.Shape.IsEmpty() {
		return -1, nil
	}
	for i, o := range list {
		if o.Kind != f.Kind || !o.Shape.Box().Meets(f.Shape.Box()) {
			continue
		}
		both, err := geo.Intersection(f.Shape, o.Shape)
		if err != nil {
			return -1, err
		}
		if 2*both.Area() >= min(f.Area, o.Area) {
			return i, nil
		}
	}
	return -1, nil
}

// byPerson tells whether a person makes the change, who has to say why; a data pack need not.
func byPerson(ctx context.Context) bool {
	a, known := access.From(ctx)
	return !known || !a.IsSystem()
}
