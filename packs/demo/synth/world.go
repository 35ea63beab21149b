package synth

import (
	"fmt"

	"qingshan/internal/rules/calendar"
)

// Site is a station of the demonstration city.
type Site struct {
	Code   string
	East   float64 // km from the city's middle
	North  float64
	Urban  float64 // 0 open country … 1 centre: more NO2 and CO, less ozone
	Sensor bool    // a micro station: noisier, with a bias of its own
}

// World makes all observations of the demonstration. It is read-only after New and safe for
// concurrent use.
type World struct {
	seed      stream
	climate   *Climate
	home      panel
	provinces []Province
	panel     []panel
	sites     []site
	faults    faults
	mean      struct{ pm25, coarse, no2, so2, co float64 }
}

// Config is all that a world is made of.
type Config struct {
	Seed      uint64
	Climate   *Climate
	Home      City // the demonstration city; it is not part of the panel
	Provinces []Province
	Cities    []City // the panel
	Sites     []Site
	Outages   []Outage
	Stuck     []Stuck
}

// New checks the configuration and makes the world.
func New(c Config) (*World, error) {
	w := &World{seed: stream(mix(c.Seed)), climate: c.Climate, provinces: c.Provinces}
	index := map[string]int{}
	for i, p := range c.Provinces {
		index[p.Name] = i
	}
	for i, city := range append([]City{c.Home}, c.Cities...) {
		at, ok := index[city.Province]
		if !ok {
			return nil, fmt.Errorf("city %d: province %q has no climate", city.Adcode, city.Province)
		}
		switch {
		case i == 0:
			w.home = newPanel(w.seed, city, at)
		case city.Adcode == c.Home.Adcode:
			return nil, fmt.Errorf("city %d is the demonstration city and cannot be in the panel", city.Adcode)
		default:
			w.panel = append(w.panel, newPanel(w.seed, city, at))
		}
	}
	w.mean.pm25, w.mean.coarse = average(c.Climate.PM25), average(c.Climate.Coarse)
	w.mean.no2, w.mean.so2, w.mean.co = average(c.Climate.NO2), average(c.Climate.SO2), average(c.Climate.CO)
	for i := range c.Sites {
		w.sites = append(w.sites, newSite(w.seed, c.Sites[i]))
	}
	var err error
	w.faults, err = newFaults(w, c.Outages, c.Stuck)
	return w, err
}

func average(m Months) float64 {
	var sum float64
	for _, v := range m {
		sum += v
	}
	return sum / 12
}

// Sites is the number of stations.
func (w *World) Sites() int { return len(w.sites) }

// SiteCode is a station's code.
func (w *World) SiteCode(i int) string { return w.sites[i].Code }

// Cities is the number of panel cities.
func (w *World) Cities() int { return len(w.panel) }

// Adcode is a panel city's six-digit code.
func (w *World) Adcode(i int) int { return w.panel[i].Adcode }

// Dust is the mean dust of a day in the demonstration city, µg/m³ of PM10 on top.
func (w *World) Dust(d calendar.Day) float64 { return w.climate.dustDay(d) }

func (w *World) macroStream(name string) stream {
	s := w.seed.sub(101)
	for _, b := range []byte(name) {
		s = s.sub(uint64(b))
	}
	return s
}

func (w *World) provinceStream(i int) stream { return w.macroStream("province " + w.provinces[i].Name) }

func (w *World) cityStream(adcode int) stream { return w.seed.sub(102).sub(uint64(adcode)) }

// homeSky is the demonstration city's weather for the days that hold the hours from … to,
// and one day on each side.
func (w *World) homeSky(from, to Hour) *sky {
	a, _ := from.Day()
	b, _ := to.Day()
	first, n := a.Add(-1), int(b-a)+3
	p := &w.provinces[w.home.province]
	return blend(air(w.macroStream(p.Macro), first, n), air(w.provinceStream(w.home.province), first, n), air(w.cityStream(w.home.Adcode), first, n))
}

// city holds what all stations share, hour by hour from first.
type city struct {
	first Hour
	hours []shared
}

// shared is one hour of the demonstration city before the stations differ.
type shared struct {
	pm25, coarse, dust, no2, so2, co float64
	mda8, night, o3                  float64 // the day's level, the night's floor, the hour's share
	windX, windY                     float64 // direction in which particles pile up today
}

// city computes the shared hours from … to (both included).
func (w *World) city(from, to Hour) *city {
	k := w.homeSky(from, to)
	c := w.climate
	out := &city{from, make([]shared, to-from+1)}
	hourly, ozone := w.seed.sub(forHourly), w.seed.sub(forO3Hourly)
	windX, windY := w.seed.sub(forWindX), w.seed.sub(forWindY)
	for i := range out.hours {
		h := from + Hour(i)
		d, label := h.Day()
		l := label - 1
		scale := c.scale(d)
		z, zc := k.at(still, h), k.at(coarse, h)
		zs := k.day[sun][int(d-k.first)]
		t := h.local()
		breath := hourly.smooth(t, 3)
		s := &out.hours[i]
		s.pm25 = c.PM25.at(d) * scale.PM * c.episode(d, PM25) * lognormal(c.PM25Sigma.at(d), z) * c.DayPM[l] * lognormal(0.15, breath)
		s.coarse = c.Coarse.at(d) * scale.Coarse * c.episode(d, PM10) * lognormal(c.CoarseSigma.at(d), 0.8*zc+0.4*z) * c.DayCoarse[l] * lognormal(0.18, hourly.sub(1).smooth(t, 3))
		s.dust = c.dust(h)
		s.no2 = c.NO2.at(d) * scale.Gas * lognormal(0.34, z) * c.DayNO2[l] * lognormal(0.12, breath)
		s.so2 = c.SO2.at(d) * scale.Gas * lognormal(0.25, 0.7*z) * c.DaySO2[l]
		s.co = c.CO.at(d) * scale.Gas * lognormal(0.28, z) * c.DayCO[l] * lognormal(0.08, breath)
		s.mda8 = c.MDA8.at(d) * scale.O3 * c.episode(d, O3) * lognormal(c.MDA8Sigma.at(d), sunny(zs))
		s.night = (7 + 0.11*s.mda8) * lognormal(0.3, ozone.smooth(t, 5))
		s.o3 = c.DayO3[l] * (1 + 0.05*ozone.sub(1).smooth(t, 2))
		s.windX, s.windY = windX.smooth(t, 30), windY.smooth(t, 30)
	}
	return out
}
