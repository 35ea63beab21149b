package series

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Batch is what one source delivered at once.
type Batch struct {
	Origin int64 // who delivered it: the caller's own number, at least 0
	// RecordedAt is the record time in ms; 0 means now. Only a loader of history whose record
	// times are known gives another: as-of reads of the past then see the points.
	RecordedAt int64
	// HoldCorrected keeps what people entered: a point whose current revision is Corrected
	// is not replaced. An equal value, or one that an earlier revision had, is unchanged;
	// any other is reported in Result.Held for the caller to reject. An equal value that
	// differs only in the automatic marks Suspect and Stuck is unchanged as well: delivering a
	// file again says nothing new, whatever its neighbours are by then.
	HoldCorrected bool
	Sets          []Set
}

// Set is points of one series. Times are in ms UTC on the series' grid, in any order;
// Values has the same length; Flags too, or is nil. Packed, if not nil, holds the points
// instead; then the series stands in no other set.
type Set struct {
	ID     ID
	Times  []int64
	Values []int64
	Flags  []Flag
	Packed *Packed
}

// Result accounts for a batch: Received = Stored + Unchanged + len(Held).
type Result struct {
	Received  int
	Stored    int // new and revised points
	Revised   int // those of Stored that replaced another value or flag
	Unchanged int
	Held      []Held
	Change    int64 // number of the append; 0 when nothing was stored
}

// Held is a point that was not stored because a person's correction stands.
type Held struct {
	ID    ID
	Time  int64
	Value int64
	Stand int64 // the corrected value that stands
}

// column is the points of one series of a batch in ascending time.
type column struct {
	id     ID
	key    Key // instead of the id, where the series has none yet
	step   int64
	times  []int64
	values []int64
	flags  []Flag // nil: none set
}

// piece is the points of one column in one partition.
type piece struct {
	column
	part     int
	packed   *packedMonth // its points; nil: the column's
	segments int          // it has in the store
	last     int64        // latest label of them
	old      []segment    // read only where times overlap or a merge is due
}

// prepare checks a batch and sorts it into pieces, by series and month.
func prepare(ctx context.Context, tx *store.Tx, b *Batch) ([]piece, int, error) {
	cols, received, err := columns(b)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]ID, 0, len(b.Sets))
	for i := range cols {
		ids = append(ids, cols[i].id)
	}
	packed, err := packedSets(b, ids)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range packed {
		ids = append(ids, s.ID)
	}
	step, err := steps(ctx, tx, ids)
	if err != nil {
		return nil, 0, err
	}
	var out []piece
	for i := range cols {
		cols[i].step = step[cols[i].id]
		if err := cols[i].check(); err != nil {
			return nil, 0, err
		}
		out = cols[i].split(out)
	}
	for _, s := range packed {
		out = s.Packed.pieces(s.ID, step[s.ID], out)
		received += s.Packed.Len()
	}
	if len(packed) > 0 {
		slices.SortFunc(out, func(x, y piece) int { return cmp.Or(cmp.Compare(x.id, y.id), cmp.Compare(x.part, y.part)) })
	}
	return out, received, nil
}

// packedSets are the packed sets of the batch. Errors: invalid when the series of one stands
// in another.
func packedSets(b *Batch, plain []ID) ([]*Set, error) {
	var out []*Set
	var seen map[ID]bool
	for i := range b.Sets {
		s := &b.Sets[i]
		if s.Packed == nil {
			continue
		}
		if seen == nil {
			seen = make(map[ID]bool, len(b.Sets))
			for _, id := range plain {
				seen[id] = true
			}
		}
		if seen[s.ID] || len(s.Times) > 0 {
			return nil, fault.Newf(fault.Invalid, "series_duplicate", "序列 %d 在同一批中出现了两次", s.ID)
		}
		seen[s.ID] = true
		out = append(out, s)
	}
	return out, nil
}

// columns joins the sets of the same series and sorts them by series and time.
func columns(b *Batch) ([]column, int, error) {
	at := make(map[ID]int, len(b.Sets))
	var cols []column
	received := 0
	for i := range b.Sets {
		s := &b.Sets[i]
		if len(s.Values) != len(s.Times) || s.Flags != nil && len(s.Flags) != len(s.Times) {
			return nil, 0, fault.Wrap(fmt.Errorf("series %d: %d times, %d values, %d flags", s.ID, len(s.Times), len(s.Values), len(s.Flags)),
				fault.Invalid, "series_lengths", "一批观测的时间、数值和标记个数不一致")
		}
		if len(s.Times) == 0 {
			continue
		}
		received += len(s.Times)
		if j, ok := at[s.ID]; ok {
			cols[j].join(s)
			continue
		}
		at[s.ID] = len(cols)
		cols = append(cols, column{id: s.ID, times: s.Times, values: s.Values, flags: s.Flags})
	}
	for i := range cols {
		cols[i].sort()
	}
	sort.Slice(cols, func(i, j int) bool { return cols[i].id < cols[j].id })
	return cols, received, nil
}

func (c *column) join(s *Set) {
	n := len(c.times)
	if c.flags != nil || s.Flags != nil {
		flags := make([]Flag, n+len(s.Times))
		copy(flags, c.flags)
		copy(flags[n:], s.Flags)
		c.flags = flags
	}
	c.times = append(c.times[:n:n], s.Times...) // never write into the caller's memory
	c.values = append(c.values[:n:n], s.Values...)
}

func (c *column) sort() {
	if sort.SliceIsSorted(c.times, func(i, j int) bool { return c.times[i] < c.times[j] }) {
		return
	}
	order := make([]int, len(c.times))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return c.times[order[i]] < c.times[order[j]] })
	c.times, c.values = pick(c.times, order), pick(c.values, order)
	if c.flags != nil {
		c.flags = pick(c.flags, order)
	}
}

func pick[T any](s []T, order []int) []T {
	out := make([]T, len(order))
	for i, j := range order {
		out[i] = s[j]
	}
	return out
}

// check refuses a column that cannot be stored: the whole batch fails.
func (c *column) check() error {
	for i, t := range c.times {
		switch v := c.values[i]; {
		case t <= 0 || t > maxTime:
			return c.refuse(t, "series_time", "时间超出可存储的范围")
		case !onGrid(t, c.step):
			return c.refuse(t, "series_grid", "时间不在该序列的时标上")
		case i > 0 && t == c.times[i-1]:
			return c.refuse(t, "series_duplicate", "同一批中同一时刻出现了两次")
		case v != Missing && (v > maxValue || v < -maxValue):
			return c.refuse(t, "series_value", "数值超出可存储的范围")
		}
	}
	return nil
}

func (c *column) refuse(t int64, code, why string) error {
	at := time.UnixMilli(t).In(clock.Shanghai).Format("2006-01-02T15:04:05.000-07:00")
	called := c.key.String()
	if c.id != 0 {
		called = fmt.Sprint(c.id)
	}
	return fault.Newf(fault.Invalid, code, "序列 %s 的 %s：%s", called, at, why).WithField("time", why, at)
}

// split appends the column's pieces, one for each month.
func (c *column) split(out []piece) []piece {
	for from := 0; from < len(c.times); {
		part := PartOf(c.times[from])
		_, until := PartBounds(part)
		n := sort.Search(len(c.times)-from, func(i int) bool { return c.times[from+i] > until })
		p := piece{column: *c, part: part}
		p.times, p.values = c.times[from:from+n], c.values[from:from+n]
		if c.flags != nil {
			p.flags = c.flags[from : from+n]
		}
		out = append(out, p)
		from += n
	}
	return out
}
