// Package num holds fixed-point numbers: what instruments report, what limits are written
// in and what bulletins print. A Decimal is an integer number of 10^-Places; no
// binary floating point lies on any path that leads to a printed number.
// Rounding follows GB/T 8170 (look once at the discarded part, ties to even).
package num

import (
	"errors"
	"fmt"
	"strconv"
)

// MaxDigits is the number of significant digits a Decimal keeps exactly.
const MaxDigits = 18

var pow10 = [MaxDigits + 1]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18}

// Pow10 returns 10^n for 0 ≤ n ≤ 18.
func Pow10(n int) int64 { return pow10[n] }

// Decimal is the number Units / 10^Places, 0 ≤ Places ≤ 18.
type Decimal struct {
	Units  int64
	Places uint8
}

// D builds a Decimal: D(125, 2) is 1.25.
func D(units int64, places int) Decimal { return Decimal{units, uint8(places)} }

// Errors of Parse.
var (
	ErrSyntax = errors.New("not a decimal number")
	ErrRange  = errors.New("number out of range")
)

// Parse reads a plain or exponent-form decimal number ("12.50", "-0.3", "1e-05").
// Digits beyond MaxDigits are dropped, but leave a trace: a last kept digit of 0 or 5
// becomes 1 or 6 when a dropped digit was not zero, so that a later rounding never sees
// a tie that was not there.
func Parse[T string | []byte](s T) (Decimal, error) {
	var d Decimal
	i, neg := 0, false
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		neg = s[i] == '-'
		i++
	}
	var units int64
	digits, places, seen, dot, lost := 0, 0, false, false, false
	for ; i < len(s); i++ {
		c := s[i]
		if c == '.' && !dot {
			dot = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if digits >= MaxDigits {
			if !dot {
				return d, ErrRange
			}
			lost = lost || c != '0'
			continue
		}
		units = units*10 + int64(c-'0')
		if units > 0 {
			digits++
		}
		if dot {
			if places == MaxDigits {
				return d, ErrRange
			}
			places++
		}
	}
	if !seen {
		return d, ErrSyntax
	}
	if lost && units%5 == 0 {
		units++
	}
	if neg {
		units = -units
	}
	d = Decimal{units, uint8(places)}
	if i == len(s) {
		return d, nil
	}
	return shiftExponent(d, string(s[i:]))
}

func shiftExponent(d Decimal, tail string) (Decimal, error) {
	if tail[0] != 'e' && tail[0] != 'E' {
		return Decimal{}, ErrSyntax
	}
	e, err := strconv.Atoi(tail[1:])
	if err != nil {
		return Decimal{}, ErrSyntax
	}
	if d.Units == 0 { // 0e999999999 is 0, and no reason to count so far
		return Decimal{}, nil
	}
	p := int(d.Places) - e
	for ; p < 0; p++ {
		if d.Units > pow10[MaxDigits-1] || d.Units < -pow10[MaxDigits-1] {
			return Decimal{}, ErrRange
		}
		d.Units *= 10
	}
	if p > MaxDigits {
		return Decimal{}, ErrRange
	}
	d.Places = uint8(p)
	return d, nil
}

// MustParse is Parse for constants in tests and examples; it panics on an error.
func MustParse(s string) Decimal {
	d, err := Parse(s)
	if err != nil {
		panic(fmt.Sprintf("num: %q: %v", s, err))
	}
	return d
}

// Append writes d with exactly d.Places decimals, never in exponent form.
func (d Decimal) Append(dst []byte) []byte {
	u := uint64(d.Units)
	if d.Units < 0 {
		dst = append(dst, '-')
		u = -u
	}
	if d.Places == 0 {
		return strconv.AppendUint(dst, u, 10)
	}
	p := uint64(pow10[d.Places])
	dst = strconv.AppendUint(dst, u/p, 10)
	dst = append(dst, '.')
	frac := u % p
	for q := p / 10; q > 0; q /= 10 {
		dst = append(dst, '0'+byte(frac/q%10))
	}
	return dst
}

// String is the text a table prints: "47.8", "-4.0".
func (d Decimal) String() string { return string(d.Append(make([]byte, 0, 24))) }

// MarshalText and UnmarshalText make a Decimal usable in TOML and JSON.
func (d Decimal) MarshalText() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalText is the reverse of MarshalText.
func (d *Decimal) UnmarshalText(b []byte) (err error) {
	*d, err = Parse(b)
	if err != nil {
		return fmt.Errorf("%q: %w", b, err)
	}
	return nil
}

// Float64 is for charts and statistics only, never for a number that is printed.
func (d Decimal) Float64() float64 { return float64(d.Units) / float64(pow10[d.Places]) }

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.Units < 0:
		return -1
	case d.Units > 0:
		return 1
	}
	return 0
}
