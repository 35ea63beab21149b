package matter

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/platform/fault"
)

//go:embed sources.toml
var sourcesFile []byte

// The sides of a source.
const (
	SideOwn     = "own"     // the grid's own people found it
	SideInside  = "inside"  // the grid's own side: counts for neither
	SideOutside = "outside" // others found it
	SideSystem  = "system"  // opened by the system: counts for neither
)

// Levels are the heads under which findings of others are counted, in the order they are shown.
var Levels = [...]string{"complaint", "county", "city", "province", "ministry", "other"}

// Source is where a matter comes from.
type Source struct {
	ID     string   `toml:"id"`
	Name   string   `toml:"name"`
	NameEn string   `toml:"name_en"`
	Side   string   `toml:"side"`
	Level  string   `toml:"level"`
	Roles  []string `toml:"roles"` // whose posts may name it; "*" anybody
	Own    []string `toml:"own"`   // whose reports have it unless they name another
	Kinds  []string `toml:"kinds"` // what it is the source of unless another is named
}

// sources is the closed list of where matters come from.
type sources struct {
	Origin     string   `toml:"origin"`
	Confidence string   `toml:"confidence"`
	List       []Source `toml:"source"`
}

// parseSources reads the list. Errors name the entry.
func parseSources(data []byte) (*sources, error) {
	var x sources
	if err := toml.Unmarshal(data, &x); err != nil {
		return nil, fmt.Errorf("sources.toml: %w", err)
	}
	if x.Origin == "" || len(x.List) == 0 {
		return nil, errors.New("sources.toml: origin and source are wanted")
	}
	seen := map[string]bool{}
	for _, s := range x.List {
		switch {
		case s.ID == "" || s.Name == "" || s.NameEn == "" || s.Level == "" || seen[s.ID]:
			return nil, fmt.Errorf("sources.toml: source %q: wants an id of its own, names and a level", s.ID)
		case !slices.Contains([]string{SideOwn, SideInside, SideOutside, SideSystem}, s.Side):
			return nil, fmt.Errorf("sources.toml: source %s: side %q", s.ID, s.Side)
		case s.Side == SideOutside && !slices.Contains(Levels[:], s.Level):
			return nil, fmt.Errorf("sources.toml: source %s: level %q", s.ID, s.Level)
		case len(s.Kinds) > 0 && s.Side != SideOutside:
			return nil, fmt.Errorf("sources.toml: source %s: what has its own kinds is outside", s.ID)
		}
		seen[s.ID] = true
	}
	return &x, nil
}

func (x *sources) find(id string) *Source {
	if i := slices.IndexFunc(x.List, func(s Source) bool { return s.ID == id }); i >= 0 {
		return &x.List[i]
	}
	return nil
}

// ofKind is the source that reports of a kind have, nil when the kind has none of its own.
func (x *sources) ofKind(kindID string) *Source {
	if i := slices.IndexFunc(x.List, func(s Source) bool { return slices.Contains(s.Kinds, kindID) }); i >= 0 {
		return &x.List[i]
	}
	return nil
}

// of is how a stored matter counts: what is of a kind with a source of its own is outside,
// whoever wrote it down; a source that the list no longer knows is outside as well.
func (x *sources) of(kindID, id string) Source {
	s := x.find(id)
	if own := x.ofKind(kindID); own != nil && (s == nil || s.Side != SideOutside) {
		return *own
	}
	if s == nil {
		return Source{ID: id, Name: id, NameEn: id, Side: SideOutside, Level: "other"}
	}
	return *s
}

// may tells whether a post of one of the roles may name the source for a matter of a kind.
func (x *sources) may(s *Source, kindID string, roles []string) bool {
	if x.ofKind(kindID) != nil && s.Side != SideOutside {
		return false
	}
	return slices.ContainsFunc(s.Roles, func(r string) bool { return r == "*" || slices.Contains(roles, r) })
}

// roles are those of the actor's posts.
func (me *self) roles() []string {
	var out []string
	for _, s := range me.seats {
		out = append(out, s.Role)
	}
	return out
}

// settleSource keeps a named source to the list and to what the reporter may name, and fills
// in one that was left out. The system names any, as it does what other rooms found.
func (w *work) settleSource(m *Matter) error {
	list, roles := w.s.sources, w.me.roles()
	if m.Source == "" {
		m.Source = list.usual(m.Kind, roles)
		return nil
	}
	s := list.find(m.Source)
	switch {
	case s == nil:
		return invalid("source", "unknown_source", "没有这种来源，请从来源清单中选择", m.Source)
	case !w.me.IsSystem() && m.Source != list.usual(m.Kind, roles) && !list.may(s, m.Kind, roles):
		return fault.Newf(fault.Forbidden, "source_not_yours", "您的岗位不能把“%s”作为来源，请选择其他来源", s.Name).WithField("body.source", "来源不可用", m.Source)
	}
	return nil
}

// usual is the source of a report that names none: the kind's, else that of the first post.
func (x *sources) usual(kindID string, roles []string) string {
	if s := x.ofKind(kindID); s != nil {
		return s.ID
	}
	for _, r := range roles {
		for _, s := range x.List {
			if slices.Contains(s.Own, r) {
				return s.ID
			}
		}
	}
	return "system"
}
