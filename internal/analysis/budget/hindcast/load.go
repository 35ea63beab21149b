// Package hindcast reruns past years: it asks the shipped budget package, from
// what was known on four days of a year, what the year would end at, and scores
// the answers against what happened.
package hindcast

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
)

// City is a city's whole daily series.
type City struct {
	Name   string
	Series budget.Series
}

type dayRow struct {
	day calendar.Day
	v   [budget.Items]int64
}

// ReadDaily reads the daily city file in the layout of the aqistudy collection
// (header city,date,…,pm25,pm10,so2,co,no2,o3_8h; 0 means missing). Cities come
// back in the order of their names.
func ReadDaily(r io.Reader) ([]City, error) {
	cr := csv.NewReader(r)
	cr.ReuseRecord = true
	header, err := cr.Read()
	if err != nil {
		return nil, fmt.Errorf("daily file: header: %w", err)
	}
	at := map[string]int{}
	for i, h := range header {
		at[strings.TrimPrefix(h, "\ufeff")] = i
	}
	cols := []int{}
	for _, name := range []string{"city", "date", "so2", "no2", "co", "o3_8h", "pm10", "pm25"} {
		c, ok := at[name]
		if !ok {
			return nil, fmt.Errorf("daily file: the header lacks %s", name)
		}
		cols = append(cols, c)
	}
	rows := map[string][]dayRow{}
	for line := 2; ; line++ {
		rec, err := cr.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("daily file: %w", err)
		}
		one, err := parseRow(rec, cols)
		if err != nil {
			return nil, fmt.Errorf("daily file:%d: %w", line, err)
		}
		name := strings.Clone(rec[cols[0]])
		rows[name] = append(rows[name], one)
	}
	cities := make([]City, 0, len(rows))
	for name, rs := range rows {
		cities = append(cities, City{Name: name, Series: toSeries(rs)})
	}
	slices.SortFunc(cities, func(a, b City) int { return strings.Compare(a.Name, b.Name) })
	return cities, nil
}

func parseRow(rec []string, cols []int) (dayRow, error) {
	day, err := calendar.ParseDay(rec[cols[1]])
	if err != nil {
		return dayRow{}, err
	}
	one := dayRow{day: day}
	for i := range budget.Items {
		if one.v[i], err = milli(rec[cols[2+i]]); err != nil {
			return dayRow{}, fmt.Errorf("%s: %w", budget.Item(i), err)
		}
	}
	return one, nil
}

func toSeries(rs []dayRow) budget.Series {
	first, last := rs[0].day, rs[0].day
	for _, r := range rs {
		first, last = min(first, r.day), max(last, r.day)
	}
	s := budget.Series{First: first}
	for i := range budget.Items {
		s.Values[i] = slices.Repeat([]int64{budget.Missing}, int(last-first)+1)
		for _, r := range rs {
			s.Values[i][r.day-first] = r.v[i]
		}
	}
	return s
}

// milli reads a concentration as thousandths; 0 and the usual marks are missing.
func milli(s string) (int64, error) {
	switch s {
	case "", "NA", "NaN", "-", "--", "*":
		return budget.Missing, nil
	}
	d, err := num.Parse(s)
	if err != nil {
		return 0, err
	}
	if d.Sign() == 0 {
		return budget.Missing, nil
	}
	return d.Steps(3), nil
}
