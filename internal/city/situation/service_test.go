package situation_test

import (
	"testing"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

func TestNowShowsCityAndStations(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		n, err := r.air.Now(r.as(city, access.AirRead), city, time.Time{}, []string{"C1"})
		must(t, err)
		if n.City.Time != "2026-08-28T07:00:00+08:00" || n.City.AQI == nil {
			t.Fatalf("city hour %s, AQI %s (%s)", n.City.Time, deref(n.City.AQI), n.City.Withheld)
		}
		// The city is the mean of the two counted stations only.
		day, label := calendar.HourOf(morning.Add(-time.Hour).UnixMilli())
		sum := concentration("N1", "PM25", day, label) + concentration("N2", "PM25", day, label)
		if got, want := n.City.Values["pm25"].Value, halfEven(sum, 2000); got != want {
			t.Errorf("city PM2.5 %s, want %s", got, want)
		}
		if len(n.Stations) != 4 || n.Stations[0].Site.Kind != "national" || n.Stations[3].Site.Kind != "county" {
			t.Errorf("stations %+v", n.Stations)
		}
		if len(n.Series["city"].PM25) != 72 || len(n.Series["C1"].PM25) != 72 || len(n.Hours) != 72 {
			t.Errorf("curves have %d and %d hours", len(n.Series["city"].PM25), len(n.Series["C1"].PM25))
		}
		if n.Completeness.Share != "100.0" || n.Completeness.Missing != 0 || len(n.Completeness.Rows) != 4 {
			t.Errorf("completeness %+v", n.Completeness)
		}
		if n.Meta.Standard != "2026-transition" || n.Meta.Region.Name != "新乡市" {
			t.Errorf("meta %+v", n.Meta)
		}
	})
}

// halfEven prints sum/den as an integer, ties to even.
func halfEven(sum, den int64) string {
	q, rest := sum/den, sum%den
	if 2*rest > den || 2*rest == den && q%2 == 1 {
		q++
	}
	return itoa(q)
}

func TestSilentStationIsNamed(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		until := morning.Add(-time.Hour).UnixMilli()
		for _, s := range []string{"N1", "N2", "C1"} {
			r.fill(s, calendar.MustDay("2026-08-20"), until, 0)
		}
		r.fill("C2", calendar.MustDay("2026-08-20"), until-6*calendar.MsPerHour, 0)
		n, err := r.air.Now(r.system(), city, time.Time{}, nil)
		must(t, err)
		last := n.Stations[len(n.Stations)-1]
		if last.Site.Code != "C2" || last.OfflineSince != "2026-08-28T01:00:00+08:00" || last.Hour.AQI != nil {
			t.Errorf("silent station %+v", last)
		}
		if want := "4 站中 3 站有数，获嘉县站离线近 6 小时"; !contains(n.Answer, want) {
			t.Errorf("answer %q does not say %q", n.Answer, want)
		}
		if n.Completeness.Missing != 6 {
			t.Errorf("missing %d hours, want 6", n.Completeness.Missing)
		}
	})
}

func TestCorrectionReachesDayMonthYearAndRank(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		ctx := r.system()
		before := r.state()
		for _, site := range []string{"N1", "N2"} {
			for label := 1; label <= 24; label++ {
				v := int64(900_000)
				_, err := r.tel.Correct(r.system(), telemetry.Correction{Site: site, Factor: "PM25", Stat: "hour",
					Time: calendar.HourEnd(calendar.MustDay("2026-08-20"), label), Value: &v, Reason: "仪器校准后复核"})
				must(t, err)
			}
		}
		changed, err := r.air.Refresh(ctx)
		must(t, err)
		if !changed {
			t.Fatal("the corrections did not reach the board")
		}
		after := r.state()
		if after.day != "900" || after.day == before.day {
			t.Errorf("day %s → %s, want 900", before.day, after.day)
		}
		if after.month == before.month || after.year == before.year || after.composite == before.composite {
			t.Errorf("month %s → %s, year %s → %s, index %s → %s: all should move", before.month, after.month, before.year, after.year, before.composite, after.composite)
		}
		if before.rank != 1 || after.rank != 2 {
			t.Errorf("place %d → %d, want 1 → 2", before.rank, after.rank)
		}
		if after.flag != "corrected" {
			t.Errorf("the corrected day is marked %q", after.flag)
		}
	})
}

