package num_test

import (
	"encoding/csv"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/rules/num"
)

func TestParseAndPrint(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "12": "12", "12.50": "12.50", "-0.3": "-0.3", ".5": "0.5", "5.": "5", "+7": "7",
		"1e-05": "0.00001", "1.5E2": "150", "12e1": "120", "-2.5e-1": "-0.25", "0e999999999": "0", "0.00e-999999999": "0",
		"0.30000000000000004":       "0.30000000000000004",
		"4.50000000000000000000001": "4.50000000000000001", // the lost digit leaves a trace
		"4.50000000000000000000000": "4.50000000000000000",
	} {
		d, err := num.Parse(in)
		if err != nil || d.String() != want {
			t.Errorf("%s: got %s, %v, want %s", in, d, err, want)
		}
	}
	for in, want := range map[string]error{
		"": num.ErrSyntax, "-": num.ErrSyntax, ".": num.ErrSyntax, "1,5": num.ErrSyntax, "1.2.3": num.ErrSyntax, "12x": num.ErrSyntax,
		"1e": num.ErrSyntax, "0x1f": num.ErrSyntax, "1e30": num.ErrRange, "1234567890123456789": num.ErrRange, "1e-40": num.ErrRange,
	} {
		if d, err := num.Parse(in); !errors.Is(err, want) {
			t.Errorf("%q: got %s, %v, want %v", in, d, err, want)
		}
	}
}

func TestDivTies(t *testing.T) {
	for _, c := range []struct {
		a, b                int64
		even, up, ceil, flr int64
	}{
		{5, 2, 2, 3, 3, 2}, {7, 2, 4, 4, 4, 3}, {-5, 2, -2, -3, -2, -3}, {-7, 2, -4, -4, -3, -4}, {6, 4, 2, 2, 2, 1},
		{0, 9, 0, 0, 0, 0}, {1, 3, 0, 0, 1, 0}, {2, 3, 1, 1, 1, 0}, {-1, 3, 0, 0, 0, -1}, {9, 3, 3, 3, 3, 3},
	} {
		got := [4]int64{num.Div(c.a, c.b, num.HalfEven), num.Div(c.a, c.b, num.HalfUp), num.Div(c.a, c.b, num.Ceil), num.Div(c.a, c.b, num.Floor)}
		if got != [4]int64{c.even, c.up, c.ceil, c.flr} {
			t.Errorf("%d/%d: got %v, want %v", c.a, c.b, got, c)
		}
	}
}

func TestRoundingProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 9).Draw(t, "from")
		to := rapid.IntRange(0, from).Draw(t, "to")
		a := num.D(rapid.Int64Range(-1e12, 1e12).Draw(t, "a"), from)
		b := num.D(rapid.Int64Range(-1e12, 1e12).Draw(t, "b"), from)
		mode := num.Mode(rapid.IntRange(0, 3).Draw(t, "mode"))
		ra, rb := a.Round(to, mode), b.Round(to, mode)
		if ra.Round(to, mode) != ra {
			t.Fatalf("not idempotent: %s → %s", a, ra)
		}
		if num.Cmp(a, b) <= 0 && num.Cmp(ra, rb) > 0 {
			t.Fatalf("not monotone: %s ≤ %s but %s > %s", a, b, ra, rb)
		}
		p := num.Pow10(from - to)
		diff := ra.Units*p - a.Units
		switch mode {
		case num.HalfEven:
			if 2*abs(diff) > p || 2*abs(diff) == p && ra.Units%2 != 0 {
				t.Fatalf("half-even %s → %s", a, ra)
			}
		case num.HalfUp:
			if 2*abs(diff) > p {
				t.Fatalf("half-up %s → %s", a, ra)
			}
		case num.Ceil:
			if diff < 0 || diff >= p {
				t.Fatalf("ceil %s → %s", a, ra)
			}
		case num.Floor:
			if diff > 0 || -diff >= p {
				t.Fatalf("floor %s → %s", a, ra)
			}
		}
		back, err := num.Parse(a.String())
		if err != nil || back != a {
			t.Fatalf("print and read: %v became %v (%v)", a, back, err)
		}
	})
}

