package kind

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"qingshan/internal/rules/calendar"
)

// Set is the kinds of an installation in all their editions. It is immutable.
type Set struct{ editions map[string][]*Kind } // by id, rising by edition

// NewSet makes a set of kinds; two editions of one kind on one day are refused,
// and so are child kinds that are not in the set.
func NewSet(kinds ...*Kind) (*Set, error) {
	s := &Set{map[string][]*Kind{}}
	prefixes := map[string]string{}
	for _, k := range kinds {
		for _, other := range s.editions[k.ID] {
			if other.from == k.from {
				return nil, fmt.Errorf("%s:1: kind %s of %s stands in %s already", k.file, k.ID, k.Edition, other.file)
			}
		}
		if id, taken := prefixes[k.Prefix]; taken && id != k.ID {
			return nil, k.failAt([]string{"prefix"}, "prefix %s is used by kind %s", k.Prefix, id)
		}
		prefixes[k.Prefix] = k.ID
		s.editions[k.ID] = append(s.editions[k.ID], k)
	}
	for _, list := range s.editions {
		slices.SortFunc(list, func(a, b *Kind) int { return int(a.from) - int(b.from) })
	}
	for _, k := range kinds {
		for i, t := range k.Transitions {
			for _, e := range t.Effects {
				if e.Do == "child" && len(s.editions[e.Kind]) == 0 {
					return nil, k.failAt([]string{fmt.Sprintf("transition.%d.effects", i)}, "transition %s: child of kind %q, which is not known", t.ID, e.Kind)
				}
			}
		}
	}
	return s, nil
}

// LoadFS reads every .toml file of a folder and the folders in it. All errors
// are reported together, each with file and line.
func LoadFS(fsys fs.FS) (*Set, error) {
	kinds, err := parseFS(fsys)
	if err != nil {
		return nil, err
	}
	return NewSet(kinds...)
}

func parseFS(fsys fs.FS) ([]*Kind, error) {
	var kinds []*Kind
	var bad []error
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".toml" {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		k, err := Parse(name, data)
		if err != nil {
			bad = append(bad, err)
			return nil
		}
		kinds = append(kinds, k)
		return nil
	})
	return kinds, errors.Join(append([]error{err}, bad...)...)
}

// With is the set with the kinds of a folder on top: a further edition of a
// known kind, or a new kind. An edition of the same day takes the place of the
// one in the set.
func (s *Set) With(fsys fs.FS) (*Set, error) {
	more, err := parseFS(fsys)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(more)
	for _, list := range s.editions {
		for _, k := range list {
			same := func(m *Kind) bool { return m.ID == k.ID && m.from == k.from }
			if !slices.ContainsFunc(more, same) {
				all = append(all, k)
			}
		}
	}
	return NewSet(all...)
}

// Kind is the edition of a kind in force on a day, nil when the kind is not
// known or not in force yet.
func (s *Set) Kind(id string, day calendar.Day) *Kind {
	list := s.editions[id]
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].from <= day {
			return list[i]
		}
	}
	return nil
}

// Edition is the edition of a kind with the given first day, the one a matter
// was opened under; nil when it is gone.
func (s *Set) Edition(id, edition string) *Kind {
	for _, k := range s.editions[id] {
		if k.Edition == edition {
			return k
		}
	}
	return nil
}

// InForce lists the kinds in force on a day by id.
func (s *Set) InForce(day calendar.Day) []*Kind {
	var out []*Kind
	for id := range s.editions {
		if k := s.Kind(id, day); k != nil {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b *Kind) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// All lists every edition by id and day.
func (s *Set) All() []*Kind {
	var out []*Kind
	for _, list := range s.editions {
		out = append(out, list...)
	}
	slices.SortFunc(out, func(a, b *Kind) int {
		if c := strings.Compare(a.ID, b.ID); c != 0 {
			return c
		}
		return int(a.from) - int(b.from)
	})
	return out
}
