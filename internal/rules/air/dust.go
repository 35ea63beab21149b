package air

import "slices"

// DustAQI says what becomes of the AQI of a dust day in assessed values.
type DustAQI uint8

// The ways found in practice (the rule text is not available): provincial daily values of
// 2025 give the AQI of the other pollutants; the national monthly reports keep the
// observed AQI for good-day counts and take dust out of concentrations only.
const (
	DustExcluded DustAQI = iota // AQI of the remaining pollutants
	DustKept                    // the observed AQI stays
)

// Assessed returns the days without the influence of dust beside the observed ones: on
// dust days PM10 and PM2.5 are taken out (环办监测〔2016〕120号), as if not monitored by
// plan. dust has the layout of the columns: dust[d.At(u, day)].
func (r *Rules) Assessed(d *Days, dust []bool, way DustAQI) *Days {
	a := *d
	for _, p := range [2]Pollutant{PM10, PM25} {
		a.V[p] = slices.Clone(d.V[p])
		for i := range a.V[p] {
			if dust[i] {
				a.V[p][i] = Planned
			}
		}
	}
	a.AQI, a.Primary, a.Exceeding = slices.Clone(d.AQI), slices.Clone(d.Primary), slices.Clone(d.Exceeding)
	if way == DustKept {
		return &a
	}
	for i := range dust {
		if dust[i] {
			r.aqiRange(&a, i, i+1)
		}
	}
	return &a
}
