package air

import (
	"cmp"
	"slices"

	"qingshan/internal/rules/num"
)

// Rank gives competition places (1, 2, 2, 4) to values in steps; negative values are not
// ranked and get 0. Ranking compares what is printed, so the values must be rounded.
func Rank(values []int32, descending bool) []int16 {
	places := make([]int16, len(values))
	var rk ranker
	rk.rank(places, values, descending)
	return places
}

// ranker keeps the memory of a ranking by counting.
type ranker struct{ count []int32 }

const rankSpan = 1 << 16

func (k *ranker) rank(places []int16, values []int32, descending bool) {
	lo, hi := int32(1<<31-1), int32(-1)
	for _, v := range values {
		if v >= 0 {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	if hi < 0 {
		clear(places)
		return
	}
	span := int(hi-lo) + 2
	if span > rankSpan {
		rankSorted(places, values, descending)
		return
	}
	if cap(k.count) < span {
		k.count = make([]int32, span*2)
	}
	c := k.count[:span]
	clear(c)
	at := func(v int32) int32 {
		if descending {
			return hi - v
		}
		return v - lo
	}
	for _, v := range values {
		if v >= 0 {
			c[at(v)+1]++
		}
	}
	for i := 1; i < span; i++ {
		c[i] += c[i-1]
	}
	for i, v := range values {
		places[i] = 0
		if v >= 0 {
			places[i] = int16(c[at(v)] + 1)
		}
	}
}

func rankSorted(places []int16, values []int32, descending bool) {
	order := make([]int, 0, len(values))
	for i, v := range values {
		places[i] = 0
		if v >= 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		c := cmp.Compare(values[a], values[b])
		if descending {
			c = -c
		}
		return c
	})
	for k, i := range order {
		places[i] = int16(k + 1)
		if k > 0 && values[order[k-1]] == values[i] {
			places[i] = places[order[k-1]]
		}
	}
}

// RankDecimals ranks decimal numbers of any scale; have[i] false is not ranked.
func RankDecimals(values []num.Decimal, have []bool, descending bool) []int {
	order := make([]int, 0, len(values))
	for i := range values {
		if have[i] {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		c := num.Cmp(values[a], values[b])
		if descending {
			c = -c
		}
		return c
	})
	places := make([]int, len(values))
	for k, i := range order {
		places[i] = k + 1
		if k > 0 && num.Cmp(values[order[k-1]], values[i]) == 0 {
			places[i] = places[order[k-1]]
		}
	}
	return places
}

// RankWindow ranks the units by composite index over window w of stats, as Periods returned
// them, lowest first. members restricts it (nil: all); others get 0.
func RankWindow(stats [][]Stats, w int, members []int) []int16 {
	values := make([]int32, len(stats))
	if members == nil {
		for u := range stats {
			values[u] = stats[u][w].Composite
		}
		return Rank(values, false)
	}
	for u := range values {
		values[u] = -1
	}
	for _, u := range members {
		values[u] = stats[u][w].Composite
	}
	return Rank(values, false)
}
