package air_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

func rules(t testing.TB, id string, o air.Options) *air.Rules {
	t.Helper()
	reg, err := standard.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	ed, ok := reg.ByID(id)
	if !ok {
		t.Fatalf("no edition %s", id)
	}
	r, err := air.Compile(ed, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// vector reads a file of published values beside the repository.
func vector(t testing.TB, name string) []map[string]string {
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

var hourly = []air.Pollutant{air.SO2, air.NO2, air.CO, air.O3, air.PM10, air.PM25}

// drawHours draws station hours: levels wander, some hours and whole stretches are missing,
// now and then a value is extreme.
func drawHours(t *rapid.T, start calendar.Day, days, units int) *air.Hours {
	h := air.NewHours(start, days, units)
	top := map[air.Pollutant]int{air.SO2: 60, air.NO2: 120, air.CO: 60, air.O3: 320, air.PM10: 400, air.PM25: 250}
	seed := rapid.Uint64().Draw(t, "seed")
	next := func(n int) int {
		seed ^= seed<<13 | 1
		seed ^= seed >> 7
		seed ^= seed << 17
		return int(seed >> 33 % uint64(n))
	}
	gap := rapid.SampledFrom([]int{1000, 50, 12, 5}).Draw(t, "gap")
	for _, p := range hourly {
		for i := range h.V[p] {
			switch {
			case next(gap) == 0:
				h.V[p][i] = air.Missing
			case next(700) == 0:
				h.V[p][i] = int16(next(1 << 15))
			default:
				h.V[p][i] = int16(next(top[p]))
			}
		}
	}
	return h
}
