package standard

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"qingshan/internal/rules/calendar"
)

// CityList is a named group of cities for a span of days.
type CityList struct {
	ID         string       `toml:"id"`
	Name       string       `toml:"name"`
	NameEN     string       `toml:"name_en"`
	From       calendar.Day `toml:"from"`
	To         calendar.Day `toml:"to"`
	Complete   bool         `toml:"complete"` // false: membership is not known for certain
	Source     string       `toml:"source"`
	SourceEN   string       `toml:"source_en"`
	Confidence Confidence   `toml:"confidence"`
	MemberText string       `toml:"members"` // short names separated by blanks; @prefectures = the table
	Members    []string     `toml:"-"`
}

// City is one row of the table of prefecture-level units.
type City struct {
	Adcode   int      // GB/T 2260, six digits
	Short    string   // as air publications write it: 新乡, 延边州
	Name     string   // official name: 新乡市
	Province string   // official name of the province
	Aliases  []string // older or other names found in feeds
}

// Prefecture says whether the unit is a municipality or prefecture-level; the others
// (济源) are administered by a province directly.
func (c City) Prefecture() bool { return c.Adcode/100%100 != 90 }

// Cities returns the table.
func (r *Registry) Cities() []City { return slices.Clone(r.cities) }

// City finds a unit by short, official or older name.
func (r *Registry) City(name string) (City, bool) {
	for _, c := range r.cities {
		if c.Short == name || c.Name == name || slices.Contains(c.Aliases, name) {
			return c, true
		}
	}
	return City{}, false
}

// Lists returns all entries.
func (r *Registry) Lists() []CityList { return slices.Clone(r.lists) }

// List finds the entry of a list in force on a day.
func (r *Registry) List(id string, on calendar.Day) (CityList, error) {
	var known, dated []string
	for _, l := range r.lists {
		switch {
		case l.ID == id && l.From <= on && on <= l.To:
			return l, nil
		case l.ID == id:
			dated = append(dated, l.From.String()+" … "+l.To.String())
		case !slices.Contains(known, l.ID):
			known = append(known, l.ID)
		}
	}
	if len(dated) > 0 {
		return CityList{}, fmt.Errorf("city list %q is dated %s, not %s", id, strings.Join(dated, ", "), on)
	}
	slices.Sort(known)
	return CityList{}, fmt.Errorf("no city list %q; there are %s", id, strings.Join(known, ", "))
}

// Latest finds the entry of a list that begins last.
func (r *Registry) Latest(id string) (CityList, error) {
	best := -1
	for i, l := range r.lists {
		if l.ID == id && (best < 0 || l.From > r.lists[best].From) {
			best = i
		}
	}
	if best < 0 {
		return r.List(id, 0) // its error names the lists there are
	}
	return r.lists[best], nil
}

func (r *Registry) loadLists(fsys fs.FS) error {
	if err := r.loadCities(fsys, "lists/cities.csv"); err != nil {
		return err
	}
	names, err := fs.Glob(fsys, "lists/*.toml")
	if err != nil {
		return err
	}
	for _, n := range names {
		data, err := fs.ReadFile(fsys, n)
		if err != nil {
			return err
		}
		var file struct {
			Lists []CityList `toml:"list"`
		}
		if err := decode(n, data, &file); err != nil {
			return err
		}
		for i, l := range file.Lists {
			if err := r.addList(checker{n, data}, i, l); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Registry) addList(c checker, i int, l CityList) error {
	if l.ID == "" || l.Name == "" || l.Source == "" || l.Confidence == 0 || l.From == 0 || l.To < l.From {
		return c.row("[[list]]", i, "id, name, from, to, source and confidence are needed")
	}
	for _, o := range r.lists {
		if o.ID == l.ID && l.From <= o.To && o.From <= l.To {
			return c.row("[[list]]", i, "list %q: %s … %s overlaps another entry", l.ID, l.From, l.To)
		}
	}
	if l.MemberText == "@prefectures" {
		for _, city := range r.cities {
			if city.Prefecture() {
				l.Members = append(l.Members, city.Short)
			}
		}
	} else {
		l.Members = strings.Fields(l.MemberText)
	}
	seen := map[string]bool{}
	for _, m := range l.Members {
		if seen[m] {
			return c.row("[[list]]", i, "list %q: %s stands twice", l.ID, m)
		}
		seen[m] = true
		if len(r.cities) > 0 {
			if _, ok := r.City(m); !ok {
				return c.row("[[list]]", i, "list %q: %s is not in the table of cities", l.ID, m)
			}
		}
	}
	r.lists = append(r.lists, l)
	return nil
}

func (r *Registry) loadCities(fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	rows, err := csv.NewReader(bytesReader(data)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, f := range rows {
		if i == 0 {
			continue
		}
		code, err := strconv.Atoi(f[0])
		if err != nil || code < 110000 || code > 999999 || f[1] == "" || f[2] == "" || f[3] == "" {
			return fmt.Errorf("%s:%d: want adcode, short name, name, province, aliases", name, i+1)
		}
		r.cities = append(r.cities, City{code, f[1], f[2], f[3], strings.Fields(f[4])})
	}
	return nil
}
