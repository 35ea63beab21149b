package synth

import "fmt"

// Outage is a station that reports nothing from one hour to another (both included).
type Outage struct {
	Site     string
	From, To Hour
}

// Stuck is an instrument that repeats one value from one hour to another (both included).
type Stuck struct {
	Site     string
	Item     Pollutant
	From, To Hour
}

type faults struct {
	outages map[int][]Outage
	stuck   map[int][]stuckValue
}

type stuckValue struct {
	Stuck
	value int16
}

func newFaults(w *World, outages []Outage, stuck []Stuck) (faults, error) {
	f := faults{map[int][]Outage{}, map[int][]stuckValue{}}
	index := map[string]int{}
	for i, s := range w.sites {
		index[s.Code] = i
	}
	for _, o := range outages {
		i, ok := index[o.Site]
		if !ok || o.To < o.From {
			return f, fmt.Errorf("outage of %q: unknown station or empty span", o.Site)
		}
		f.outages[i] = append(f.outages[i], o)
	}
	for _, s := range stuck {
		i, ok := index[s.Site]
		if !ok || s.To < s.From {
			return f, fmt.Errorf("stuck instrument of %q: unknown station or empty span", s.Site)
		}
		value := w.truth(i, s.From, s.From, w.city(s.From, s.From))[s.Item][0]
		f.stuck[i] = append(f.stuck[i], stuckValue{s, value})
	}
	return f, nil
}

// Windows of the regular troubles, in hours.
const (
	upkeepWindow = 21 * 24 // at most one visit of the maintenance team
	delayWindow  = 40 * 24 // at most one break of the line, after which the logger sends all
	longestDelay = 30      // hours
)

// gone tells which items of a station's hour never come: bit p for item p.
func (w *World) gone(i int, h Hour) uint8 {
	const all = 1<<Pollutants - 1
	for _, o := range w.faults.outages[i] {
		if o.From <= h && h <= o.To {
			return all
		}
	}
	s := w.sites[i].own.sub(forFault)
	t := h.local()
	window := floorDiv(t, upkeepWindow)
	if s.unit(-window*4-1) < 0.6 { // the team comes by day and takes 3 to 8 hours
		start := window*upkeepWindow + 24*int64(s.unit(-window*4-2)*21) + 8 + int64(s.unit(-window*4-3)*4)
		if t >= start && t < start+3+int64(s.unit(-window*4-4)*6) {
			return all
		}
	}
	share := 0.003 + 0.005*s.unit(1<<40) // of the hours, the station's own
	switch u := s.unit(t); {
	case u < 0.6*share:
		return all
	case u < share*2.2: // one item alone, after a check of its zero point
		return 1 << (s.bits(t+1<<41) % Pollutants)
	}
	return 0
}

// delay is how many hours after its end a station's hour arrives.
func (w *World) delay(i int, h Hour) Hour {
	s := w.sites[i].own.sub(forLate)
	t := h.local()
	window := floorDiv(t, delayWindow)
	if s.unit(-window*3-1) < 0.5 {
		start := window*delayWindow + int64(s.unit(-window*3-2)*(delayWindow-12))
		end := start + 3 + int64(s.unit(-window*3-3)*8)
		if t >= start && t < end {
			return Hour(end - t)
		}
	}
	if u := s.unit(t + 1<<42); u < 0.004 {
		return 1 + Hour(u/0.004*18)
	}
	return 0
}

// wrong says whether an item first arrives with a wrong value, by which factor, and how many
// hours after its arrival the corrected value follows.
func (w *World) wrong(i int, p Pollutant, h Hour) (factor float64, after Hour, ok bool) {
	s := w.sites[i].own.sub(forWrong)
	u := s.unit(h.local()*Pollutants + int64(p))
	if u >= 0.0004 {
		return 1, 0, false
	}
	return 1.4 + 1.6*u/0.0004, 8 + Hour(s.unit(-h.local())*32), true
}
