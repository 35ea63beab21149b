package series

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Grid is a row of labels: First, First+Step, … N of them, in ms UTC.
type Grid struct {
	First, Step int64
	N           int
}

// NewGrid is the labels of a step with from <= label <= to.
func NewGrid(step, from, to int64) Grid {
	g := Grid{First: firstLabel(max(from, 1), step), Step: step}
	if to >= g.First {
		g.N = int((to-g.First)/step) + 1
	}
	return g
}

// Time is the label at place i.
func (g Grid) Time(i int) int64 { return g.First + int64(i)*g.Step }

// Index is the place of a label; false when it is not one of the grid.
func (g Grid) Index(t int64) (int, bool) {
	d := t - g.First
	if g.Step == 0 || d < 0 || d%g.Step != 0 || d/g.Step >= int64(g.N) {
		return 0, false
	}
	return int(d / g.Step), true
}

func (g Grid) last() int64 { return g.Time(g.N - 1) }

// Parts are the partitions that hold the labels, in order.
func (g Grid) Parts() []int {
	if g.N == 0 {
		return nil
	}
	var out []int
	for p, last := PartOf(g.First), PartOf(g.last()); p <= last; p = nextPart(p) {
		out = append(out, p)
	}
	return out
}

// Span is the places of the labels that lie in the partitions from … to: lo <= place < hi.
func (g Grid) Span(from, to int) (lo, hi int) {
	after, _ := PartBounds(from)
	_, until := PartBounds(to)
	place := func(t int64) int { // of the first label behind t
		if t < g.First {
			return 0
		}
		return int(min((t-g.First)/g.Step+1, int64(g.N)))
	}
	return place(after), place(until)
}

// Columns is what Read returns: for the series number k the places k*N … k*N+N-1.
type Columns struct {
	Grid
	IDs       []ID
	Values    []int64 // Missing where there is none
	Flags     []Flag
	Revisions []int32 // of the value shown, 0 also where there is none
}

// Column is the values of one series.
func (c *Columns) Column(k int) []int64 { return c.Values[k*c.N : (k+1)*c.N] }

// ColumnFlags is the flags of one series.
func (c *Columns) ColumnFlags(k int) []Flag { return c.Flags[k*c.N : (k+1)*c.N] }

