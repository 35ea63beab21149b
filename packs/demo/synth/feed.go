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

// Column is what came in of one item of one station: ascending hours, never Missing.
type Column struct {
	Site   int
	Item   Pollutant
	Hours  []Hour
	Values []int16
}

// News are the values that came in after one hour and up to another: on time, late, or as
// corrections, by station and item; hours before from are left out. All news from one hour
// to the next on top of Known(…, at the one) give Known(…, at the next).
func (w *World) News(from, after, at Hour) []Column {
	from = max(from, after-reach)
	if at < from {
		return nil
	}
	c := w.city(from, at)
	var out []Column
	for i := range w.sites {
		out = w.news(out, i, from, after, at, c)
	}
	return out
}

func (w *World) news(out []Column, i int, from, after, at Hour, c *city) []Column {
	var cols [Pollutants]Column
	for h := from; h <= at; h++ {
		arrival := h + w.delay(i, h)
		if arrival > at || w.settled(i, h, arrival, after, at) {
			continue
		}
		truth, gone := w.truth(i, h, h, c), w.gone(i, h)
		for p := range Pollutant(Pollutants) {
			v := w.value(i, p, h, truth[p][0], gone, arrival, at)
			if v == Missing || v == w.value(i, p, h, truth[p][0], gone, arrival, after) {
				continue
			}
			cols[p].Hours = append(cols[p].Hours, h)
			cols[p].Values = append(cols[p].Values, v)
		}
	}
	for p := range cols {
		if len(cols[p].Hours) > 0 {
			out = append(out, Column{i, Pollutant(p), cols[p].Hours, cols[p].Values})
		}
	}
	return out
}

// settled tells that nothing of a station's hour changed after one hour and up to another.
func (w *World) settled(i int, h, arrival, after, at Hour) bool {
	if arrival > after {
		return false
	}
	for p := range Pollutant(Pollutants) {
		if _, pause, wrong := w.wrong(i, p, h); wrong && arrival+pause > after && arrival+pause <= at {
			return false
		}
	}
	return true
}
