package air_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// Beside the files of published values (../shared/vectors), a handful of rows of each is
// kept here as plain facts, with its source.

func names(s string) string {
	f := strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == ';' })
	slices.Sort(f)
	return strings.Join(f, ";")
}

// steps reads a concentration; "" is missing.
func steps(t *testing.T, r *air.Rules, p air.Pollutant, s string) int32 {
	t.Helper()
	if s == "" {
		return air.Missing
	}
	d, err := num.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return r.RoundConc(p, d)
}

// CNEMC real-time publication 2022–2023 (GitHub HeQinWill/CNEMC): PM10, PM2.5, O3, NO2, SO2,
// CO → published AQI and primary pollutants, and the same hour under HJ 633-2026.
func TestPublishedHoursFacts(t *testing.T) {
	for _, f := range []struct {
		station                  string
		pm10, pm25, o3, no2, so2 int32
		co10                     int32
		aqi2012                  int16
		primary2012              string
		aqi2026                  int16
	}{
		{"2386A 2022-01-05 00h", 116, 86, 20, 48, 10, 5, 114, "PM2.5", 124},
		{"2387A 2022-01-05 00h", 88, 64, 22, 49, 13, 9, 87, "PM2.5", 104},
		{"2390A 2022-01-05 00h", 106, 78, 17, 46, 9, 8, 104, "PM2.5", 117},
		{"2391A 2022-01-05 00h", 105, 69, 18, 48, 9, 11, 93, "PM2.5", 109},
	} {
		v := air.Values{f.so2, f.no2, f.co10, f.o3, air.Missing, f.pm10, f.pm25}
		a := rules(t, "2012", air.Options{}).AQI(air.Hourly, &v)
		b := rules(t, "2026-transition", air.Options{}).AQI(air.Hourly, &v)
		if a.AQI != f.aqi2012 || a.Primary.String() != f.primary2012 || b.AQI != f.aqi2026 {
			t.Errorf("%s: %d %s, 2026 %d", f.station, a.AQI, a.Primary, b.AQI)
		}
	}
	// A tie: PM10 56 and PM2.5 37 are both 53 after rounding up, both are primary.
	v := air.Values{10, 20, 5, 60, air.Missing, 56, 37}
	if a := rules(t, "2012", air.Options{}).AQI(air.Hourly, &v); a.AQI != 53 || a.Primary != standard.Of(air.PM10, air.PM25) {
		t.Errorf("tie: %d %s", a.AQI, a.Primary)
	}
}

func TestPublishedHours(t *testing.T) {
	col := map[air.Pollutant]string{air.SO2: "so2_1h", air.NO2: "no2_1h", air.CO: "co_1h_mg", air.O3: "o3_1h", air.PM10: "pm10_1h", air.PM25: "pm25_1h"}
	n := 0
	for _, id := range []string{"2012", "2026-transition"} {
		r := rules(t, id, air.Options{})
		for _, row := range vector(t, "air_hourly_cnemc.csv") {
			if strings.Contains(row["note"], "nothing was published") {
				continue // blank although PM2.5 218 gives 268: probably invalidated afterwards
			}
			v := air.NoValues()
			for p, c := range col {
				v[p] = steps(t, r, p, row[c])
			}
			res := r.AQI(air.Hourly, &v)
			got := ""
			if res.AQI >= 0 {
				got = strconv.Itoa(int(res.AQI))
			}
			aqi, primary := "published_aqi", "published_primary"
			if id != "2012" {
				aqi, primary = "derived_2026_aqi", "derived_2026_primary"
			}
			if got != row[aqi] || names(res.Primary.String()) != names(row[primary]) {
				t.Errorf("%s %s %s: got %s %s, want %s %s", id, row["station"], row["time"], got, res.Primary, row[aqi], row[primary])
			}
			n++
		}
	}
	if n < 170 {
		t.Errorf("only %d rows", n)
	}
}

