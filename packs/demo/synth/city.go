package synth

import (
	"qingshan/internal/rules/calendar"
)

// Province is what the air of a province is like beside the demonstration city's climate.
type Province struct {
	Name   string
	Macro  string  // the part of the country that shares its weather
	PM25   float64 // annual mean, µg/m³
	Coarse float64 // annual mean of PM10 − PM2.5
	NO2    float64
	SO2    float64
	CO     float64 // mg/m³
	O3     float64 // factor on the MDA8 course
	South  float64 // 0: northern course of ozone, 1: southern
	Season float64 // strength of the seasons, 1 as in the demonstration city
	Dust   float64 // share of the dust events
}

// City is a city of the panel.
type City struct {
	Adcode   int
	Province string
}

// panel holds a city's own numbers.
type panel struct {
	City
	province int
	factor   [Pollutants]float64 // against the province; PM10 for the coarse part
}

func newPanel(s stream, c City, province int) panel {
	p := panel{City: c, province: province}
	own := s.sub(forCity).sub(uint64(c.Adcode))
	common := own.normal(0)
	spread := [Pollutants]float64{0.20, 0.20, 0.15, 0.04, 0.18, 0.15}
	for i := range p.factor {
		z := 0.7*common + 0.7*own.normal(int64(i)+1)
		if Pollutant(i) == O3 {
			z = own.normal(int64(i) + 1)
		}
		p.factor[i] = lognormal(spread[i], z)
	}
	return p
}

// CityDays gives the daily values of all panel cities for n days from first: result[i] is
// the city i of Cities, O3 the MDA8. Every value is present.
func (w *World) CityDays(first calendar.Day, n int) []Columns {
	macros := map[string]*sky{}
	provinces := make([]*sky, len(w.provinces))
	for i, p := range w.provinces {
		if macros[p.Macro] == nil {
			macros[p.Macro] = air(w.macroStream(p.Macro), first, n)
		}
		provinces[i] = air(w.provinceStream(i), first, n)
	}
	days := w.seasons(first, n)
	out := make([]Columns, len(w.panel))
	for i := range w.panel {
		c := &w.panel[i]
		p := &w.provinces[c.province]
		k := blend(macros[p.Macro], provinces[c.province], air(w.cityStream(c.Adcode), first, n))
		out[i] = w.cityDays(c, p, k, days)
	}
	return out
}

// season is what all cities share on a day.
type season struct {
	climate                                             Year
	pm25, sigma, coarse, coarseSigma, north, south, o3s float64
	no2, so2, co, dust                                  float64
}

func (w *World) seasons(first calendar.Day, n int) []season {
	c := w.climate
	out := make([]season, n)
	for i := range out {
		d := first.Add(i)
		out[i] = season{
			climate: c.scale(d),
			pm25:    c.PM25.at(d) / w.mean.pm25, sigma: c.PM25Sigma.at(d),
			coarse: c.Coarse.at(d) / w.mean.coarse, coarseSigma: c.CoarseSigma.at(d),
			north: c.MDA8.at(d), south: c.MDA8South.at(d), o3s: c.MDA8Sigma.at(d),
			no2: c.NO2.at(d) / w.mean.no2, so2: c.SO2.at(d) / w.mean.so2, co: c.CO.at(d) / w.mean.co,
			dust: c.dustDay(d),
		}
	}
	return out
}

// swing weakens or strengthens a seasonal factor around 1.
func swing(f, strength float64) float64 { return max(0.2, 1+(f-1)*strength) }

func (w *World) cityDays(c *panel, p *Province, k *sky, days []season) Columns {
	out := newColumns(len(days))
	own := w.cityStream(c.Adcode).sub(forInstrument)
	for i := range days {
		s := &days[i]
		t := int64(k.first) + int64(i)
		z, zs, zc := k.day[still][i], k.day[sun][i], k.day[coarse][i]
		noise := func(n int64) float64 { return own.normal(t*8 + n) }
		pm25 := p.PM25 * c.factor[PM25] * s.climate.PM * swing(s.pm25, p.Season) * lognormal(s.sigma, z) * lognormal(0.06, noise(0))
		rough := p.Coarse * c.factor[PM10] * s.climate.Coarse * swing(s.coarse, p.Season) * lognormal(s.coarseSigma, 0.8*zc+0.4*z)
		sand := s.dust * p.Dust * lognormal(0.5, noise(1))
		mda8 := (s.north*(1-p.South) + s.south*p.South) * p.O3 * c.factor[O3] * s.climate.O3 * lognormal(s.o3s, sunny(zs)) * lognormal(0.04, noise(2))
		out[PM25][i] = whole(pm25 + 0.12*sand)
		out[PM10][i] = whole(pm25*1.02 + rough + sand)
		out[O3][i] = whole(mda8)
		out[NO2][i] = whole(p.NO2 * c.factor[NO2] * s.climate.Gas * swing(s.no2, p.Season) * lognormal(0.34, 0.85*z+0.3*noise(3)))
		out[SO2][i] = whole(p.SO2 * c.factor[SO2] * s.climate.Gas * swing(s.so2, p.Season) * lognormal(0.25, 0.6*z+0.6*noise(4)))
		out[CO][i] = whole(10 * p.CO * c.factor[CO] * s.climate.Gas * swing(s.co, p.Season) * lognormal(0.28, 0.85*z+0.3*noise(5)))
	}
	return out
}
