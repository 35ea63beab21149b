package situation_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/rules/calendar"
)

// A corrected hour is told as such everywhere it went into: the hour itself, the station's
// day, the city's day, the month and the year's mean.
func TestExplanationNamesRevisionAndSource(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		r.target("pm25", "42")
		day := calendar.MustDay("2026-08-27")
		v := int64(99_000)
		_, err := r.tel.Correct(r.system(), telemetry.Correction{Site: "N1", Factor: "PM25", Stat: "hour", Time: calendar.HourEnd(day, 20), Value: &v, Reason: "仪器校准后复核"})
		must(t, err)
		_, err = r.air.Refresh(r.system())
		must(t, err)
		explain := func(key string) *situation.Explanation {
			t.Helper()
			e, err := r.air.Explain(r.system(), city, key, time.Time{})
			must(t, err)
			for _, in := range e.Inputs {
				if in.RecordedAt == "" || in.Source == "" || in.SourceEN == "" {
					t.Errorf("%s: input %q has no record time or source: %+v", key, in.Name, in)
				}
			}
			return e
		}
		// the hour: its old and its new value
		hour := explain("hour~N1~2026-08-27T20:00:00+08:00~pm25")
		if len(hour.Inputs) != 2 || hour.Inputs[1].Revision != 1 || hour.Inputs[1].Value != "99" || !contains(hour.Inputs[1].Source, "人工订正") || !contains(hour.Inputs[1].Source, "仪器校准后复核") {
			t.Errorf("hour: %+v", hour.Inputs)
		}
		// the station's day: hour 20 in revision 1, the others as received
		sd := explain("day~N1~2026-08-27~pm25")
		if len(sd.Inputs) != 24 || sd.Inputs[19].Revision != 1 || sd.Inputs[19].Value != "99" || !contains(sd.Inputs[19].Source, "人工订正") {
			t.Errorf("hour 20 of the station's day: %+v", sd.Inputs[19])
		}
		if sd.Inputs[18].Revision != 0 || !contains(sd.Inputs[18].Source, "原始值") {
			t.Errorf("hour 19 of the station's day: %+v", sd.Inputs[18])
		}
		// what is made of many hours: the highest revision, and how many were revised
		for _, key := range []string{"day~410700000000~2026-08-27~pm25", "period~unit~410700000000~2026-08-01~2026-08-27~pm25~observed", "to_date~410700000000~2026~pm25~observed"} {
			e := explain(key)
			if in := e.Inputs[0]; in.Revision != 1 || !contains(in.Source, "其中 1 个有修订") || !contains(in.Source, "人工订正") {
				t.Errorf("%s: %+v", key, in)
			}
			if in := e.Inputs[1]; in.Revision != 0 || contains(in.Source, "修订") {
				t.Errorf("%s: %+v", key, in)
			}
		}
		// a city of the nation: its published day
		if e := explain("period~nation~410800000000~2026-08-01~2026-08-27~pm25~observed"); e.Inputs[0].Source == "" || e.Inputs[0].Revision != 0 {
			t.Errorf("neighbour: %+v", e.Inputs[0])
		}
		// who corrected it is told to those who may read the data
		e, err := r.air.Explain(r.as(city, access.AirRead), city, "hour~N1~2026-08-27T20:00:00+08:00~pm25", time.Time{})
		must(t, err)
		if strings.Contains(e.Inputs[1].Source, "（") {
			t.Errorf("a reader of the air is told the person: %q", e.Inputs[1].Source)
		}
		target := explain("target~410700000000~2026~pm25~observed")
		if target.Clause == "" || target.Inputs[0].Revision != 1 {
			t.Errorf("target: clause %q, %+v", target.Clause, target.Inputs)
		}
	})
}

