package hindcast

import "math"

// Bins is the number of classes of the reliability table and of the PIT
// histogram.
const Bins = 10

// Score sums up how a method foretold one quantity as of one day over all
// cities.
type Score struct {
	N        int
	MAE      float64 // of the members' mean
	CRPS     float64
	Brier    float64 // mean over the targets
	Coverage float64 // share of truths inside P10 to P90; 0 for single values
	PIT      [Bins]int
	// Reliability: how many answers fell into each class of probability, their
	// mean probability and how often the target was met.
	Reliability [Bins]Class
	// The parts of the Brier score over the classes: Brier ≈ Calibration -
	// Resolution + Uncertainty.
	Calibration, Resolution, Uncertainty float64
}

// Class is one class of the reliability table.
type Class struct {
	N    int
	P    float64 // mean probability given
	Freq float64 // how often the target was met
}

// add scores one city: members in rising order, the 10 and 90 % values, the
// truth, and the probability and outcome of each target.
func (s *Score) add(members []float64, lo, hi, truth float64, prob []float64, met []bool) {
	s.N++
	mean := 0.0
	for _, v := range members {
		mean += v / float64(len(members))
	}
	s.MAE += math.Abs(mean - truth)
	s.CRPS += crps(members, truth)
	if len(members) > 1 {
		if lo <= truth && truth <= hi {
			s.Coverage++
		}
		s.PIT[min(int(pit(members, truth)*Bins), Bins-1)]++
	}
	for i, p := range prob {
		o := 0.0
		if met[i] {
			o = 1
		}
		s.Brier += (p - o) * (p - o) / float64(len(prob))
		c := &s.Reliability[min(int(p*Bins), Bins-1)]
		c.N++
		c.P += p
		c.Freq += o
	}
}

// done turns the sums into means.
func (s *Score) done() {
	n := float64(s.N)
	s.MAE, s.CRPS, s.Brier, s.Coverage = s.MAE/n, s.CRPS/n, s.Brier/n, s.Coverage/n
	all, met := 0.0, 0.0
	for i := range s.Reliability {
		c := &s.Reliability[i]
		all, met = all+float64(c.N), met+c.Freq
		if c.N > 0 {
			c.P, c.Freq = c.P/float64(c.N), c.Freq/float64(c.N)
		}
	}
	base := met / all
	for _, c := range s.Reliability {
		w := float64(c.N) / all
		s.Calibration += w * (c.P - c.Freq) * (c.P - c.Freq)
		s.Resolution += w * (c.Freq - base) * (c.Freq - base)
	}
	s.Uncertainty = base * (1 - base)
}

// crps is the continuous ranked probability score of sorted members:
// mean|x-truth| - ½·mean|x-x'|.
func crps(members []float64, truth float64) float64 {
	n := float64(len(members))
	var dist, spread float64
	for i, x := range members {
		dist += math.Abs(x - truth)
		spread += x * (2*float64(i) - n + 1)
	}
	return dist/n - spread/(n*n)
}

// pit is the share of members below the truth; members equal to it count half.
func pit(members []float64, truth float64) float64 {
	below := 0.0
	for _, x := range members {
		switch {
		case x < truth:
			below++
		case x == truth:
			below += 0.5
		}
	}
	return below / float64(len(members))
}
