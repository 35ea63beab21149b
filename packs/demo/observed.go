package demo

import (
	"fmt"
	"strings"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
	"qingshan/packs/demo/land"
	"qingshan/packs/demo/synth"
)

// Station is an air station of the demonstration city.
type Station struct {
	Code    string
	Name    string
	Kind    string // national, county, micro
	Region  region.Code
	Lon     float64 // degrees
	Lat     float64
	Urban   float64 // 0 open country … 1 centre
	Counted bool    // counts towards the city's value
	Aliases []string
}

// Middle of the city, from which stations' distances are measured.
const middleLon, middleLat = 113.90, 35.29

// microPerCounty micro stations stand in each of the twelve counties.
const microPerCounty = 5

// Stations are the 4 national, 12 county and 60 micro stations, in this order. Their places
// are taken from the drawn land, so that each lies in its region.
func Stations(l *land.Land) ([]Station, error) {
	var out []Station
	err := eachRow("stations.csv", func(f *fields) {
		s := Station{
			Code: f.text("code"), Name: f.text("name"), Kind: f.text("kind"),
			Region: f.code("region"), Urban: f.number("urban"), Counted: f.text("kind") == "national",
		}
		if a := f.text("aliases"); a != "" {
			s.Aliases = strings.Split(a, ";")
		}
		at, ok := l.Find(s.Region)
		if !ok {
			f.fail("region", "not a county of the city")
			return
		}
		p := l.Regions[at].Centre
		if n := int(f.number("spot")); n > 0 {
			p, _ = l.Spot(at, n)
		}
		s.Lon, s.Lat = p.Degrees()
		out = append(out, s)
	})
	return append(out, microStations(l)...), err
}

// microStations stand in every other town of a county, five a county.
func microStations(l *land.Land) []Station {
	var out []Station
	from, to := l.Level(region.Town)
	taken := map[int]int{}
	for round := range 2 {
		for i := from; i < to; i++ {
			r := l.Regions[i]
			if (i-from)%2 != round || taken[r.Parent] == microPerCounty {
				continue
			}
			taken[r.Parent]++
			p, _ := l.Spot(i, 0)
			lon, lat := p.Degrees()
			urban := 0.25
			if strings.HasSuffix(r.Name, "街道") {
				urban = 0.75
			}
			out = append(out, Station{
				Code: fmt.Sprintf("98%02dM", len(out)+1), Name: r.Name + "微站", Kind: "micro",
				Region: r.Code, Lon: lon, Lat: lat, Urban: urban,
			})
		}
	}
	return out
}

// World sets up the generator of all observations: the city's stations on its land, and the
// panel of all other prefecture-level cities.
func World(seed uint64, l *land.Land, reg *standard.Registry) (*synth.World, error) {
	stations, err := Stations(l)
	if err != nil {
		return nil, err
	}
	c := synth.Config{Seed: seed, Home: synth.City{Adcode: 410700, Province: "河南省"}}
	for _, s := range stations {
		c.Sites = append(c.Sites, synth.Site{
			Code: s.Code, Urban: s.Urban, Sensor: s.Kind == "micro",
			East: (s.Lon - middleLon) * 90.85, North: (s.Lat - middleLat) * 110.95,
		})
	}
	for _, city := range PanelCities(reg) {
		c.Cities = append(c.Cities, synth.City{Adcode: city.Adcode, Province: city.Province})
	}
	for _, read := range []func(*synth.Config) error{readClimate, readProvinces, readFaults} {
		if err := read(&c); err != nil {
			return nil, err
		}
	}
	return synth.New(c)
}

// PanelCities are the cities that are compared with the demonstration city: the table of
// prefecture-level units without it.
func PanelCities(reg *standard.Registry) []standard.City {
	var out []standard.City
	for _, c := range reg.Cities() {
		if c.Adcode != 410700 {
			out = append(out, c)
		}
	}
	return out
}

func readProvinces(c *synth.Config) error {
	return eachRow("provinces.csv", func(f *fields) {
		c.Provinces = append(c.Provinces, synth.Province{
			Name: f.text("name"), Macro: f.text("macro"),
			PM25: f.number("pm25"), Coarse: f.number("coarse"), NO2: f.number("no2"), SO2: f.number("so2"), CO: f.number("co"),
			O3: f.number("o3"), South: f.number("south"), Season: f.number("season"), Dust: f.number("dust"),
		})
	})
}

func readClimate(c *synth.Config) error {
	data, err := files.ReadFile("data/climate.toml")
	if err != nil {
		return err
	}
	if c.Climate, err = synth.ParseClimate(data); err != nil {
		return err
	}
	err = eachRow("dust.csv", func(f *fields) {
		c.Climate.Dust = append(c.Climate.Dust, synth.Dust{Start: f.hour("start"), Hours: int(f.number("hours")), Peak: f.number("peak")})
	})
	if err != nil {
		return err
	}
	return eachRow("episodes.csv", func(f *fields) {
		c.Climate.Episodes = append(c.Climate.Episodes, synth.Episode{From: f.day("from"), To: f.day("to"), Item: f.item("item"), Factor: f.number("factor")})
	})
}

func readFaults(c *synth.Config) error {
	err := eachRow("outages.csv", func(f *fields) {
		c.Outages = append(c.Outages, synth.Outage{Site: f.text("station"), From: f.hour("from"), To: f.hour("to")})
	})
	if err != nil {
		return err
	}
	return eachRow("stuck.csv", func(f *fields) {
		c.Stuck = append(c.Stuck, synth.Stuck{Site: f.text("station"), Item: f.item("item"), From: f.hour("from"), To: f.hour("to")})
	})
}

func (f *fields) hour(name string) synth.Hour {
	ms, err := calendar.ParseTime(f.text(name))
	if err != nil {
		f.fail(name, err)
	}
	return synth.HourAt(ms)
}

func (f *fields) day(name string) calendar.Day {
	d, err := calendar.ParseDay(f.text(name))
	if err != nil {
		f.fail(name, err)
	}
	return d
}

func (f *fields) item(name string) synth.Pollutant {
	for p := range synth.Pollutant(synth.Pollutants) {
		if p.String() == f.text(name) {
			return p
		}
	}
	f.fail(name, "not an item")
	return 0
}
