package synth

import "math"

// earliest and latest hours that can still arrive or be corrected, before the present one.
const reach = longestDelay + 48

// value turns a faultless value into what is known of it at an hour; Missing before it came.
func (w *World) value(i int, p Pollutant, h Hour, truth int16, gone uint8, arrival, at Hour) int16 {
	if gone>>p&1 == 1 || arrival > at {
		return Missing
	}
	for _, s := range w.faults.stuck[i] {
		if s.Item == p && s.From <= h && h <= s.To {
			return s.value
		}
	}
	if factor, after, ok := w.wrong(i, p, h); ok && at < arrival+after {
		return whole(math.Round(float64(truth) * factor))
	}
	return truth
}

// Known gives a station's hours from … to (both included) as they are known at an hour: what
// has not arrived is Missing, what is still to be corrected has its first value. With a late
// at (Final) it is what will be known in the end.
func (w *World) Known(i int, from, to, at Hour) Columns {
	return w.known(i, from, to, at, w.city(from, to))
}

// Final is an hour after which nothing changes any more.
const Final Hour = math.MaxInt64 / 2

func (w *World) known(i int, from, to, at Hour, c *city) Columns {
	out := w.truth(i, from, to, c)
	for k := range out[0] {
		h := from + Hour(k)
		gone, arrival := w.gone(i, h), h+w.delay(i, h)
		for p := range Pollutant(Pollutants) {
			out[p][k] = w.value(i, p, h, out[p][k], gone, arrival, at)
		}
	}
	return out
}

// AllKnown is Known for every station; the shared weather is computed once.
func (w *World) AllKnown(from, to, at Hour) []Columns {
	c := w.city(from, to)
	out := make([]Columns, len(w.sites))
	for i := range out {
		out[i] = w.known(i, from, to, at, c)
	}
	return out
}

// Arrival is one value that comes in at an hour: on time, late, or as a correction.
type Arrival struct {
	Site      int
	Item      Pollutant
	Hour      Hour // end of the hour measured
	Value     int16
	Corrected bool // replaces a value that came before
}

// Arrivals are the values that come in at an hour, by station, hour and item. All arrivals
// after an hour x on top of Known(…, x) give Known of the later hour.
func (w *World) Arrivals(at Hour) []Arrival {
	from := at - reach
	c := w.city(from, at)
	var out []Arrival
	for i := range w.sites {
		for h := from; h <= at; h++ {
			arrival := h + w.delay(i, h)
			if arrival > at {
				continue
			}
			out = w.arrivals(out, i, h, arrival, at, c)
		}
	}
	return out
}

func (w *World) arrivals(out []Arrival, i int, h, arrival, at Hour, c *city) []Arrival {
	var truth Columns
	gone := uint8(0)
	for p := range Pollutant(Pollutants) {
		_, after, wrong := w.wrong(i, p, h)
		corrected := wrong && arrival+after == at
		if arrival != at && !corrected {
			continue
		}
		if truth[0] == nil {
			truth, gone = w.truth(i, h, h, c), w.gone(i, h)
		}
		v := w.value(i, p, h, truth[p][0], gone, arrival, at)
		if v == Missing || corrected && v == w.value(i, p, h, truth[p][0], gone, arrival, at-1) {
			continue
		}
		out = append(out, Arrival{i, p, h, v, corrected})
	}
	return out
}
