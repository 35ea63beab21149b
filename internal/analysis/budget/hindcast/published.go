package hindcast

import (
	"bytes"
	"embed"
	"fmt"

	"github.com/pelletier/go-toml/v2"
)

//go:embed data/published.toml
var publishedFile embed.FS

// Published are the figures the hindcast is compared with.
type Published struct {
	Members  int     `toml:"members"`
	Cities   int     `toml:"cities"`
	MAE      []Table `toml:"mae"`
	CRPS     []Table `toml:"crps"`
	Brier    []Table `toml:"brier"`
	Coverage []Table `toml:"coverage"`
	Bars     []Bar   `toml:"bar"`
}

// Table holds one measure of one quantity: per method, four as-of days; nil
// where nothing was printed.
type Table struct {
	Quantity string    `toml:"quantity"`
	S0       []float64 `toml:"S0"`
	S1       []float64 `toml:"S1"`
	S2       []float64 `toml:"S2"`
	S3       []float64 `toml:"S3"`
	S4       []float64 `toml:"S4"`
	S6       []float64 `toml:"S6"`
}

// Of gives the row of a method, nil when there is none.
func (t Table) Of(m Method) []float64 {
	return [Methods][]float64{t.S0, t.S1, t.S2, t.S3, t.S4, t.S6, nil}[m]
}

// Bar is what the shipped method has to keep.
type Bar struct {
	Quantity string    `toml:"quantity"`
	Measure  string    `toml:"measure"`
	Least    []float64 `toml:"least"`
	Most     []float64 `toml:"most"`
}

// ReadPublished reads the figures that come with the program.
func ReadPublished() (Published, error) {
	var p Published
	data, err := publishedFile.ReadFile("data/published.toml")
	if err != nil {
		return p, err
	}
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&p); err != nil {
		return p, fmt.Errorf("published.toml: %w", err)
	}
	for _, ts := range [][]Table{p.MAE, p.CRPS, p.Brier, p.Coverage} {
		for _, t := range ts {
			if _, ok := quantityNamed(t.Quantity); !ok {
				return p, fmt.Errorf("published.toml: quantity %q", t.Quantity)
			}
			for m := range Methods {
				if row := t.Of(m); row != nil && len(row) != len(AsOf()) {
					return p, fmt.Errorf("published.toml: %s %s: %d figures", t.Quantity, m, len(row))
				}
			}
		}
	}
	return p, nil
}

func quantityNamed(s string) (Quantity, bool) {
	for q := range Quantities {
		if q.String() == s {
			return q, true
		}
	}
	return 0, false
}

// value is a score's figure of a measure.
func (s Score) value(measure string) float64 {
	switch measure {
	case "CRPS":
		return s.CRPS
	case "Brier":
		return s.Brier
	case "80 % coverage":
		return s.Coverage
	}
	return s.MAE
}

// Verdict is one bar as of one day.
type Verdict struct {
	Bar   Bar
	AsOf  string
	Value float64
	Limit string
	Kept  bool
}

// Judge holds the shipped method (S6) against the bars.
func (p Published) Judge(r *Result) []Verdict {
	var out []Verdict
	for _, b := range p.Bars {
		q, ok := quantityNamed(b.Quantity)
		if !ok {
			continue
		}
		for a, name := range AsOfNames() {
			v := Verdict{Bar: b, AsOf: name, Value: r.Scores[q][a][S6].value(b.Measure), Kept: true}
			if b.Most != nil {
				v.Kept = v.Value <= b.Most[a]
				v.Limit = "≤ " + figure(b.Measure, b.Most[a])
			}
			if b.Least != nil {
				v.Kept = v.Kept && v.Value >= b.Least[a]
				v.Limit = figure(b.Measure, b.Least[a]) + " to " + figure(b.Measure, b.Most[a])
			}
			out = append(out, v)
		}
	}
	return out
}
