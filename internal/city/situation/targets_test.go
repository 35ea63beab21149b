package situation_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/calendar"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func TestTargetsLedgerIsExact(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		r.target("pm25", "42")
		r.target("pm10", "85")
		r.target("good_days", "300")
		p, err := r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		if p.Year != 2026 || p.DaysUsed != 239 || p.DaysLeft != 126 || len(p.Items) != 3 {
			t.Fatalf("year %d used %d left %d", p.Year, p.DaysUsed, p.DaysLeft)
		}
		// The mean of the city's printed days, by hand from the day table.
		days, err := r.air.Days(r.system(), city, "2026-01-01", "2026-08-27", time.Time{})
		must(t, err)
		var sum int64
		good := 0
		for _, d := range days.Items {
			v, err := strconv.ParseInt(d.Values["pm25"].Value, 10, 64)
			must(t, err)
			sum += v
		}
		for _, d := range p.Calendar {
			if d.Valid && *d.AQI <= 100 {
				good++
			}
		}
		pm, gd := p.Items[0], p.Items[2]
		tenths := halfEven(sum*10, 239)
		if want := tenths[:len(tenths)-1] + "." + tenths[len(tenths)-1:]; pm.ToDate.Value != want {
			t.Errorf("PM2.5 to date %s, want %s", pm.ToDate.Value, want)
		}
		// R(T') with one printed decimal: largest mean that still prints 42.0 is 42.05.
		allowed := (42050*365 - sum*1000) / 126 / 100
		if got := strings.Replace(pm.AllowedMean.Value, ".", "", 1); got != itoa(allowed) {
			t.Errorf("allowed mean %s, want %d tenths", pm.AllowedMean.Value, allowed)
		}
		if gd.ToDate.Value != strconv.Itoa(good) || gd.GoodNeeded != max(300-good, 0) || gd.BudgetDays != 126-(300-good) {
			t.Errorf("good days %s needed %d budget %d; counted %d", gd.ToDate.Value, gd.GoodNeeded, gd.BudgetDays, good)
		}
		if pm.Probability.Value == "" || p.Joint.Value == "" || pm.Curve.P50[364] == nil || pm.Curve.ThisYear[239] != nil || pm.Curve.ThisYear[238] == nil {
			t.Errorf("probability %q joint %q", pm.Probability.Value, p.Joint.Value)
		}
	})
}

func TestTargetsSayWhyThereIsNoProbability(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		for _, s := range []string{"N1", "N2"} {
			r.fill(s, calendar.MustDay("2026-01-01"), morning.Add(-time.Hour).UnixMilli(), 0)
		}
		p, err := r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		if !contains(p.Answer, "尚未录入本年度目标") || p.Items[0].Probability.Value != "" {
			t.Errorf("answer %q", p.Answer)
		}
		r.target("pm25", "42")
		p, err = r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		if !contains(p.Answer, "没有可用的历史年份") {
			t.Errorf("answer %q", p.Answer)
		}
		e, err := r.air.Explain(r.system(), city, p.Items[0].Probability.Key, time.Time{})
		must(t, err)
		if len(e.Notes) == 0 || !contains(strings.Join(e.Notes, ""), "往年数据") {
			t.Errorf("explanation %+v", e)
		}
	})
}

func TestWhatIfArithmetic(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		r.target("pm25", "42")
		r.target("good_days", "300")
		p, err := r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		rest, pm, o3 := 30.0, 20, 6
		a, err := r.air.WhatIf(r.system(), situation.WhatIf{Region: string(city), PM25RestMean: &rest, PMExceedDays: &pm, O3ExceedDays: &o3})
		must(t, err)
		good, _ := strconv.Atoi(p.Items[2].ToDate.Value)
		if want := strconv.Itoa(good + 126 - 26); a.GoodDays.Value != want {
			t.Errorf("good days %s, want %s", a.GoodDays.Value, want)
		}
		if a.PM25.Value == "" || a.Probability["pm25"] == "" || len(a.Arithmetic) != 3 {
			t.Errorf("answer %+v", a)
		}
		low, high := 1.0, 900.0
		best, err := r.air.WhatIf(r.system(), situation.WhatIf{Region: string(city), PM25RestMean: &low})
		must(t, err)
		worst, err := r.air.WhatIf(r.system(), situation.WhatIf{Region: string(city), PM25RestMean: &high})
		must(t, err)
		if best.Probability["pm25"] != "100" || worst.Probability["pm25"] != "0" {
			t.Errorf("probability %s with clean air, %s with 900", best.Probability["pm25"], worst.Probability["pm25"])
		}
		many := 100
		if _, err := r.air.WhatIf(r.system(), situation.WhatIf{Region: string(city), PMExceedDays: &many, O3ExceedDays: &many}); !fault.Is(err, fault.Invalid) {
			t.Errorf("more lost days than days left: %v", err)
		}
	})
}

