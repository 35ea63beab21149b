package series

import (
	"encoding/binary"
	"slices"
)

// Packed is points of one series that wait to be appended, encoded by month as they will be
// stored: about one byte a value, and nearly nothing left to do for Append where the store
// has no points of those times. The zero value has none.
type Packed struct {
	months []packedMonth
}

// packedMonth is the points of one partition: blocks of origin 0 and record time 0.
type packedMonth struct {
	part        int
	bodies      [][]byte
	count       int
	first, last int64
}

// Add packs points in ascending time; flags may be nil. Errors: as Append's for what can never
// be stored in a series of the key (a time twice, off its grid, out of bounds).
func (p *Packed) Add(k Key, times, values []int64, flags []Flag) error {
	if len(times) == 0 {
		return nil
	}
	c := column{key: k, step: StepOf(k.Stat), times: times, values: values, flags: flags}
	if err := c.check(); err != nil {
		return err
	}
	none, revs := []Flag(nil), make([]int32, len(times))
	for _, x := range c.split(nil) {
		n := len(x.times)
		pts := points{times: x.times, values: x.values, flags: x.flags, revs: revs[:n]}
		if x.flags == nil {
			if none == nil {
				none = make([]Flag, len(times))
			}
			pts.flags = none[:n]
		}
		p.month(x.part).add(appendBlock(nil, 0, 0, &pts), n, x.times[0], x.times[n-1])
	}
	return nil
}

func (p *Packed) month(part int) *packedMonth {
	i, known := slices.BinarySearchFunc(p.months, part, func(m packedMonth, part int) int { return m.part - part })
	if !known {
		p.months = slices.Insert(p.months, i, packedMonth{part: part})
	}
	return &p.months[i]
}

func (m *packedMonth) add(body []byte, count int, first, last int64) {
	if m.count == 0 || first < m.first {
		m.first = first
	}
	m.last = max(m.last, last)
	m.bodies, m.count = append(m.bodies, body), m.count+count
}

// Len is the number of points.
func (p *Packed) Len() (n int) {
	for i := range p.months {
		n += p.months[i].count
	}
	return n
}

// Each gives fn every point with from <= time <= to.
func (p *Packed) Each(from, to int64, fn func(t, v int64, f Flag)) error {
	var pts points
	for i := range p.months {
		m := &p.months[i]
		if m.last < from || m.first > to {
			continue
		}
		for _, body := range m.bodies {
			if err := unpack(body, &pts); err != nil {
				return err
			}
			for k, t := range pts.times {
				if from <= t && t <= to {
					fn(t, pts.values[k], pts.flags[k])
				}
			}
		}
	}
	return nil
}

func unpack(body []byte, p *points) error {
	b, _, err := nextBlock(body)
	if err != nil {
		return err
	}
	return b.expand(p)
}

// pieces are the months as pieces of an append.
func (p *Packed) pieces(id ID, step int64, out []piece) []piece {
	for i := range p.months {
		out = append(out, piece{column: column{id: id, step: step}, part: p.months[i].part, packed: &p.months[i]})
	}
	return out
}

// unpack turns a packed piece into a plain one. Errors: invalid for a time that was packed
// twice.
func (p *piece) unpack() error {
	var pts points
	for _, body := range p.packed.bodies {
		if err := unpack(body, &pts); err != nil {
			return err
		}
		p.times, p.values, p.flags = append(p.times, pts.times...), append(p.values, pts.values...), append(p.flags, pts.flags...)
	}
	p.packed = nil
	p.sort()
	return p.check()
}

// rebase is the packed block with its real origin and record time.
func rebase(raw []byte, origin, recordedAt int64) []byte {
	size, k := binary.Uvarint(raw[2:])
	rest := raw[2+k+2 : 2+k+int(size)] // behind origin 0 and record time 0, one byte each
	var head [2 * binary.MaxVarintLen64]byte
	n := binary.PutUvarint(head[:], uint64(origin))
	n += binary.PutUvarint(head[n:], uint64(recordedAt))
	out := make([]byte, 0, len(raw)+len(head))
	out = append(out, raw[:2]...)
	out = binary.AppendUvarint(out, uint64(n+len(rest)))
	out = append(out, head[:n]...)
	out = append(out, rest...)
	return binary.LittleEndian.AppendUint32(out, checksum(out))
}
