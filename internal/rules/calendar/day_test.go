package calendar_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"qingshan/internal/rules/calendar"
)

func TestDay(t *testing.T) {
	for _, tc := range []struct {
		text    string
		days    calendar.Day
		weekday time.Weekday
		yearDay int
		quarter int
	}{
		{"1970-01-01", 0, time.Thursday, 1, 1},
		{"1969-12-31", -1, time.Wednesday, 365, 4},
		{"2024-02-29", 19782, time.Thursday, 60, 1},
		{"2024-12-31", 20088, time.Tuesday, 366, 4},
		{"2026-08-28", 20693, time.Friday, 240, 3},
	} {
		d, err := calendar.ParseDay(tc.text)
		if err != nil || d != tc.days || d.String() != tc.text {
			t.Errorf("ParseDay(%s) = %d, %v; prints %s", tc.text, d, err, d)
		}
		if d.Weekday() != tc.weekday || d.YearDay() != tc.yearDay || d.Quarter() != tc.quarter {
			t.Errorf("%s: %s, day %d, quarter %d", tc.text, d.Weekday(), d.YearDay(), d.Quarter())
		}
	}
	for _, bad := range []string{"", "2024-13-01", "2023-02-29", "24-01-01", "2024/01/01", "2024-1-1"} {
		if d, err := calendar.ParseDay(bad); err == nil {
			t.Errorf("ParseDay(%q) = %s, want an error", bad, d)
		}
	}
}

// Days agree with the time package over the centuries, and text goes both ways.
func TestDayAgainstTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.Day(rapid.Int32Range(-60000, 90000).Draw(t, "day"))
		ref := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(d))
		if d.String() != ref.Format(time.DateOnly) || d.Weekday() != ref.Weekday() || d.YearDay() != ref.YearDay() {
			t.Fatalf("%d: %s %s, want %s", d, d, d.Weekday(), ref)
		}
		var back calendar.Day
		text, _ := d.MarshalText()
		if err := back.UnmarshalText(text); err != nil || back != d {
			t.Fatalf("%s reads back as %s, %v", text, back, err)
		}
		if n := calendar.YearWindow(d.Year()).Days(); n != calendar.YearLen(d.Year()) {
			t.Fatalf("%d has %d days", d.Year(), n)
		}
	})
}

func TestHourEnd(t *testing.T) {
	shanghai := time.FixedZone("CST", 8*3600)
	day := calendar.MustDay("2026-01-01")
	midnight := time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai).UnixMilli()
	for _, tc := range []struct {
		ms    int64
		day   calendar.Day
		label int
		text  string
	}{
		{midnight, day - 1, 24, "2025-12-31T24:00"},
		{midnight + 1, day, 1, "2026-01-01T01:00"},
		{midnight + calendar.MsPerHour, day, 1, "2026-01-01T01:00"},
		{midnight + 24*calendar.MsPerHour, day, 24, "2026-01-01T24:00"},
	} {
		d, h := calendar.HourOf(tc.ms)
		if d != tc.day || h != tc.label || calendar.FormatHour(tc.ms) != tc.text {
			t.Errorf("HourOf(%d) = %s label %d, %s", tc.ms, d, h, calendar.FormatHour(tc.ms))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := calendar.Day(rapid.Int32Range(8000, 60000).Draw(t, "day"))
		h := rapid.IntRange(1, 24).Draw(t, "label")
		if d2, h2 := calendar.HourOf(calendar.HourEnd(d, h)); d2 != d || h2 != h {
			t.Fatalf("%s label %d comes back as %s %d", d, h, d2, h2)
		}
	})
}

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		"2026-08-28T08:00":    "2026-08-28T08:00",
		"2026-08-28 08:00":    "2026-08-28T08:00",
		"2026-08-28T08":       "2026-08-28T08:00",
		"2026-08-28 08:30:15": "2026-08-28T08:30:15",
		"2026-08-28T24":       "2026-08-29T00:00",
		"2026-12-31T24:00":    "2027-01-01T00:00",
		"2026-08-28T24:00:00": "2026-08-29T00:00",
	} {
		ms, err := calendar.ParseTime(in)
		if err != nil || calendar.FormatTime(ms) != want {
			t.Errorf("ParseTime(%q) = %s, %v; want %s", in, calendar.FormatTime(ms), err, want)
		}
	}
	for _, bad := range []string{"", "2026-08-28", "2026-08-28T24:01", "2026-08-28T25:00", "2026-08-28X08:00", "2026-08-28T08:60", "28.08.2026 08:00"} {
		if ms, err := calendar.ParseTime(bad); err == nil {
			t.Errorf("ParseTime(%q) = %s, want an error", bad, calendar.FormatTime(ms))
		}
	}
}

func TestWindows(t *testing.T) {
	w := func(from, to string) calendar.Window {
		return calendar.Window{From: calendar.MustDay(from), To: calendar.MustDay(to)}
	}
	for _, tc := range []struct{ got, want calendar.Window }{
		{calendar.MonthWindow(2024, time.February), w("2024-02-01", "2024-02-29")},
		{calendar.MonthWindow(2025, time.December), w("2025-12-01", "2025-12-31")},
		{calendar.QuarterWindow(2025, 1), w("2025-01-01", "2025-03-31")},
		{calendar.QuarterWindow(2025, 4), w("2025-10-01", "2025-12-31")},
		{calendar.YearWindow(2024), w("2024-01-01", "2024-12-31")},
		{w("2024-02-01", "2024-02-29").LastYear(), w("2023-02-01", "2023-02-28")},
		{w("2024-03-10", "2024-06-01").Clip(w("2024-05-01", "2024-12-31")), w("2024-05-01", "2024-06-01")},
	} {
		if d := cmp.Diff(tc.want, tc.got); d != "" {
			t.Error(d)
		}
	}
	if n := w("2024-05-02", "2024-05-01").Days(); n != 0 {
		t.Errorf("an empty window has %d days", n)
	}
}

func TestSeasons(t *testing.T) {
	seasons, err := calendar.Seasons()
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]calendar.Season{}
	for _, s := range seasons {
		byID[s.ID] = s
	}
	for _, tc := range []struct {
		id, day string
		want    bool
	}{
		{"heating", "2025-11-15", true}, {"heating", "2026-01-20", true}, {"heating", "2026-03-15", true},
		{"heating", "2026-03-16", false}, {"heating", "2025-11-14", false},
		{"flood", "2026-07-01", true}, {"flood", "2026-10-01", false},
	} {
		got, err := byID[tc.id].Has(calendar.MustDay(tc.day))
		if err != nil || got != tc.want {
			t.Errorf("%s on %s: %v, %v", tc.id, tc.day, got, err)
		}
	}
	if _, err := calendar.ParseSeasons("x.toml", []byte("[[season]]\nid='a'\nfrom='13-01'\nto='02-01'\nsource='s'\nconfidence='C'")); err == nil {
		t.Error("month 13 was accepted")
	}
}
