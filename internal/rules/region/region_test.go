package region_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/rules/region"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		in, code, short, parent string
		level                   region.Level
	}{
		{"41", "410000000000", "41", "", region.Province},
		{"4107", "410700000000", "4107", "410000000000", region.Prefecture},
		{"410700", "410700000000", "4107", "410000000000", region.Prefecture},
		{"410721", "410721000000", "410721", "410700000000", region.County},
		{"410721100", "410721100000", "410721100", "410721000000", region.Town},
		{"410721100201", "410721100201", "410721100201", "410721100000", region.Village},
		{"419001", "419001000000", "419001", "419000000000", region.County},        // 济源, under the province
		{"441900003000", "441900003000", "441900003", "441900000000", region.Town}, // 东莞 has no counties
	} {
		c, err := region.Parse(tc.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", tc.in, err)
			continue
		}
		parent, _ := c.Parent()
		if string(c) != tc.code || c.Short() != tc.short || c.Level() != tc.level || string(parent) != tc.parent {
			t.Errorf("Parse(%q) = %s short %s level %s parent %s, want %s %s %s %s",
				tc.in, c, c.Short(), c.Level(), parent, tc.code, tc.short, tc.level, tc.parent)
		}
	}
}

func TestParseRejects(t *testing.T) {
	for in, want := range map[string]string{
		"":             "0 characters",
		"410":          "3 characters",
		"4107210":      "7 characters",
		"41072a":       "not a digit",
		"07":           "first digit",
		"410021":       "without a prefecture",
		"410721000201": "without a town",
		"410700000001": "without a town",
	} {
		if _, err := region.Parse(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want an error with %q", in, err, want)
		}
	}
}

func TestContains(t *testing.T) {
	henan, xinxiang := region.MustParse("41"), region.MustParse("4107")
	county, other := region.MustParse("410721"), region.MustParse("410821")
	for _, tc := range []struct {
		parent, child region.Code
		want          bool
	}{
		{henan, xinxiang, true}, {henan, county, true}, {xinxiang, county, true}, {county, county, true},
		{county, xinxiang, false}, {xinxiang, other, false}, {"", county, false}, {henan, "", false},
		{region.MustParse("441900"), region.MustParse("441900003001"), true},
	} {
		if got := region.Contains(tc.parent, tc.child); got != tc.want {
			t.Errorf("Contains(%q, %q) = %v", tc.parent, tc.child, got)
		}
	}
}

// A chain of parents climbs one step at a time, ends at the province and every
// member of it contains the code it started from.
func TestParentChain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{2, 4, 6, 9, 12}).Draw(t, "digits")
		s := rapid.StringMatching(`[1-8][1-9]([0-9][1-9]){5}`).Draw(t, "code")[:n]
		c, err := region.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := region.Parse(c.Short()); err != nil || again != c {
			t.Fatalf("Short does not parse back: %s %s %v", c, again, err)
		}
		for p, ok := c.Parent(); ok; p, ok = p.Parent() {
			if !region.Contains(p, c) || region.Contains(c, p) {
				t.Fatalf("%s and its ancestor %s", c, p)
			}
		}
		top, ok := c.Ancestor(region.Province)
		if !ok || string(top[:2]) != s[:2] || top.Level() != region.Province {
			t.Fatalf("province of %s is %s", c, top)
		}
	})
}

func TestLevelNames(t *testing.T) {
	for l := region.Province; l <= region.Village; l++ {
		got, err := region.ParseLevel(l.String())
		if err != nil || got != l || l.Chinese() == "" || l.Digits() == 0 {
			t.Errorf("%s: %v %v", l, got, err)
		}
	}
	if _, err := region.ParseLevel("city"); err == nil {
		t.Error("an unknown level was accepted")
	}
}
