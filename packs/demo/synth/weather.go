package synth

import (
	"math"

	"qingshan/internal/rules/calendar"
)

// Purposes keep the random numbers of different questions apart.
const (
	forStill uint64 = iota + 1
	forSun
	forCoarse
	forWindX
	forWindY
	forHourly
	forO3Hourly
	forInstrument
	forFault
	forLate
	forWrong
	forCity
	forBias
)

// The processes of a day: how still the air is (particles, gases), how sunny (ozone), how
// much the ground gives (coarse dust).
const (
	still = iota
	sun
	coarse
	processes
)

var memories = [processes]memory{remember(0.72), remember(0.58), remember(0.55)}

// The weather of a place is shared with its part of the country and its province, which is
// what makes neighbours move together. Squares add up to one.
const (
	shareMacro    = 0.76
	shareProvince = 0.46
	shareCity     = 0.46
)

// sky is the weather of a city, day by day from first.
type sky struct {
	first calendar.Day
	day   [processes][]float64
}

// air is the common weather of a group of places, computed once for many cities.
func air(s stream, first calendar.Day, n int) *sky {
	k := &sky{first: first}
	for p := range processes {
		k.day[p] = make([]float64, n)
		memories[p].run(s.sub(uint64(p+1)), int64(first), k.day[p])
	}
	return k
}

// blend mixes the weather of the part of the country, the province and the city itself.
func blend(macro, province, own *sky) *sky {
	k := &sky{first: own.first}
	for p := range processes {
		k.day[p] = make([]float64, len(own.day[p]))
		for i := range k.day[p] {
			k.day[p][i] = shareMacro*macro.day[p][i] + shareProvince*province.day[p][i] + shareCity*own.day[p][i]
		}
	}
	return k
}

// sunny bends the sunny side of a day's ozone weather: a cloudless day cannot be twice as
// cloudless, so beyond 1.2 standard deviations ozone rises at less than half the pace.
func sunny(z float64) float64 {
	if z > 1.2 {
		return 1.2 + 0.4*(z-1.2)
	}
	return z
}

// at is a process at an hour: the days' values stand at 13:00 and the hours between run
// smoothly from one to the next.
func (k *sky) at(p int, h Hour) float64 {
	l := h.local() - 12
	d := floorDiv(l, 24)
	t := float64(l-24*d) / 24
	t = t * t * (3 - 2*t)
	i := int(d - int64(k.first))
	return k.day[p][i]*(1-t) + k.day[p][i+1]*t
}

// lognormal is exp(sigma·z) with mean 1.
func lognormal(sigma, z float64) float64 { return math.Exp(sigma*z - sigma*sigma/2) }

// whole rounds to a printed value of at least 1.
func whole(v float64) int16 { return int16(min(max(math.Round(v), 1), 9999)) }
