package standard_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

func builtin(t *testing.T) *standard.Registry {
	t.Helper()
	r, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestForDate(t *testing.T) {
	r := builtin(t)
	for day, want := range map[string]string{
		"2012-02-29": "2012", "2019-01-01": "2012", "2026-02-28": "2012", "2026-03-01": "2026-transition",
		"2030-12-31": "2026-transition", "2031-01-01": "2026-final", "2099-01-01": "2026-final",
	} {
		e, err := r.ForDate(calendar.MustDay(day))
		if err != nil || e.ID != want {
			t.Errorf("%s: got %v, %v, want %s", day, e, err, want)
		}
	}
	if e, err := r.ForDate(calendar.MustDay("2012-02-28")); err == nil {
		t.Errorf("2012-02-28 has edition %s", e.ID)
	}
}

// The limits of GB 3095 that differ between the editions, and the S of the composite index.
func TestLimits(t *testing.T) {
	r := builtin(t)
	for _, c := range []struct {
		item, averaging string
		class           int
		want            [3]string // 2012, 2026-transition, 2026-final
	}{
		{"SO2", "year", 2, [3]string{"60", "60", "20"}}, {"SO2", "day", 2, [3]string{"150", "150", "50"}}, {"SO2", "hour", 2, [3]string{"500", "500", "150"}},
		{"NO2", "year", 2, [3]string{"40", "40", "30"}}, {"NO2", "day", 2, [3]string{"80", "80", "50"}}, {"NO2", "year", 1, [3]string{"40", "40", "30"}},
		{"PM10", "year", 2, [3]string{"70", "60", "50"}}, {"PM10", "day", 2, [3]string{"150", "120", "100"}}, {"PM10", "year", 1, [3]string{"40", "40", "20"}},
		{"PM2.5", "year", 2, [3]string{"35", "30", "25"}}, {"PM2.5", "day", 2, [3]string{"75", "60", "50"}}, {"PM2.5", "year", 1, [3]string{"15", "15", "10"}}, {"PM2.5", "day", 1, [3]string{"35", "35", "25"}},
		{"CO", "day", 2, [3]string{"4", "4", "4"}}, {"O3_8h", "mda8", 2, [3]string{"160", "160", "160"}}, {"O3", "hour", 2, [3]string{"200", "200", "200"}},
	} {
		p, err := standard.ParsePollutant(c.item)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range []string{"2012", "2026-transition", "2026-final"} {
			e, _ := r.ByID(id)
			l, ok := e.Limits.Find(p, c.averaging)
			got := l.ClassII
			if c.class == 1 {
				got = l.ClassI
			}
			if !ok || got.String() != c.want[i] {
				t.Errorf("%s %s %s class %d: got %s, want %s", id, c.item, c.averaging, c.class, got, c.want[i])
			}
		}
	}
}

// Final differs from transition in limits only: the breakpoint table has no phase.
func TestFinalKeepsBreakpoints(t *testing.T) {
	r := builtin(t)
	a, _ := r.ByID("2026-transition")
	b, _ := r.ByID("2026-final")
	for i, row := range a.Breakpoints.Rows {
		for k, c := range row.Concentration {
			if num.Cmp(c, b.Breakpoints.Rows[i].Concentration[k]) != 0 {
				t.Errorf("%s %s differs", row.Report, row.Item)
			}
		}
	}
}

func TestProfiles(t *testing.T) {
	e, _ := builtin(t).ByID("2026-transition")
	if p, ok := e.Index.Profile(""); !ok || p.ID != "plain" || p.Weight(standard.PM25) != 1 {
		t.Errorf("default profile: %v", p)
	}
	p, ok := e.Index.Profile("weighted-322")
	if !ok || p.Verified || p.Default || p.Weight(standard.PM25) != 3 || p.Weight(standard.SO2) != 1 || *p.SingleIndex != 3 {
		t.Errorf("weighted profile: %+v", p)
	}
}

func TestLevels(t *testing.T) {
	for _, e := range builtin(t).Editions() {
		for aqi, want := range map[int]string{0: "优", 50: "优", 51: "良", 100: "良", 101: "轻度污染", 150: "轻度污染", 151: "中度污染", 200: "中度污染", 201: "重度污染", 300: "重度污染", 301: "严重污染", 500: "严重污染"} {
			if got := e.Levels.Of(aqi).Category; got != want {
				t.Errorf("%s: %d is %s, want %s", e.ID, aqi, got, want)
			}
		}
	}
}

func TestLists(t *testing.T) {
	r := builtin(t)
	day := calendar.MustDay("2026-08-28")
	for id, n := range map[string]int{"2+26": 28, "2+36": 38, "henan": 18, "168": 0, "338": 337} {
		l, err := r.List(id, day)
		if err != nil || len(l.Members) != n {
			t.Errorf("%s: %d members, %v, want %d", id, len(l.Members), err, n)
		}
		if l.Complete != (id != "168" && id != "338") {
			t.Errorf("%s: complete = %v", id, l.Complete)
		}
	}
	if _, err := r.List("2+36", calendar.MustDay("2020-01-01")); err == nil || !strings.Contains(err.Error(), "2024-01-01") {
		t.Errorf("a list before its date: %v", err)
	}
	if _, err := r.List("3+33", day); err == nil || !strings.Contains(err.Error(), "2+26") {
		t.Errorf("an unknown list: %v", err)
	}
	for name, code := range map[string]int{"新乡": 410700, "新乡市": 410700, "那曲地区": 540600, "济源": 419001} {
		if c, ok := r.City(name); !ok || c.Adcode != code {
			t.Errorf("%s: %v", name, c)
		}
	}
}

// Every mistake in a data file is reported with file and line.
func TestLoadErrors(t *testing.T) {
	good, err := os.ReadFile("data/editions/2012.toml")
	if err != nil {
		t.Fatal(err)
	}
	lists, err := os.ReadFile("data/lists/national.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`id = "2012"`, `id = "2012`, "e.toml:4:"},
		{`rounding = "ceil"`, `rounding = "floor"`, `want ceil or half-up`},
		{`rounding = "ceil"`, `roundings = "ceil"`, `unknown key "aqi.roundings"`},
		{`item = "SO2"`, `item = "SO3"`, `unknown pollutant "SO3"`},
		{`"0 40 80 180 280 565 750 940"`, `"0 40 80 80 280 565 750 940"`, "daily NO2: concentrations must rise"},
		{`"0 40 80 180 280 565 750 940"`, `"0 40 x"`, `"x": not a decimal number`},
		{`"0 50 100 150 200 300 400 500"`, `"0 50 50"`, "IAQI row must rise"},
		{`to = "2026-02-28"`, `to = "2006-02-28"`, "to lies before from"},
		{`to = "2026-02-28"`, `to = "2026-02-31"`, "2026-02-31"},
		{`against = "mda8"`, `against = "week"`, `no class II limit for "week"`},
		{`aqi = "kept"`, `aqi = "left"`, "want kept or excluded"},
		{`items = "PM10 PM2.5"`, `items = ""`, "[dust]"},
		{`day_hours = 20`, `day_hours = 25`, "[validity]"},
		{`least_windows = 14`, `least_windows = 18`, "least_windows"},
		{`default = true`, `default = false`, "0 default profiles"},
		{`confidence = "B"`, `confidence = "D"`, "want A, B or C"},
		{"level = 2, ", "level = 3, ", "levels count from 1"},
		{`station_share = "0.75"`, `station_share = "75"`, "station share"},
	} {
		text := strings.Replace(string(good), c.old, c.new, 1)
		if text == string(good) {
			t.Errorf("%q is not in the file", c.old)
			continue
		}
		_, err := standard.Load(fstest.MapFS{"editions/e.toml": &fstest.MapFile{Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), strings.Trim(c.want, "[]")) && !strings.Contains(err.Error(), "e.toml:") {
			t.Errorf("%s → %s: got %v, want %q", c.old, c.new, err, c.want)
			continue
		}
		if !strings.HasPrefix(err.Error(), "editions/e.toml:") {
			t.Errorf("%s → %s: no file and line in %q", c.old, c.new, err)
		}
	}
	for _, c := range []struct{ old, new, want string }{
		{"天津 石家庄", "天津 天津", "天津 stands twice"},
		{`from = "2024-01-01"`, `from = "2024-01-01"` + "\nfoo = 1", "unknown key"},
		{`id = "2+36"`, `id = "2+26"`, "overlaps another entry"},
	} {
		text := strings.Replace(string(lists), c.old, c.new, 1)
		if _, err := standard.Load(fstest.MapFS{"lists/l.toml": &fstest.MapFile{Data: []byte(text)}}); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "lists/l.toml:") {
			t.Errorf("%s: got %v, want %q", c.new, err, c.want)
		}
	}
	var fsys fs.FS = fstest.MapFS{"editions/a.toml": &fstest.MapFile{Data: good}, "editions/b.toml": &fstest.MapFile{Data: good}}
	if _, err := standard.Load(fsys); err == nil || !strings.Contains(err.Error(), "defined twice") {
		t.Errorf("one id in two files: %v", err)
	}
}

// A pack may add an edition, but not replace one silently.
func TestWith(t *testing.T) {
	good, err := os.ReadFile("data/editions/2012.toml")
	if err != nil {
		t.Fatal(err)
	}
	r := builtin(t)
	if _, err := r.With(fstest.MapFS{"editions/x.toml": &fstest.MapFile{Data: good}}); err == nil {
		t.Error("an edition was defined a second time")
	}
	text := strings.Replace(string(good), `id = "2012"`, `id = "2012-trial"`, 1)
	more, err := r.With(fstest.MapFS{"editions/x.toml": &fstest.MapFile{Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := more.ByID("2012-trial"); !ok {
		t.Error("the added edition is not there")
	}
	if _, ok := r.ByID("2012-trial"); ok {
		t.Error("the registry it was added to changed")
	}
}

// Everything that pages show of an edition is there in Chinese and in English: what the file
// gives for Chinese readers holds no English sentence, and its English no Chinese one apart
// from names.
func TestEditionsSpeakBothLanguages(t *testing.T) {
	reg := builtin(t)
	words := regexp.MustCompile(`[A-Za-z]{4,}`)
	han := regexp.MustCompile(`\p{Han}`)
	check := func(where, zh, en string) {
		t.Helper()
		if zh == "" || en == "" {
			t.Errorf("%s: Chinese %q, English %q", where, zh, en)
		}
		if words.MatchString(strings.ReplaceAll(zh, "cities.csv", "")) {
			t.Errorf("%s: English words in %q", where, zh)
		}
		if han.MatchString(en) && !strings.Contains(where, "source") {
			t.Errorf("%s: Chinese in %q", where, en)
		}
	}
	for _, e := range reg.Editions() {
		check(e.ID, e.Name, e.NameEN)
		for _, d := range e.Documents {
			check(e.ID+" "+d.Number, d.Covers, d.CoversEN)
		}
		for where, pair := range map[string][2]string{
			"breakpoints": {e.Breakpoints.Clause, e.Breakpoints.ClauseEN}, "aqi": {e.AQI.Clause, e.AQI.ClauseEN},
			"ozone": {e.Ozone.Clause, e.Ozone.ClauseEN}, "dust": {e.Dust.Clause, e.Dust.ClauseEN},
			"validity": {e.Validity.Clause, e.Validity.ClauseEN}, "decimals": {e.Decimals.Clause, e.Decimals.ClauseEN},
			"index": {e.Index.Clause, e.Index.ClauseEN}, "limits": {e.Limits.Clause, e.Limits.ClauseEN}, "levels": {e.Levels.Clause, e.Levels.ClauseEN},
		} {
			check(e.ID+" "+where, pair[0], pair[1])
		}
		for _, p := range e.Index.Profiles {
			check(e.ID+" "+p.ID, p.Name, p.NameEN)
			if p.Note != "" {
				check(e.ID+" "+p.ID, p.Note, p.NoteEN)
			}
		}
	}
	for _, l := range reg.Lists() {
		check(l.ID, l.Name, l.NameEN)
		check(l.ID+" source", l.Source, l.SourceEN)
	}
}
