package land

// mix is a 64-bit finaliser: every input bit changes half of the output bits.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// hash makes a number of a seed, a purpose and a place.
func hash(seed, purpose uint64, x, y int) uint64 {
	return mix(mix(seed^purpose*0x9e3779b97f4a7c15) ^ uint64(uint32(x))<<32 ^ uint64(uint32(y)))
}

// signed maps a hash to −1 … 1.
func signed(h uint64) float64 { return float64(h>>11)/(1<<52) - 1 }

// field is smooth noise of a plane in −1 … 1 with the given wavelength (km).
func field(seed, purpose uint64, x, y, wave float64) float64 {
	x, y = x/wave+1000, y/wave+1000
	i, j := int(x), int(y)
	u, v := ease(x-float64(i)), ease(y-float64(j))
	at := func(i, j int) float64 { return signed(hash(seed, purpose, i, j)) }
	top := float64(at(i, j)*(1-u)) + float64(at(i+1, j)*u)
	low := float64(at(i, j+1)*(1-u)) + float64(at(i+1, j+1)*u)
	return float64(top*(1-v)) + float64(low*v)
}

func ease(t float64) float64 { return t * t * (3 - 2*t) }
