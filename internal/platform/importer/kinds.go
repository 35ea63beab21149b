package importer

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

//go:embed kinds.toml
var kindsFile []byte

// Role is what a column says about its row.
type Role string

// The roles. A field without one holds values.
const (
	RoleValue      Role = ""
	RoleCity       Role = "city"
	RoleStation    Role = "station"
	RoleCode       Role = "code"
	RoleTime       Role = "time"
	RoleDate       Role = "date"
	RoleHour       Role = "hour"
	RoleYear       Role = "year"
	RoleMonth      Role = "month"
	RoleDay        Role = "day"
	RoleType       Role = "type"
	RoleLon        Role = "lon"
	RoleLat        Role = "lat"
	RoleBackground Role = "background"
	RoleRemark     Role = "remark"
	RoleCounty     Role = "county"
	RoleKind       Role = "kind"
	RoleCounted    Role = "counted"
)

// Field is one thing a column can hold.
type Field struct {
	ID      string `toml:"id"`
	Name    string `toml:"name"` // Chinese
	Role    Role   `toml:"role"`
	Factor  string `toml:"factor"` // values only: the series' factor and statistic
	Stat    string `toml:"stat"`
	Unit    string `toml:"unit"`
	Max     int64  `toml:"max"` // in Unit
	Aliases string `toml:"aliases"`
}

// Kind is one thing that can be imported.
type Kind struct {
	ID     string   `toml:"id"`
	Name   string   `toml:"name"` // Chinese
	Step   string   `toml:"step"` // "hour", "day", or "" for lists
	Need   []string `toml:"need"`
	Fields []Field  `toml:"field"`

	names map[string]int // header key → place in Fields
}

// Profile is a known form of a kind whose columns need a special reading.
type Profile struct {
	ID          string            `toml:"id"`
	Kind        string            `toml:"kind"`
	Name        string            `toml:"name"` // Chinese
	Note        string            `toml:"note"` // Chinese: what the reader of the data must know
	Detect      []string          `toml:"detect"`
	Ignore      []string          `toml:"ignore"`
	ZeroMissing bool              `toml:"zero_missing"`
	BeginLabels bool              `toml:"begin_labels"`
	Units       map[string]string `toml:"units"`
	Map         map[string]string `toml:"map"`
	Set         map[string]string `toml:"set"`
}

type catalogue struct {
	Kinds    []Kind    `toml:"kind"`
	Profiles []Profile `toml:"profile"`
}

var loadCatalogue = sync.OnceValues(func() (*catalogue, error) {
	var c catalogue
	dec := toml.NewDecoder(bytes.NewReader(kindsFile))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("kinds.toml: %w", err)
	}
	return &c, c.check()
})

// check makes the indices of names and refuses a table in which two fields of a kind share one.
func (c *catalogue) check() error {
	for n := range c.Kinds {
		k := &c.Kinds[n]
		k.names = map[string]int{}
		for i, f := range k.Fields {
			if f.Role == RoleValue && (f.Factor == "" || f.Stat == "" || f.Max <= 0) {
				return fmt.Errorf("kinds.toml: %s.%s: factor, stat and max are needed", k.ID, f.ID)
			}
			for _, a := range append(strings.Fields(f.Aliases), f.ID) {
				key, _ := headKey(a)
				if other, twice := k.names[key]; twice && other != i {
					return fmt.Errorf("kinds.toml: %s: %q is %s and %s", k.ID, a, k.Fields[other].ID, f.ID)
				}
				k.names[key] = i
			}
		}
	}
	return nil
}

// Kinds lists what can be imported.
func Kinds() ([]Kind, error) {
	c, err := loadCatalogue()
	if err != nil {
		return nil, err
	}
	return slices.Clone(c.Kinds), nil
}

// Profiles lists the special forms of a kind.
func Profiles(kind string) ([]Profile, error) {
	c, err := loadCatalogue()
	if err != nil {
		return nil, err
	}
	var out []Profile
	for _, p := range c.Profiles {
		if kind == "" || p.Kind == kind {
			out = append(out, p)
		}
	}
	return out, nil
}

// KindNames are the ids of the kinds, for messages.
func KindNames() []string {
	kinds, err := Kinds()
	if err != nil {
		return nil
	}
	var out []string
	for _, k := range kinds {
		out = append(out, k.ID)
	}
	return out
}

func (c *catalogue) kind(id string) *Kind {
	for i := range c.Kinds {
		if c.Kinds[i].ID == id {
			return &c.Kinds[i]
		}
	}
	return nil
}

func (c *catalogue) profile(id string) *Profile {
	for i := range c.Profiles {
		if c.Profiles[i].ID == id {
			return &c.Profiles[i]
		}
	}
	return nil
}

// field finds a field by its id.
func (k *Kind) field(id string) *Field {
	for i := range k.Fields {
		if k.Fields[i].ID == id {
			return &k.Fields[i]
		}
	}
	return nil
}

// named finds a field by what a header (or the type column of a wide file) calls it.
func (k *Kind) named(text string) *Field {
	key, _ := headKey(text)
	if i, ok := k.names[key]; ok && key != "" {
		return &k.Fields[i]
	}
	return nil
}

// headMarks are what does not matter in a header; unitWords are the ways units are written.
var (
	headMarks = strings.NewReplacer("_", "", ".", "", "-", "", "/", "", "₂", "2", "₃", "3", "₁₀", "10", "₂.₅", "25")
	unitWords = strings.NewReplacer("μ", "u", "µ", "u", "³", "3", "^", "", "立方米", "m3", "微克", "ug", "毫克", "mg")
)

// headKey is a header text without what does not matter, and the unit in its parentheses.
func headKey(text string) (key, unit string) {
	s := strings.ToLower(CleanName(text))
	if i := strings.LastIndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		if u := unitName(s[i+1 : len(s)-1]); u != "" {
			s, unit = s[:i], u
		}
	}
	return headMarks.Replace(s), unit
}

// unitName recognises the two units of air quality in the ways they are written.
func unitName(s string) string {
	s = unitWords.Replace(strings.ToLower(s))
	switch s {
	case "ug/m3":
		return "µg/m³"
	case "mg/m3":
		return "mg/m³"
	}
	return ""
}