// Explanations, reasons and notes exist in both languages: no English sentence in the
// Chinese, no Chinese in the English apart from names and what people wrote.
func TestAnswersSpeakBothLanguages(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		r.fill("C1", calendar.MustDay("2026-08-28"), morning.UnixMilli()-calendar.MsPerHour, 0)
		r.target("pm25", "42")
		r.target("pm10", "85")
		r.target("good_days", "300")
		han, words := regexp.MustCompile(`\p{Han}+`), regexp.MustCompile(`[a-z]{5,}`)
		names := regexp.MustCompile(`新乡市|新乡县站|新乡|国控[一二]|演示|焦作市?`)
		pair := func(where, zh, en string) {
			t.Helper()
			if (zh == "") != (en == "") {
				t.Errorf("%s: %q and %q", where, zh, en)
			}
			if words.MatchString(strings.ReplaceAll(zh, "aqistudy", "")) {
				t.Errorf("%s: English in %q", where, zh)
			}
			if left := han.FindString(names.ReplaceAllString(en, "")); left != "" {
				t.Errorf("%s: %q in %q", where, left, en)
			}
		}
		for _, key := range []string{
			"hour~N1~2026-08-27T20:00:00+08:00~pm25", "hour~410700000000~2026-08-27T20:00:00+08:00~pm25", "hour~410700000000~2026-08-27T20:00:00+08:00~aqi",
			"day~N1~2026-08-27~o3_8h", "day~410700000000~2026-08-27~pm25", "day~410700000000~2026-08-27~aqi",
			"period~unit~410700000000~2026-08-01~2026-08-27~pm25~observed", "period~nation~410800000000~2026-08-01~2026-08-27~composite~observed",
			"period~unit~410700000000~2026-08-01~2026-08-27~o3_8h~assessed",
			"target~410700000000~2026~pm25~observed", "to_date~410700000000~2026~good_days~observed", "last_rest~410700000000~2026~pm10~observed",
			"allowed~410700000000~2026~pm25~observed", "allowed~410700000000~2026~good_days~observed", "probability~410700000000~2026~joint~observed",
		} {
			e, err := r.air.Explain(r.system(), city, key, time.Time{})
			must(t, err)
			pair(key+" title", e.Title, e.TitleEN)
			pair(key+" formula", e.Formula, e.FormulaEN)
			pair(key+" clause", e.Clause, e.ClauseEN)
			pair(key+" edition", e.Edition, e.EditionEN)
			if len(e.Notes) != len(e.NotesEN) {
				t.Fatalf("%s: %d notes, %d in English", key, len(e.Notes), len(e.NotesEN))
			}
			for i := range e.Notes {
				pair(key+" note", e.Notes[i], e.NotesEN[i])
			}
			for _, c := range e.Counts {
				pair(key+" count", c.Name, c.NameEN)
				pair(key+" count", c.Value, c.ValueEN)
			}
			for _, in := range e.Inputs {
				pair(key+" input", in.Name, in.NameEN)
				pair(key+" unit", in.Unit, in.UnitEN)
				pair(key+" source", in.Source, in.SourceEN)
			}
		}
		d, err := r.air.Day(r.system(), city, "2020-01-01", time.Time{})
		must(t, err)
		pair("withheld", d.City.Withheld, d.City.WithheldEN)
		k, err := r.air.Ranking(r.system(), city, "nation", "ytd", "", "", time.Time{})
		must(t, err)
		pair("list", k.List.Name+k.List.Source, k.List.NameEN+k.List.SourceEN)
		pair("note", k.StandardNote, k.StandardNoteEN)
		if k.StandardNote == "" {
			t.Error("the year crosses 2026-03-01 without a note")
		}
	})
}

// A month with too few valid days keeps its figure, and says everywhere that it is not valid.
func TestTooFewDaysAreMarked(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		until := morning.Add(-time.Hour).UnixMilli()
		for _, s := range []string{"N1", "N2"} {
			r.fill(s, calendar.MustDay("2026-01-01"), calendar.HourEnd(calendar.MustDay("2026-03-20"), 24), 0)
			r.fill(s, calendar.MustDay("2026-04-01"), until, 0)
		}
		r.fillDays("410800", calendar.MustDay("2026-01-01"), calendar.MustDay("2026-08-27"), 60000)
		m, err := r.air.Months(r.system(), city, 2026, "", time.Time{})
		must(t, err)
		if got := strings.Join(m.Items[2].Short, " "); got != "SO2 NO2 CO O3_8h PM10 PM2.5" || m.Items[2].PM25.Value == "" || m.Items[2].Partial {
			t.Errorf("March with 20 days: short %q, %+v", got, m.Items[2].PM25)
		}
		if len(m.Items[1].Short) != 0 || len(m.Items[7].Short) != 0 || !m.Items[7].Partial || len(m.Items[8].Short) != 6 {
			t.Errorf("February %v, August %v partial %v, the year %v", m.Items[1].Short, m.Items[7].Short, m.Items[7].Partial, m.Items[8].Short)
		}
		k, err := r.air.Ranking(r.system(), city, "nation", "ytd", "", "", time.Time{})
		must(t, err)
		for _, row := range k.Rows {
			if row.Rank == 0 || row.Own != (len(row.Short) == 6) {
				t.Errorf("%s: place %d, short %v", row.Region.Name, row.Rank, row.Short)
			}
		}
		if !contains(k.ValidityNote, "1 个地区有效天数不足") {
			t.Errorf("note %q", k.ValidityNote)
		}
		p, err := r.air.Targets(r.system(), city, 0, "", time.Time{})
		must(t, err)
		if !p.Items[0].Short {
			t.Error("the year's mean is not marked")
		}
		e, err := r.air.Explain(r.system(), city, m.Items[2].PM25.Key, time.Time{})
		must(t, err)
		if !contains(strings.Join(e.Notes, ""), "有效天数不足的项目：PM2.5。整月至少 27 天") {
			t.Errorf("explanation %v", e.Notes)
		}
	})
}
