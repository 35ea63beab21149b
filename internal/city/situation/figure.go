package situation

import (
	"net/url"
	"strings"
	"time"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// shown are the pollutants of an hourly report in the order of the page.
var shown = [...]air.Pollutant{air.SO2, air.NO2, air.CO, air.O3, air.PM10, air.PM25}

// inDay are the pollutants of a daily report.
var inDay = [...]air.Pollutant{air.SO2, air.NO2, air.CO, air.O3_8h, air.PM10, air.PM25}

// unitText is the unit a pollutant is printed in.
func unitText(p air.Pollutant) string {
	if p == air.CO {
		return "mg/m³"
	}
	return "µg/m³"
}

// key names a figure so that it can be explained again: kind and what it was computed from.
type key []string

func (k key) String() string { return strings.Join(k, "~") }

func parseKey(s string) key { return strings.Split(s, "~") }

// explain is the address of a figure's explanation, as of the board's time.
func (b *board) explain(k key) string {
	q := url.Values{"key": {k.String()}, "region": {b.city.Code}}
	if !b.asOf.IsZero() {
		q.Set("asOf", b.asOf.Format(time.RFC3339))
	}
	return "/api/v1/explain?" + q.Encode()
}

func (b *board) figure(k key, value, unit string) Figure {
	return Figure{Key: k.String(), Value: value, Unit: unit, Explain: b.explain(k)}
}

// counted adds how many of the expected inputs were valid.
func (f Figure) counted(valid, expected int) Figure {
	f.Valid, f.Expected, f.Completeness = valid, expected, 1
	if expected > 0 {
		f.Completeness = float64(valid) / float64(expected)
	}
	return f
}

func hourText(ms int64) string {
	return time.UnixMilli(ms).In(shanghai).Format(time.RFC3339)
}

var shanghai = time.FixedZone("Asia/Shanghai", int(calendar.Offset/1000))

// zeroTime as an as-of means now.
var zeroTime time.Time

// concText prints steps of an hourly or daily value; empty when missing.
func (b *board) concText(p air.Pollutant, steps int16) string {
	if steps < 0 {
		return ""
	}
	return b.rules.Conc(p, int64(steps)).String()
}

// periodText prints a period statistic; empty without values.
func periodText(r *air.Rules, p air.Pollutant, steps int32) string {
	if steps < 0 {
		return ""
	}
	return r.PeriodConc(p, steps).String()
}

func indexText(r *air.Rules, steps int32) string {
	if steps < 0 {
		return ""
	}
	_, places := r.IndexDecimals()
	return num.D(int64(steps), places).String()
}

// changeText is the change in percent of two printed values; empty when one is missing.
func changeText(ed *standard.Edition, now, before string) string {
	a, errA := num.Parse(now)
	c, errC := num.Parse(before)
	if errA != nil || errC != nil {
		return ""
	}
	_, pct, ok := air.Change(a, c, ed.Decimals.Change)
	if !ok {
		return ""
	}
	return pct.String()
}

func names(ps []air.Pollutant) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.String()
	}
	return out
}

// signed writes a difference with its sign, a true minus sign, and no sign for zero.
func signed(d num.Decimal) string {
	switch d.Sign() {
	case 1:
		return "+" + d.String()
	case -1:
		return "−" + strings.TrimPrefix(d.String(), "-")
	}
	return d.String()
}

func singleText(r *air.Rules, steps int32) string {
	if steps < 0 {
		return ""
	}
	places, _ := r.IndexDecimals()
	return num.D(int64(steps), places).String()
}
