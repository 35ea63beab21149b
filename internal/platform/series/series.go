// Package series is the store of observations. It is append-only and bitemporal (DESIGN
// §4.3): an observation is (series, time, revision, recorded at, value, flag, origin), a
// correction is a new revision, and every read can be made as of an earlier instant.
//
// Points lie in immutable blocks, blocks in month segments (block.go gives the format,
// docs/decisions/0002-series-blocks.md the reason). All functions work in the caller's
// transaction.
package series

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"qingshan/internal/platform/fault"
)

// Missing is the value of an observation that was invalidated, and of a place in a column
// for which there is none.
const Missing = math.MinInt64

// Bounds of what can be stored: times in ms UTC up to the year 9999, and values whose
// differences still fit 63 bits.
const (
	maxTime  = 253_402_300_799_999
	maxValue = int64(1) << 60
)

// Key names a series.
type Key struct {
	Site   string // code of the site
	Factor string // e.g. "PM25"
	Stat   string // e.g. "hour" (1-h mean), "hour24" (24-h mean ending at the hour), "day"
}

func (k Key) String() string { return k.Site + "/" + k.Factor + "/" + k.Stat }

// Compare orders keys by site, factor and statistic.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Site, o.Site), cmp.Compare(k.Factor, o.Factor), cmp.Compare(k.Stat, o.Stat))
}

// ID is the number of a series in this database.
type ID int64

// Flag is a set of marks on an observation.
type Flag uint16

// The marks. None set is an ordinary value.
const (
	Suspect   Flag = 1 << iota // implausible beside its neighbours; stored, to be checked
	Corrected                  // entered by a person; streams do not replace it (Batch.HoldCorrected)
	Estimated                  // not measured
	Audited                    // passed the official review (审核)
	Stuck                      // the same reading for too long
)

// automatic are the marks that the system sets by itself.
const automatic = Suspect | Stuck

var flagNames = []struct {
	flag Flag
	name string
}{{Corrected, "corrected"}, {Suspect, "suspect"}, {Stuck, "stuck"}, {Estimated, "estimated"}, {Audited, "audited"}}

// String is the names of the marks, joined with a comma; "" for none.
func (f Flag) String() string {
	var names []string
	for _, n := range flagNames {
		if f&n.flag != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, ",")
}

// Point is one revision of one observation. Time is the END label in ms UTC, Value in
// thousandths of the factor's unit.
type Point struct {
	Time       int64
	Value      int64
	Flag       Flag
	Revision   int32
	RecordedAt int64
	Origin     int64
}

// Steps between the labels of a series, in ms; 0 for a series without a grid.
const (
	minuteMS = 60_000
	hourMS   = 3_600_000
	dayMS    = 86_400_000
	zoneMS   = 8 * hourMS // civil time is UTC+8
)

// StepOf is the step of a statistic in ms: a minute for names that begin with "min", an
// hour for "hour", a day for "day"; 0 (no grid) for everything else.
func StepOf(stat string) int64 {
	switch {
	case strings.HasPrefix(stat, "min"):
		return minuteMS
	case strings.HasPrefix(stat, "hour"):
		return hourMS
	case strings.HasPrefix(stat, "day"):
		return dayMS
	}
	return 0
}

// onGrid tells whether t is a label of a series with the step, in civil time.
func onGrid(t, step int64) bool { return step == 0 || (t+zoneMS)%step == 0 }

// firstLabel is the first label of the grid at or after t.
func firstLabel(t, step int64) int64 {
	if r := (t + zoneMS) % step; r != 0 {
		return t + step - r
	}
	return t
}

func corrupt(id ID, part int, err error) error {
	return fault.Wrap(fmt.Errorf("series %d month %d: %w", id, part, err), fault.Unavailable, "series_corrupt",
		fmt.Sprintf("观测数据块损坏（序列 %d，%d 年 %d 月），请停机并从备份恢复", id, part/100, part%100))
}
