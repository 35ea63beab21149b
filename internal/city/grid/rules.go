package grid

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

//go:embed rolesets.toml
var roleSetsFile []byte

//go:embed norms.toml
var normsFile []byte

// Member is a member of a role set: its local name and the duty that the system knows.
type Member struct {
	ID   string `toml:"id"`
	Name string `toml:"name"`
	Role string `toml:"role"` // of the post in the organisation
	Duty string `toml:"duty"` // chief, officer, patroller, supervisor
	Need []int  `toml:"need"` // tiers that must have it
}

// RoleSet is who belongs to a cell, by place.
type RoleSet struct {
	ID         string       `toml:"id"`
	Name       string       `toml:"name"`
	From       calendar.Day `toml:"from"`
	Source     string       `toml:"source"`
	Confidence string       `toml:"confidence"`
	Members    []Member     `toml:"member"`
}

// needs are the members that a cell of a tier must have.
func (s RoleSet) needs(tier int) []Member {
	var out []Member
	for _, m := range s.Members {
		if slices.Contains(m.Need, tier) {
			out = append(out, m)
		}
	}
	return out
}

// Norm says how often objects of a class are looked at.
type Norm struct {
	Tier       int    `toml:"tier"`
	Class      string `toml:"class"`
	Period     string `toml:"period"`
	MinCount   int    `toml:"min_count"`
	Window     string `toml:"window"`
	MinMinutes int    `toml:"min_minutes"`
	MinPoints  int    `toml:"min_points"`
}

// Days is the length of the period.
func (n Norm) Days() int {
	return map[string]int{"day": 1, "2d": 2, "week": 7, "halfmonth": 15, "month": 30}[n.Period]
}

// NormSet are the norms of a place from a day on.
type NormSet struct {
	ID         string       `toml:"id"`
	Name       string       `toml:"name"`
	From       calendar.Day `toml:"from"`
	Source     string       `toml:"source"`
	Confidence string       `toml:"confidence"`
	Norms      []Norm       `toml:"norm"`
}

// For is the norm of a class by day; the zero norm when the set has none.
func (s NormSet) For(tier int, class string) Norm {
	for _, n := range s.Norms {
		if n.Tier == tier && n.Class == class && n.Window != "night" {
			return n
		}
	}
	return Norm{}
}

// Risk are the weights of the day's list.
type Risk struct {
	From       calendar.Day `toml:"from"`
	Source     string       `toml:"source"`
	Confidence string       `toml:"confidence"`
	Overdue    int          `toml:"overdue"`
	Key        int          `toml:"key"`
	Complained int          `toml:"complained"`
	Risk       int          `toml:"risk"`
	Signal     int          `toml:"signal"`
	Finding    int          `toml:"finding"`
	Complaint  int          `toml:"complaint"`
	Air        int          `toml:"air"`
	LookBack   int          `toml:"look_back"` // days
	AirFrom    int          `toml:"air_from"`  // AQI
	Places     int          `toml:"places"`
	MostCells  int          `toml:"most_cells"`
	VacantDays int          `toml:"vacant_days"`
	TrivialMin int          `toml:"trivial_minutes"`
	AssumeH    int          `toml:"assume_hours"`
	NearM      int          `toml:"near_metres"`
	TrainM     int          `toml:"train_months"`
}

// Rules are the dated data of the room.
type Rules struct {
	Roles []RoleSet
	Norms []NormSet
	Risks []Risk
}

// BuiltinRules reads the built-in role sets and norms. Errors name file and entry.
func BuiltinRules() (*Rules, error) {
	r, err := ParseRules(roleSetsFile, normsFile)
	if err == nil && (len(r.Roles) == 0 || len(r.Norms) == 0 || len(r.Risks) == 0) {
		err = fmt.Errorf("rolesets.toml, norms.toml: empty")
	}
	return r, err
}