func TestTargetEditsDoNotOverwriteEachOther(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.target("pm25", "42")
		for _, bad := range []struct{ item, value string }{{"pm25", "x"}, {"pm25", "-3"}, {"pm25", "0"}, {"good_days", "366"}, {"good_days", "10.5"}, {"so2", "10"}} {
			if _, err := r.air.SetTarget(r.system(), city, 2026, bad.item, bad.value, "文件", 0); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s %s: %v", bad.item, bad.value, err)
			}
		}
		if _, err := r.air.SetTarget(r.system(), city, 2026, "pm25", "41", "文件", 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("creating twice: %v", err)
		}
		got, err := r.air.SetTarget(r.system(), city, 2026, "pm25", "41", "文件", 1)
		must(t, err)
		if got.Version != 2 {
			t.Errorf("version %d", got.Version)
		}
		if _, err := r.air.SetTarget(r.system(), city, 2026, "pm25", "40", "文件", 1); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale edit: %v", err)
		}
		if _, err := r.air.SetTarget(r.system(), city, 2026, "pm25", "40", " ", 2); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a source: %v", err)
		}
	})
}

func TestAssessedLeavesDustOut(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		before, err := r.air.Months(r.system(), city, 2026, "assessed", time.Time{})
		must(t, err)
		must(t, r.air.SetDust(r.system(), city, []calendar.Day{calendar.MustDay("2026-03-10"), calendar.MustDay("2026-03-11")}, "总站审核"))
		must(t, r.air.SetDust(r.system(), city, []calendar.Day{calendar.MustDay("2026-03-10")}, "总站审核"))
		observed, err := r.air.Months(r.system(), city, 2026, "observed", time.Time{})
		must(t, err)
		assessed, err := r.air.Months(r.system(), city, 2026, "assessed", time.Time{})
		must(t, err)
		if observed.Items[2].PM10.Valid != 31 || assessed.Items[2].PM10.Valid != 29 || before.Items[2].PM10.Valid != 31 {
			t.Errorf("valid PM10 days in March: observed %d, assessed %d, before %d", observed.Items[2].PM10.Valid, assessed.Items[2].PM10.Valid, before.Items[2].PM10.Valid)
		}
		if observed.Items[2].GoodDays != assessed.Items[2].GoodDays {
			t.Errorf("good days keep the observed AQI: %d and %d", observed.Items[2].GoodDays, assessed.Items[2].GoodDays)
		}
	})
}

func TestEveryFigureExplainsItself(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		r.target("pm25", "42")
		r.target("pm10", "85")
		r.target("good_days", "300")
		var figures []situation.Figure
		n, err := r.air.Now(r.system(), city, time.Time{}, nil)
		must(t, err)
		figures = append(figures, n.City.Figure, n.Stations[0].Hour.Figure)
		for _, f := range n.City.Values {
			figures = append(figures, f)
		}
		for _, f := range n.Stations[2].Hour.Values {
			figures = append(figures, f)
		}
		d, err := r.air.Day(r.system(), city, "", time.Time{})
		must(t, err)
		figures = append(figures, d.City.Figure, d.City.Values["o3_8h"], d.Stations[0].Day.Figure, d.Stations[0].Day.Values["o3_8h"])
		p, err := r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		for _, it := range p.Items {
			figures = append(figures, it.Target, it.ToDate, it.SamePeriodLastYear, it.AllowedMean, it.LastYearRest, it.Probability)
		}
		figures = append(figures, p.Joint)
		for _, list := range []string{"nation", "province", "county"} {
			k, err := r.air.Ranking(r.system(), city, list, "ytd", "", "", time.Time{})
			must(t, err)
			row := k.Rows[0]
			figures = append(figures, row.Composite, row.PM25, row.COP95, row.O3P90)
		}
		m, err := r.air.Months(r.system(), city, 2026, "", time.Time{})
		must(t, err)
		figures = append(figures, m.Items[0].PM25, m.Items[0].Composite)
		for _, f := range figures {
			if f.Value == "" {
				t.Errorf("%s has no value", f.Key)
			}
			e, err := r.air.Explain(r.system(), city, f.Key, time.Time{})
			if err != nil {
				t.Errorf("%s: %v", f.Key, err)
				continue
			}
			if e.Title == "" || e.Formula == "" || e.Standard == "" || len(e.Inputs)+len(e.Counts) == 0 {
				t.Errorf("%s: thin explanation %+v", f.Key, e)
			}
		}
		for _, bad := range []string{"", "hour", "hour~x~y~z", "period~nation~1~2~3~4~5", "day~C1~2026-08-27~pm99", "probability~410700000000~x~pm25~observed"} {
			if _, err := r.air.Explain(r.system(), city, bad, time.Time{}); !fault.Is(err, fault.NotFound) {
				t.Errorf("key %q: %v", bad, err)
			}
		}
	})
}
