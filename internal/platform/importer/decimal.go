package importer

import (
	"qingshan/internal/rules/num"
)

// parseFixed reads a decimal number as an integer number of 10^-places, exactly; further
// digits are rounded half-even (GB/T 8170) and reported. Blanks around it are not allowed.
func parseFixed(b []byte, places int) (v int64, rounded, ok bool) {
	i, neg := 0, false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg, i = b[0] == '-', 1
	}
	if len(b)-i > 15 || i == len(b) {
		return parseLong(b, places)
	}
	frac, dot := 0, false
	for ; i < len(b); i++ {
		c := b[i] - '0'
		if c <= 9 {
			v = v*10 + int64(c)
			if dot {
				frac++
			}
			continue
		}
		if b[i] != '.' || dot {
			return parseLong(b, places)
		}
		dot = true
	}
	if len(b) == 1 && dot {
		return 0, false, false
	}
	if neg {
		v = -v
	}
	if frac <= places {
		p := num.Pow10(places - frac)
		if v > maxFixed/p || v < -maxFixed/p {
			return 0, false, false
		}
		return v * p, false, true
	}
	w := halfEven(v, num.Pow10(frac-places))
	return w, w*num.Pow10(frac-places) != v, true
}

// maxFixed bounds what is taken for a number at all.
const maxFixed = int64(1) << 58

// parseLong is parseFixed for many digits, exponents and what is no number.
func parseLong(b []byte, places int) (v int64, rounded, ok bool) {
	d, err := num.Parse(b)
	if err != nil {
		return 0, false, false
	}
	drop := int(d.Places) - places
	if drop <= 0 {
		p := num.Pow10(-drop)
		if d.Units > maxFixed/p || d.Units < -maxFixed/p {
			return 0, false, false
		}
		return d.Units * p, false, true
	}
	w := halfEven(d.Units, num.Pow10(drop))
	return w, w*num.Pow10(drop) != d.Units, true
}

// halfEven divides and rounds to the nearest, ties to the even neighbour.
func halfEven(v, by int64) int64 {
	q, r := v/by, v%by
	if r < 0 {
		r = -r
	}
	if 2*r > by || 2*r == by && q%2 != 0 {
		if v < 0 {
			return q - 1
		}
		return q + 1
	}
	return q
}

// FormatThousandths writes thousandths as a decimal number without trailing zeros.
func FormatThousandths(v int64) string {
	d := num.D(v, 3)
	for d.Places > 0 && d.Units%10 == 0 {
		d.Units, d.Places = d.Units/10, d.Places-1
	}
	return d.String()
}