// HJ 633-2012 table 1, HJ 633-2026 table 3: anchors, ends of the table.
func TestTableAnchors(t *testing.T) {
	for _, f := range []struct {
		report standard.Report
		p      air.Pollutant
		c      int32
		a, b   int16 // 2012, 2026
	}{
		{air.Daily, air.PM25, 60, 82, 100}, {air.Daily, air.PM25, 75, 100, 114}, {air.Daily, air.PM25, 115, 150, 150}, {air.Daily, air.PM25, 501, 500, 500},
		{air.Daily, air.PM10, 120, 85, 100}, {air.Daily, air.PM10, 150, 100, 112}, {air.Daily, air.PM10, 2811, 500, 500}, {air.Daily, air.O3_8h, 801, -1, 300},
		{air.Hourly, air.SO2, 801, -1, 200}, {air.Hourly, air.CO, 101, 101, 101}, {air.Daily, air.CO, 21, 53, 53}, {air.Daily, air.NO2, 0, 0, 0},
	} {
		for id, want := range map[string]int16{"2012": f.a, "2026-transition": f.b, "2026-final": f.b} {
			if got := rules(t, id, air.Options{}).IAQI(f.report, f.p, f.c); got != want {
				t.Errorf("%s %s %s %d: got %d, want %d", id, f.report, f.p, f.c, got, want)
			}
		}
	}
	n := 0
	for _, row := range vector(t, "air_hj633_2026_derived.csv") {
		p, err := standard.ParsePollutant(row["pollutant"])
		if err != nil {
			t.Fatal(err)
		}
		rep := air.Daily
		if strings.HasPrefix(row["averaging"], "1h") {
			rep = air.Hourly
		}
		if row["averaging"] == "MDA8" {
			p = air.O3_8h
		}
		for id, col := range map[string]string{"2012": "iaqi_2012", "2026-transition": "iaqi_2026"} {
			r := rules(t, id, air.Options{})
			want, err := strconv.Atoi(row[col])
			if err != nil {
				want = -1 // not computed in that edition
			}
			if got := r.IAQI(rep, p, steps(t, r, p, row["concentration"])); int(got) != want {
				t.Errorf("%s %s %s %s: got %d, want %d", id, rep, p, row["concentration"], got, want)
			}
			n++
		}
	}
	if n < 230 {
		t.Errorf("only %d anchors", n)
	}
}

// Sub-indices never fall with the concentration, and the AQI is the largest of them.
func TestIndexIsMonotone(t *testing.T) {
	for _, id := range []string{"2012", "2026-transition"} {
		r := rules(t, id, air.Options{})
		for _, rep := range []standard.Report{air.Hourly, air.Daily} {
			for _, p := range r.Uses(rep).List() {
				last := int16(0)
				for c := range int32(3000) {
					i := r.IAQI(rep, p, c)
					if i >= 0 && i < last || i > 500 {
						t.Fatalf("%s %s %s: %d at %d after %d", id, rep, p, i, c, last)
					}
					if i >= 0 {
						last = i
					}
				}
			}
		}
	}
}

// HJ 633-2026 §5.3 and its variants.
func TestMissingRule(t *testing.T) {
	low := air.Values{8, 30, 6, 90, air.Missing, 60, air.Missing}
	high := air.Values{8, 30, 6, 210, air.Missing, 60, air.Missing}
	none := air.NoValues()
	planned := air.Values{8, 30, air.Planned, 90, air.Missing, 60, 20}
	r, rest := rules(t, "2026-transition", air.Options{}), rules(t, "2026-transition", air.Options{Missing: air.Rest})
	if a := r.AQI(air.Hourly, &low); a.AQI != -1 || !a.Withheld || a.Missing != standard.Of(air.PM25) || a.Raw != 58 || a.Primary != 0 {
		t.Errorf("low: %+v", a)
	}
	if a := rest.AQI(air.Hourly, &low); a.AQI != 58 || a.Withheld || a.Primary != standard.Of(air.PM10) {
		t.Errorf("low, rest: %+v", a)
	}
	if a := r.AQI(air.Hourly, &high); a.AQI != 105 || a.Withheld || a.Primary != standard.Of(air.O3) || a.Exceeding != standard.Of(air.O3) || a.Above50 != standard.Of(air.O3, air.PM10) {
		t.Errorf("high: %+v", a)
	}
	if a := rest.AQI(air.Hourly, &none); a.AQI != -1 || !a.Withheld {
		t.Errorf("none: %+v", a)
	}
	if a := r.AQI(air.Hourly, &planned); a.AQI != 58 || a.Missing != 0 {
		t.Errorf("planned: %+v", a)
	}
	zero := air.Values{0, 0, 0, 0, air.Missing, 0, 0}
	if a, b := r.AQI(air.Hourly, &zero), rules(t, "2012", air.Options{}).AQI(air.Hourly, &zero); a.AQI != 1 || b.AQI != 0 || a.Level != 1 {
		t.Errorf("all zero: %d and %d", a.AQI, b.AQI)
	}
	// 2012, daily: MDA8 beyond its table gives way to the 1-hour value, or counts as the table's end.
	old := rules(t, "2012", air.Options{})
	v := air.Values{8, 30, 6, 900, 801, 60, 20}
	if a := old.AQI(air.Daily, &v); a.AQI != 350 || a.Primary != standard.Of(air.O3) || a.IAQI[air.O3_8h] != -1 {
		t.Errorf("O3 1 h in its place: %+v", a)
	}
	v[air.O3] = air.Missing
	if a := old.AQI(air.Daily, &v); a.AQI != 300 || a.Primary != standard.Of(air.O3_8h) || a.IAQI[air.O3_8h] != -1 {
		t.Errorf("without O3 1 h: %+v", a)
	}
}