type state struct {
	day, month, year, composite, flag string
	rank                              int
}

func (r *rig) state() (s state) {
	r.t.Helper()
	days, err := r.air.Days(r.system(), city, "2026-08-20", "2026-08-20", time.Time{})
	must(r.t, err)
	s.day, s.flag = days.Items[0].Values["pm25"].Value, days.Items[0].Values["pm25"].Flag
	months, err := r.air.Months(r.system(), city, 2026, "", time.Time{})
	must(r.t, err)
	s.month, s.year = months.Items[7].PM25.Value, months.Items[len(months.Items)-1].PM25.Value
	rank, err := r.air.Ranking(r.system(), city, "nation", "month", "", "", time.Time{})
	must(r.t, err)
	for _, row := range rank.Rows {
		if row.Own {
			s.rank, s.composite = row.Rank, row.Composite.Value
		}
	}
	return s
}

func TestAsOfShowsWhatWasKnown(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		until := morning.Add(-time.Hour).UnixMilli()
		known := morning.Add(-48 * time.Hour)
		for _, s := range []string{"N1", "N2", "C1", "C2"} {
			r.fill(s, calendar.MustDay("2026-08-01"), known.UnixMilli(), known.UnixMilli())
			r.fill(s, calendar.DayOf(known.UnixMilli()), until, until)
		}
		then, err := r.air.Now(r.system(), city, known, nil)
		must(t, err)
		if then.City.Time != known.Format(time.RFC3339) {
			t.Errorf("as of %s the newest hour is %s", known, then.City.Time)
		}
		if then.Meta.AsOf == "" || then.Meta.DataTime != known.Format(time.RFC3339) {
			t.Errorf("meta %+v", then.Meta)
		}
		live, err := r.air.Now(r.system(), city, time.Time{}, nil)
		must(t, err)
		if live.City.Time != "2026-08-28T07:00:00+08:00" {
			t.Errorf("live hour %s", live.City.Time)
		}
		if _, err := r.air.Now(r.system(), city, morning.Add(time.Hour), nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("a time to come: %v", err)
		}
		if _, err := r.air.Now(r.system(), city, known.AddDate(-1, 0, 0), nil); !fault.Is(err, fault.NotFound) {
			t.Errorf("before any data: %v", err)
		}
	})
}

func TestCountyReadsItselfOnly(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		reader := r.as(countyA, access.AirRead)
		n, err := r.air.Now(reader, "", time.Time{}, nil)
		must(t, err)
		if n.Meta.Region.Code != string(countyA) || len(n.Stations) != 1 || n.Stations[0].Site.Code != "C1" {
			t.Errorf("county page %+v", n.Meta)
		}
		refused := func(name string, err error) {
			t.Helper()
			if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v, want a refusal", name, err)
			}
		}
		for _, other := range []region.Code{countyB, city} {
			_, err = r.air.Now(reader, other, time.Time{}, nil)
			refused("now", err)
			_, err = r.air.Targets(reader, other, 0, "", time.Time{})
			refused("targets", err)
			_, err = r.air.Map(reader, other)
			refused("map", err)
			_, err = r.air.SetTarget(reader, other, 2026, "pm25", "40", "x", 0)
			refused("set target", err)
			_, err = r.air.WhatIf(reader, situation.WhatIf{Region: string(other)})
			refused("what if", err)
		}
		other, err := r.air.Now(r.system(), countyB, time.Time{}, nil)
		must(t, err)
		for _, k := range []string{other.City.Values["pm25"].Key, other.Stations[0].Hour.Values["pm25"].Key} {
			_, err = r.air.Explain(reader, countyA, k, time.Time{})
			refused("explain "+k, err)
		}
		found, err := r.air.Search(reader, "获嘉")
		must(t, err)
		if len(found) != 0 {
			t.Errorf("search shows another county: %+v", found)
		}
	})
}

