package telemetry

import (
	"slices"
	"sort"
	"strings"

	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// judged is a column on its way into the store.
type judged struct {
	Column
	site *Site
	rule Range // that holds at the time being judged
	owns bool  // Times, Values and Flags are not the caller's memory
}

// refusal says why a value may not be stored; the zero value when it may.
func (j *judged) refusal(rules *Rules, t, v, now int64) importer.Reason {
	after, until := j.site.Validity()
	switch {
	case v < 0:
		return importer.Reason{Code: "negative", Arg: FormatValue(v)}
	case j.rule.Max > 0 && v > j.rule.Max*1000:
		return importer.Reason{Code: "out_of_range", Arg: FormatValue(v)}
	case t > now+rules.Future.Minutes*60_000:
		return importer.Reason{Code: "future", Arg: calendar.FormatTime(t)}
	case t <= after || t > until:
		return importer.Reason{Code: "station_closed", Arg: j.site.Name}
	}
	return importer.Reason{}
}

// sift takes the values that may not be stored out of the column and gives them to reject.
func (j *judged) sift(rules *Rules, now int64, reject func(i int, why importer.Reason)) {
	keep := -1 // places kept so far, once one was refused
	var after, until int64
	for i, t := range j.Times {
		if t <= after || t > until {
			j.rule, after, until = rules.bounds(j.Factor, t)
		}
		why := j.refusal(rules, t, j.Values[i], now)
		if why.Code == "" {
			if keep >= 0 {
				j.Times[keep], j.Values[keep] = t, j.Values[i]
				if j.Flags != nil {
					j.Flags[keep] = j.Flags[i]
				}
				keep++
			}
			continue
		}
		reject(i, why)
		if keep < 0 {
			j.own()
			keep = i
		}
	}
	if keep >= 0 {
		j.Times, j.Values = j.Times[:keep], j.Values[:keep]
		if j.Flags != nil {
			j.Flags = j.Flags[:keep]
		}
	}
}

// own copies the column before it is changed for the first time.
func (j *judged) own() {
	if j.owns {
		return
	}
	j.Times, j.Values, j.Flags = slices.Clone(j.Times), slices.Clone(j.Values), slices.Clone(j.Flags)
	j.owns = true
}

// group is the columns that are each other's neighbours: one factor and statistic, one kind
// of site, one prefecture (cities: one province).
type group struct {
	area         region.Code
	kind         Kind
	factor, stat string
}

func (j *judged) group() group {
	area := cityHolding(j.site.Region)
	if j.site.Kind == City {
		area, _ = j.site.Region.Ancestor(region.Province)
	}
	return group{area, j.site.Kind, j.Factor, j.Stat}
}

// candidate is a value high enough to be compared with its neighbours.
type candidate struct {
	col, i int
}

// candidates lists the hourly values that reach their rule's suspect level, by group.
func (r *Rules) candidates(cols []judged) map[group][]candidate {
	out := map[group][]candidate{}
	for c := range cols {
		j := &cols[c]
		if !strings.HasPrefix(j.Stat, "hour") {
			continue
		}
		low := r.lowest(j.Factor)
		for i, v := range j.Values {
			if low == 0 || v < low*1000 {
				continue
			}
			if g, _, _ := r.bounds(j.Factor, j.Times[i]); g.Suspect > 0 && v >= g.Suspect*1000 {
				out[j.group()] = append(out[j.group()], candidate{c, i})
			}
		}
	}
	return out
}

// lowest is the lowest suspect level that any rule has for the factor, 0 for none.
func (r *Rules) lowest(factor string) int64 {
	low := int64(0)
	for _, g := range r.Ranges {
		if g.Factor == factor && g.Suspect > 0 && (low == 0 || g.Suspect < low) {
			low = g.Suspect
		}
	}
	return low
}

// held is the reject of a value that met a person's correction.
func (j *judged) held(h series.Held) Reject {
	return j.rejected(h.Time, h.Value, importer.Reason{Code: "corrected_holds", Arg: FormatValue(h.Stand)})
}

// mark flags a value as suspect.
func (j *judged) mark(i int) {
	j.own()
	if j.Flags == nil {
		j.Flags = make([]series.Flag, len(j.Times))
	}
	j.Flags[i] |= series.Suspect
}

// standsOut tells whether v is at least ratio × the median of its neighbours, and the median.
func (r *Rules) standsOut(v int64, neighbours []int64) (median int64, out bool) {
	n := len(neighbours)
	if n < r.Neighbours.Least {
		return 0, false
	}
	slices.Sort(neighbours)
	twice := neighbours[(n-1)/2] + neighbours[n/2]
	return twice / 2, 2*v >= r.Neighbours.Ratio*twice
}

// order puts the column into ascending time.
func (j *judged) order() {
	if slices.IsSorted(j.Times) {
		return
	}
	j.own()
	sort.Stable(byTime{j})
}

type byTime struct{ *judged }

func (b byTime) Len() int           { return len(b.Times) }
func (b byTime) Less(i, k int) bool { return b.Times[i] < b.Times[k] }
func (b byTime) Swap(i, k int) {
	b.Times[i], b.Times[k] = b.Times[k], b.Times[i]
	b.Values[i], b.Values[k] = b.Values[k], b.Values[i]
	if b.Flags != nil {
		b.Flags[i], b.Flags[k] = b.Flags[k], b.Flags[i]
	}
}

// at is the value of an ordered column at a time; near is where it may well be.
func (j *judged) at(t int64, near int) (int64, bool) {
	if near < len(j.Times) && j.Times[near] == t {
		return j.Values[near], true
	}
	i, ok := slices.BinarySearch(j.Times, t)
	if !ok {
		return 0, false
	}
	return j.Values[i], true
}
