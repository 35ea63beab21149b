package air

import (
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// StationsNeeded is the number of stations with a value that a city value needs: 75 % of
// the assessed stations, 50 % when there are fewer than four (shares are the edition's).
func StationsNeeded(v *standard.Validity, stations int) int {
	share := v.StationShare
	if stations < v.FewStations {
		share = v.FewStationShare
	}
	n := num.Div(share.Units*int64(stations), num.Pow10(int(share.Places)), num.Ceil)
	return max(int(n), 1)
}

// Member is a station of a city's assessment, from From to To (inclusive; To 0 = open).
// Background stations are no members.
type Member struct {
	Station  int // unit in the station block
	From, To calendar.Day
}

func (m Member) on(d calendar.Day) bool { return m.From <= d && (m.To == 0 || d <= m.To) }

// CityHours computes city hours: the exact mean of the member stations' hours, rounded once
// by mode (half-even per GB/T 8170; the 2018–2020 feed rounded half up), when enough
// stations have a value.
func (r *Rules) CityHours(stations *Hours, cities [][]Member, mode num.Mode, workers int) (*Hours, error) {
	if err := stations.check(); err != nil {
		return nil, err
	}
	out := NewHours(stations.Start, stations.Days, len(cities))
	spread(len(cities), workers, func(c int) {
		for d := range stations.Days {
			r.cityHourDay(out, stations, cities[c], c, d, mode)
		}
	})
	return out, nil
}

func (r *Rules) cityHourDay(out, st *Hours, members []Member, c, d int, mode num.Mode) {
	active := activeOn(members, st.Start+calendar.Day(d))
	need := StationsNeeded(&r.Edition.Validity, len(active))
	for p := range st.V {
		if st.V[p] == nil || out.V[p] == nil {
			continue
		}
		dst := out.V[p][(c*st.Days+d)*24:][:24]
		for h := range dst {
			var sum int64
			n := 0
			for _, s := range active {
				if v := st.V[p][(s*st.Days+d)*24+h]; v >= 0 {
					sum += int64(v)
					n++
				}
			}
			dst[h] = Missing
			if n >= need {
				dst[h] = int16(num.Div(sum, int64(n), mode))
			}
		}
	}
}

func activeOn(members []Member, d calendar.Day) (units []int) {
	for _, m := range members {
		if m.on(d) {
			units = append(units, m.Station)
		}
	}
	return units
}

// CityDays computes city days from station hours: the mean of the stations' daily means
// (MDA8: of their MDA8), exact until the one rounding at the end, when enough stations
// have a valid day. The city's O3 (with Options.OzoneHour) is the largest city hour.
func (r *Rules) CityDays(stations *Hours, cities [][]Member, workers int) (*Days, error) {
	if err := stations.check(); err != nil {
		return nil, err
	}
	out := NewDays(stations.Start, stations.Days, len(cities), r.Options.OzoneHour)
	spread(len(cities), workers, func(c int) {
		for d := range stations.Days {
			for p := range out.V {
				if out.V[p] != nil {
					out.V[p][out.At(c, d)] = r.cityDay(stations, cities[c], Pollutant(p), d)
				}
			}
		}
		r.unitAQI(out, c)
	})
	return out, nil
}

// cityDay is one item of one city on one day, in steps of the day.
func (r *Rules) cityDay(st *Hours, members []Member, p Pollutant, d int) int16 {
	active := activeOn(members, st.Start+calendar.Day(d))
	need := StationsNeeded(&r.Edition.Validity, len(active))
	if p == O3 {
		return r.cityMaxHour(st, active, d, need)
	}
	// Every station mean is Sum/N with N ≤ 24; over their common denominator the sum of
	// means is an integer, so nothing is rounded before the end.
	var sum int64
	n := 0
	for _, s := range active {
		if m := r.stationDay(st, s, p, d); m.N > 0 {
			sum += m.Sum * (commonHours / m.N)
			n++
		}
	}
	if n < need {
		return Missing
	}
	return r.toDay(p, Ratio{sum, int64(n) * commonHours})
}

// commonHours is the least common multiple of 1…24. A thousand stations of 24 hours of
// 32767 steps stay below 2^63.
const commonHours = 5354228880

// stationDay is the exact daily mean (or MDA8) of a station.
func (r *Rules) stationDay(st *Hours, s int, p Pollutant, d int) Ratio {
	src := p
	if p == O3_8h {
		src = O3
	}
	if st.V[src] == nil {
		return Ratio{}
	}
	col := st.V[src][s*st.Days*24 : (s+1)*st.Days*24]
	day := col[24*d : 24*d+24]
	if p != O3_8h {
		m, _ := DayMean(day, r.dayHours)
		return m
	}
	var before []int16
	if d > 0 {
		before = col[24*d-24 : 24*d]
	}
	m, _ := MDA8(r, day, before, r.dec[O3].Hour)
	return m
}

func (r *Rules) cityMaxHour(st *Hours, active []int, d, need int) int16 {
	best := int64(-1)
	for h := range 24 {
		var sum, n int64
		for _, s := range active {
			if v := st.V[O3][(s*st.Days+d)*24+h]; v >= 0 {
				sum += int64(v)
				n++
			}
		}
		if n >= int64(need) {
			best = max(best, num.Div(sum, n, num.HalfEven))
		}
	}
	if best < 0 {
		return Missing
	}
	return r.toDay(O3, Ratio{best, 1})
}