// Guangdong provincial platform, dust days of April 2025: the AQI of the gases alone.
func TestPublishedDustDays(t *testing.T) {
	r := rules(t, "2012", air.Options{Missing: air.Rest})
	for _, f := range []struct {
		v   air.Values
		aqi int16
	}{ // 广州 2025-04-13, 14, 17, 18
		{air.Values{6, 25, 4, -1, 87, air.Planned, air.Planned}, 44}, {air.Values{8, 51, 6, -1, 158, air.Planned, air.Planned}, 99},
		{air.Values{5, 21, 5, -1, 131, air.Planned, air.Planned}, 76}, {air.Values{5, 32, 5, -1, 43, air.Planned, air.Planned}, 40},
	} {
		if got := r.AQI(air.Daily, &f.v).AQI; got != f.aqi {
			t.Errorf("%v: %d, want %d", f.v, got, f.aqi)
		}
	}
	n := 0
	for _, row := range vector(t, "air_daily_guangdong_dust.csv") {
		if !strings.HasPrefix(row["date"], "2025-04") || row["reproduces"] == "no" {
			continue // the other rows keep the AQI with particulates
		}
		v := air.Values{steps(t, r, air.SO2, row["so2_24h"]), steps(t, r, air.NO2, row["no2_24h"]), steps(t, r, air.CO, row["co_24h_mg"]), air.Missing, steps(t, r, air.O3_8h, row["o3_mda8"]), air.Planned, air.Planned}
		if _, pm, ok := strings.Cut(row["pm10_pm25"], "PM2.5="); ok {
			v[air.PM25] = steps(t, r, air.PM25, pm)
		}
		if got := r.AQI(air.Daily, &v).AQI; strconv.Itoa(int(got)) != row["published_aqi"] {
			t.Errorf("%s %s: %d, published %s", row["city"], row["date"], got, row["published_aqi"])
		}
		n++
	}
	if n < 90 {
		t.Errorf("only %d rows", n)
	}
}

// Published composite indices (Heyuan 2022-02, Wuyuan 2023-09, Naiman Q1, Guangzhou 1001A
// 2025-02-09..10): each single index is rounded half-even, then they are added.
func TestPublishedComposite(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	index := func(so2, no2, pm10, pm25, co, o3 string) air.CompositeResult {
		var c [air.N]num.Decimal
		for p, s := range map[air.Pollutant]string{air.SO2: so2, air.NO2: no2, air.PM10: pm10, air.PM25: pm25, air.CO: co, air.O3_8h: o3} {
			c[p] = num.MustParse(s)
		}
		return r.Composite(&c, standard.Of(air.SO2, air.NO2, air.PM10, air.PM25, air.CO, air.O3_8h))
	}
	for _, f := range [][7]string{
		{"3", "13", "16", "13", "0.9", "87", "1.73"}, {"11", "16", "40", "16", "0.6", "139", "2.63"},
		{"9", "14", "77", "23", "1.1", "96", "3.14"}, {"4", "36", "50", "15", "0.5", "81", "2.74"},
	} {
		if got := index(f[0], f[1], f[2], f[3], f[4], f[5]); got.Composite.String() != f[6] {
			t.Errorf("%v: got %s", f, got.Composite)
		}
	}
	n := 0
	for _, row := range vector(t, "air_composite.csv") {
		got := index(row["so2"], row["no2"], row["pm10"], row["pm25"], row["co95_mg"], row["o3_90"])
		for p, c := range map[air.Pollutant]string{air.SO2: "si_so2", air.NO2: "si_no2", air.PM10: "si_pm10", air.PM25: "si_pm25", air.CO: "si_co", air.O3_8h: "si_o3"} {
			if got.Single[p].String() != row[c] {
				t.Errorf("%s %s: %s, want %s", row["place"], p, got.Single[p], row[c])
			}
		}
		if got.Composite.String() != row["sum_of_si_rounded2_halfeven"] {
			t.Errorf("%s: %s, want %s", row["place"], got.Composite, row["sum_of_si_rounded2_halfeven"])
		}
		if strings.Contains(row["reproduces_with"], "half-even") && got.Composite.String() != row["published_index"] {
			t.Errorf("%s: %s, published %s", row["place"], got.Composite, row["published_index"])
		}
		n++
	}
	if n != 6 {
		t.Errorf("%d rows", n)
	}
}

