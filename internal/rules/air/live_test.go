package air_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
)

// After any sequence of late, corrected and deleted hours, the incremental state equals a
// full recomputation bit for bit.
func TestIncrementalEqualsFull(t *testing.T) {
	variants := []*air.Rules{
		rules(t, "2012", air.Options{}),
		rules(t, "2012", air.Options{OzoneHour: true}),
		rules(t, "2026-transition", air.Options{FirstWindow: 1}),
		rules(t, "2026-final", air.Options{Decimals: 3, Missing: air.Rest}),
	}
	long := func(w air.Window) bool { return w.To-w.From > 31 }
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(variants).Draw(t, "rules")
		start := calendar.MustDay("2026-02-20")
		const days, stations = 40, 7
		hours := drawHours(t, start, days, stations)
		cities := [][]air.Member{
			{{Station: 0}, {Station: 1}, {Station: 2}, {Station: 3}},
			{{Station: 4}, {Station: 5, To: start + 20}, {Station: 6, From: start + 15}},
			{{Station: 6}, {Station: 0, From: start + 5}},
		}
		windows := append(air.MonthWindows(start, days), air.Window{From: 0, To: days})
		full := func() *air.Live {
			l, err := air.NewLive(r, cloneHours(hours), cities, windows, long, 1)
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		live := full()
		for step := range rapid.IntRange(1, 12).Draw(t, "steps") {
			var batch []air.HourValue
			for range rapid.IntRange(1, 4).Draw(t, "batch") {
				v := air.HourValue{
					Station:   rapid.IntRange(0, stations-1).Draw(t, "station"),
					Pollutant: rapid.SampledFrom(hourly).Draw(t, "pollutant"),
					Day:       rapid.IntRange(0, days-1).Draw(t, "day"),
					Label:     rapid.IntRange(1, 24).Draw(t, "label"),
					Value:     rapid.OneOf(rapid.Just(int16(air.Missing)), rapid.Int16Range(0, 900)).Draw(t, "value"),
				}
				batch = append(batch, v)
				hours.V[v.Pollutant][(v.Station*days+v.Day)*24+v.Label-1] = v.Value
			}
			if _, err := live.Apply(batch...); err != nil {
				t.Fatal(err)
			}
			want := full()
			for what, pair := range map[string][2]any{"days": {live.Days(), want.Days()}, "stats": {live.Stats(), want.Stats()}, "ranks": {live.Ranks(), want.Ranks()}} {
				if d := cmp.Diff(pair[1], pair[0]); d != "" {
					t.Fatalf("step %d: %s differ after %v:\n%s", step, what, batch, d)
				}
			}
		}
	})
}

func cloneHours(h *air.Hours) *air.Hours {
	c := *h
	for p := range c.V {
		if c.V[p] != nil {
			c.V[p] = append([]int16(nil), c.V[p]...)
		}
	}
	return &c
}

// One corrected hour that matters reaches day, month, year and rank, and nothing else.
func TestCorrectionTravels(t *testing.T) {
	r := rules(t, "2026-transition", air.Options{})
	start := calendar.MustDay("2026-06-01")
	hours := air.NewHours(start, 61, 2)
	for _, p := range hourly {
		for i := range hours.V[p] {
			hours.V[p][i] = 20
		}
	}
	windows := append(air.MonthWindows(start, 61), air.Window{From: 0, To: 61})
	l, err := air.NewLive(r, hours, [][]air.Member{{{Station: 0}}, {{Station: 1}}}, windows, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if l.Ranks()[0][0] != 1 || l.Ranks()[0][1] != 1 {
		t.Fatalf("equal cities do not share the first place: %v", l.Ranks())
	}
	got, err := l.Apply(air.HourValue{Station: 0, Pollutant: air.PM25, Day: 3, Label: 24, Value: 1500})
	if err != nil {
		t.Fatal(err)
	}
	want := air.Touched{Days: [][2]int{{0, 3}}, Periods: [][2]int{{0, 0}, {0, 2}}, Ranks: []int{0, 2}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if v := l.Days().V[air.PM25][3]; v != 82 { // (23·20 + 1500)/24 = 81.67
		t.Errorf("the day is %d", v)
	}
	if l.Ranks()[0][0] != 2 || l.Ranks()[2][0] != 2 || l.Ranks()[1][0] != 1 {
		t.Errorf("ranks: %v", l.Ranks())
	}
	for _, bad := range []air.HourValue{{Station: 2}, {Pollutant: air.O3_8h, Label: 1}, {Label: 25}, {Label: 0}, {Label: 1, Day: 61}, {Label: 1, Value: -2}} {
		if _, err := l.Apply(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}
