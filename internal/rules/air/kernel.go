package air

// The kernels below are what a recomputed year spends its time in. They work on one day of
// one column (24 int16 hours, −1 missing) and equal DayMean and MDA8 bit for bit; the
// property tests compare them.

const (
	lanesLow   = 0x0001_0001_0001_0001
	lanesSign  = 0x8000_8000_8000_8000
	lanesBig   = 0xE000_E000_E000_E000 // a value of 8192 or more: six of them could leave a lane
	lanesHalf  = 0x0000_FFFF_0000_FFFF
	recipShift = 40
)

// recip[n] is ⌈2^40/2n⌉: x/2n for x < 2^20·2 without a division.
var recip = [25]uint64{0, 1 << 39, 1 << 38, (1<<40 + 5) / 6, 1 << 37, (1<<40 + 9) / 10, (1<<40 + 11) / 12, (1<<40 + 13) / 14, 1 << 36,
	(1<<40 + 17) / 18, (1<<40 + 19) / 20, (1<<40 + 21) / 22, (1<<40 + 23) / 24, (1<<40 + 25) / 26, (1<<40 + 27) / 28, (1<<40 + 29) / 30, 1 << 35,
	(1<<40 + 33) / 34, (1<<40 + 35) / 36, (1<<40 + 37) / 38, (1<<40 + 39) / 40, (1<<40 + 41) / 42, (1<<40 + 43) / 44, (1<<40 + 45) / 46, (1<<40 + 47) / 48}

func lanes(a, b, c, d int16) uint64 {
	return uint64(uint16(a)) | uint64(uint16(b))<<16 | uint64(uint16(c))<<32 | uint64(uint16(d))<<48
}

// sumDay adds the hours that are there, four to a machine word. The words are written out
// because the compiler then joins each into one load without bounds checks.
func sumDay(h *[24]int16) (sum, n uint32) {
	w0, w1 := lanes(h[0], h[1], h[2], h[3]), lanes(h[4], h[5], h[6], h[7])
	w2, w3 := lanes(h[8], h[9], h[10], h[11]), lanes(h[12], h[13], h[14], h[15])
	w4, w5 := lanes(h[16], h[17], h[18], h[19]), lanes(h[20], h[21], h[22], h[23])
	m0, m1, m2 := w0&lanesSign>>15, w1&lanesSign>>15, w2&lanesSign>>15 // 1 in every lane that is negative
	m3, m4, m5 := w3&lanesSign>>15, w4&lanesSign>>15, w5&lanesSign>>15
	w0, w1, w2 = w0&^(m0*0xFFFF), w1&^(m1*0xFFFF), w2&^(m2*0xFFFF)
	w3, w4, w5 = w3&^(m3*0xFFFF), w4&^(m4*0xFFFF), w5&^(m5*0xFFFF)
	if (w0|w1|w2|w3|w4|w5)&lanesBig != 0 {
		return sumDayPlain(h)
	}
	acc := w0 + w1 + w2 + w3 + w4 + w5
	gone := m0 + m1 + m2 + m3 + m4 + m5
	acc = acc&lanesHalf + acc>>16&lanesHalf
	return uint32(acc) + uint32(acc>>32), 24 - uint32(gone*lanesLow>>48)
}

func sumDayPlain(h *[24]int16) (sum, n uint32) {
	for _, x := range h {
		if x >= 0 {
			sum += uint32(x)
			n++
		}
	}
	return sum, n
}

// halfEven is sum/n to the nearest integer, ties to even, for sum < 2^20 and 1 ≤ n ≤ 24.
func halfEven(sum, n uint32) int16 {
	x := uint64(2*sum + n)
	q := x * recip[n] >> recipShift
	if q&1 == 1 && q*uint64(2*n) == x {
		q-- // a tie that went up to an odd number
	}
	return int16(q)
}

// meanDays fills out[d] with the rounded mean of hours[24d:24d+24], −1 with fewer than
// least hours.
func meanDays(out, hours []int16, least int) {
	for d := range out {
		h := (*[24]int16)(hours[24*d:])
		sum, n := sumDay(h)
		m := int16(Missing)
		if n >= uint32(least) {
			m = halfEven(sum, n)
		}
		out[d] = m
	}
}

// ozoneKernel is MDA8 for windows of 8 hours inside the day, which is the default: packed
// rolling sums and an integer comparison over the common denominator 840 of 1…8.
type ozoneKernel struct {
	first, last, windows int
	bar                  int64
	score                [9]uint32 // 840/n, 0 below least_hours
	valid                [9]int32  // 1 when n hours make a valid window
}

func (r *Rules) ozoneKernel() (k ozoneKernel, ok bool) {
	o := &r.ozone
	if o.Hours != 8 || o.FirstWindow < 8 {
		return k, false
	}
	k = ozoneKernel{first: o.FirstWindow, last: o.LastWindow, windows: o.LeastWindows, bar: r.ozoneBar}
	for n := o.LeastHours; n <= 8; n++ {
		k.score[n], k.valid[n] = uint32(840/n), 1
	}
	return k, true
}

// day returns the rounded MDA8 of one day, −1 when it is not valid.
func (k *ozoneKernel) day(h *[24]int16) int16 {
	const one = 1 << 20 // the count lies above the sum, which stays below 24·32767 < 2^20
	var p [25]uint32    // prefix sums
	var acc uint32
	for i, x := range h {
		there := ^uint32(int32(x) >> 31) // all ones when the hour is there
		acc += (uint32(uint16(x)) + one) & there
		p[i+1] = acc
	}
	var best uint32
	var count int32
	for e := k.first; e <= k.last; e++ {
		w := p[e] - p[e-8]
		n := w >> 20 & 15
		best = max(best, (w&(one-1))*k.score[n])
		count += k.valid[n]
	}
	if count == 0 {
		return Missing
	}
	q, rem := int64(best/840), best%840
	if rem > 420 || rem == 420 && q&1 == 1 {
		q++
	}
	if int(count) < k.windows && q <= k.bar {
		return Missing
	}
	return int16(q)
}

func (k *ozoneKernel) days(out, hours []int16) {
	for d := range out {
		out[d] = k.day((*[24]int16)(hours[24*d:]))
	}
}
