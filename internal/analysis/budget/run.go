package budget

import "math"

// Run answers the targets under a scenario.
func (s *Simulator) Run(sc Scenario, targets []Target, wants ...Want) (*Outcome, error) {
	if err := sc.check(); err != nil {
		return nil, err
	}
	for _, t := range targets {
		if err := t.check(); err != nil {
			return nil, err
		}
	}
	var w want
	for _, f := range wants {
		f(&w)
	}
	r := newRun(s, sc, targets, w)
	for m := range s.draws.members {
		r.member(m)
	}
	return r.outcome(), nil
}

// run is the state of one Run.
type run struct {
	s       *Simulator
	targets []Target
	want    want
	fac     []float64 // scenario factor per day left and item, nil = 1
	ozone   ozoneSaver
	fans    [][]float32 // per target: member × day left, value to date
	ends    [][]float64 // per target: value at the year's end
	ranks   []*ranks    // per target: running percentile
	months  *monthSums
	joint   int
	row     [Items]float64
	rising  [Items]float64 // running sum of the days left, thousandths
	good    int
}

func newRun(s *Simulator, sc Scenario, targets []Target, w want) *run {
	r := &run{s: s, targets: targets, want: w, fac: sc.factors(s.in)}
	r.ozone = ozoneSaver{sc.OzoneCut, sc.OzoneDays}
	m, n := s.draws.members, len(s.in.Rest)
	r.fans, r.ends, r.ranks = make([][]float32, len(targets)), make([][]float64, len(targets)), make([]*ranks, len(targets))
	for i, t := range targets {
		r.ends[i] = make([]float64, m)
		if w.fan {
			r.fans[i] = make([]float32, m*n)
		}
		if t.Kind == Quantile {
			r.ranks[i] = newRanks(t, s.in.Elapsed[t.Item])
		}
	}
	if w.months {
		r.months = newMonthSums(s.in.Rest, m)
	}
	return r
}

// member plays one member's days left and stores where its targets end.
func (r *run) member(m int) {
	s := r.s
	r.rising, r.good = [Items]float64{}, 0
	for _, k := range r.ranks {
		if k != nil {
			k.reset()
		}
	}
	saver := r.ozone
	var f [Items]float64
	pos := 0
	for b, length := range s.draws.lens {
		from := int(s.draws.from[m*len(s.draws.lens)+b])
		for i := range Items {
			f[i] = s.factor[i][m] * s.keep[b][i]
		}
		for d := from; d < from+length; d++ {
			r.day(m, pos, &s.days[d], &f, &saver)
			pos++
		}
	}
	all := true
	for i, t := range r.targets {
		v := r.value(i, t, pos)
		r.ends[i][m] = v
		all = all && t.met(v)
	}
	if all {
		r.joint++
	}
}

// day adds one day left of a member.
func (r *run) day(m, pos int, src, f *[Items]float64, saver *ozoneSaver) {
	lim := &r.s.in.Limits
	for i := range Items {
		v := src[i] * f[i]
		if r.fac != nil {
			v *= r.fac[pos*Items+i]
		}
		r.row[i] = v
	}
	if r.row[O3] > lim[O3] && saver.saves(m, pos) {
		r.row[O3] = lim[O3]
	}
	pm := r.row[SO2] > lim[SO2] || r.row[NO2] > lim[NO2] || r.row[CO] > lim[CO] || r.row[PM10] > lim[PM10] || r.row[PM25] > lim[PM25]
	o3 := r.row[O3] > lim[O3]
	if !pm && !o3 {
		r.good++
	}
	for i := range Items {
		r.rising[i] += r.row[i]
	}
	for i, k := range r.ranks {
		if k != nil {
			k.add(r.row[r.targets[i].Item])
		}
	}
	if r.months != nil {
		r.months.add(m, pos, &r.row, pm, o3)
	}
	if r.want.fan {
		n := len(r.s.in.Rest)
		for i, t := range r.targets {
			r.fans[i][m*n+pos] = float32(r.value(i, t, pos+1))
		}
	}
}

// value is a target's value to date after so many of the days left.
func (r *run) value(i int, t Target, days int) float64 {
	e := &r.s.elapsed
	switch t.Kind {
	case GoodDays:
		return float64(e.good + r.good)
	case Quantile:
		return r.ranks[i].value()
	}
	n := e.n[t.Item] + days
	if n == 0 {
		return math.NaN()
	}
	return (e.sum[t.Item] + r.rising[t.Item]*float64(Milli)) / float64(n)
}

func (r *run) outcome() *Outcome {
	out := &Outcome{Members: r.s.draws.members, Years: r.s.Years()}
	out.Joint = float64(r.joint) / float64(out.Members)
	n := len(r.s.in.Rest)
	for i, t := range r.targets {
		a := Answer{Target: t}
		met := 0
		for _, v := range r.ends[i] {
			if t.met(v) {
				met++
			}
		}
		a.Probability = float64(met) / float64(out.Members)
		a.Values = r.ends[i]
		sortFloats(a.Values)
		a.End = bandOfSorted(a.Values)
		if r.want.fan {
			a.Fan = fanBands(r.fans[i], out.Members, n)
			if n > 0 {
				a.Fan[n-1] = a.End
			}
		}
		out.Answers = append(out.Answers, a)
	}
	if r.months != nil {
		out.Months = r.months.outlook(r.s)
	}
	return out
}
