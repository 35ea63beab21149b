package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"qingshan/internal/rules/calendar"
)

// cityDays writes daily rows of a made-up city with seasons. level moves its
// particulates, late leaves out what comes after a day.
func cityDays(b *strings.Builder, id string, from, to calendar.Day, level float64) {
	for d := from; d <= to; d++ {
		winter := math.Cos(2 * math.Pi * float64(d.YearDay()-15) / 365)
		noise := math.Sin(float64(d)*1.7) + math.Sin(float64(d)*0.37)
		pm := level * math.Exp(0.6*winter+0.35*noise)
		fmt.Fprintf(b, "%s,%s,%.0f,%.0f,%.1f,%.0f,%.0f,%.0f\n", id, d, 8+4*winter, 28+8*winter, 0.7+0.2*winter, 110-50*winter+15*noise, 1.7*pm, pm)
	}
}

const budgetHeader = "id,date,so2,no2,co,o3_8h,pm10,pm25\n"

// ask runs air budget and gives its rows by column name.
func ask(t *testing.T, input string, args ...string) []map[string]string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), &env{strings.NewReader(input), &stdout, &stderr}, append([]string{"air", "budget"}, args...))
	if code != exitOK {
		t.Fatalf("%v: exit status %d: %s", args, code, stderr.String())
	}
	recs, err := csv.NewReader(&stdout).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range recs[1:] {
		row := map[string]string{}
		for i, v := range rec {
			row[recs[0][i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t *testing.T, row map[string]string, col string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(row[col], 64)
	if err != nil {
		t.Fatalf("%s of %v: %v", col, row, err)
	}
	return v
}

// The chance comes from the city's own past years in --history or in the input
// itself, is the same again, and falls with the target.
func TestAirBudgetChance(t *testing.T) {
	var past, now strings.Builder
	past.WriteString(budgetHeader)
	now.WriteString(budgetHeader)
	cityDays(&past, "A", calendar.MustDay("2024-01-01"), calendar.MustDay("2025-12-31"), 45)
	cityDays(&now, "A", calendar.MustDay("2026-01-01"), calendar.MustDay("2026-08-27"), 43)
	file := filepath.Join(t.TempDir(), "past.csv")
	if err := os.WriteFile(file, []byte(past.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := []string{"--year", "2026", "--as-of", "2026-08-27", "--detail", "--item"}
	query := func(input string, more ...string) map[string]string {
		rows := ask(t, input, append(append([]string(nil), flags...), more...)...)
		if len(rows) != 1 {
			t.Fatalf("%d rows", len(rows))
		}
		return rows[0]
	}
	last := 1.0
	for _, target := range []string{"60", "52", "50", "48", "46", "30"} {
		row := query(now.String(), "pm25", "--target", target, "--history", file)
		p := number(t, row, "probability")
		if p > last || p < 0 {
			t.Errorf("target %s: chance %g after %g", target, p, last)
		}
		last = p
		if !(number(t, row, "p10") < number(t, row, "p50") && number(t, row, "p50") < number(t, row, "p90")) || row["history"] != "2" || row["levels"] != "cities-2014-2015" {
			t.Errorf("target %s: %v", target, row)
		}
	}
	if last > 0.05 {
		t.Errorf("30 is met with %g", last)
	}
	joined := past.String() + strings.TrimPrefix(now.String(), budgetHeader)
	a := query(now.String(), "good_days", "--target", "280", "--history", file)
	b := query(joined, "good_days", "--target", "280")
	for col := range a {
		if a[col] != b[col] {
			t.Errorf("%s: %s with --history, %s in one table", col, a[col], b[col])
		}
	}
	if c := query(joined, "good_days", "--target", "280", "--seed", "2"); c["p50"] != a["p50"] && math.Abs(number(t, c, "p50")-number(t, a, "p50")) > 6 {
		t.Errorf("seeds differ: %v %v", a, c)
	}
	for _, item := range []string{"o3_8h", "pm10", "co", "no2", "so2"} {
		row := query(joined, item, "--target", "70")
		if p := number(t, row, "probability"); p < 0 || p > 1 || row["p50"] == "" {
			t.Errorf("%s: %v", item, row)
		}
	}
}

// With enough cities in the history the level of the rest is learned from them.
func TestAirBudgetPanel(t *testing.T) {
	var b strings.Builder
	b.WriteString(budgetHeader)
	for n := range 32 {
		id := fmt.Sprintf("city%02d", n)
		cityDays(&b, id, calendar.MustDay("2024-01-01"), calendar.MustDay("2024-12-31"), 40+float64(n))
		cityDays(&b, id, calendar.MustDay("2025-01-01"), calendar.MustDay("2025-12-31"), (40+float64(n))*(0.9+0.005*float64(n%13)))
	}
	cityDays(&b, "city00", calendar.MustDay("2026-01-01"), calendar.MustDay("2026-03-31"), 38)
	rows := ask(t, b.String(), "--year", "2026", "--as-of", "2026-03-31", "--item", "pm25", "--target", "45", "--detail", "--members", "200")
	if len(rows) != 32 || rows[0]["levels"] != "panel" || rows[0]["history"] != "2" {
		t.Errorf("%d rows, first %v", len(rows), rows[0])
	}
	if rows[1]["days_used"] != "0" || rows[1]["to_date"] != "" || rows[1]["probability"] == "" {
		t.Errorf("a city without days this year: %v", rows[1])
	}
}