func TestStickyNeverMakesATie(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := num.D(rapid.Int64Range(-1e15, 1e15).Draw(t, "d"), 12)
		to := rapid.IntRange(0, 5).Draw(t, "to")
		if got, want := num.D(d.Sticky(6), 6).Round(to, num.HalfEven), d.Round(to, num.HalfEven); got != want {
			t.Fatalf("%s to %d decimals: %s through 6 decimals, %s at once", d, to, got, want)
		}
	})
}

func TestMulDiv(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, m, b := rapid.Int64Range(0, 1e9).Draw(t, "a"), rapid.Int64Range(0, 1e9).Draw(t, "m"), rapid.Int64Range(1, 1e9).Draw(t, "b")
		if q, ok := num.MulDiv(a, m, b); !ok || q != num.Div(a*m, b, num.HalfEven) {
			t.Fatalf("%d·%d/%d = %d, %v", a, m, b, q, ok)
		}
	})
	if _, ok := num.MulDiv(1<<62, 1<<62, 3); ok {
		t.Fatal("an overflow went unnoticed")
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct{ in, from, to, want string }{
		{"0.6", "mg/m3", "µg/m³", "600 µg/m³"}, {"650", "ug/m3", "mg/m³", "0.650 mg/m³"}, {"1.25", "mg/L", "µg/L", "1250 µg/L"},
		{"-4", "%", "%", "-4 %"}, {"2.5", "ng/m3", "µg/m³", "0.0025 µg/m³"},
	} {
		from, err := num.ParseUnit(c.from)
		if err != nil {
			t.Fatal(err)
		}
		to, _ := num.ParseUnit(c.to)
		got, err := num.Quantity{Decimal: num.MustParse(c.in), Unit: from}.In(to)
		if err != nil || got.String() != c.want {
			t.Errorf("%v: got %s, %v", c, got, err)
		}
	}
	if _, err := (num.Quantity{Decimal: num.D(1, 0), Unit: num.MilligramPerL}).In(num.MilligramPerM3); err == nil {
		t.Error("water became air")
	}
	if _, err := num.ParseUnit("ppb"); err == nil {
		t.Error("ppb was accepted")
	}
}

func abs(x int64) int64 { return max(x, -x) }

// Means printed as integers by the Guangdong provincial reporting interface.
func TestPublishedAirRounding(t *testing.T) {
	for _, r := range vector(t, "air_rounding.csv") {
		if got := num.MustParse(r["unrounded"]).Round(0, num.HalfEven).String(); got != r["published_integer"] {
			t.Errorf("%s %s: got %s, published %s", r["quantity"], r["unrounded"], got, r["published_integer"])
		}
		if got := num.MustParse(r["unrounded"]).Round(0, num.HalfUp).String(); got != r["half_up"] {
			t.Errorf("half-up %s: got %s, want %s", r["unrounded"], got, r["half_up"])
		}
	}
}

// Printed values of the national automatic water stations.
func TestPublishedWaterRounding(t *testing.T) {
	for _, r := range vector(t, "water_rounding.csv") {
		places, err := strconv.Atoi(r["decimals"])
		if err != nil {
			t.Fatal(err)
		}
		got := num.KeepOneSignificant(num.MustParse(r["raw"]), places)
		if num.Cmp(got, num.MustParse(r["published"])) != 0 {
			t.Errorf("%s %s: got %s, published %s", r["item"], r["raw"], got, r["published"])
		}
	}
}

func vector(t *testing.T, name string) []map[string]string {
	t.Helper()
	b, err := os.ReadFile("../../../../shared/vectors/" + name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range rows[1:] {
		m := map[string]string{}
		for i, h := range rows[0] {
			m[h] = r[i]
		}
		out = append(out, m)
	}
	return out
}
