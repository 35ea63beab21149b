package demo

import (
	"fmt"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
	"qingshan/packs/demo/land"
	"qingshan/packs/demo/synth"
)

// Place is a region of the pack, parents first.
type Place struct {
	Code region.Code
	Name string
}

// Places are all regions the demonstration knows: the provinces and prefecture-level cities
// of the country, for the rankings, then everything inside the demonstration city.
func Places(l *land.Land, reg *standard.Registry) ([]Place, error) {
	var out []Place
	seen := map[region.Code]bool{}
	add := func(code region.Code, name string) {
		if !seen[code] {
			seen[code] = true
			out = append(out, Place{code, name})
		}
	}
	for _, c := range reg.Cities() {
		code, err := CityRegion(c)
		if err != nil {
			return nil, err
		}
		if p, ok := code.Ancestor(region.Province); ok {
			add(p, c.Province)
		}
		add(code, c.Name)
	}
	for _, r := range l.Regions {
		add(r.Code, r.Name)
	}
	return out, nil
}

// CityRegion is the region of a city of the panel.
func CityRegion(c standard.City) (region.Code, error) {
	code, err := region.Parse(fmt.Sprintf("%06d", c.Adcode))
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.Name, err)
	}
	return code, nil
}

// dustDayMean is the dust of a day (µg/m³ of PM10) from which the demonstration counts it as
// under confirmed dust influence.
const dustDayMean = 45

// DustDays are the days from … to that the demonstration counts as dust days.
func DustDays(w *synth.World, from, to calendar.Day) []calendar.Day {
	var out []calendar.Day
	for d := from; d <= to; d++ {
		if w.Dust(d) >= dustDayMean {
			out = append(out, d)
		}
	}
	return out
}
