package indicator

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

//go:embed bands.toml
var bandsFile []byte

// Band is a grade and its colour, for scores from At (inclusive) up, in tenths of a percent.
type Band struct {
	Grade  string `toml:"grade"`
	Colour string `toml:"colour"`
	Name   string `toml:"name"`
	At     int64  `toml:"at"` // ‰
}

// Bands are the grades in force from a day.
type Bands struct {
	From       calendar.Day `toml:"from"`
	Source     string       `toml:"source"`
	Confidence string       `toml:"confidence"`
	List       []Band       `toml:"band"` // best first
}

// National reads the built-in bands, oldest first. Errors name the edition.
func National() ([]Bands, error) { return ParseBands("bands.toml", bandsFile) }

// ParseBands reads bands: each edition falls from its best band to one at 0.
func ParseBands(name string, data []byte) ([]Bands, error) {
	var file struct {
		Edition []Bands `toml:"edition"`
	}
	if err := toml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, e := range file.Edition {
		if len(e.List) == 0 || e.List[len(e.List)-1].At != 0 {
			return nil, fmt.Errorf("%s: edition %s has no band at 0", name, e.From)
		}
		if !slices.IsSortedFunc(e.List, func(a, b Band) int { return int(b.At - a.At) }) {
			return nil, fmt.Errorf("%s: edition %s is not sorted from the best band down", name, e.From)
		}
	}
	slices.SortFunc(file.Edition, func(a, b Bands) int { return int(a.From - b.From) })
	return file.Edition, nil
}

// InForce picks the edition of a day.
func InForce(all []Bands, d calendar.Day) (Bands, bool) {
	for _, b := range slices.Backward(all) {
		if b.From <= d {
			return b, true
		}
	}
	return Bands{}, false
}

// Of is the band of a rate; false without a denominator. The exact quotient decides, not the
// printed one: 89.96 % is not 90.
func (b Bands) Of(r Rate) (Band, bool) {
	if !r.Known() {
		return Band{}, false
	}
	for _, x := range b.List {
		if r.Num*1000 >= x.At*r.Den {
			return x, true
		}
	}
	return Band{}, false
}
