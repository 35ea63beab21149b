package telemetry

import (
	"strings"

	"qingshan/internal/platform/importer"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Directory finds sites by code, name or alias. It is a copy: read-only, safe for use by
// several goroutines.
type Directory struct {
	sites  []Site
	byCode map[string]int
	cities map[string][]int // name of a city as a measured unit
	byName map[townName][]int
}

// townName is a station's cleaned name in a city.
type townName struct {
	city region.Code
	name string
}

func newDirectory(sites []Site) *Directory {
	d := &Directory{sites: sites, byCode: map[string]int{}, cities: map[string][]int{}, byName: map[townName][]int{}}
	for i, s := range sites {
		d.byCode[s.Code] = i
		for _, n := range s.names() {
			if s.Kind == City {
				d.cities[n] = appendNew(d.cities[n], i)
				continue
			}
			k := townName{cityHolding(s.Region), n}
			d.byName[k] = appendNew(d.byName[k], i)
		}
	}
	return d
}

func appendNew(list []int, i int) []int {
	if n := len(list); n > 0 && list[n-1] == i {
		return list
	}
	return append(list, i)
}

// Sites are all sites, by code.
func (d *Directory) Sites() []Site { return d.sites }

// Code finds a site by its code.
func (d *Directory) Code(code string) (Site, bool) {
	i, ok := d.byCode[code]
	if !ok {
		return Site{}, false
	}
	return d.sites[i], true
}

// CityNamed finds a city as a measured unit by its name, long or short.
func (d *Directory) CityNamed(name string) (Site, bool) {
	name = importer.CleanName(name)
	for _, n := range []string{name, cityShort(name)} {
		if found := d.cities[n]; len(found) == 1 {
			return d.sites[found[0]], true
		}
	}
	return Site{}, false
}

// Find finds the site that a file means on a day. The code decides where there is one;
// otherwise the station's name without its remarks inside the city; a name without a
// station is the city itself. Blanks and full width do not matter. On failure why says
// what is wrong: unknown, ambiguous, or not in operation on that day. Day -1 asks for no
// particular day.
func (d *Directory) Find(n importer.Name, day calendar.Day) (s Site, ok bool, why importer.Reason) {
	if n.Code != "" {
		if s, ok = d.Code(importer.CleanName(n.Code)); !ok {
			return s, false, importer.Reason{Code: "unknown_place", Arg: n.Code}
		}
		return inOperation(s, day)
	}
	if n.Station == "" {
		if s, ok = d.CityNamed(n.City); !ok {
			return s, false, importer.Reason{Code: "unknown_place", Arg: n.City}
		}
		return inOperation(s, day)
	}
	return d.station(n, day)
}

func (d *Directory) station(n importer.Name, day calendar.Day) (Site, bool, importer.Reason) {
	full := strings.TrimSpace(n.City + " " + n.Station)
	found := d.candidates(n)
	if len(found) == 0 {
		return Site{}, false, importer.Reason{Code: "unknown_place", Arg: full}
	}
	if len(found) == 1 {
		return inOperation(d.sites[found[0]], day)
	}
	var on []int
	for _, i := range found {
		if day >= 0 && d.sites[i].On(day) {
			on = append(on, i)
		}
	}
	switch {
	case len(on) == 1:
		return d.sites[on[0]], true, importer.Reason{}
	case len(on) == 0 && day >= 0:
		return Site{}, false, importer.Reason{Code: "station_closed", Arg: full}
	}
	return Site{}, false, importer.Reason{Code: "ambiguous_place", Arg: full}
}

// candidates are the stations of the name in the city, or in all cities when it gives none.
func (d *Directory) candidates(n importer.Name) []int {
	base := importer.ParseStationName(n.Station).Base
	if n.City != "" {
		city, ok := d.CityNamed(n.City)
		if !ok {
			return nil
		}
		return d.byName[townName{cityHolding(city.Region), base}]
	}
	var found []int
	for k, list := range d.byName {
		if k.name == base {
			found = append(found, list...)
		}
	}
	return found
}

func inOperation(s Site, day calendar.Day) (Site, bool, importer.Reason) {
	if day >= 0 && !s.On(day) {
		return s, false, importer.Reason{Code: "station_closed", Arg: s.Name}
	}
	return s, true, importer.Reason{}
}
