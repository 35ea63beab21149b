package budget

import (
	"bytes"
	"embed"
	"fmt"
	"math"
	"slices"

	"github.com/pelletier/go-toml/v2"
)

// Level is what a panel of cities teaches about the rest of a year: with
// x = ln(year so far / same days of the reference), the log ratio of the rest of
// the year to the reference's rest is A + B·x with standard deviation S.
type Level struct{ A, B, S float64 }

// Levels are the level laws of the six pollutants as of one day of the year.
type Levels [Items]Level

// Transition is a city's step from one year to the next.
type Transition struct{ Prev, Next *Year }

// minTransitions is the smallest panel that FitLevels accepts.
const minTransitions = 30

// FitLevels learns the level laws as of k reference days (0 < k < 365) from a
// panel, by least squares. A city counts for an item when both years have a
// value on every day of it.
func FitLevels(panel []Transition, k int) (Levels, error) {
	var out Levels
	if k <= 0 || k >= RefDays {
		return out, fmt.Errorf("level as of day %d: want 1 to %d", k, RefDays-1)
	}
	for i := range Items {
		var xs, ys []float64
		for _, t := range panel {
			if !t.Prev.Complete(Item(i)) || !t.Next.Complete(Item(i)) {
				continue
			}
			x := math.Log(t.Next.mean(Item(i), 0, k) / t.Prev.mean(Item(i), 0, k))
			y := math.Log(t.Next.mean(Item(i), k, RefDays) / t.Prev.mean(Item(i), k, RefDays))
			if !math.IsNaN(x+y) && !math.IsInf(x+y, 0) {
				xs, ys = append(xs, x), append(ys, y)
			}
		}
		if len(xs) < minTransitions {
			return out, fmt.Errorf("%s: %d cities with two complete years, want %d", Item(i), len(xs), minTransitions)
		}
		out[i] = leastSquares(xs, ys)
	}
	return out, nil
}

func leastSquares(xs, ys []float64) Level {
	n := float64(len(xs))
	var mx, my float64
	for i := range xs {
		mx += xs[i] / n
		my += ys[i] / n
	}
	var sxx, sxy, syy float64
	for i := range xs {
		dx, dy := xs[i]-mx, ys[i]-my
		sxx, sxy, syy = sxx+dx*dx, sxy+dx*dy, syy+dy*dy
	}
	l := Level{A: my}
	if sxx > 0 {
		l.B = sxy / sxx
		l.A = my - l.B*mx
	}
	l.S = math.Sqrt(max(0, syy-l.B*sxy) / n)
	return l
}

//go:embed data/level_prior.toml
var priorFile embed.FS

// PriorTable is a table of level laws for cities without a panel.
type PriorTable struct {
	ID         string     `toml:"id"`
	Source     string     `toml:"source"`
	SourceZH   string     `toml:"source_zh"` // the same in Chinese, for the interface
	Confidence string     `toml:"confidence"`
	From       string     `toml:"from"` // first year it was learned on
	To         string     `toml:"to"`
	YearShock  float64    `toml:"year_shock"` // added to every S, see the file
	Rows       []PriorRow `toml:"row"`
}

// PriorRow is one pollutant as of one day.
type PriorRow struct {
	Item   string  `toml:"item"`
	Days   int     `toml:"days"` // reference days used up
	A      float64 `toml:"a"`
	B      float64 `toml:"b"`
	S      float64 `toml:"s"`
	Source string  `toml:"source"`
}

// Prior is the table that comes with the program.
func Prior() (PriorTable, error) {
	data, err := priorFile.ReadFile("data/level_prior.toml")
	if err != nil {
		return PriorTable{}, err
	}
	return ParsePrior("level_prior.toml", data)
}

// ParsePrior reads and checks a table (TOML).
func ParsePrior(name string, data []byte) (PriorTable, error) {
	var t PriorTable
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&t); err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	have := [Items]int{}
	for n, r := range t.Rows {
		i, err := ParseItem(r.Item)
		if err != nil {
			return t, fmt.Errorf("%s: row %d: %w", name, n+1, err)
		}
		if r.Days <= 0 || r.Days >= RefDays || r.S < 0 || r.Source == "" {
			return t, fmt.Errorf("%s: row %d: days %d, s %g, source %q", name, n+1, r.Days, r.S, r.Source)
		}
		have[i]++
	}
	for i, n := range have {
		if n == 0 {
			return t, fmt.Errorf("%s: no row for %s", name, Item(i))
		}
	}
	if t.Source == "" || t.Confidence == "" {
		return t, fmt.Errorf("%s: needs source and confidence", name)
	}
	return t, nil
}

// Options are the default ones with the table's year shock.
func (t PriorTable) Options() Options {
	o := DefaultOptions()
	o.YearShock = t.YearShock
	return o
}

// At gives the level laws as of k reference days: straight lines between the
// rows, the nearest row outside them.
func (t PriorTable) At(k int) Levels {
	var out Levels
	for i := range Items {
		var rows []PriorRow
		for _, r := range t.Rows {
			if r.Item == Item(i).String() {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, func(a, b PriorRow) int { return a.Days - b.Days })
		out[i] = interpolate(rows, k)
	}
	return out
}

func interpolate(rows []PriorRow, k int) Level {
	at := func(r PriorRow) Level { return Level{r.A, r.B, r.S} }
	for n, r := range rows {
		if k > r.Days {
			continue
		}
		if n == 0 {
			return at(r)
		}
		p := rows[n-1]
		w := float64(k-p.Days) / float64(r.Days-p.Days)
		mix := func(a, b float64) float64 { return a + w*(b-a) }
		return Level{mix(p.A, r.A), mix(p.B, r.B), mix(p.S, r.S)}
	}
	return at(rows[len(rows)-1])
}
