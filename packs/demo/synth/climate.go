package synth

import (
	"fmt"
	"time"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/calendar"
)

// Months are twelve mid-month values that the days between interpolate.
type Months [12]float64

// at is the value on a day.
func (m *Months) at(d calendar.Day) float64 {
	_, month, day := d.Civil()
	i := int(month) - 1
	t := (float64(day) - 15.5) / 30.4
	if t < 0 {
		prev := (i + 11) % 12
		return m[i] + (m[prev]-m[i])*-t
	}
	next := (i + 1) % 12
	return m[i] + (m[next]-m[i])*t
}

// Year scales a year against the climate.
type Year struct {
	Year   int     `toml:"year"`
	PM     float64 `toml:"pm"`
	Coarse float64 `toml:"coarse"`
	O3     float64 `toml:"o3"`
	Gas    float64 `toml:"gas"`
}

// Climate is what the demonstration city's air is like on average: data, not code.
// Concentrations in µg/m³, CO in mg/m³; sigmas are standard deviations of the logarithm
// of daily values.
type Climate struct {
	PM25        Months      `toml:"pm25"`
	PM25Sigma   Months      `toml:"pm25_sigma"`
	Coarse      Months      `toml:"coarse"` // PM10 beyond PM2.5
	CoarseSigma Months      `toml:"coarse_sigma"`
	MDA8        Months      `toml:"mda8"`       // northern cities
	MDA8South   Months      `toml:"mda8_south"` // southern cities
	MDA8Sigma   Months      `toml:"mda8_sigma"`
	NO2         Months      `toml:"no2"`
	SO2         Months      `toml:"so2"`
	CO          Months      `toml:"co"`
	DayPM       [24]float64 `toml:"day_pm"` // factor by hour label 1 … 24
	DayCoarse   [24]float64 `toml:"day_coarse"`
	DayNO2      [24]float64 `toml:"day_no2"`
	DaySO2      [24]float64 `toml:"day_so2"`
	DayCO       [24]float64 `toml:"day_co"`
	DayO3       [24]float64 `toml:"day_o3"` // 0 at night, scaled so that the best eight hours have mean 1
	Years       []Year      `toml:"year"`
	Dust        []Dust      `toml:"-"`
	Episodes    []Episode   `toml:"-"`
}

// Dust is a dust event over the north of the country.
type Dust struct {
	Start Hour    // first hour
	Hours int     // duration
	Peak  float64 // µg/m³ of PM10 on top, in the demonstration city
}

// Episode scales an item of the demonstration city over some days: weather that the story
// of the demonstration needs.
type Episode struct {
	From, To calendar.Day
	Item     Pollutant
	Factor   float64
}

// ParseClimate reads the TOML form; an unknown or absent key is an error.
func ParseClimate(data []byte) (*Climate, error) {
	c := &Climate{}
	if err := toml.Unmarshal(data, c); err != nil {
		return nil, fmt.Errorf("climate: %w", err)
	}
	for name, m := range map[string]*Months{
		"pm25": &c.PM25, "pm25_sigma": &c.PM25Sigma, "coarse": &c.Coarse, "coarse_sigma": &c.CoarseSigma,
		"mda8": &c.MDA8, "mda8_south": &c.MDA8South, "mda8_sigma": &c.MDA8Sigma, "no2": &c.NO2, "so2": &c.SO2, "co": &c.CO,
	} {
		for i, v := range m {
			if v <= 0 {
				return nil, fmt.Errorf("climate: %s: month %d: %g, want a positive number", name, i+1, v)
			}
		}
	}
	if len(c.Years) == 0 {
		return nil, fmt.Errorf("climate: no [[year]]")
	}
	level(&c.DayPM)
	level(&c.DayCoarse)
	level(&c.DayNO2)
	level(&c.DaySO2)
	level(&c.DayCO)
	crest(&c.DayO3)
	return c, nil
}

// level scales a daily course to a mean of 1.
func level(f *[24]float64) {
	var sum float64
	for _, v := range f {
		sum += v
	}
	for i := range f {
		f[i] *= 24 / sum
	}
}

// crest scales a daily course so that its best eight hours have mean 1.
func crest(f *[24]float64) {
	best := 0.0
	for end := 8; end <= 24; end++ {
		var sum float64
		for _, v := range f[end-8 : end] {
			sum += v
		}
		best = max(best, sum/8)
	}
	for i := range f {
		f[i] /= best
	}
}

// year is the scale of a year; years beyond the table are like its nearest end.
func (c *Climate) year(y int) Year {
	best := c.Years[0]
	for _, o := range c.Years {
		if abs(o.Year-y) < abs(best.Year-y) {
			best = o
		}
	}
	return best
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// scale of a day moves from one year's to the next over the turn of the year (December and
// January), so that no step shows.
func (c *Climate) scale(d calendar.Day) Year {
	y, m, _ := d.Civil()
	turn := y
	switch m {
	case time.December:
		turn = y + 1
	case time.January:
	default:
		return c.year(y)
	}
	new := calendar.Date(turn, time.January, 1)
	t := 0.5 + float64(d-new)/62
	a, b := c.year(turn-1), c.year(turn)
	mid := func(a, b float64) float64 { return a + (b-a)*t }
	return Year{turn, mid(a.PM, b.PM), mid(a.Coarse, b.Coarse), mid(a.O3, b.O3), mid(a.Gas, b.Gas)}
}

// dust is the dust on top of an hour, 0 to 1 of the peak times the peak (µg/m³).
func (c *Climate) dust(h Hour) float64 {
	var sum float64
	for _, d := range c.Dust {
		if h >= d.Start && h < d.Start+Hour(d.Hours) {
			t := (float64(h-d.Start) + 0.5) / float64(d.Hours)
			sum += d.Peak * dustShape(t)
		}
	}
	return sum
}

// dustShape rises fast and settles slowly: 1 at a quarter of the event.
func dustShape(t float64) float64 {
	if t < 0.25 {
		return t / 0.25
	}
	u := (1 - t) / 0.75
	return u * u
}

// dustDay is the mean dust of a day.
func (c *Climate) dustDay(d calendar.Day) float64 {
	for _, e := range c.Dust {
		if e.Start > HourEnd(d, 24) || e.Start+Hour(e.Hours) <= HourEnd(d, 1) {
			continue
		}
		var sum float64
		for label := 1; label <= 24; label++ {
			sum += c.dust(HourEnd(d, label)) / 24
		}
		return sum // the hours above count every event of the day
	}
	return 0
}

// episode is the factor of an item on a day in the demonstration city.
func (c *Climate) episode(d calendar.Day, p Pollutant) float64 {
	f := 1.0
	for _, e := range c.Episodes {
		if e.Item == p && e.From <= d && d <= e.To {
			f *= e.Factor
		}
	}
	return f
}
