package situation_test

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/internal/rules/standard"
)

// TestSuspectValuesCountUntilSomebodyDecides: a mark set by a machine takes no value out of the
// city's mean; a rule may say otherwise from a day on; a person's decision ends both.
func TestSuspectValuesCountUntilSomebodyDecides(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		for _, s := range []string{"N3", "N4"} {
			_, _, err := r.tel.PutSite(r.system(), telemetry.SiteSpec{Code: s, Name: "国控" + s, Kind: telemetry.National, Region: region.Code("410704000000"), Counted: true})
			must(t, err)
		}
		end := morning.Add(-time.Hour).UnixMilli()
		b := telemetry.Batch{Delivery: telemetry.Delivery{Stream: "feed", StreamName: "在线", Kind: telemetry.Feed}}
		for s, v := range map[string]int64{"N1": 416_000, "N2": 38_000, "N3": 40_000, "N4": 42_000} {
			b.Columns = append(b.Columns, telemetry.Column{Site: s, Factor: "PM25", Stat: "hour", Times: []int64{end}, Values: []int64{v}})
		}
		account, err := r.tel.Ingest(r.system(), b)
		must(t, err)
		if account.Suspect != 1 {
			t.Fatalf("%+v", account)
		}
		strict, late := r.withSuspects(`from = "1990-01-01"`), r.withSuspects(`from = "2027-01-01"`)
		hour := func(what string, air *situation.Service, want, word string) {
			t.Helper()
			now, err := air.Now(r.system(), city, time.Time{}, nil)
			must(t, err)
			if got := now.City.Values["pm25"].Value; got != want {
				t.Errorf("%s: the city's hour is %s, want %s", what, got, want)
			}
			e, err := air.Explain(r.system(), city, "hour~N1~"+calendarText(end)+"~pm25", time.Time{})
			if err == nil && word != "" && !contains(e.Inputs[len(e.Inputs)-1].Source, word) {
				t.Errorf("%s: %+v do not say %s", what, e.Inputs, word)
			}
		}
		hour("as built", r.air, "134", "人工更正前计入统计")
		hour("left out", strict, "40", "")
		hour("left out from next year on", late, "134", "人工更正前计入统计")
		value := int64(416_000)
		_, err = r.tel.Correct(r.system(), telemetry.Correction{Site: "N1", Factor: "PM25", Stat: "hour", Time: end, Value: &value, Reason: "复核属实"})
		must(t, err)
		for what, air := range map[string]*situation.Service{"confirmed": r.air, "confirmed, left out before": strict} {
			_, err := air.Refresh(r.system())
			must(t, err)
			hour(what, air, "134", "人工订正")
		}
		_, err = r.tel.Correct(r.system(), telemetry.Correction{Site: "N1", Factor: "PM25", Stat: "hour", Time: end, Reason: "仪器故障"})
		must(t, err)
		_, err = r.air.Refresh(r.system())
		must(t, err)
		hour("invalidated", r.air, "40", "")
	})
}

// withSuspects is the situation under rules that leave suspect values out from a day on.
func (r *rig) withSuspects(from string) *situation.Service {
	r.t.Helper()
	text, err := os.ReadFile("../telemetry/rules.toml")
	must(r.t, err)
	text = bytes.Replace(text, []byte("[[suspect]]"), []byte("[[suspect]]\n"+from+"\nstatistics = \"leave_out\"\nconfidence = \"C\"\nsource = \"试验\"\n\n[[suspect]]"), 1)
	text = bytes.Replace(text, []byte("from       = \"1990-01-01\"\nstatistics = \"count\""), []byte("from       = \"1980-01-01\"\nstatistics = \"count\""), 1)
	rules, err := telemetry.LoadRules("rules.toml", text)
	must(r.t, err)
	reg, err := standard.Builtin()
	must(r.t, err)
	air, err := situation.New(r.db, telemetry.New(r.db, rules), reg, situation.Config{City: city, Name: func(_ context.Context, c region.Code) string {
		return map[region.Code]string{city: "新乡市"}[c]
	}})
	must(r.t, err)
	return air
}

func TestSuspectRulesAreChecked(t *testing.T) {
	for _, text := range []string{"statistics = \"drop\"\nconfidence = \"C\"\nsource = \"x\"", "statistics = \"count\"\nconfidence = \"C\"", "statistics = \"count\"\nsource = \"x\""} {
		if _, err := telemetry.LoadRules("r.toml", []byte("[neighbours]\nratio = 10\nleast = 3\n[[suspect]]\nfrom = \"2026-01-01\"\n"+text+"\n")); err == nil || !contains(err.Error(), "suspect 1") {
			t.Errorf("%s: %v", text, err)
		}
	}
	none := &telemetry.Rules{}
	if !none.SuspectCounts(calendar.Date(2026, 8, 28).Start()+1) || none.LeavesOut() {
		t.Error("without a rule a suspect value counts")
	}
}