// Read gives the observations of the series at the labels from … to (both included, ms
// UTC), as known at asOf (ms; 0: now). Series may repeat; all have the same step.
func Read(ctx context.Context, tx *store.Tx, ids []ID, from, to, asOf int64) (*Columns, error) {
	step, err := commonStep(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	c := &Columns{IDs: ids}
	if len(ids) == 0 {
		return c, nil
	}
	c.Grid = NewGrid(step, from, to)
	n := len(ids) * c.N
	c.Values, c.Flags, c.Revisions = make([]int64, n), make([]Flag, n), make([]int32, n)
	fill(c.Values, Missing)
	at, repeats := places(ids)
	var p points
	err = eachBody(ctx, tx, ids, c.Grid, asOf, func(id ID, b *block) error {
		k := at[id] * c.N
		if b.mode == modeRegular && b.grid(c.Grid) { // revision 0, no flags: values only
			return placeInto[int64](b, c.Grid, c.Values[k:k+c.N], 1, Missing)
		}
		if err := b.expand(&p); err != nil {
			return err
		}
		for i, t := range p.times {
			if j, ok := c.Index(t); ok {
				c.Values[k+j], c.Flags[k+j], c.Revisions[k+j] = p.values[i], p.flags[i], p.revs[i]
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for k, first := range repeats {
		copy(c.Values[k*c.N:(k+1)*c.N], c.Values[first*c.N:])
		copy(c.Flags[k*c.N:(k+1)*c.N], c.Flags[first*c.N:])
		copy(c.Revisions[k*c.N:(k+1)*c.N], c.Revisions[first*c.N:])
	}
	return c, nil
}

// Number is what values can be read into.
type Number interface{ int16 | int32 | int64 }

// ReadInto decodes values divided by div (rounded half to even when not exact; CO in mg/m³
// to tenths: 100) into dst, which has len(ids) × grid.N places, series after series. Places
// without a value get missing; values beyond T its nearest value other than missing. It is
// the way to fill a cache: no flags, no second pass.
func ReadInto[T Number](ctx context.Context, tx *store.Tx, ids []ID, grid Grid, asOf, div int64, missing T, dst []T) error {
	return readInto(ctx, tx, ids, grid, asOf, div, missing, dst, func(ID, *block) {})
}

// ReadRecorded is ReadInto that also tells, for each series and month of the grid
// (Grid.Parts), the latest record time among what is stored there: len(ids) × months places,
// series after series, 0 where nothing is stored. A month whose latest record time is not
// after an instant reads as of that instant as it reads now. The series do not repeat.
func ReadRecorded[T Number](ctx context.Context, tx *store.Tx, ids []ID, grid Grid, div int64, missing T, dst []T, recorded []int64) error {
	parts := grid.Parts()
	if len(recorded) != len(ids)*len(parts) {
		return fmt.Errorf("record times of %d series × %d months into %d places", len(ids), len(parts), len(recorded))
	}
	ends := make([]int64, len(parts))
	for i, p := range parts {
		_, ends[i] = PartBounds(p)
	}
	at, _ := places(ids)
	clear(recorded)
	return readInto(ctx, tx, ids, grid, 0, div, missing, dst, func(id ID, b *block) {
		i, _ := slices.BinarySearch(ends, b.first)
		if i < len(parts) {
			k := at[id]*len(parts) + i
			recorded[k] = max(recorded[k], b.recordedAt)
		}
	})
}

func readInto[T Number](ctx context.Context, tx *store.Tx, ids []ID, grid Grid, asOf, div int64, missing T, dst []T, seen func(ID, *block)) error {
	if len(dst) != len(ids)*grid.N || div < 1 {
		return fmt.Errorf("read %d series × %d labels / %d into %d places", len(ids), grid.N, div, len(dst))
	}
	step, err := commonStep(ctx, tx, ids)
	if err != nil || len(ids) == 0 {
		return err
	}
	if step != grid.Step {
		return mixedSteps()
	}
	fill(dst, missing)
	at, repeats := places(ids)
	var p points
	err = eachBody(ctx, tx, ids, grid, asOf, func(id ID, b *block) error {
		seen(id, b)
		out := dst[at[id]*grid.N : (at[id]+1)*grid.N]
		if b.mode == modeRegular && b.grid(grid) {
			return placeInto(b, grid, out, div, missing)
		}
		if err := b.expand(&p); err != nil {
			return err
		}
		for i, t := range p.times {
			if j, ok := grid.Index(t); ok {
				out[j] = convert(p.values[i], div, missing)
			}
		}
		return nil
	})
	for k, first := range repeats {
		copy(dst[k*grid.N:(k+1)*grid.N], dst[first*grid.N:])
	}
	return err
}

// places gives each series its first place in ids, and the places that repeat an earlier.
func places(ids []ID) (at map[ID]int, repeats map[int]int) {
	at, repeats = make(map[ID]int, len(ids)), map[int]int{}
	for i, id := range ids {
		if first, ok := at[id]; ok {
			repeats[i] = first
		} else {
			at[id] = i
		}
	}
	return at, repeats
}

func commonStep(ctx context.Context, tx *store.Tx, ids []ID) (int64, error) {
	all, err := steps(ctx, tx, distinct(ids))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	step := all[ids[0]]
	for _, s := range all {
		if s != step || s == 0 {
			return 0, mixedSteps()
		}
	}
	return step, nil
}

func mixedSteps() error {
	return fault.New(fault.Invalid, "series_steps", "这些序列的时间步长不同，不能按列一起读取")
}

// eachBody gives fn every block of the series that may hold points of the grid and was
// recorded by asOf, in the order of append within each series.
func eachBody(ctx context.Context, tx *store.Tx, ids []ID, g Grid, asOf int64, fn func(ID, *block) error) error {
	if g.N == 0 {
		return nil
	}
	return scanBlocks(ctx, tx, distinct(ids), g.First, g.last(), asOf, fn)
}

func scanBlocks(ctx context.Context, tx *store.Tx, ids []ID, from, to, asOf int64, fn func(ID, *block) error) error {
	if asOf <= 0 {
		asOf = math.MaxInt64
	}
	for start := 0; start < len(ids); start += chunk {
		if err := scanChunk(ctx, tx, ids[start:min(start+chunk, len(ids))], from, to, asOf, fn); err != nil {
			return err
		}
	}
	return nil
}

func scanChunk(ctx context.Context, tx *store.Tx, ids []ID, from, to, asOf int64, fn func(ID, *block) error) error {
	in, next := store.In(1, len(ids))
	args := make([]any, 0, len(ids)+3)
	for _, id := range ids {
		args = append(args, int64(id))
	}
	rows, err := tx.Query(ctx, "SELECT series_id, part, body FROM segment WHERE series_id IN "+in+
		placeholders(" AND part BETWEEN $%d AND $%d AND recorded_at <= $%d ORDER BY series_id, part, change", next),
		append(args, PartOf(from), PartOf(to), asOf)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var id ID
	var part int
	var body sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&id, &part, &body); err != nil {
			return store.Classify(err)
		}
		var stop error
		err := eachBlockIn(body, from, to, func(b *block) error {
			if b.recordedAt > asOf {
				return nil
			}
			if e := fn(id, b); e != nil {
				if e != errBlock {
					stop = e
				}
				return e
			}
			return nil
		})
		if stop != nil {
			return stop
		}
		if err != nil {
			return corrupt(id, part, err)
		}
	}
	return store.Classify(rows.Err())
}