// With puts the sets of a folder's rolesets.toml and norms.toml in the place of those of the
// same id and beside the others; either file may be missing. Errors name file and entry.
func (r *Rules) With(folder fs.FS) (*Rules, error) {
	var files [2][]byte
	for i, name := range []string{"rolesets.toml", "norms.toml"} {
		data, err := fs.ReadFile(folder, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		files[i] = data
	}
	own, err := ParseRules(files[0], files[1])
	if err != nil {
		return nil, err
	}
	out := &Rules{slices.Clone(r.Roles), slices.Clone(r.Norms), append(slices.Clone(r.Risks), own.Risks...)}
	for _, x := range own.Roles {
		out.Roles = put(out.Roles, x, func(y RoleSet) bool { return y.ID == x.ID })
	}
	for _, x := range own.Norms {
		out.Norms = put(out.Norms, x, func(y NormSet) bool { return y.ID == x.ID })
	}
	return out, nil
}

func put[T any](list []T, x T, same func(T) bool) []T {
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = x
		return list
	}
	return append(list, x)
}

// ParseRules reads role sets and norms.
func ParseRules(roles, norms []byte) (*Rules, error) {
	var r struct {
		Set []RoleSet `toml:"set"`
	}
	if err := toml.Unmarshal(roles, &r); err != nil {
		return nil, fmt.Errorf("rolesets.toml: %w", err)
	}
	var n struct {
		Set  []NormSet `toml:"set"`
		Risk []Risk    `toml:"risk"`
	}
	if err := toml.Unmarshal(norms, &n); err != nil {
		return nil, fmt.Errorf("norms.toml: %w", err)
	}
	duties := []string{"chief", "officer", "patroller", "supervisor"}
	for _, s := range r.Set {
		if s.ID == "" || s.Name == "" || s.Source == "" || len(s.Members) == 0 {
			return nil, fmt.Errorf("rolesets.toml: set %q: id, name, source and member are wanted", s.ID)
		}
		for _, m := range s.Members {
			if !slices.Contains(duties, m.Duty) || m.ID == "" || m.Name == "" || m.Role == "" {
				return nil, fmt.Errorf("rolesets.toml: set %s: member %q: duty %q", s.ID, m.ID, m.Duty)
			}
		}
	}
	for _, s := range n.Set {
		if s.ID == "" || s.Name == "" || s.Source == "" {
			return nil, fmt.Errorf("norms.toml: set %q: id, name and source are wanted", s.ID)
		}
		for _, x := range s.Norms {
			if x.Days() == 0 || x.MinCount < 1 || !slices.Contains(classes, x.Class) || x.Window != "any" && x.Window != "night" {
				return nil, fmt.Errorf("norms.toml: set %s: norm %+v", s.ID, x)
			}
		}
	}
	return &Rules{r.Set, n.Set, n.Risk}, nil
}

func (r *Rules) roleSet(id string) RoleSet {
	if i := slices.IndexFunc(r.Roles, func(s RoleSet) bool { return s.ID == id }); i >= 0 {
		return r.Roles[i]
	}
	out := r.Roles[0]
	out.Name = gone(id, out.Name)
	return out
}

// gone names a set that a region has set and that is no longer there, wherever the set that is
// taken instead is shown.
func gone(id, instead string) string {
	if id == "" {
		return instead
	}
	return instead + "（所设“" + id + "”已不在，暂按此套）"
}

func (r *Rules) normSet(id string) NormSet {
	if i := slices.IndexFunc(r.Norms, func(s NormSet) bool { return s.ID == id }); i >= 0 {
		return r.Norms[i]
	}
	out := r.Norms[0]
	out.Name = gone(id, out.Name)
	return out
}

// risk are the weights in force on a day.
func (r *Rules) risk(d calendar.Day) Risk {
	best := r.Risks[0]
	for _, x := range r.Risks {
		if x.From <= d && x.From >= best.From {
			best = x
		}
	}
	return best
}