// Places of 21 cities, Guangdong bulletin for August 2017; equal values share a place.
func TestPublishedRanks(t *testing.T) {
	var values []num.Decimal
	var have []bool
	rows := vector(t, "air_rank_guangdong_2017_08.csv")
	for _, row := range rows {
		values, have = append(values, num.MustParse(row["published_index"])), append(have, true)
	}
	for i, place := range air.RankDecimals(values, have, false) {
		if strconv.Itoa(place) != rows[i]["published_rank"] {
			t.Errorf("%s: %d, published %s", rows[i]["city"], place, rows[i]["published_rank"])
		}
	}
	if got := air.Rank([]int32{261, 238, 263, 261, -1, 293}, false); !slices.Equal(got, []int16{2, 1, 4, 2, 0, 5}) {
		t.Errorf("places %v", got)
	}
}

// 新乡 PM10 and PM2.5, 2017-02 (新乡日报, news.xxrb.com.cn): from the printed values.
func TestPublishedChanges(t *testing.T) {
	for _, f := range [][3]string{{"155", "204", "-24.0"}, {"155", "162", "-4.3"}, {"98", "138", "-29.0"}, {"181", "204", "-11.3"}} {
		if _, pct, ok := air.Change(num.MustParse(f[0]), num.MustParse(f[1]), 1); !ok || pct.String() != f[2] {
			t.Errorf("%v: %s", f, pct)
		}
	}
	rows := vector(t, "air_change_rates.csv")
	for _, row := range rows {
		if _, pct, ok := air.Change(num.MustParse(row["current"]), num.MustParse(row["previous"]), 1); !ok || num.Cmp(pct, num.MustParse(row["published_pct"])) != 0 {
			t.Errorf("%s %s %s: %s, published %s", row["place"], row["item"], row["periods"], pct, row["published_pct"])
		}
	}
	if len(rows) != 12 {
		t.Errorf("%d rows", len(rows))
	}
	if diff, _, ok := air.Change(num.MustParse("3.5"), num.MustParse("0"), 1); ok || diff.String() != "3.5" {
		t.Errorf("from nothing: %s %v", diff, ok)
	}
}

// Good days of valid days: Wuyuan 2023-09 27/29, Naiman Q1 86/91, Puning 2025 352/365.
func TestPublishedGoodDays(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	rows := vector(t, "air_good_rate.csv")
	rows = append(rows, map[string]string{"good_days": "26", "valid_days": "28", "published_pct": "92.9"}) // 珠海, August 2017
	for _, row := range rows {
		good, _ := strconv.Atoi(row["good_days"])
		valid, _ := strconv.Atoi(row["valid_days"])
		got, ok := r.GoodRatio(&air.Stats{GoodDays: int16(good), ValidDays: int16(valid), Days: int16(valid) + 1})
		if !ok || got.String() != row["published_pct"] {
			t.Errorf("%d of %d: %s, published %s", good, valid, got, row["published_pct"])
		}
	}
	if _, ok := r.GoodRatio(&air.Stats{Days: 30}); ok {
		t.Error("a ratio without valid days")
	}
}

// The published Henan series has no inputs; its figures must at least be printable by the
// edition of their time: period means as whole µg/m³, ratios with one decimal.
func TestHenanSeriesDecimals(t *testing.T) {
	r := rules(t, "2012", air.Options{})
	n := 0
	for _, row := range vector(t, "air_henan_series.csv") {
		if row["item"] != "PM10" && row["item"] != "PM2.5" || row["unit"] != "µg/m3" {
			continue
		}
		p, _ := standard.ParsePollutant(row["item"])
		_, _, places := r.DecimalsOf(p)
		d, err := num.Parse(row["value"])
		if err != nil {
			continue // several items in one cell
		}
		if int(d.Places) != places {
			t.Errorf("%s %s %s: %s has not %d decimals", row["place"], row["period"], row["item"], row["value"], places)
		}
		n++
	}
	if n < 5 {
		t.Errorf("only %d figures", n)
	}
}
