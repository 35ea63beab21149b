package synth

import "math"

// mix is a 64-bit finaliser.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// stream is a source of random numbers addressed by an index.
type stream uint64

// sub makes an independent stream for a purpose or a place.
func (s stream) sub(n uint64) stream { return stream(mix(uint64(s) ^ n*0x9e3779b97f4a7c15)) }

func (s stream) bits(i int64) uint64 { return mix(uint64(s) ^ uint64(i)*0xd1342543de82ef95) }

// unit is uniform in 0 … 1.
func (s stream) unit(i int64) float64 { return float64(s.bits(i)>>11) / (1 << 53) }

// normal is close to a standard normal number: the sum of four uniform 16-bit numbers, so
// that no value lies beyond ±3.47 and no hour runs away.
func (s stream) normal(i int64) float64 {
	h := s.bits(i)
	sum := h&0xffff + h>>16&0xffff + h>>32&0xffff + h>>48
	return (float64(sum)/65535 - 2) * 1.7320508075688772
}

// smooth is unit-variance noise that changes over step units of t.
func (s stream) smooth(t int64, step int64) float64 {
	k := floorDiv(t, step)
	u := float64(t-k*step) / float64(step)
	u = u * u * (3 - 2*u)
	a, b := s.normal(k), s.normal(k+1)
	return (a*(1-u) + b*u) / math.Sqrt((1-u)*(1-u)+u*u)
}

// memory holds the weights of a process with memory: weight[k] on the step k units ago.
type memory []float64

// remember makes the weights of an AR(1) process of unit variance.
func remember(phi float64) memory {
	m := memory{}
	var power float64
	for w := math.Sqrt(1 - phi*phi); w > 0.001; w *= phi {
		m = append(m, w)
		power += w * w
	}
	for i := range m {
		m[i] /= math.Sqrt(power)
	}
	return m
}

// run fills out[i] with the process at time from+i.
func (m memory) run(s stream, from int64, out []float64) {
	steps := make([]float64, len(out)+len(m)-1)
	for i := range steps {
		steps[i] = s.normal(from - int64(len(m)-1) + int64(i))
	}
	for i := range out {
		var x float64
		at := i + len(m) - 1
		for k, w := range m {
			x += w * steps[at-k]
		}
		out[i] = x
	}
}
