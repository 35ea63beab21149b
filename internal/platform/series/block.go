package series

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A block holds points of one series and month in ascending time, one revision each:
//
//	byte     version (blockVersion)
//	byte     mode: modeRegular | modeRevised | modeFlagged | exponent<<4
//	uvarint  number of bytes that follow up to the checksum
//	uvarint  origin
//	uvarint  recorded at, ms
//	uvarint  count of points, at least 1
//	uvarint  time of the first point, ms
//	times    none for one point; with modeRegular the one difference, in ms; otherwise a
//	         unit in ms, then runs (difference in units, length) over the count-1 differences
//	revs     only with modeRevised: runs (revision, length); otherwise all 0
//	flags    only with modeFlagged: runs (flag, length); otherwise all 0
//	values   per point: 0 for Missing, otherwise 1 + zigzag of the difference from the last
//	         value that was not missing (0 before the first), both divided by 10^exponent
//	4 bytes  CRC-32C of everything before it, little endian
//
// All numbers but the checksum are uvarints of encoding/binary. Blocks are never changed;
// a segment's body is blocks one after the other in the order of their append, so a later
// point of the same time has the higher revision.
const (
	blockVersion = 0xB1

	modeRegular = 1 << 0
	modeRevised = 1 << 1
	modeFlagged = 1 << 2
	modeKnown   = modeRegular | modeRevised | modeFlagged

	maxExponent = 6
	crcLen      = 4
)

var powers = [maxExponent + 1]int64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// points is a column form of the points of one block.
type points struct {
	times  []int64
	values []int64
	flags  []Flag
	revs   []int32
}

func (p *points) reset(n int) {
	if cap(p.times) < n {
		p.times, p.values = make([]int64, n), make([]int64, n)
		p.flags, p.revs = make([]Flag, n), make([]int32, n)
	}
	p.times, p.values, p.flags, p.revs = p.times[:n], p.values[:n], p.flags[:n], p.revs[:n]
}

func (p *points) add(t, v int64, f Flag, rev int32) {
	p.times, p.values = append(p.times, t), append(p.values, v)
	p.flags, p.revs = append(p.flags, f), append(p.revs, rev)
}

// revised is how many points replace an earlier one.
func (p *points) revised() (n int) {
	for _, r := range p.revs {
		if r > 0 {
			n++
		}
	}
	return n
}

// appendBlock appends the block of p to dst. p has at least one point, in ascending time.
func appendBlock(dst []byte, origin, recordedAt int64, p *points) []byte {
	exp, mode := exponent(p.values), byte(0)
	unit, regular := timeUnit(p.times)
	if regular {
		mode |= modeRegular
	}
	if any0(p.revs) {
		mode |= modeRevised
	}
	if any0(p.flags) {
		mode |= modeFlagged
	}
	start := len(dst)
	body := make([]byte, 0, 48+2*len(p.times))
	body = binary.AppendUvarint(body, uint64(origin))
	body = binary.AppendUvarint(body, uint64(recordedAt))
	body = binary.AppendUvarint(body, uint64(len(p.times)))
	body = binary.AppendUvarint(body, uint64(p.times[0]))
	if len(p.times) > 1 {
		body = binary.AppendUvarint(body, uint64(unit))
		if !regular {
			body = appendRuns(body, len(p.times)-1, func(i int) uint64 { return uint64((p.times[i+1] - p.times[i]) / unit) })
		}
	}
	if mode&modeRevised != 0 {
		body = appendRuns(body, len(p.revs), func(i int) uint64 { return uint64(p.revs[i]) })
	}
	if mode&modeFlagged != 0 {
		body = appendRuns(body, len(p.flags), func(i int) uint64 { return uint64(p.flags[i]) })
	}
	body = appendValues(body, p.values, powers[exp])
	dst = append(dst, blockVersion, mode|byte(exp)<<4)
	dst = binary.AppendUvarint(dst, uint64(len(body)))
	dst = append(dst, body...)
	return binary.LittleEndian.AppendUint32(dst, checksum(dst[start:]))
}

func any0[T int32 | Flag](s []T) bool {
	for _, v := range s {
		if v != 0 {
			return true
		}
	}
	return false
}

// exponent is the largest power of ten that divides all values.
func exponent(values []int64) int {
	exp := maxExponent
	for _, v := range values {
		if v == Missing {
			continue
		}
		for v%powers[exp] != 0 {
			exp--
		}
	}
	return exp
}

// timeUnit is the largest number of ms that divides all differences, and whether all
// differences equal it.
func timeUnit(times []int64) (unit int64, regular bool) {
	regular = true
	for i := 1; i < len(times); i++ {
		d := times[i] - times[i-1]
		if i > 1 && d != unit {
			regular = false
		}
		for a, b := d, unit; ; a, b = b, a%b { // greatest common divisor
			if b == 0 {
				unit = a
				break
			}
		}
	}
	return unit, regular
}

func appendRuns(dst []byte, n int, at func(int) uint64) []byte {
	for i := 0; i < n; {
		j := i + 1
		for j < n && at(j) == at(i) {
			j++
		}
		dst = binary.AppendUvarint(dst, at(i))
		dst = binary.AppendUvarint(dst, uint64(j-i))
		i = j
	}
	return dst
}

func appendValues(dst []byte, values []int64, scale int64) []byte {
	prev := int64(0)
	for _, v := range values {
		if v == Missing {
			dst = append(dst, 0)
			continue
		}
		v /= scale
		d := v - prev
		dst = binary.AppendUvarint(dst, uint64(d<<1^d>>63)+1)
		prev = v
	}
	return dst
}

var errBlock = errors.New("malformed block")
