package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

func airCityCommand() command {
	c := command{
		name:    "air city",
		about:   "City hours from station hours: mean of the assessed stations, background stations left out.",
		usage:   "[options] [FILE]",
		example: "qingshan air city stations.csv",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		var o filterOptions
		o.register(fs)
		std := fs.String("standard", "auto", standardUsage)
		rounding := fs.String("rounding", "half-even", "rounding of the mean: `half-even` (GB/T 8170) or half-up (the national feed of 2018–2020)")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		mode, ok := map[string]num.Mode{"half-even": num.HalfEven, "half-up": num.HalfUp}[*rounding]
		if !ok {
			return c.usageError(e, "--rounding %q: want half-even or half-up", *rounding)
		}
		rules, err := newAirRules(*std, air.Options{})
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		cols := append(need("city", "station", "time"), optional("background")...)
		for _, p := range hourOrder {
			cols = append(cols, column{name: p.Column()})
		}
		in, err := openInput(e, o, rest, cols)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		t := newStationCities()
		t.read(in, rules)
		return in.finish(t.write(e, o, rules, mode))
	}
	return c
}

// cityHour adds up the stations of a city in one hour, in 10^-6.
type cityHour struct {
	day   calendar.Day
	label int
	sum   [6]int64
	n     [6]int
	any   int // stations with at least one value
}

// stationCities collects cities in order of appearance. A city's stations are the assessed
// ones that report at least one value in the input.
type stationCities struct {
	names    []string
	index    map[string]int
	stations []map[string]bool
	hours    []map[int]*cityHour // key: day·32 + label
	seen     map[stationHour]bool
}

type stationHour struct {
	city    int
	station string
	hour    int
}

func newStationCities() *stationCities {
	return &stationCities{index: map[string]int{}, seen: map[stationHour]bool{}}
}

func (t *stationCities) read(in *input, rules *airRules) {
	for in.next() {
		city, ok := in.id(0)
		if !ok {
			continue
		}
		station, ok := in.id(1)
		if !ok {
			continue
		}
		when, err := parseCivil(in.bytes(2))
		var day calendar.Day
		var label int
		if err == nil {
			day, label, err = when.label()
		}
		if err == nil {
			_, err = rules.on(day)
		}
		if err != nil {
			in.reject(2, "%q %v", short(in.bytes(2)), err)
			continue
		}
		background, ok := readBackground(in, 3, station)
		if !ok {
			continue
		}
		var cells [6]cell
		for i := range cells {
			if cells[i], ok = in.concentration(4 + i); !ok {
				break
			}
		}
		if !ok {
			continue
		}
		if !t.add(city, station, day, label, background, &cells) {
			in.reject(2, "station %s stands in an earlier row of %s", station, hourText(day, label))
		}
	}
}

// readBackground reads the flag; a name that carries 对照点 is a background station too.
func readBackground(in *input, i int, station string) (bool, bool) {
	if strings.Contains(station, "对照点") {
		return true, true
	}
	switch b := in.bytes(i); {
	case len(b) == 0, bytes.EqualFold(b, []byte("0")), bytes.EqualFold(b, []byte("n")), bytes.EqualFold(b, []byte("false")):
		return false, true
	case bytes.EqualFold(b, []byte("1")), bytes.EqualFold(b, []byte("y")), bytes.EqualFold(b, []byte("true")):
		return true, true
	default:
		in.reject(i, "%q is neither 0 nor 1", short(b))
		return false, false
	}
}

// add takes a row in; false means that the station's hour is there already.
func (t *stationCities) add(city, station string, day calendar.Day, label int, background bool, cells *[6]cell) bool {
	c, known := t.index[city]
	if !known {
		c = len(t.names)
		t.index[city] = c
		t.names = append(t.names, city)
		t.stations = append(t.stations, map[string]bool{})
		t.hours = append(t.hours, map[int]*cityHour{})
	}
	key := int(day)*32 + label
	row := stationHour{c, station, key}
	if t.seen[row] {
		return false
	}
	t.seen[row] = true
	if background {
		return true
	}
	h := t.hours[c][key]
	if h == nil {
		h = &cityHour{day: day, label: label}
		t.hours[c][key] = h
	}
	any := false
	for i, x := range cells {
		if x.state == cellNumber {
			h.sum[i] += x.Sticky(fineDecimals)
			h.n[i]++
			any = true
		}
	}
	if any {
		h.any++
		t.stations[c][station] = true
	}
	return true
}

func (t *stationCities) write(e *env, o filterOptions, rules *airRules, mode num.Mode) *output {
	names := []string{"id", "time"}
	for _, p := range hourOrder {
		names = append(names, p.Column())
	}
	out := newOutput(e.stdout, o, append(names, "n_stations"))
	for c, name := range t.names {
		keys := make([]int, 0, len(t.hours[c]))
		for k := range t.hours[c] {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			h := t.hours[c][k]
			r, err := rules.on(h.day)
			if err != nil {
				panic(fmt.Sprintf("row without a standard set was not rejected: %v", err))
			}
			need := air.StationsNeeded(&r.Edition.Validity, len(t.stations[c]))
			out.text(name)
			out.text(hourText(h.day, h.label))
			for i, p := range hourOrder {
				if h.n[i] == 0 || h.n[i] < need {
					out.blank()
					continue
				}
				hour, _, _ := r.DecimalsOf(p)
				out.decimal(num.D(num.Div(h.sum[i], int64(h.n[i])*num.Pow10(fineDecimals-hour), mode), hour))
			}
			out.integer(int64(h.any))
			out.end()
		}
	}
	return out
}
