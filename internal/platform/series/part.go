package series

import (
	"time"

	"qingshan/internal/platform/clock"
)

// PartOf is the partition of a time: the civil month yyyymm of the instant 1 ms before, so
// that the label 00:00 of the first day belongs to the month that it closes.
func PartOf(t int64) int {
	y, m, _ := time.UnixMilli(t - 1).In(clock.Shanghai).Date()
	return y*100 + int(m)
}

// PartBounds gives the times of a partition: after < t <= until, in ms UTC.
func PartBounds(part int) (after, until int64) {
	y, m := part/100, time.Month(part%100)
	return time.Date(y, m, 1, 0, 0, 0, 0, clock.Shanghai).UnixMilli(),
		time.Date(y, m+1, 1, 0, 0, 0, 0, clock.Shanghai).UnixMilli()
}

func nextPart(part int) int {
	if part%100 == 12 {
		return (part/100+1)*100 + 1
	}
	return part + 1
}
