package indicator_test

import (
	"testing"

	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
)

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// month makes cases of which so many are reported, filed, due, closed and closed on time.
func month(reported, filed, due, closed, onTime, own int) []indicator.Case {
	var out []indicator.Case
	for i := range reported {
		c := indicator.Case{Reported: 10, Due: 5000}
		if i < filed {
			c.Filed, c.Own = 11, i < own
		}
		if i < due {
			c.Due = 100
		}
		switch {
		case i < onTime:
			c.Closed = 90
		case i < closed:
			c.Closed = 120
		}
		out = append(out, c)
	}
	return out
}

var period = indicator.Period{From: 1, To: 1000}

// Tianmen, December 2016, as published.
func TestT29(t *testing.T) {
	x := indicator.Compute(month(1054, 996, 972, 911, 737, 953), period)
	same(t, "立案率", x.Filing.Percent(2), "94.50")
	same(t, "结案率", x.Closing.Percent(2), "93.72")
	same(t, "按期结案率", x.OnTime.Percent(2), "75.82")
	same(t, "监督员上报占比", x.OwnShare.Percent(2), "95.68")
}

func TestT30(t *testing.T) {
	x := indicator.Compute(month(25, 25, 16, 9, 9, 25), period)
	same(t, "部件结案率", x.Closing.Percent(2), "56.25")
	same(t, "部件占比", indicator.Of(25, 996).Percent(2), "2.51")
	if x.Closing.Ranked(indicator.Smallest) {
		t.Error("16 due cases are ranked")
	}
}

func TestT31(t *testing.T) {
	x := indicator.Compute(nil, period)
	same(t, "结案率", x.Closing.Percent(2), "—")
	if x.Closing.Ranked(indicator.Smallest) || x.Closing.Ranked(0) {
		t.Error("a unit without a due case is ranked")
	}
	bands, err := indicator.National()
	if err != nil {
		t.Fatal(err)
	}
	b, _ := indicator.InForce(bands, calendar.MustDay("2026-08-28"))
	if g, ok := b.Of(x.Closing); ok {
		t.Errorf("it has the grade %s", g.Grade)
	}
}

func TestT52(t *testing.T) {
	var cases []indicator.Case
	for i := range 25 {
		cases = append(cases, indicator.Case{Reported: 5, Own: i < 20, Missed: i >= 20})
	}
	x := indicator.Compute(cases, period)
	same(t, "漏报率", x.Missing.Percent(1), "20.0")
	same(t, "自主发现率", x.Discovery.Percent(1), "80.0")
}

func TestT54(t *testing.T) { same(t, "每次报警查实", indicator.Of(1191, 1989).Ratio(2), "0.60") }

func TestHalfToEven(t *testing.T) {
	same(t, "1/8", indicator.Of(1, 8).Percent(0), "12")
	same(t, "3/8", indicator.Of(3, 8).Percent(0), "38")
	same(t, "1/800", indicator.Of(1, 800).Percent(2), "0.12")
}

// A suspended case is due when its pause is over, not before, and does not vanish.
func TestDueCases(t *testing.T) {
	cases := []indicator.Case{
		{Reported: 5, Filed: 5, Due: 900},               // due, open
		{Reported: 5, Filed: 5, Due: 1200},              // suspended past the period
		{Reported: 5, Filed: 5, Due: 1200, Closed: 800}, // closed early in it
		{Reported: 5, Filed: 5, Due: 500, Closed: 1100}, // closed after the period
	}
	x := indicator.Compute(cases, period)
	if x.Closing != indicator.Of(1, 3) || x.OnTime != indicator.Of(1, 3) {
		t.Errorf("closing %v, on time %v, want 1/3", x.Closing, x.OnTime)
	}
	next := indicator.Compute(cases, indicator.Period{From: 1000, To: 2000})
	if next.Closing != indicator.Of(0, 1) {
		t.Errorf("the next period: %v, want 0/1: the case closed early is not due again", next.Closing)
	}
}

func TestBandsByTheExactQuotient(t *testing.T) {
	bands, err := indicator.National()
	if err != nil {
		t.Fatal(err)
	}
	b, ok := indicator.InForce(bands, calendar.MustDay("2026-08-28"))
	if !ok {
		t.Fatal("no bands in force")
	}
	for _, x := range []struct {
		num, den int
		want     string
	}{{90, 100, "A"}, {8996, 10000, "B"}, {80, 100, "B"}, {7, 10, "C"}, {6, 10, "D"}, {599, 1000, "E"}, {0, 9, "E"}} {
		if g, _ := b.Of(indicator.Of(x.num, x.den)); g.Grade != x.want {
			t.Errorf("%d/%d: %s, want %s", x.num, x.den, g.Grade, x.want)
		}
	}
	if _, ok := indicator.InForce(bands, calendar.MustDay("1999-01-01")); ok {
		t.Error("bands before the first edition")
	}
}

func TestRankAndPercentile(t *testing.T) {
	ranked, shown := indicator.Rank([]indicator.Rate{{18, 20}, {1, 19}, {10, 20}, {0, 0}}, func(r indicator.Rate) indicator.Rate { return r }, indicator.Smallest)
	if len(ranked) != 2 || ranked[0].Num != 10 || len(shown) != 2 {
		t.Errorf("%v %v", ranked, shown)
	}
	d := []int64{5, 1, 4, 2, 3, 9, 8, 7, 6, 10}
	if m, p := indicator.Percentile(d, 50), indicator.Percentile(d, 90); m != 5 || p != 9 || indicator.Percentile(nil, 50) != -1 {
		t.Errorf("median %d, p90 %d", m, p)
	}
}
