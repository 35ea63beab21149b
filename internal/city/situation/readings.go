package situation

import (
	"context"
	"slices"
	"sync"

	"qingshan/internal/platform/series"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/region"
)

// readings keeps the columns as the live boards last read them. The next board, live or of
// the past, reads only the months in which the series differ from them; the columns are shared
// between boards and never written again.
type readings struct {
	mu   sync.Mutex
	kept map[readingKey]*reading
}

// readingKey names a block of columns of one pollutant.
type readingKey struct {
	city region.Code
	what string // stations, cities …
	stat string
	p    air.Pollutant
}

// reading is columns of one pollutant as of now.
type reading struct {
	change int64 // number of the last append that they hold
	ids    []series.ID
	grid   series.Grid
	div    int64
	values []int16 // series after series
	// recorded is the latest record time of each series and month (ms, 0: nothing stored):
	// as of an instant from then on the month reads as it does now.
	recorded []int64
	parts    []int
}

func (r *readings) get(k readingKey) *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept[k]
}

func (r *readings) put(k readingKey, x *reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = map[readingKey]*reading{}
	}
	if have := r.kept[k]; have == nil || have.change <= x.change {
		r.kept[k] = x
	}
}

// fits tells whether the reading is of the same columns and not newer than a transaction.
func (x *reading) fits(ids []series.ID, grid series.Grid, div, change int64) bool {
	return x != nil && x.change <= change && x.grid == grid && x.div == div && slices.Equal(x.ids, ids)
}

// column is the values of series (0: there is none) on a grid, divided by div, as the loader
// knows them. They are shared: the caller does not write to them.
func (l *loader) column(ctx context.Context, k readingKey, ids []series.ID, grid series.Grid, div int64) ([]int16, error) {
	base := l.readings.get(k)
	if !base.fits(ids, grid, div, l.f.change) {
		return l.columnAnew(ctx, k, ids, grid, div)
	}
	months, err := l.different(ctx, base)
	if err != nil {
		return nil, err
	}
	x := *base
	x.change = l.f.change
	if len(months) > 0 {
		x.values, x.recorded = slices.Clone(base.values), slices.Clone(base.recorded)
		for m, rows := range months {
			if err := l.again(ctx, &x, m, rows); err != nil {
				return nil, err
			}
		}
	}
	if l.asOf == 0 {
		l.readings.put(k, &x)
	}
	return x.values, nil
}

// columnAnew reads everything.
func (l *loader) columnAnew(ctx context.Context, k readingKey, ids []series.ID, grid series.Grid, div int64) ([]int16, error) {
	x := &reading{change: l.f.change, ids: ids, grid: grid, div: div, values: make([]int16, len(ids)*grid.N), parts: grid.Parts()}
	x.recorded = make([]int64, len(ids)*len(x.parts))
	var rows []int
	for row, id := range ids {
		if id != 0 {
			rows = append(rows, row)
		} else {
			fillMissing(x.values[row*grid.N : (row+1)*grid.N])
		}
	}
	if len(rows) == 0 || len(x.parts) == 0 {
		return x.values, nil
	}
	if err := l.again(ctx, x, months{0, len(x.parts) - 1}, rows); err != nil {
		return nil, err
	}
	if l.asOf == 0 {
		l.readings.put(k, x)
	}
	return x.values, nil
}

func fillMissing(v []int16) {
	for i := range v {
		v[i] = air.Missing
	}
}

// months is a run of months: places in a reading's parts, both included.
type months struct{ from, to int }

// different gives, for runs of months, the rows whose values there may not be those of the
// base: something was appended since, or recorded after the instant that is looked at.
func (l *loader) different(ctx context.Context, base *reading) (map[months][]int, error) {
	touched, err := l.touchedSince(ctx, base.change)
	if err != nil {
		return nil, err
	}
	out := map[months][]int{}
	n := len(base.parts)
	for row, id := range base.ids {
		if id == 0 {
			continue
		}
		m := months{n, -1}
		for _, part := range touched[id] {
			if i, ok := slices.BinarySearch(base.parts, part); ok {
				m.from, m.to = min(m.from, i), max(m.to, i)
			}
		}
		if l.asOf > 0 {
			for i, t := range base.recorded[row*n : (row+1)*n] {
				if t > l.asOf {
					m.from, m.to = min(m.from, i), max(m.to, i)
				}
			}
		}
		if m.to >= 0 {
			out[m] = append(out[m], row)
		}
	}
	return out, nil
}

// touchedSince are the months of the series that were appended to after a change.
func (l *loader) touchedSince(ctx context.Context, change int64) (map[series.ID][]int, error) {
	if t, ok := l.touched[change]; ok {
		return t, nil
	}
	list, _, err := series.Changes(ctx, l.tx, change)
	if err != nil {
		return nil, err
	}
	t := map[series.ID][]int{}
	for _, c := range list {
		t[c.ID] = append(t[c.ID], c.Part)
	}
	if l.touched == nil {
		l.touched = map[int64]map[series.ID][]int{}
	}
	l.touched[change] = t
	return t, nil
}

// again reads the months of some rows into a reading of the caller's own.
func (l *loader) again(ctx context.Context, x *reading, m months, rows []int) error {
	lo, hi := x.grid.Span(x.parts[m.from], x.parts[m.to])
	part := series.Grid{First: x.grid.Time(lo), Step: x.grid.Step, N: hi - lo}
	ids := make([]series.ID, len(rows))
	for i, row := range rows {
		ids[i] = x.ids[row]
	}
	whole := len(rows) == len(x.ids) && part == x.grid
	values := x.values
	if !whole {
		values = make([]int16, len(rows)*part.N)
	}
	n := m.to - m.from + 1
	recorded := make([]int64, len(rows)*n)
	var err error
	if l.asOf == 0 {
		err = series.ReadRecorded(ctx, l.tx, ids, part, x.div, air.Missing, values, recorded)
	} else {
		err = series.ReadInto(ctx, l.tx, ids, part, l.asOf, x.div, air.Missing, values)
	}
	if err != nil {
		return err
	}
	for i, row := range rows {
		if !whole {
			copy(x.values[row*x.grid.N+lo:row*x.grid.N+hi], values[i*part.N:(i+1)*part.N])
		}
		copy(x.recorded[row*len(x.parts)+m.from:], recorded[i*n:(i+1)*n])
	}
	return nil
}
