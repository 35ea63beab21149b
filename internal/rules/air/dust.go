package air

import (
	"slices"

	"qingshan/internal/rules/standard"
)

// DustAQI says what becomes of the AQI of a dust day in assessed values.
type DustAQI uint8

// The choices: the edition's own rule or one of the two ways found in practice
// (standard.DustRule).
const (
	DustAsEdition DustAQI = iota
	DustExcluded          // AQI of the remaining pollutants
	DustKept              // the observed AQI stays
)

// Assessed returns the days without the influence of dust beside the observed ones: on
// dust days the items of the edition's dust rule are taken out (环办监测〔2016〕120号: PM10 and
// PM2.5), as if not monitored by plan. dust has the layout of the columns: dust[d.At(u, day)].
func (r *Rules) Assessed(d *Days, dust []bool, way DustAQI) *Days {
	a := *d
	for _, p := range r.Edition.Dust.Items.List() {
		a.V[p] = slices.Clone(d.V[p])
		for i := range a.V[p] {
			if dust[i] {
				a.V[p][i] = Planned
			}
		}
	}
	a.AQI, a.Primary, a.Exceeding = slices.Clone(d.AQI), slices.Clone(d.Primary), slices.Clone(d.Exceeding)
	if way == DustKept || way == DustAsEdition && r.Edition.Dust.AQI == standard.DustKept {
		return &a
	}
	for i := range dust {
		if dust[i] {
			r.aqiRange(&a, i, i+1)
		}
	}
	return &a
}
