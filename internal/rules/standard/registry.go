package standard

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sort"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

//go:embed data
var builtin embed.FS

// Registry is a set of editions and city lists; it is read-only after loading.
type Registry struct {
	editions []*Edition
	lists    []CityList
	cities   []City
}

// Builtin is the registry of the editions the program carries.
var Builtin = sync.OnceValues(func() (*Registry, error) {
	sub, err := fs.Sub(builtin, "data")
	if err != nil {
		return nil, err
	}
	return Load(sub)
})

// Load reads editions/*.toml, lists/*.toml and lists/cities.csv of a folder. Anything the
// files say that is not understood, and anything the engine needs that they do not say, is
// an error with file and line.
func Load(fsys fs.FS) (*Registry, error) { return load(fsys, &Registry{}) }

// With adds the files of another folder, a regional pack for example. An edition or a list
// entry with the same id and first day as one already there is an error.
func (r *Registry) With(fsys fs.FS) (*Registry, error) {
	return load(fsys, &Registry{slices.Clone(r.editions), slices.Clone(r.lists), slices.Clone(r.cities)})
}

func load(fsys fs.FS, r *Registry) (*Registry, error) {
	names, err := fs.Glob(fsys, "editions/*.toml")
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		ed, err := loadEdition(fsys, n)
		if err != nil {
			return nil, err
		}
		if _, twice := r.ByID(ed.ID); twice {
			return nil, fmt.Errorf("%s: edition %q is defined twice", n, ed.ID)
		}
		r.editions = append(r.editions, ed)
	}
	if err := r.loadLists(fsys); err != nil {
		return nil, err
	}
	sort.SliceStable(r.editions, func(i, j int) bool { return r.editions[i].From < r.editions[j].From })
	return r, nil
}

func loadEdition(fsys fs.FS, name string) (*Edition, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	ed := &Edition{File: path.Base(name)}
	if err := decode(name, data, ed); err != nil {
		return nil, err
	}
	if err := ed.check(name, data); err != nil {
		return nil, err
	}
	return ed, nil
}

// decode reads TOML strictly and turns every error into FILE:LINE: text.
func decode(name string, data []byte, into any) error {
	dec := toml.NewDecoder(bytesReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	var unknown *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown):
		row, _ := unknown.Errors[0].Position()
		return fmt.Errorf("%s:%d: unknown key %q", name, row, unknown.Errors[0].Key())
	case errors.As(err, &bad):
		row, _ := bad.Position()
		return fmt.Errorf("%s:%d: %s", name, row, bad.Error())
	}
	return fmt.Errorf("%s:1: %w", name, err)
}

// Editions lists the editions by first day.
func (r *Registry) Editions() []*Edition { return slices.Clone(r.editions) }

// ByID finds an edition.
func (r *Registry) ByID(id string) (*Edition, bool) {
	for _, e := range r.editions {
		if e.ID == id {
			return e, true
		}
	}
	return nil, false
}

// ForDate finds the edition in force on a day; when several are, the one that came into
// force last.
func (r *Registry) ForDate(d calendar.Day) (*Edition, error) {
	for i := len(r.editions) - 1; i >= 0; i-- {
		if e := r.editions[i]; e.From <= d && d <= e.To {
			return e, nil
		}
	}
	return nil, fmt.Errorf("no standard set is in force on %s", d)
}
