// Package budget is the arithmetic of a year's target (目标倒算): what the year
// has used up, what the rest of it may still have, and how likely the target is
// to be met.
//
// The ledger (MeanLedger, PercentileLedger, DaysLedger) is exact: integers in,
// integers and ratios out, rounded the way the standard prints. The chance of
// meeting a target comes from a Simulator: ten-day blocks of whole days of the
// city's own past years, times one random level of the rest of the year that a
// panel of cities teaches (FitLevels) or a published table gives (Prior).
//
// Concentrations are int64 thousandths of the unit in which the standard prints
// them: µg/m³, and mg/m³ for CO. 35.5 µg/m³ is 35500, 0.9 mg/m³ is 900.
package budget

import (
	"fmt"
	"math"
)

// Item is one of the six pollutants, and the index of its column.
type Item uint8

// The pollutants in the order in which results list them. O3 is the day's
// largest 8-hour mean.
const (
	SO2 Item = iota
	NO2
	CO
	O3
	PM10
	PM25
	Items = 6
)

var itemNames = [Items]string{"so2", "no2", "co", "o3_8h", "pm10", "pm25"}

// String is the item's column name.
func (i Item) String() string {
	if i >= Items {
		return fmt.Sprintf("item(%d)", uint8(i))
	}
	return itemNames[i]
}

// ParseItem reads a column name.
func ParseItem(s string) (Item, error) {
	for i, n := range itemNames {
		if n == s {
			return Item(i), nil
		}
	}
	return 0, fmt.Errorf("pollutant %q: want so2, no2, co, o3_8h, pm10 or pm25", s)
}

// Missing stands for a value that was not measured or is not valid.
const Missing int64 = math.MinInt64

// Milli is the scale of concentrations: thousandths of the printed unit.
const Milli int64 = 1000
