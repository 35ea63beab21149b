package telemetry

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"slices"
	"sync"

	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// revisionCounts keeps how many revised observations each month of a set of series has: an
// append makes only the months that it touched be counted again.
type revisionCounts struct {
	mu    sync.Mutex
	known map[[16]byte]*revisionCount
}

// revisionCount is the count of one set of series. Its lock lets readers with the same
// question wait for one answer.
type revisionCount struct {
	mu     sync.Mutex
	change int64 // number of the last append that is counted; -1: nothing yet
	months map[int]int
}

// keptCounts bounds the sets of series: as many as there are regions asked for.
const keptCounts = 512

func (c *revisionCounts) of(ids []series.ID) *revisionCount {
	k := setKey(ids)
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.known[k]
	if n == nil {
		if c.known == nil || len(c.known) >= keptCounts {
			c.known = map[[16]byte]*revisionCount{}
		}
		n = &revisionCount{change: -1}
		c.known[k] = n
	}
	return n
}

// setKey is a digest of a set of series.
func setKey(ids []series.ID) (k [16]byte) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	h := fnv.New128a()
	var b [8]byte
	for _, id := range ids {
		binary.LittleEndian.PutUint64(b[:], uint64(id))
		h.Write(b[:])
	}
	h.Sum(k[:0])
	return k
}

// count is the number of revised observations of the series, as the transaction sees them.
func (c *revisionCounts) count(ctx context.Context, tx *store.Tx, ids []series.ID) (int, error) {
	n := c.of(ids)
	n.mu.Lock()
	defer n.mu.Unlock()
	last, err := series.LastChange(ctx, tx)
	if err != nil {
		return 0, err
	}
	switch {
	case n.change == last:
		return total(n.months), nil
	case n.change < 0 || n.change > last: // a transaction that began before another's append is answered by itself
		months, err := series.RevisionCounts(ctx, tx, ids, nil)
		if err == nil && n.change < 0 {
			n.change, n.months = last, months
		}
		return total(months), err
	}
	return n.bring(ctx, tx, ids)
}

// bring counts the months again that were touched since.
func (n *revisionCount) bring(ctx context.Context, tx *store.Tx, ids []series.ID) (int, error) {
	changes, last, err := series.Changes(ctx, tx, n.change)
	if err != nil {
		return 0, err
	}
	var touched []int
	for _, c := range changes {
		if !slices.Contains(touched, c.Part) {
			touched = append(touched, c.Part)
		}
	}
	fresh := map[int]int{}
	if len(touched) > 0 {
		if fresh, err = series.RevisionCounts(ctx, tx, ids, touched); err != nil {
			return 0, err
		}
	}
	for _, part := range touched {
		n.months[part] = fresh[part]
	}
	n.change = last
	return total(n.months), nil
}

func total(months map[int]int) (n int) {
	for _, m := range months {
		n += m
	}
	return n
}
