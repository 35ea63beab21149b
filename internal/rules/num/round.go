package num

import "math/bits"

// Mode says what happens to a discarded part.
type Mode uint8

// The rounding modes.
const (
	HalfEven Mode = iota // GB/T 8170: nearest, ties to the even digit (四舍六入五成双)
	HalfUp               // nearest, ties away from zero
	Ceil                 // towards +∞ (HJ 633: sub-indices are rounded up)
	Floor                // towards -∞
)

func (m Mode) String() string {
	return [...]string{"half-even", "half-up", "ceil", "floor"}[m]
}

// Div returns a/b rounded to an integer by mode. It panics when b ≤ 0.
func Div(a, b int64, mode Mode) int64 {
	if b <= 0 {
		panic("num: Div by a divisor that is not positive")
	}
	q, r := a/b, a%b
	if r < 0 { // floor division: 0 ≤ r < b
		q, r = q-1, r+b
	}
	switch mode {
	case Ceil:
		if r > 0 {
			q++
		}
	case Floor:
	default:
		over := r - (b - r) // 2r-b without overflow
		if over > 0 || over == 0 && (mode == HalfEven && q&1 != 0 || mode == HalfUp && a >= 0) {
			q++
		}
	}
	return q
}

// MulDiv returns a·m/b rounded half-even, for 0 ≤ a, m and 0 < b, with a 128-bit product.
// ok is false when the result does not fit.
func MulDiv(a, m, b int64) (q int64, ok bool) {
	if a < 0 || m < 0 || b <= 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(a), uint64(m))
	if hi >= uint64(b) {
		return 0, false
	}
	uq, r := bits.Div64(hi, lo, uint64(b))
	if over := int64(r) - (b - int64(r)); over > 0 || over == 0 && uq&1 != 0 {
		uq++
	}
	return int64(uq), uq < 1<<63
}

// Round returns d with the given decimals; adding decimals appends zeros. A number too
// large for the wanted decimals keeps the decimals it has.
func (d Decimal) Round(places int, mode Mode) Decimal {
	have := int(d.Places)
	if places >= have {
		f := pow10[places-have]
		u := d.Units * f
		if u/f != d.Units {
			return d
		}
		return Decimal{u, uint8(places)}
	}
	return Decimal{Div(d.Units, pow10[have-places], mode), uint8(places)}
}

// Steps returns d as an integer number of 10^-places, rounded half-even (GB/T 8170).
func (d Decimal) Steps(places int) int64 { return d.Round(places, HalfEven).Units }

// Sticky returns d as an integer number of 10^-places for use inside a sum: digits that do
// not fit are dropped, and a last digit of 0 or 5 then becomes 1 or 6, so that no
// false tie can arise from the cut.
func (d Decimal) Sticky(places int) int64 {
	if int(d.Places) <= places {
		return d.Round(places, HalfEven).Units
	}
	p := pow10[int(d.Places)-places]
	q := d.Units / p
	if d.Units%p != 0 && q%5 == 0 {
		if d.Units < 0 {
			return q - 1
		}
		return q + 1
	}
	return q
}

// KeepOneSignificant rounds half-even to places decimals, but when the result would be 0
// although d is not, one significant digit is kept instead: 0.00046 at 2 decimals is 0.0005.
// Surface-water bulletins print so (GB/T 8170 with the practice of the national automatic
// stations); air bulletins do not, so this is a function of its own.
func KeepOneSignificant(d Decimal, places int) Decimal {
	r := d.Round(places, HalfEven)
	if r.Units != 0 || d.Units == 0 {
		return r
	}
	for p := places + 1; p <= int(d.Places); p++ {
		if r = d.Round(p, HalfEven); r.Units != 0 {
			return r
		}
	}
	return d
}

// Cmp compares two decimals of any scale: -1, 0, 1.
func Cmp(a, b Decimal) int {
	ah, al := wide(a.Units, pow10[b.Places])
	bh, bl := wide(b.Units, pow10[a.Places])
	switch {
	case ah < bh, ah == bh && al < bl:
		return -1
	case ah == bh && al == bl:
		return 0
	}
	return 1
}

// wide is the signed 128-bit product of u and a positive f.
func wide(u, f int64) (hi int64, lo uint64) {
	h, l := bits.Mul64(uint64(u), uint64(f))
	if u < 0 {
		h -= uint64(f)
	}
	return int64(h), l
}

// Sub returns a-b at the larger scale.
func Sub(a, b Decimal) Decimal {
	p := int(max(a.Places, b.Places))
	a, b = a.Round(p, HalfEven), b.Round(p, HalfEven)
	return Decimal{a.Units - b.Units, uint8(p)}
}

// Add returns a+b at the larger scale.
func Add(a, b Decimal) Decimal { return Sub(a, Decimal{-b.Units, b.Places}) }
