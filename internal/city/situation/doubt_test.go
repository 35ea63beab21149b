package situation_test

import (
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Why a value is suspect is kept and told: its neighbours' median and how far it stands above.
func TestSuspectHourTellsWhy(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		for _, s := range []string{"N3", "N4"} {
			_, _, err := r.tel.PutSite(r.system(), telemetry.SiteSpec{Code: s, Name: "国控" + s, Kind: telemetry.National, Region: region.Code("410704000000"), Counted: true})
			must(t, err)
		}
		end := morning.Add(-time.Hour).UnixMilli()
		b := telemetry.Batch{Delivery: telemetry.Delivery{Stream: "feed", StreamName: "在线", Kind: telemetry.Feed}}
		for s, v := range map[string]int64{"N1": 416_000, "N2": 38_000, "N3": 40_000, "N4": 44_000} {
			b.Columns = append(b.Columns, telemetry.Column{Site: s, Factor: "PM25", Stat: "hour", Times: []int64{end}, Values: []int64{v}})
		}
		for range 2 { // the same delivery again changes nothing
			_, err := r.tel.Ingest(r.system(), b)
			must(t, err)
		}
		e, err := r.air.Explain(r.system(), city, "hour~N1~"+calendarText(end)+"~pm25", time.Time{})
		must(t, err)
		if len(e.Inputs) != 1 || !contains(e.Inputs[0].Source, "存疑（为周边 3 个站中位数 40 的 10.4 倍）") || !contains(e.Inputs[0].SourceEN, "10.4 times the median 40 of 3 neighbours") {
			t.Errorf("inputs %+v", e.Inputs)
		}
		if e, err = r.air.Explain(r.system(), city, "hour~410700000000~"+calendarText(end)+"~pm25", time.Time{}); err != nil || !contains(e.Inputs[0].Source+e.Inputs[1].Source, "10.4 倍") {
			t.Errorf("the city's hour does not tell: %v %+v", err, e)
		}
	})
}

func calendarText(end int64) string { return calendar.FormatTime(end) + ":00+08:00" }
