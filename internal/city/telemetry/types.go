// Package telemetry knows what is measured and how well: the register of sites, the streams
// that deliver observations and account for every value (received = stored + unchanged +
// rejected), corrections by people, and the quality of the data: completeness, late and
// revised values. Observations themselves lie in platform/series.
package telemetry

import (
	"slices"
	"strings"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/region"
)

// Kind is what a site is.
type Kind string

// The kinds of air sites.
const (
	National Kind = "national" // 国控点
	County   Kind = "county"   // 县控点
	Micro    Kind = "micro"    // 微站
	City     Kind = "city"     // a city as published, e.g. of the national panel
)

var kinds = []Kind{National, County, Micro, City}

// Ends of validity of a site that has always been there and is still there.
const (
	Always  calendar.Day = 0
	Forever calendar.Day = 2932896 // 9999-12-31
)

// Site is anything measured.
type Site struct {
	ID         int64
	Code       string // its name in the series
	Name       string
	Kind       Kind
	Region     region.Code
	Lon, Lat   float64 // degrees CGCS2000, 0 when not known
	Background bool    // 对照点: measured, but never part of a city's value
	Counted    bool    // part of the city's value
	From, To   calendar.Day
	Aliases    []string // cleaned, sorted
	Version    int64
}

// On tells whether the site was in operation on a day.
func (s Site) On(d calendar.Day) bool { return s.From <= d && d <= s.To }

// Validity is the site's period of operation as times: after < label <= until.
func (s Site) Validity() (after, until int64) { return s.From.Start(), s.To.End() }

// names are all cleaned names of the site, its own first.
func (s Site) names() []string {
	own := importer.ParseStationName(s.Name).Base
	out := []string{own}
	if s.Kind == City {
		out = append(out, cityShort(own))
	}
	for _, a := range s.Aliases {
		if !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// cityShort is the name of a city without the word for its kind: 新乡市 and 新乡 are one.
func cityShort(name string) string {
	for _, tail := range []string{"市", "地区", "盟"} {
		if short, ok := strings.CutSuffix(name, tail); ok && len(short) >= 2*len("市") {
			return short
		}
	}
	return name
}

// cityHolding is the city that a region belongs to: its prefecture; the municipality itself for
// 北京, 天津, 上海 and 重庆; the county-level city itself where the province governs it
// directly (济源: GB/T 2260 gives these 90 in place of a prefecture).
func cityHolding(r region.Code) region.Code {
	level := region.Prefecture
	switch {
	case municipality(r):
		level = region.Province
	case r.Level() >= region.County && r[2:4] == "90":
		level = region.County
	}
	if c, ok := r.Ancestor(level); ok {
		return c
	}
	return r
}

// isCityOrBelow tells whether a site can lie there: a whole province is no place, except a
// municipality.
func isCityOrBelow(r region.Code) bool {
	return r.Valid() && (r.Level() >= region.Prefecture || municipality(r))
}

func municipality(r region.Code) bool {
	return len(r) >= 2 && slices.Contains([]string{"11", "12", "31", "50"}, string(r[:2]))
}

// Factors of the air series, in the order of every list (cli.md §0).
var airFactors = []struct{ key, factor, name, unit string }{
	{"so2", "SO2", "SO₂", "µg/m³"}, {"no2", "NO2", "NO₂", "µg/m³"}, {"co", "CO", "CO", "mg/m³"},
	{"o3", "O3", "O₃", "µg/m³"}, {"o3_8h", "O3_8h", "O₃-8h", "µg/m³"},
	{"pm10", "PM10", "PM₁₀", "µg/m³"}, {"pm25", "PM25", "PM₂.₅", "µg/m³"}, {"aqi", "AQI", "AQI", ""},
}

// HourFactors are the six pollutants with hourly values.
func HourFactors() []string { return []string{"SO2", "NO2", "CO", "O3", "PM10", "PM25"} }

// ParseFactor reads a pollutant as pages and files write it (pm25, PM2.5, O3_8h) and gives
// its name in the series.
func ParseFactor(s string) (string, error) {
	key := strings.ToLower(strings.ReplaceAll(s, ".", ""))
	for _, f := range airFactors {
		if f.key == key {
			return f.factor, nil
		}
	}
	return "", fault.Newf(fault.Invalid, "factor", "没有“%s”这个监测因子", s).WithField("factor", "请选择六项污染物之一", s)
}

// FactorKey is the name of a factor in the interface: pm25 for PM25.
func FactorKey(factor string) string { return strings.ToLower(factor) }

// FactorUnit is the unit of a factor's values; "" when it has none or is not known.
func FactorUnit(factor string) string {
	for _, f := range airFactors {
		if f.factor == factor {
			return f.unit
		}
	}
	return ""
}

// FormatValue writes a stored value (thousandths) without useless zeros; "" for missing.
func FormatValue(v int64) string {
	if v == series.Missing {
		return ""
	}
	places := 3
	for places > 0 && v%10 == 0 {
		v, places = v/10, places-1
	}
	return num.D(v, places).String()
}

// parseValue reads a value exactly into thousandths.
func parseValue(s string) (int64, error) {
	bad := func(why string) error {
		return fault.New(fault.Invalid, "value", "数值有误："+why).WithField("body.value", why, s)
	}
	d, err := num.Parse(strings.TrimSpace(s))
	if err != nil {
		return 0, bad("不是数值")
	}
	v := d.Round(3, num.HalfEven)
	switch {
	case num.Cmp(v, d) != 0:
		return 0, bad("最多保留三位小数")
	case v.Places != 3:
		return 0, bad("数值过大")
	case v.Units < 0:
		return 0, bad("不能为负")
	}
	return v.Units, nil
}
