package standard

import (
	"fmt"
	"math/bits"
	"strings"
)

// Pollutant is one of the seven statistics that have a sub-index. O3 is the 1-hour value
// (the day's largest hour in a daily report), O3_8h the largest 8-hour mean of a day.
type Pollutant uint8

// The pollutants in the order every list is printed in.
const (
	SO2 Pollutant = iota
	NO2
	CO
	O3
	O3_8h
	PM10
	PM25
	NPollutants = 7
)

var pollutantNames = [NPollutants]string{"SO2", "NO2", "CO", "O3", "O3_8h", "PM10", "PM2.5"}

// columnNames are the names of columns in files and keys in the API.
var columnNames = [NPollutants]string{"so2", "no2", "co", "o3", "o3_8h", "pm10", "pm25"}

func (p Pollutant) String() string { return pollutantNames[p] }

// Column is the lower-case name used for columns and keys: pm25, o3_8h.
func (p Pollutant) Column() string { return columnNames[p] }

// ParsePollutant reads a name (PM2.5) or a column name (pm25).
func ParsePollutant(s string) (Pollutant, error) {
	for i := range pollutantNames {
		if s == pollutantNames[i] || s == columnNames[i] {
			return Pollutant(i), nil
		}
	}
	return 0, fmt.Errorf("unknown pollutant %q", s)
}

// UnmarshalText reads a pollutant in a data file.
func (p *Pollutant) UnmarshalText(b []byte) (err error) {
	*p, err = ParsePollutant(string(b))
	return err
}

// MarshalText writes the name.
func (p Pollutant) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Pollutants is a set of pollutants: bit i is Pollutant(i).
type Pollutants uint8

// Of makes a set.
func Of(ps ...Pollutant) (s Pollutants) {
	for _, p := range ps {
		s |= 1 << p
	}
	return s
}

// Has says whether p is in the set.
func (s Pollutants) Has(p Pollutant) bool { return s>>p&1 != 0 }

// Len is the number of members.
func (s Pollutants) Len() int { return bits.OnesCount8(uint8(s)) }

// List gives the members in printing order.
func (s Pollutants) List() []Pollutant {
	var out []Pollutant
	for p := Pollutant(0); p < NPollutants; p++ {
		if s.Has(p) {
			out = append(out, p)
		}
	}
	return out
}

// String joins the names with ";".
func (s Pollutants) String() string {
	var b strings.Builder
	for _, p := range s.List() {
		if b.Len() > 0 {
			b.WriteByte(';')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// UnmarshalText reads names separated by blanks.
func (s *Pollutants) UnmarshalText(b []byte) error {
	*s = 0
	for _, n := range strings.Fields(string(b)) {
		p, err := ParsePollutant(n)
		if err != nil {
			return err
		}
		*s |= Of(p)
	}
	return nil
}
