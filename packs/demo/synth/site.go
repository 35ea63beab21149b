package synth

import "math"

// site is a station with its lasting peculiarities.
type site struct {
	Site
	own    stream
	factor [Pollutants]float64 // PM10 for the coarse part
}

func newSite(s stream, def Site) site {
	x := site{Site: def, own: s.sub(201)}
	for _, b := range []byte(def.Code) {
		x.own = x.own.sub(uint64(b))
	}
	bias := x.own.sub(forBias)
	spread := 0.04
	if def.Sensor {
		spread = 0.09
	}
	for p := range x.factor {
		x.factor[p] = lognormal(spread, bias.normal(int64(p)))
	}
	// Lasting differences across the plain: more particles to the south-west, less in the
	// hills of the north-west, gases where the traffic is.
	x.factor[PM25] *= 1 - 0.0011*def.East - 0.0030*math.Max(def.North, 0) - 0.0008*math.Min(def.North, 0)
	x.factor[PM10] *= 1 - 0.0020*math.Max(def.North, 0) + 0.04*(0.5-def.Urban)
	x.factor[NO2] *= 0.62 + 0.40*def.Urban
	x.factor[CO] *= 0.92 + 0.10*def.Urban
	x.factor[SO2] *= 0.95 + 0.05*def.Urban
	x.factor[O3] *= 1.025 - 0.03*def.Urban
	return x
}

// truth computes a station's hours from … to (both included) as a faultless instrument
// prints them.
func (w *World) truth(i int, from, to Hour, c *city) Columns {
	x := &w.sites[i]
	out := newColumns(int(to-from) + 1)
	var local [Pollutants]stream
	for p := range local {
		local[p] = x.own.sub(forHourly).sub(uint64(p))
	}
	grain := x.own.sub(forInstrument)
	small, rough := 0.08, 0.03
	if x.Sensor {
		small, rough = 0.13, 0.07
	}
	for k := range out[0] {
		h := from + Hour(k)
		s := &c.hours[h-c.first]
		t := h.local()
		lean := (s.windX*x.East + s.windY*x.North) * 0.0024
		g := grain.bits(t)
		noise := func(n uint) float64 { return (float64(g>>(n*10)&1023)/511.5 - 1) * 1.7 * rough }
		particle := math.Exp(lean + small*local[PM25].smooth(t, 4))
		gas := math.Exp(small * local[NO2].smooth(t, 4))
		pm25 := (s.pm25*particle + 0.12*s.dust) * x.factor[PM25]
		dust := s.dust * math.Exp(0.15*local[SO2].smooth(t, 6)-6*lean)
		pm10 := 1.02*pm25 + (s.coarse*math.Exp(1.3*small*local[PM10].smooth(t, 3))+0.88*dust)*x.factor[PM10]
		// Moist air disturbs the PM10 channel: a few hours print less PM10 than PM2.5.
		pm10 *= 1 - min(0.3, 0.2*math.Max(0, local[PM10].sub(1).smooth(t, 7)-0.9))
		sunlit := s.mda8*x.factor[O3] - s.night
		o3 := s.night + math.Max(sunlit, 4)*s.o3*(1+0.5*small*local[O3].smooth(t, 3))
		out[PM25][k] = whole(pm25 * (1 + 1.5*noise(0)))
		out[PM10][k] = whole(pm10 * (1 + 1.5*noise(1)))
		out[O3][k] = whole(o3 * (1 + noise(2)))
		out[NO2][k] = whole(s.no2 * x.factor[NO2] * gas * (1 + noise(3)))
		out[SO2][k] = whole(s.so2 * x.factor[SO2] * math.Exp(1.5*small*local[CO].smooth(t, 4)) * (1 + noise(4)))
		out[CO][k] = whole(10 * s.co * x.factor[CO] * gas * (1 + noise(5)))
	}
	return out
}