// A station that was closed, or is not open yet, is neither expected nor missed: two running
// stations of five make a city whose values are complete.
func TestClosedStationsAreNotExpected(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		for _, s := range []telemetry.SiteSpec{
			{Code: "O1", Name: "老站一(停运250101)", Kind: telemetry.National, Region: "410702000000", Counted: true},
			{Code: "O2", Name: "老站二(停运250101)", Kind: telemetry.National, Region: "410703000000", Counted: true},
			{Code: "O3", Name: "老站三(停运250101)", Kind: telemetry.National, Region: "410704000000", Counted: true},
			{Code: "F1", Name: "新站(启用270101)", Kind: telemetry.National, Region: "410704000000", Counted: true},
		} {
			_, _, err := r.tel.PutSite(r.system(), s)
			must(t, err)
		}
		r.usual()
		r.fill("O1", calendar.MustDay("2024-12-01"), calendar.HourEnd(calendar.MustDay("2024-12-31"), 24), 0)
		n, err := r.air.Now(r.system(), city, time.Time{}, nil)
		must(t, err)
		pm := n.City.Values["pm25"]
		if n.City.AQI == nil || pm.Valid != 2 || pm.Expected != 2 || pm.Completeness != 1 {
			t.Errorf("city hour: AQI %s, PM2.5 %+v", deref(n.City.AQI), pm)
		}
		if len(n.Stations) != 4 || n.Completeness.Missing != 0 || n.Completeness.Share != "100.0" || !contains(n.Answer, "4 站中 4 站有数") {
			t.Errorf("%d stations, missing %d, share %s: %s", len(n.Stations), n.Completeness.Missing, n.Completeness.Share, n.Answer)
		}
		e, err := r.air.Explain(r.system(), city, pm.Key, time.Time{})
		must(t, err)
		if len(e.Inputs) != 2 {
			t.Errorf("the city's hour has inputs %+v", e.Inputs)
		}
		d, err := r.air.Day(r.system(), city, "2026-08-20", time.Time{})
		must(t, err)
		if d.City.AQI == nil || len(d.Stations) != 4 {
			t.Errorf("city day AQI %s (%s), %d stations", deref(d.City.AQI), d.City.Withheld, len(d.Stations))
		}
		months, err := r.air.Months(r.system(), city, 2026, "", time.Time{})
		must(t, err)
		if m := months.Items[2]; m.PM25.Value == "" || m.ValidDays != 31 {
			t.Errorf("March 2026: %+v", m)
		}
		// Before 2025 the closed stations were asked for: one of five is not enough.
		old, err := r.air.Day(r.system(), city, "2024-12-20", time.Time{})
		must(t, err)
		if old.City.AQI != nil || len(old.Stations) != 7 {
			t.Errorf("2024-12-20: AQI %s, %d stations", deref(old.City.AQI), len(old.Stations))
		}
	})
}

// Nothing is said of how long a station is silent of which nothing is known.
func TestNothingIsInventedWithoutData(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		until := morning.Add(-time.Hour).UnixMilli()
		for _, s := range []string{"N1", "N2", "C1"} {
			r.fill(s, calendar.MustDay("2026-08-28"), until, 0)
		}
		n, err := r.air.Now(r.system(), city, time.Time{}, nil)
		must(t, err)
		last := n.Stations[len(n.Stations)-1]
		if last.Site.Code != "C2" || last.OfflineSince != "" || !last.NeverReported {
			t.Errorf("a station that never reported: %+v", last)
		}
		if contains(n.Answer, "离线") || !contains(n.Answer, "1 站没有任何数据") {
			t.Errorf("answer %q", n.Answer)
		}
		p, err := r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		if !contains(p.Answer, "今年还没有有效的日数据") || contains(p.Answer, "优良天数 0") || contains(p.AnswerEN, "0 good") {
			t.Errorf("targets without a valid day: %q / %q", p.Answer, p.AnswerEN)
		}
	})
}
