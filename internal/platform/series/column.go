package series

import (
	"encoding/binary"
	"math"
)

// grid tells whether the regular block's points are labels of the grid, apart from its ends.
func (b *block) grid(g Grid) bool {
	r := reader{data: b.data}
	if b.count > 1 && r.number(maxTime) != g.Step {
		return false
	}
	return (b.first-g.First)%g.Step == 0
}

// placeInto decodes the values of a regular block on the grid into their places.
func placeInto[T Number](b *block, g Grid, dst []T, div int64, missing T) error {
	r := reader{data: b.data}
	if b.count > 1 {
		r.number(maxTime)
	}
	data, j := r.data, (b.first-g.First)/g.Step
	mul := int64(0)
	if b.scale%div == 0 {
		mul = b.scale / div
	}
	limit := maxValue / b.scale
	prev, p := int64(0), 0
	for range b.count {
		var u uint64
		if p < len(data) && data[p] < 0x80 {
			u, p = uint64(data[p]), p+1
		} else {
			v, k := binary.Uvarint(data[p:])
			if k <= 0 {
				return errBlock
			}
			u, p = v, p+k
		}
		out := missing
		if u != 0 {
			u--
			d := int64(u>>1) ^ -int64(u&1)
			prev += d
			if d > 2*limit || d < -2*limit || prev > limit || prev < -limit {
				return errBlock
			}
			if mul != 0 {
				out = clamp(prev*mul, missing)
			} else {
				out = convert(prev*b.scale, div, missing)
			}
		}
		if uint64(j) < uint64(len(dst)) {
			dst[j] = out
		}
		j++
	}
	if p != len(data) {
		return errBlock
	}
	return nil
}

// convert divides a stored value, half to even, and fits it into T.
func convert[T Number](v, div int64, missing T) T {
	if v == Missing {
		return missing
	}
	q, r := v/div, v%div
	if r != 0 {
		if r < 0 {
			q, r = q-1, r+div
		}
		if 2*r > div || 2*r == div && q&1 != 0 {
			q++
		}
	}
	return clamp(q, missing)
}

// clamp fits v into T and keeps it apart from missing.
func clamp[T Number](v int64, missing T) T {
	t := T(v)
	if int64(t) == v && t != missing {
		return t
	}
	lo, hi := limits[T]()
	switch {
	case v <= lo:
		t = T(lo)
	case v >= hi:
		t = T(hi)
	}
	switch {
	case t != missing:
		return t
	case v > 0:
		return t - 1
	}
	return t + 1
}

func limits[T Number]() (lo, hi int64) {
	switch any(T(0)).(type) {
	case int16:
		return math.MinInt16, math.MaxInt16
	case int32:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}
