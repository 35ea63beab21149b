package demo

import "qingshan/internal/rules/region"

// Target is a year's target of a region.
type Target struct {
	Region region.Code
	Year   int
	Item   string // pm25, pm10, good_days
	Value  int64  // thousandths of the item's unit; days × 1000 for good_days
	Source string
}

// Targets are the targets of the demonstration city.
func Targets() ([]Target, error) {
	var out []Target
	err := eachRow("targets.csv", func(f *fields) {
		out = append(out, Target{f.code("region"), int(f.number("year")), f.text("item"), int64(f.number("value")*1000 + 0.5), f.text("source")})
	})
	return out, err
}
