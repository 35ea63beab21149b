// Package demo is the demonstration city: a place with the names and codes of 新乡's counties
// but with invented borders, towns, villages, people and measurements. It carries data only;
// package land draws the map and package synth makes the observations. Everything in it is
// marked 演示 and nothing comes from a monitoring network.
package demo

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"

	"github.com/pelletier/go-toml/v2"

	"qingshan/internal/rules/region"
	"qingshan/packs/demo/land"
)

//go:embed data
var files embed.FS

// Seed makes the published demonstration city. Another seed makes another one.
const Seed uint64 = 20260828

// Mark is shown wherever data of the pack is shown, and is the source of all of it.
const Mark = "演示"

// City is the demonstration city's region and name.
var (
	City     = region.MustParse("410700")
	CityName = "新乡市"
)

// table reads a CSV file of the pack; col finds a column by name.
func table(name string) (rows [][]string, col map[string]int, err error) {
	f, err := files.Open("data/" + name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	rows, err = csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	col = map[string]int{}
	for i, h := range rows[0] {
		col[h] = i
	}
	return rows[1:], col, nil
}

// fields reads the cells of one row by column name and keeps the first error.
type fields struct {
	file string
	line int
	row  []string
	col  map[string]int
	err  error
}

func (f *fields) text(name string) string {
	i, ok := f.col[name]
	if !ok {
		f.fail(name, "no such column")
		return ""
	}
	return f.row[i]
}

func (f *fields) fail(name string, what any) {
	if f.err == nil {
		f.err = fmt.Errorf("%s:%d: %s: %v", f.file, f.line, name, what)
	}
}

func (f *fields) number(name string) float64 {
	v, err := strconv.ParseFloat(f.text(name), 64)
	if err != nil {
		f.fail(name, err)
	}
	return v
}

func (f *fields) code(name string) region.Code {
	c, err := region.Parse(f.text(name))
	if err != nil {
		f.fail(name, err)
	}
	return c
}

// eachRow calls read for every row of a table and returns the first error with its line.
func eachRow(name string, read func(f *fields)) error {
	rows, col, err := table(name)
	if err != nil {
		return err
	}
	for i, r := range rows {
		f := fields{file: name, line: i + 2, row: r, col: col}
		if read(&f); f.err != nil {
			return f.err
		}
	}
	return nil
}

// Counties are the county-level regions in code order, as land.Draw needs them.
func Counties() ([]land.County, error) {
	var out []land.County
	err := eachRow("counties.csv", func(f *fields) {
		out = append(out, land.County{
			Code: f.code("code"), Name: f.text("name"),
			Lon: f.number("lon"), Lat: f.number("lat"),
			Reach: f.number("reach_km"), Stretch: f.number("stretch"),
			Towns: int(f.number("towns")), Urban: f.text("urban") == "1",
		})
	})
	return out, err
}

// Land draws the city (about a tenth of a second).
func Land(seed uint64) (*land.Land, error) {
	counties, err := Counties()
	if err != nil {
		return nil, err
	}
	return land.Draw(seed, City, CityName, counties), nil
}

// Rivers draws the two watercourses.
func Rivers(seed uint64) ([]land.River, error) {
	data, err := files.ReadFile("data/rivers.toml")
	if err != nil {
		return nil, err
	}
	var file struct {
		River []land.Course `toml:"river"`
	}
	if err := toml.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("rivers.toml: %w", err)
	}
	return land.Rivers(seed, file.River), nil
}
