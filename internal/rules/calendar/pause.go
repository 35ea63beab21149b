package calendar

import (
	"slices"
	"time"
)

// Interval is a stretch of time in ms UTC; the end is not included.
type Interval struct{ From, To int64 }

// Union merges intervals given in any order into the shortest rising list that
// covers the same time. Empty and inverted intervals vanish.
func Union(in []Interval) []Interval {
	sorted := slices.DeleteFunc(slices.Clone(in), func(iv Interval) bool { return iv.To <= iv.From })
	slices.SortFunc(sorted, func(a, b Interval) int {
		switch {
		case a.From < b.From:
			return -1
		case a.From > b.From:
			return 1
		}
		return 0
	})
	out := sorted[:0]
	for _, iv := range sorted {
		if n := len(out); n > 0 && iv.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, iv.To)
			continue
		}
		out = append(out, iv)
	}
	return out
}

// appendMinus appends iv without the time covered by merged intervals.
func appendMinus(out []Interval, iv Interval, merged []Interval) []Interval {
	for _, p := range merged {
		if p.To <= iv.From {
			continue
		}
		if p.From >= iv.To {
			break
		}
		if p.From > iv.From {
			out = append(out, Interval{iv.From, p.From})
		}
		if iv.From = p.To; iv.From >= iv.To {
			return out
		}
	}
	return append(out, iv)
}

// AddClock is the instant at which a term in clock time (紧急工作时, 小时) ends:
// every hour counts, day and night, except those in a pause.
func AddClock(start int64, length time.Duration, pauses ...Interval) int64 {
	end, left := start, length.Milliseconds()
	if left <= 0 {
		return start
	}
	for _, p := range Union(pauses) {
		if p.To <= end {
			continue
		}
		if p.From >= end+left {
			break
		}
		left -= max(0, p.From-end)
		end = p.To
	}
	return end + left
}

// BetweenClock is the clock time from one instant to a later one without the
// pauses, negative when to lies before from.
func BetweenClock(from, to int64, pauses ...Interval) time.Duration {
	if to < from {
		return -BetweenClock(to, from, pauses...)
	}
	sum := to - from
	for _, p := range Union(pauses) {
		if lo, hi := max(p.From, from), min(p.To, to); lo < hi {
			sum -= hi - lo
		}
	}
	return time.Duration(sum) * time.Millisecond
}
