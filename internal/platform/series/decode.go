package series

import (
	"encoding/binary"
	"errors"
	"math"
)

var errChecksum = errors.New("block checksum does not match")

// block is a parsed header; data is what follows the time of the first point.
type block struct {
	raw        []byte // the whole block with its checksum
	data       []byte
	mode       byte
	scale      int64
	origin     int64
	recordedAt int64
	first      int64
	count      int
}

// nextBlock checks the first block of body and returns it and what follows. A block's count
// never exceeds its bytes, so what a decoder allocates is bounded by what it was given.
func nextBlock(body []byte) (b block, rest []byte, err error) {
	b, rest, err = parseBlock(body)
	if err == nil && !b.sealed() {
		return b, nil, errChecksum
	}
	return b, rest, err
}

// sealed tells whether the block has its right checksum.
func (b *block) sealed() bool {
	end := len(b.raw) - crcLen
	return checksum(b.raw[:end]) == binary.LittleEndian.Uint32(b.raw[end:])
}

// parseBlock reads a block's header without its checksum: enough to pass over a block that
// does not matter.
func parseBlock(body []byte) (b block, rest []byte, err error) {
	if len(body) < 2 || body[0] != blockVersion {
		return b, nil, errBlock
	}
	b.mode = body[1] & 0x0f
	exp := int(body[1] >> 4)
	size, k := binary.Uvarint(body[2:])
	if b.mode&^modeKnown != 0 || exp > maxExponent || k <= 0 || size > uint64(len(body)) {
		return b, nil, errBlock
	}
	end := 2 + k + int(size)
	if end+crcLen > len(body) {
		return b, nil, errBlock
	}
	b.raw, b.scale = body[:end+crcLen], powers[exp]
	r := reader{data: body[2+k : end]}
	b.origin = r.number(math.MaxInt64)
	b.recordedAt = r.number(maxTime)
	b.count = int(r.number(uint64(len(r.data))))
	b.first = r.number(maxTime)
	if r.bad || b.count < 1 || b.count > len(r.data) {
		return b, nil, errBlock
	}
	b.data = r.data
	return b, body[end+crcLen:], nil
}

// reader takes uvarints off a slice; bad stays set after the first that does not fit.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) number(limit uint64) int64 {
	v, k := binary.Uvarint(r.data)
	if k <= 0 || v > limit {
		r.bad = true
		return 0
	}
	r.data = r.data[k:]
	return int64(v)
}

// runs gives each run (value, start, end) over n places.
func (r *reader) runs(n int, limit uint64, each func(v int64, from, to int)) {
	for i := 0; i < n && !r.bad; {
		v, length := r.number(limit), int(r.number(uint64(n-i)))
		if length < 1 {
			r.bad = true
			return
		}
		each(v, i, i+length)
		i += length
	}
}

// expand decodes all points of the block into p.
func (b *block) expand(p *points) error {
	p.reset(b.count)
	r := reader{data: b.data}
	b.expandTimes(&r, p.times)
	clear(p.revs)
	if b.mode&modeRevised != 0 {
		r.runs(b.count, math.MaxInt32, func(v int64, from, to int) { fill(p.revs[from:to], int32(v)) })
	}
	clear(p.flags)
	if b.mode&modeFlagged != 0 {
		r.runs(b.count, math.MaxUint16, func(v int64, from, to int) { fill(p.flags[from:to], Flag(v)) })
	}
	if r.bad || p.times[b.count-1] > maxTime {
		return errBlock
	}
	return expandValues(r.data, p.values, b.scale)
}

func fill[T any](s []T, v T) {
	for i := range s {
		s[i] = v
	}
}

func (b *block) expandTimes(r *reader, times []int64) {
	times[0] = b.first
	if b.count == 1 {
		return
	}
	unit := r.number(maxTime)
	t := b.first
	steps := func(v int64, from, to int) {
		if v < 1 || v > (maxTime-t)/unit/int64(to-from) {
			r.bad = true
			return
		}
		for i := from; i < to; i++ {
			t += v * unit
			times[i+1] = t
		}
	}
	if unit < 1 {
		r.bad = true
		return
	}
	if b.mode&modeRegular != 0 {
		steps(1, 0, b.count-1)
		return
	}
	r.runs(b.count-1, maxTime, steps)
}

func expandValues(data []byte, values []int64, scale int64) error {
	limit := maxValue / scale
	prev, p := int64(0), 0
	for i := range values {
		var u uint64
		if p < len(data) && data[p] < 0x80 {
			u = uint64(data[p])
			p++
		} else {
			v, k := binary.Uvarint(data[p:])
			if k <= 0 {
				return errBlock
			}
			u, p = v, p+k
		}
		if u == 0 {
			values[i] = Missing
			continue
		}
		u--
		d := int64(u>>1) ^ -int64(u&1)
		if d > 2*limit || d < -2*limit {
			return errBlock
		}
		prev += d
		if prev > limit || prev < -limit {
			return errBlock
		}
		values[i] = prev * scale
	}
	if p != len(data) {
		return errBlock
	}
	return nil
}

// eachBlock calls fn for every block of a body.
func eachBlock(body []byte, fn func(*block) error) error {
	for len(body) > 0 {
		b, rest, err := nextBlock(body)
		if err != nil {
			return err
		}
		if err := fn(&b); err != nil {
			return err
		}
		body = rest
	}
	return nil
}

// eachBlockIn calls fn for the blocks that may hold times from … to, and passes over others
// without checking them.
func eachBlockIn(body []byte, from, to int64, fn func(*block) error) error {
	for len(body) > 0 {
		b, rest, err := parseBlock(body)
		if err != nil {
			return err
		}
		if b.first <= to && b.latest() >= from {
			if !b.sealed() {
				return errChecksum
			}
			if err := fn(&b); err != nil {
				return err
			}
		}
		body = rest
	}
	return nil
}

// latest is a time that no point of the block lies behind.
func (b *block) latest() int64 {
	if b.count == 1 {
		return b.first
	}
	if b.mode&modeRegular == 0 {
		return maxTime
	}
	r := reader{data: b.data}
	unit := r.number(maxTime)
	if r.bad || unit > maxTime/int64(b.count) {
		return maxTime
	}
	return b.first + unit*int64(b.count-1)
}
