package warning_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/warning"
)

func rules(t testing.TB) *warning.Rules {
	t.Helper()
	r, err := warning.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func edition(t testing.TB, id string) *warning.Edition {
	t.Helper()
	e, err := rules(t).Edition(id)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestDecideTable(t *testing.T) {
	f, err := os.Open("testdata/decide.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows := 0
	first := calendar.MustDay("2026-01-01")
	for sc, line := bufio.NewScanner(f), 1; sc.Scan(); line++ {
		parts := strings.Split(sc.Text(), "|")
		if len(parts) != 3 || strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		var days []warning.Day
		for n, w := range strings.Fields(parts[1]) {
			d := warning.Day{Day: first.Add(n), AQI: -1}
			switch w[len(w)-1] {
			case 'o':
				d.Cause = "ozone"
			case 'd':
				d.Cause = "dust"
			}
			if w != "-" {
				if d.AQI, err = strconv.Atoi(strings.TrimRight(w, "od")); err != nil {
					t.Fatalf("decide.txt:%d: %v", line, err)
				}
			}
			days = append(days, d)
		}
		slices.Reverse(days) // the order must not matter
		var got []string
		for _, d := range edition(t, strings.TrimSpace(parts[0])).Decide(days) {
			got = append(got, fmt.Sprintf("%s %d..%d", d.Level, d.Window.From-first+1, d.Window.To-first+1))
		}
		text := strings.Join(got, ", ")
		if text == "" {
			text = "none"
		}
		if want := strings.TrimSpace(parts[2]); text != want {
			t.Errorf("decide.txt:%d: %s, want %s", line, text, want)
		}
		rows++
	}
	if rows < 30 {
		t.Errorf("only %d rows", rows)
	}
}

func TestStrongestNamesItsRule(t *testing.T) {
	e := edition(t, "2024")
	d := e.Strongest([]warning.Day{{Day: 10, AQI: 210}, {Day: 11, AQI: 220}})
	if d.Level != warning.Orange || d.Edition != "2024" || d.Rule != "AQI>200 for 48h, or AQI>150 for 72h" {
		t.Errorf("%+v", d)
	}
	d = e.Strongest([]warning.Day{{Day: 10, AQI: 210, Cause: "ozone"}})
	if d.Level != warning.None || d.Window.Days() != 0 || !strings.HasPrefix(d.Rule, "ozone:") {
		t.Errorf("ozone: %+v", d)
	}
	if d = e.Strongest([]warning.Day{{Day: 10, AQI: 90, Cause: "ozone"}}); d.Rule != "" {
		t.Errorf("clean: %+v", d)
	}
}

// More pollution never lowers the warning, and a later edition is never milder
// than 2018 below the red of the long episodes.
func TestMonotone(t *testing.T) {
	for _, id := range []string{"2017", "2018", "2024"} {
		e := edition(t, id)
		rapid.Check(t, func(t *rapid.T) {
			var low, high []warning.Day
			for n := range rapid.IntRange(1, 8).Draw(t, "days") {
				a := rapid.IntRange(50, 500).Draw(t, "aqi")
				b := min(500, a+rapid.IntRange(0, 150).Draw(t, "more"))
				low = append(low, warning.Day{Day: calendar.Day(n), AQI: a})
				high = append(high, warning.Day{Day: calendar.Day(n), AQI: b})
			}
			l, h := e.Strongest(low), e.Strongest(high)
			if h.Level < l.Level {
				t.Fatalf("%v gives %s, the worse %v gives %s", low, l.Level, high, h.Level)
			}
			for _, d := range e.Decide(low) {
				if d.Window.Days() <= 0 || d.Rule == "" {
					t.Fatalf("decision %+v", d)
				}
			}
		})
	}
}

func TestTransitions(t *testing.T) {
	e := edition(t, "2024")
	hours := func(n, aqi int) []int { return slices.Repeat([]int{aqi}, n) }
	for _, tc := range []struct {
		name     string
		level    warning.Level
		measured int
		forecast []int
		want     bool
	}{
		{"clean for 36 hours", warning.Yellow, 140, hours(36, 120), true},
		{"only 35 hours known", warning.Yellow, 140, hours(35, 120), false},
		{"back above in hour 36", warning.Yellow, 140, append(hours(35, 120), 151), false},
		{"back above in hour 37", warning.Yellow, 140, append(hours(36, 120), 151), true},
		{"still above now", warning.Yellow, 151, hours(36, 120), false},
		{"red starts at 200", warning.Red, 200, hours(36, 200), true},
		{"an hour without forecast", warning.Yellow, 140, append(hours(35, 120), -1), false},
		{"nothing to lift", warning.None, 10, hours(36, 10), false},
	} {
		if got := e.MayLift(tc.level, tc.measured, tc.forecast); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
	for _, tc := range []struct {
		name     string
		level    warning.Level
		measured int
		forecast []int
		want     warning.Level
		raise    bool
	}{
		{"severe and no end", warning.Yellow, 320, hours(24, 280), warning.Orange, true},
		{"no warning yet", warning.None, 320, nil, warning.Yellow, true},
		{"better within 24 hours", warning.Yellow, 320, append(hours(23, 280), 200), warning.Yellow, false},
		{"better after 24 hours", warning.Yellow, 320, append(hours(24, 280), 100), warning.Orange, true},
		{"not severe", warning.Yellow, 300, hours(24, 290), warning.Yellow, false},
		{"already red", warning.Red, 400, hours(24, 400), warning.Red, false},
	} {
		if got, raise := e.MustRaise(tc.level, tc.measured, tc.forecast); got != tc.want || raise != tc.raise {
			t.Errorf("%s: %s %v", tc.name, got, raise)
		}
	}
}

func TestRulesData(t *testing.T) {
	r := rules(t)
	for day, want := range map[string]string{"2017-12-01": "2017", "2018-11-01": "2018", "2024-01-31": "2018", "2024-02-01": "2024", "2026-08-28": "2024"} {
		e, err := r.InForce(calendar.MustDay(day))
		if err != nil || e.ID != want || e.Document == "" || e.Confidence == "A" {
			t.Errorf("%s: %v %v", day, e, err)
		}
	}
	if _, err := r.InForce(calendar.MustDay("2010-01-01")); err == nil {
		t.Error("2010 has an edition")
	}
	if _, err := r.Edition("2030"); err == nil || !strings.Contains(err.Error(), "2018") {
		t.Errorf("unknown edition: %v", err)
	}
	if r.Response(warning.Red) != "I" || r.Response(warning.None) != "" || !r.Known("dust") || r.Known("gas") || !r.Known("") {
		t.Error("responses or causes")
	}
}

func TestParseRejects(t *testing.T) {
	head := "[[edition]]\nid='x'\ndocument='d'\nsource='s'\nconfidence='C'\nfrom='2030-01-01'\n"
	tail := "[edition.transition]\nlift_hours=36\n"
	level := func(body string) string { return head + "[[edition.level]]\nrule='r'\n" + body + tail }
	for want, text := range map[string]string{
		"needs id":      "[[edition]]\nid='x'\n",
		"needs levels":  head,
		"whole days":    level("level='red'\n[[edition.level.any]]\nall=[{above=200,hours=30}]\n"),
		"either":        level("level='red'\n[[edition.level.any]]\nreaches=500\nall=[{above=200,hours=24}]\n"),
		"warning level": level("level='purple'\n[[edition.level.any]]\nreaches=500\n"),
		"does not follow": head + "[[edition.level]]\nlevel='red'\nrule='r'\n[[edition.level.any]]\nreaches=500\n[[edition.level]]\nlevel='yellow'\nrule='r'\n[[edition.level.any]]\nreaches=400\n" +
			tail,
		"strict mode": head + "colour='red'\n",
	} {
		if _, err := warning.Parse("w.toml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
