package warning

import (
	"bytes"
	"embed"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

//go:embed data/editions.toml
var embedded embed.FS

// Rules are all editions with the causes and responses.
type Rules struct {
	Editions  []Edition  `toml:"edition"`
	Causes    []Cause    `toml:"cause"`
	Responses []Response `toml:"response"`
}

// Edition are the start conditions of one document.
type Edition struct {
	ID         string      `toml:"id"`
	Document   string      `toml:"document"`
	From       string      `toml:"from"`
	To         string      `toml:"to"` // empty: in force
	Confidence string      `toml:"confidence"`
	Source     string      `toml:"source"`
	Levels     []LevelRule `toml:"level"` // in rising order
	Transition Transition  `toml:"transition"`

	rules *Rules
}

// LevelRule is the start condition of one level: any of the alternatives.
type LevelRule struct {
	Level Level         `toml:"level"`
	Rule  string        `toml:"rule"`
	Any   []Alternative `toml:"any"`
}

// Alternative holds when all its conditions hold on one run of days, or when a
// day reaches a value.
type Alternative struct {
	All     []Condition `toml:"all"`
	Reaches int         `toml:"reaches"`
}

// Condition is a run of days above an AQI.
type Condition struct {
	Above int `toml:"above"`
	Hours int `toml:"hours"`
}

// Transition says when a warning is announced, lifted and raised.
type Transition struct {
	IssueHours  int    `toml:"issue_hours"`
	LiftHours   int    `toml:"lift_hours"`
	SevereAbove int    `toml:"severe_above"`
	ImprovedAt  int    `toml:"improved_at"`
	LookHours   int    `toml:"look_hours"`
	Confidence  string `toml:"confidence"`
	Source      string `toml:"source"`
}

// Cause is what makes the air bad; only some causes lead to a colour.
type Cause struct {
	ID     string `toml:"id"`
	Name   string `toml:"name"`
	Colour bool   `toml:"colour"`
	Note   string `toml:"note"`
}

// Response is the emergency response that a colour starts.
type Response struct {
	Level    Level  `toml:"level"`
	Response string `toml:"response"`
}

// Builtin are the rules that come with the program.
func Builtin() (*Rules, error) {
	data, err := embedded.ReadFile("data/editions.toml")
	if err != nil {
		return nil, err
	}
	return Parse("editions.toml", data)
}

// Parse reads and checks a rules file (TOML).
func Parse(name string, data []byte) (*Rules, error) {
	var r Rules
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(&r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for n := range r.Editions {
		if err := r.Editions[n].check(); err != nil {
			return nil, fmt.Errorf("%s: edition %s: %w", name, r.Editions[n].ID, err)
		}
		r.Editions[n].rules = &r
	}
	return &r, nil
}

func (e *Edition) check() error {
	if e.ID == "" || e.Document == "" || e.Source == "" || e.Confidence == "" {
		return fmt.Errorf("needs id, document, source and confidence")
	}
	if _, err := calendar.ParseDay(e.From); err != nil {
		return fmt.Errorf("from: %w", err)
	}
	if _, err := calendar.ParseDay(e.To); e.To != "" && err != nil {
		return fmt.Errorf("to: %w", err)
	}
	if len(e.Levels) == 0 || e.Transition.LiftHours <= 0 {
		return fmt.Errorf("needs levels and a transition")
	}
	last := None
	for _, l := range e.Levels {
		if l.Level <= last {
			return fmt.Errorf("level %s does not follow %s", l.Level, last)
		}
		last = l.Level
		if l.Rule == "" || len(l.Any) == 0 {
			return fmt.Errorf("level %s: needs a rule text and a condition", l.Level)
		}
		for _, a := range l.Any {
			if (len(a.All) == 0) == (a.Reaches <= 0) {
				return fmt.Errorf("level %s: an alternative has either conditions or reaches", l.Level)
			}
			for _, c := range a.All {
				if c.Above <= 0 || c.Hours <= 0 || c.Hours%24 != 0 {
					return fmt.Errorf("level %s: above %d for %d hours: want whole days", l.Level, c.Above, c.Hours)
				}
			}
		}
	}
	return nil
}

// Edition finds an edition by its id.
func (r *Rules) Edition(id string) (*Edition, error) {
	var ids []string
	for n := range r.Editions {
		if r.Editions[n].ID == id {
			return &r.Editions[n], nil
		}
		ids = append(ids, r.Editions[n].ID)
	}
	return nil, fmt.Errorf("warning edition %q: want one of %s", id, strings.Join(ids, ", "))
}

// InForce finds the edition in force on a day.
func (r *Rules) InForce(d calendar.Day) (*Edition, error) {
	text := d.String() // dates of this form compare as text
	for n := range r.Editions {
		if e := &r.Editions[n]; e.From <= text && (e.To == "" || text <= e.To) {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no warning edition is known for %s", d)
}

// Response is the emergency response that a level starts, empty for None.
func (r *Rules) Response(l Level) string {
	for _, x := range r.Responses {
		if x.Level == l {
			return x.Response
		}
	}
	return ""
}

// Known reports whether a cause is one of the list; empty stands for pm.
func (r *Rules) Known(cause string) bool {
	_, ok := r.cause(cause)
	return ok || cause == ""
}

func (r *Rules) cause(id string) (Cause, bool) {
	for _, c := range r.Causes {
		if c.ID == id {
			return c, true
		}
	}
	return Cause{}, false
}

func (r *Rules) colours(cause string) bool {
	c, ok := r.cause(cause)
	return !ok || c.Colour
}
