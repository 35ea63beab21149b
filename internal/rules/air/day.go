package air

import "qingshan/internal/rules/num"

// Ratio is an exact mean: Sum / N in the unit of the values summed.
type Ratio struct {
	Sum int64
	N   int64 // 0: there is no value
}

// Round gives the mean as steps of to decimals when the sum is in steps of from decimals,
// half-even, or −1 without a value.
func (m Ratio) Round(from, to int) int64 {
	if m.N == 0 {
		return -1
	}
	if to >= from {
		return num.Div(m.Sum*num.Pow10(to-from), m.N, num.HalfEven)
	}
	return num.Div(m.Sum, m.N*num.Pow10(from-to), num.HalfEven)
}

// DayMean is the mean of the hours of one day (label 01 first; negative = missing) when at
// least `least` of them are there (GB 3095 table 4), and the number of hours there.
func DayMean[T int16 | int32 | int64](hours []T, least int) (mean Ratio, n int) {
	for _, h := range hours {
		if h >= 0 {
			mean.Sum += int64(h)
			n++
		}
	}
	if n < least {
		return Ratio{}, n
	}
	mean.N = int64(n)
	return mean, n
}

// MDA8 is the largest 8-hour mean of a day (GB 3095 §3.8, HJ 663 §6.1.2). day has the 24
// hours of the day, before the 24 of the day before (nil: unknown), which only windows
// ending before 08:00 touch. decimals are those of the values. windows is the number of
// valid windows; the value counts with least_windows of them (14), or when its rounded
// value is above the limit.
func MDA8[T int16 | int32 | int64](r *Rules, day, before []T, decimals int) (best Ratio, windows int) {
	o := &r.ozone
	for e := o.FirstWindow; e <= o.LastWindow; e++ {
		var w Ratio
		for h := e - o.Hours; h < e; h++ {
			v := T(-1)
			if h >= 0 {
				v = day[h]
			} else if before != nil {
				v = before[24+h]
			}
			if v >= 0 {
				w.Sum += int64(v)
				w.N++
			}
		}
		if w.N < int64(o.LeastHours) {
			continue
		}
		windows++
		if best.N == 0 || w.Sum*best.N > best.Sum*w.N {
			best = w
		}
	}
	if windows < o.LeastWindows && best.Round(decimals, r.dec[O3_8h].Day) <= r.ozoneBar {
		return Ratio{}, windows
	}
	return best, windows
}

// MaxHour is the largest hour of a day, −1 without any.
func MaxHour[T int16 | int32 | int64](hours []T) T {
	m := T(-1)
	for _, h := range hours {
		m = max(m, h)
	}
	return m
}
