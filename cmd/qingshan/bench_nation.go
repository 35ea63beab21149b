package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// The bench runs the engine the pages use (rules/air) on a nation-year of hourly values:
// 338 cities × 365 days of 2023, little-endian int16 [SO2 NO2 PM10 PM2.5 CO O3][city][hour].
const (
	benchCities = 338
	benchDays   = 365
)

var benchStart = calendar.MustDay("2023-01-01")

// nationCheck is the line by which engines are compared.
type nationCheck struct {
	ValidDays      int64    `json:"valid_days"`
	SumAQI         int64    `json:"sum_aqi"`
	GoodDays       int64    `json:"good_days"`
	SumMask        int64    `json:"sum_mask"`
	SumDaily       [6]int64 `json:"sum_daily"`
	SumIndexYear   int64    `json:"sum_index_year"`
	SumIndexMonths int64    `json:"sum_index_months"`
	SumRankCity    int64    `json:"sum_rank_city"`
	SumPercentiles int64    `json:"sum_percentiles"`
	SumYTDIndex    int64    `json:"sum_ytd_index"`
	SumYTDRankCity int64    `json:"sum_ytd_rank_city"`
}

// benchOrder is the order of pollutants in the file and of the bits of the mask.
var benchOrder = [6]air.Pollutant{air.SO2, air.NO2, air.PM10, air.PM25, air.CO, air.O3}

func benchNationYearCommand() command {
	c := command{
		name:    "bench nation-year",
		about:   "Time the recomputation of a nation-year: hours to days, AQI, months, year, index, rank (job J1).",
		usage:   "--input FILE [--runs N] [--cores N]",
		example: "qingshan bench nation-year --input nation.i16 --runs 15 --cores 1",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		return c.benchNation(e, args, "J1")
	}
	return c
}

func benchNationYTDCommand() command {
	c := command{
		name:    "bench nation-ytd",
		about:   "Time the year-to-date index and rank of all cities for every day of the year (job J2).",
		usage:   "--input FILE [--runs N] [--cores N]",
		example: "qingshan bench nation-ytd --input nation.i16 --runs 15 --cores 1",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		return c.benchNation(e, args, "J2")
	}
	return c
}

func (c command) benchNation(e *env, args []string, job string) int {
	fs := c.flagSet(e)
	file := fs.String("input", "", "int16 `FILE`, 6 × 338 × 8760 values, little-endian")
	runs := fs.Int("runs", 15, "how many times to run; minimum and median are printed")
	cores := fs.Int("cores", 1, "how many cores to use")
	rest, code, done := c.parseFlags(e, fs, args)
	if done {
		return code
	}
	if len(rest) > 0 || *file == "" || *runs < 1 || *cores < 1 {
		return c.usageError(e, "--input FILE is needed; runs and cores are at least 1")
	}
	hours, err := readNation(*file)
	if err != nil {
		return c.usageError(e, "%v", err)
	}
	rules, err := nationRules()
	if err != nil {
		fmt.Fprintf(e.stderr, "qingshan %s: %v\n", c.name, err)
		return exitInternal
	}
	b := nationBench{rules: rules, hours: hours, cores: *cores, windows: append(air.MonthWindows(benchStart, benchDays), air.Window{From: 0, To: benchDays})}
	b.year() // one run to warm up; also the days for J2
	took := make([]time.Duration, *runs)
	for i := range took {
		watch := clock.Start()
		if job == "J1" {
			b.year()
		} else {
			b.toDate()
		}
		took[i] = watch.Elapsed()
	}
	if job == "J1" {
		b.toDate()
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	err = json.NewEncoder(e.stdout).Encode(map[string]any{
		"job": job, "runs": *runs, "cores": *cores, "min_ms": ms(took[0]), "median_ms": ms(took[*runs/2]), "check": b.check(),
	})
	if err != nil {
		return exitInternal
	}
	return exitOK
}

func nationRules() (*air.Rules, error) {
	reg, err := standard.Builtin()
	if err != nil {
		return nil, err
	}
	ed, err := reg.ForDate(benchStart)
	if err != nil {
		return nil, err
	}
	return air.Compile(ed, air.Options{})
}

func readNation(file string) (*air.Hours, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	const n = benchCities * benchDays * 24
	if len(data) != 6*n*2 {
		return nil, fmt.Errorf("%s: %d bytes, want %d", file, len(data), 6*n*2)
	}
	h := &air.Hours{Start: benchStart, Days: benchDays, Units: benchCities}
	for i, p := range benchOrder {
		col := make([]int16, n)
		for k := range col {
			col[k] = int16(binary.LittleEndian.Uint16(data[(i*n+k)*2:]))
		}
		h.V[p] = col
	}
	return h, nil
}

// nationBench holds the input and the last results.
type nationBench struct {
	rules   *air.Rules
	hours   *air.Hours
	cores   int
	windows []air.Window // twelve months and the year
	days    *air.Days
	stats   [][]air.Stats
	ranks   [][]int16
	ytd     *air.YearToDate
}

// year is job J1.
func (b *nationBench) year() {
	n, err := b.rules.Recompute(b.hours, b.windows, func(w air.Window) bool { return w.To-w.From >= 365 }, b.cores)
	if err != nil {
		panic(err)
	}
	b.days, b.stats, b.ranks = n.Days, n.Stats, n.Ranks
}

// toDate is job J2.
func (b *nationBench) toDate() {
	b.ytd = b.rules.ToDate(b.days, air.Window{From: 0, To: benchDays}, b.cores)
}

func (b *nationBench) check() (c nationCheck) {
	for i, a := range b.days.AQI {
		if a < 0 {
			continue
		}
		c.ValidDays++
		c.SumAQI += int64(a)
		if a <= 100 {
			c.GoodDays++
		}
		for k, p := range benchOrder {
			if p == air.O3 {
				p = air.O3_8h
			}
			if b.days.Primary[i].Has(p) {
				c.SumMask += 1 << k
			}
		}
	}
	for k, p := range benchOrder {
		if p == air.O3 {
			p = air.O3_8h
		}
		for _, v := range b.days.V[p] {
			c.SumDaily[k] += max(int64(v), 0)
		}
	}
	year := len(b.windows) - 1
	for u := range b.stats {
		s := &b.stats[u][year]
		c.SumIndexYear += int64(s.Composite)
		c.SumRankCity += int64(b.ranks[year][u]) * int64(u+1)
		c.SumPercentiles += int64(s.High[air.SO2] + s.High[air.NO2] + s.High[air.PM10] + s.High[air.PM25])
		for w := range year {
			c.SumIndexMonths += int64(b.stats[u][w].Composite)
		}
	}
	for day := 31; day <= benchDays; day++ {
		for u := range benchCities {
			at := (day-1)*benchCities + u
			c.SumYTDIndex += int64(b.ytd.Index[at])
			c.SumYTDRankCity += int64(b.ytd.Rank[at]) * int64(u+1)
		}
	}
	return c
}
