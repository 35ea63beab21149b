package calendar_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qingshan/internal/rules/calendar"
)

func office(t testing.TB, c *calendar.Calendar, spans ...string) *calendar.Office {
	t.Helper()
	h, err := calendar.DefaultHours()
	if err != nil {
		t.Fatal(err)
	}
	if len(spans) > 0 {
		h.Spans = spans
	}
	o, err := calendar.NewOffice(c, h)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func at(t testing.TB, s string) int64 {
	t.Helper()
	ms, err := calendar.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func TestOfficeAdd(t *testing.T) {
	c := withTestYears(t)
	eight, dflt := office(t, c, "08:00-12:00", "14:00-18:00"), office(t, c)
	if dflt.DayLength() != 7*time.Hour {
		t.Errorf("default day is %s", dflt.DayLength())
	}
	for _, tc := range []struct {
		o           *calendar.Office
		start, want string
		d           time.Duration
		why         string
	}{
		{eight, "2022-07-01T17:00", "2022-07-04T11:00", 4 * time.Hour, "governance T34: 1 h Friday, 3 h Monday"},
		{eight, "2022-07-04T08:00", "2022-07-04T12:00", 4 * time.Hour, "ends with the morning, not after lunch"},
		{eight, "2022-07-04T12:30", "2022-07-04T14:01", time.Minute, "lunch does not count"},
		{dflt, "2026-02-14T17:30", "2026-02-24T09:00", time.Hour, "from the make-up Saturday over the Spring Festival"},
		{dflt, "2026-02-16T10:00", "2026-02-24T08:30", 0, "nothing to count"},
		{dflt, "2025-12-31T16:00", "2026-01-04T09:30", 3 * time.Hour, "over New Year to a worked Sunday"},
	} {
		got, err := tc.o.Add(at(t, tc.start), tc.d)
		want := at(t, tc.want)
		if tc.d == 0 {
			want = at(t, tc.start)
		}
		if err != nil || got != want {
			t.Errorf("%s: %s + %s = %s, %v", tc.why, tc.start, tc.d, calendar.FormatTime(got), err)
		}
	}
	pause := calendar.Interval{From: at(t, "2022-07-04T09:00"), To: at(t, "2022-07-04T10:00")}
	if got, err := eight.Add(at(t, "2022-07-04T08:00"), 3*time.Hour, pause); err != nil || got != at(t, "2022-07-04T12:00") {
		t.Errorf("with a pause: %s, %v", calendar.FormatTime(got), err)
	}
	var missing *calendar.MissingYearError
	if _, err := dflt.Add(at(t, "2026-12-31T17:00"), 2*time.Hour); !errors.As(err, &missing) || missing.Year != 2027 {
		t.Errorf("past the known years: %v", err)
	}
}

func TestClock(t *testing.T) {
	start := at(t, "2022-07-01T23:30")
	if got := calendar.AddClock(start, 2*time.Hour); got != at(t, "2022-07-02T01:30") {
		t.Errorf("governance T35: %s", calendar.FormatTime(got))
	}
	if got := calendar.AddClock(at(t, "2022-07-15T20:00"), 12*time.Hour); got != at(t, "2022-07-16T08:00") {
		t.Errorf("law T63: %s", calendar.FormatTime(got))
	}
}

func TestHoursRejects(t *testing.T) {
	c := national(t)
	for _, spans := range [][]string{nil, {"8:30-12:00"}, {"08:30-08:30"}, {"12:00-08:30"}, {"08:30-12:00", "11:00-18:00"}, {"08:70-12:00"}, {"20:00-25:00"}} {
		if _, err := calendar.NewOffice(c, calendar.Hours{ID: "x", Spans: spans}); err == nil {
			t.Errorf("%q was accepted", spans)
		}
	}
}

// Adding, taking away and measuring working time and clock time undo each
// other, with pauses in any order and across year ends.
func TestWorkingTimeInverse(t *testing.T) {
	o := office(t, national(t))
	rapid.Check(t, func(t *rapid.T) {
		start := calendar.MustDay("2024-11-01").Start() + rapid.Int64Range(0, 400*24*60).Draw(t, "minute")*calendar.MsPerMinute
		d := time.Duration(rapid.IntRange(1, 80*60).Draw(t, "minutes")) * time.Minute
		pauses := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) calendar.Interval {
			from := start + rapid.Int64Range(-2000, 20000).Draw(t, "from")*calendar.MsPerMinute
			return calendar.Interval{From: from, To: from + rapid.Int64Range(-10, 3000).Draw(t, "len")*calendar.MsPerMinute}
		}), 0, 5).Draw(t, "pauses")
		end, err := o.Add(start, d, pauses...)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := o.Between(start, end, pauses...); err != nil || got != d {
			t.Fatalf("%s after %s, but %s between, %v", d, calendar.FormatTime(start), got, err)
		}
		if got, _ := o.Between(start, end-1, pauses...); got != d-time.Millisecond {
			t.Fatalf("not the earliest end: %s already before it", got)
		}
		if got, _ := o.Between(end, start, pauses...); got != -d {
			t.Fatalf("backwards %s", got)
		}
		back, err := o.Sub(end, d, pauses...)
		if err != nil || back < start {
			t.Fatalf("back to %s before %s, %v", calendar.FormatTime(back), calendar.FormatTime(start), err)
		}
		if got, _ := o.Between(back, end, pauses...); got != d {
			t.Fatalf("%s from the way back", got)
		}
		shuffled := rapid.Permutation(pauses).Draw(t, "order")
		if again, _ := o.Add(start, d, append(shuffled, shuffled...)...); again != end {
			t.Fatalf("other order: %s, want %s", calendar.FormatTime(again), calendar.FormatTime(end))
		}
		clock := calendar.AddClock(start, d, pauses...)
		if got := calendar.BetweenClock(start, clock, shuffled...); got != d {
			t.Fatalf("clock time %s, want %s", got, d)
		}
	})
}

func TestUnion(t *testing.T) {
	in := []calendar.Interval{{From: 50, To: 60}, {From: 10, To: 20}, {From: 15, To: 30}, {From: 30, To: 40}, {From: 70, To: 65}}
	want := []calendar.Interval{{From: 10, To: 40}, {From: 50, To: 60}}
	if got := calendar.Union(in); !slices.Equal(got, want) {
		t.Errorf("Union = %v, want %v", got, want)
	}
	if in[0].From != 50 {
		t.Error("Union changed its input")
	}
}
