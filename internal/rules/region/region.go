// Package region holds the codes of administrative regions (行政区).
//
// A code has twelve digits: two for the province, two for the prefecture and
// two for the county (GB/T 2260), three for the town and three for the village
// (GB/T 10114). A parent's code is a prefix of its children's codes; unused
// places are zero.
package region

import (
	"fmt"
	"strings"
)

// Code is a full twelve-digit region code. The zero value is no region; every
// other value comes from Parse and is well formed.
type Code string

// Level is the rank of a region.
type Level uint8

// The five levels, from the widest to the narrowest.
const (
	NoLevel    Level = iota
	Province         // 省级, 2 digits
	Prefecture       // 地级, 4 digits
	County           // 县级, 6 digits
	Town             // 乡级, 9 digits
	Village          // 村级, 12 digits
)

const codeLen = 12

// digits gives the number of significant digits of a level.
func (l Level) digits() int { return [...]int{0, 2, 4, 6, 9, 12}[l] }

// Digits is the number of significant digits of the level: 2, 4, 6, 9 or 12.
func (l Level) Digits() int {
	if l > Village {
		return 0
	}
	return l.digits()
}

// String is the level's English name, as used in data files.
func (l Level) String() string {
	if l > Village {
		return fmt.Sprintf("level(%d)", uint8(l))
	}
	return [...]string{"none", "province", "prefecture", "county", "town", "village"}[l]
}

// Chinese is the level's name for people.
func (l Level) Chinese() string {
	if l > Village {
		return ""
	}
	return [...]string{"", "省级", "地级", "县级", "乡级", "村级"}[l]
}

// ParseLevel reads the English name of a level.
func ParseLevel(s string) (Level, error) {
	for l := Province; l <= Village; l++ {
		if l.String() == s {
			return l, nil
		}
	}
	return NoLevel, fmt.Errorf("region level %q: want province, prefecture, county, town or village", s)
}

// Parse reads a code of 2, 4, 6, 9 or 12 digits and fills it with zeros to 12.
//
// A prefecture without counties (东莞, 中山, 儋州) has its towns directly under
// it, so that 441900003000 is a town although its county digits are 00. Every
// other gap, such as a village without a town, is an error.
func Parse(s string) (Code, error) {
	switch len(s) {
	case 2, 4, 6, 9, codeLen:
	default:
		return "", fmt.Errorf("region code %q: %d characters, want 2, 4, 6, 9 or 12 digits", s, len(s))
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return "", fmt.Errorf("region code %q: %q at place %d is not a digit", s, s[i], i+1)
		}
	}
	c := s + strings.Repeat("0", codeLen-len(s))
	if c[0] == '0' {
		return "", fmt.Errorf("region code %q: the first digit is the great region 1 to 8, not 0", s)
	}
	if c[2:4] == "00" && c[4:] != "00000000" {
		return "", fmt.Errorf("region code %q: county, town or village digits without a prefecture", s)
	}
	if c[6:9] == "000" && c[9:] != "000" {
		return "", fmt.Errorf("region code %q: village digits without a town", s)
	}
	return Code(c), nil
}

// MustParse is Parse for codes written in the source; it panics on a bad one.
func MustParse(s string) Code {
	c, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return c
}

// String is the code with all twelve digits.
func (c Code) String() string { return string(c) }

// Valid reports whether c is a code that Parse would return.
func (c Code) Valid() bool {
	p, err := Parse(string(c))
	return err == nil && p == c
}

// Level is the narrowest level with digits other than zero.
func (c Code) Level() Level {
	if len(c) != codeLen {
		return NoLevel
	}
	for l := Village; l > Province; l-- {
		if from := (l - 1).digits(); strings.Trim(string(c[from:l.digits()]), "0") != "" {
			return l
		}
	}
	return Province
}

// Short is the code without the zeros that only fill it: 2, 4, 6, 9 or 12
// digits. It is the prefix that all regions inside c share.
func (c Code) Short() string {
	if c.Level() == NoLevel {
		return ""
	}
	return string(c[:c.Level().digits()])
}

// GB2260 is the six-digit form that statistics and maps use.
func (c Code) GB2260() string {
	if len(c) != codeLen {
		return ""
	}
	return string(c[:6])
}

// Parent is the region that c belongs to, and false for a province.
func (c Code) Parent() (Code, bool) {
	l := c.Level()
	if l <= Province {
		return "", false
	}
	p, _ := c.Ancestor(l - 1)
	return p, true
}

// Ancestor is the region of the wider (or same) level that c lies in. It is
// false when c is itself wider than l. A town directly under a prefecture has
// the prefecture as its county.
func (c Code) Ancestor(l Level) (Code, bool) {
	own := c.Level()
	if own == NoLevel || l == NoLevel || l > own {
		return "", false
	}
	n := l.digits()
	return c[:n] + Code(strings.Repeat("0", codeLen-n)), true
}

// Contains reports whether child is parent or lies in it.
func Contains(parent, child Code) bool {
	if !parent.Valid() || !child.Valid() {
		return false
	}
	return strings.HasPrefix(string(child), parent.Short())
}
