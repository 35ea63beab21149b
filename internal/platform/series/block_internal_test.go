package series

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// body makes a body of one block.
func body(origin, recordedAt int64, p *points) []byte { return appendBlock(nil, origin, recordedAt, p) }

func TestBlockRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(r, "points")
		step := rapid.SampledFrom([]int64{1, 60_000, hourMS, 7}).Draw(r, "step")
		regular := rapid.Bool().Draw(r, "regular")
		scale := rapid.SampledFrom([]int64{1, 100, 1000, 1_000_000}).Draw(r, "scale")
		revised, flagged := rapid.Bool().Draw(r, "revised"), rapid.Bool().Draw(r, "flagged")
		var p points
		at := rapid.Int64Range(1, 1_800_000_000_000).Draw(r, "first")
		for range n {
			v := rapid.Int64Range(-maxValue/scale, maxValue/scale).Draw(r, "value") * scale
			if rapid.IntRange(0, 9).Draw(r, "missing") == 0 {
				v = Missing
			}
			var f Flag
			var rev int32
			if flagged {
				f = Flag(rapid.Uint16().Draw(r, "flag"))
			}
			if revised {
				rev = rapid.Int32Range(0, 1<<31-1).Draw(r, "rev")
			}
			p.add(at, v, f, rev)
			gap := int64(1)
			if !regular {
				gap = rapid.Int64Range(1, 5).Draw(r, "gap")
			}
			at += gap * step
		}
		raw := append(body(3, 1_788_000_000_000, &p), body(4, 1, &p)...)
		seen := 0
		err := eachBlock(raw, func(b *block) error {
			var q points
			if err := b.expand(&q); err != nil {
				return err
			}
			if !slices.Equal(p.times, q.times) || !slices.Equal(p.values, q.values) || !slices.Equal(p.flags, q.flags) || !slices.Equal(p.revs, q.revs) {
				r.Fatalf("got %+v, want %+v", q, p)
			}
			if b.origin != int64(3+seen) {
				r.Fatalf("origin %d", b.origin)
			}
			seen++
			return nil
		})
		if err != nil || seen != 2 {
			r.Fatalf("%d blocks: %v", seen, err)
		}
	})
}

func TestMonthOfHoursIsAboutAByteAPoint(t *testing.T) {
	var p points
	for i := range int64(744) {
		p.add(1_788_000_000_000+i*hourMS, (30+i%23)*1000, 0, 0)
	}
	if n := len(body(1, 1_788_000_000_000, &p)); n > 800 {
		t.Errorf("744 hours take %d bytes", n)
	}
}

// seeds are bodies with every mode, and broken ones.
func seeds() [][]byte {
	var a, b, c points
	a.add(hourMS, 35_000, 0, 0)
	for i := range int64(30) {
		b.add((i+1)*hourMS, 1000*i, 0, 0)
		c.add((i*i+1)*hourMS, 17*i-3, Flag(i%3), int32(i%2))
	}
	c.values[3] = Missing
	out := [][]byte{nil, {blockVersion}, body(1, 2, &a), body(1, 2, &b), body(1, 2, &c)}
	out = append(out, append(body(1, 2, &b), body(1, 3, &c)...))
	out = append(out, out[3][:len(out[3])-5])
	// a count far beyond the bytes, with a right checksum
	big := []byte{blockVersion, modeRegular, 0}
	big = binary.AppendUvarint(big, 1)
	big = binary.AppendUvarint(big, 2)
	big = binary.AppendUvarint(big, 1<<40)
	big = binary.AppendUvarint(big, hourMS)
	big[2] = byte(len(big) - 3)
	out = append(out, binary.LittleEndian.AppendUint32(big, checksum(big)))
	return out
}

// reseal gives the blocks of data right checksums, so that the fuzzer gets past them.
func reseal(data []byte) []byte {
	out := slices.Clone(data)
	for b := out; len(b) > 2; {
		size, k := binary.Uvarint(b[2:])
		if k <= 0 || size > uint64(len(b)) || 2+k+int(size)+crcLen > len(b) {
			break
		}
		end := 2 + k + int(size)
		binary.LittleEndian.PutUint32(b[end:], checksum(b[:end]))
		b = b[end+crcLen:]
	}
	return out
}

func FuzzBlock(f *testing.F) {
	for _, s := range seeds() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p points
		dst := make([]int16, 64)
		_ = eachBlock(reseal(data), func(b *block) error {
			if b.count > len(data) {
				t.Fatalf("%d points in %d bytes", b.count, len(data))
			}
			if b.mode == modeRegular && b.grid(Grid{hourMS, hourMS, len(dst)}) {
				_ = placeInto(b, Grid{hourMS, hourMS, len(dst)}, dst, 1000, -1)
			}
			if err := b.expand(&p); err != nil {
				return err
			}
			if cap(p.times) > 2*len(data)+64 && cap(p.times) > b.count {
				t.Fatalf("room for %d points after %d bytes", cap(p.times), len(data))
			}
			for i := range p.times {
				if p.times[i] > maxTime || i > 0 && p.times[i] <= p.times[i-1] {
					t.Fatalf("times %v", p.times)
				}
				if v := p.values[i]; v != Missing && (v > maxValue || v < -maxValue) {
					t.Fatalf("value %d", v)
				}
			}
			return nil
		})
	})
}
