package access

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"
)

//go:embed roles.toml
var builtinRoles []byte

// Role is what a post of one kind allows its holder.
type Role struct {
	ID          string    `toml:"id"`
	Name        string    `toml:"name"`    // Chinese
	NameEn      string    `toml:"name_en"` // English
	Description string    `toml:"description"`
	Scope       ScopeKind `toml:"scope"`
	Permissions []Action  `toml:"permissions"`
}

// Roles is a set of roles in the order of its files; read-only after loading.
type Roles struct{ list []Role }

// BuiltinRoles are the roles the program carries.
var BuiltinRoles = sync.OnceValues(func() (Roles, error) { return LoadRoles("roles.toml", builtinRoles) })

// LoadRoles reads a file of roles. Every key, scope and permission that is not known, and
// everything that is missing or said twice, is an error with file and line.
func LoadRoles(name string, data []byte) (Roles, error) {
	var file struct {
		Role []Role `toml:"role"`
	}
	dec := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return Roles{}, withLine(name, err)
	}
	at := places(data)
	if len(file.Role) == 0 {
		return Roles{}, fmt.Errorf("%s:1: no [[role]]", name)
	}
	var out Roles
	for i, r := range file.Role {
		key, err := r.check()
		if _, twice := out.ByID(r.ID); err == nil && twice {
			key, err = "id", fmt.Errorf("role %q is defined twice", r.ID)
		}
		if err != nil {
			return Roles{}, fmt.Errorf("%s:%d: %w", name, at.line(i, key), err)
		}
		out.list = append(out.list, r)
	}
	return out, nil
}

// With adds the roles of another file, a regional pack for example; a role with the same id
// takes the place of the former one.
func (r Roles) With(name string, data []byte) (Roles, error) {
	more, err := LoadRoles(name, data)
	if err != nil {
		return Roles{}, err
	}
	out := Roles{slices.Clone(r.list)}
	for _, m := range more.list {
		if i := slices.IndexFunc(out.list, func(x Role) bool { return x.ID == m.ID }); i >= 0 {
			out.list[i] = m
			continue
		}
		out.list = append(out.list, m)
	}
	return out, nil
}

// All lists the roles in the order of their files.
func (r Roles) All() []Role { return slices.Clone(r.list) }

// ByID finds a role.
func (r Roles) ByID(id string) (Role, bool) {
	for _, x := range r.list {
		if x.ID == id {
			return x, true
		}
	}
	return Role{}, false
}

var roleID = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// check returns the key that is wrong and why.
func (r Role) check() (key string, err error) {
	switch {
	case !roleID.MatchString(r.ID):
		return "id", fmt.Errorf("role id %q: want 2 to 40 of a-z, 0-9 and _, a letter first", r.ID)
	case strings.TrimSpace(r.Name) == "":
		return "name", fmt.Errorf("role %q has no name", r.ID)
	case strings.TrimSpace(r.NameEn) == "":
		return "name_en", fmt.Errorf("role %q has no name_en", r.ID)
	case strings.TrimSpace(r.Description) == "":
		return "description", fmt.Errorf("role %q has no description", r.ID)
	case !slices.Contains([]ScopeKind{ScopeAll, ScopeRegion, ScopeUnit, ScopeOwn}, r.Scope):
		return "scope", fmt.Errorf("role %q: scope %q: want all, region, unit or own", r.ID, r.Scope)
	case len(r.Permissions) == 0:
		return "permissions", fmt.Errorf("role %q allows nothing", r.ID)
	}
	known := Actions()
	for i, p := range r.Permissions {
		if !slices.Contains(known, p) {
			return "permissions", fmt.Errorf("role %q: unknown permission %q", r.ID, p)
		}
		if slices.Contains(r.Permissions[:i], p) {
			return "permissions", fmt.Errorf("role %q: permission %q twice", r.ID, p)
		}
	}
	return "", nil
}

func withLine(name string, err error) error {
	var unknown *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		row, _ := unknown.Errors[0].Position()
		return fmt.Errorf("%s:%d: unknown key %q", name, row, strings.Join(unknown.Errors[0].Key(), "."))
	case errors.As(err, &bad):
		row, _ := bad.Position()
		return fmt.Errorf("%s:%d: %s", name, row, bad.Error())
	}
	return fmt.Errorf("%s:1: %w", name, err)
}

// sections finds, for every [[role]], the lines of its header and keys: the TOML reader
// gives no places for values that it could read.
type sections []map[string]int

func places(data []byte) sections {
	var out sections
	key := regexp.MustCompile(`^\s*([a-z_]+)\s*=`)
	for i, line := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "[[role]]") {
			out = append(out, map[string]int{"": i + 1})
		} else if m := key.FindStringSubmatch(line); m != nil && len(out) > 0 {
			out[len(out)-1][m[1]] = i + 1
		}
	}
	return out
}

func (s sections) line(i int, key string) int {
	if i >= len(s) { // an inline array of tables
		return 1
	}
	if n := s[i][key]; n != 0 {
		return n
	}
	return s[i][""]
}
