package main

import (
	"flag"
	"fmt"
	"strings"

	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// airRules chooses and keeps the compiled rules a filter needs: one set forced by
// --standard, or the set in force on the day of each row.
type airRules struct {
	reg    *standard.Registry
	opts   air.Options
	forced *air.Rules
	byID   map[string]*air.Rules
	last   *air.Rules
}

const standardUsage = "standard `SET`: auto (in force on the row's date), 2012, 2026-transition, 2026-final"

// newAirRules compiles the forced set at once, so that a bad choice is a usage error.
func newAirRules(id string, o air.Options) (*airRules, error) {
	reg, err := standard.Builtin()
	if err != nil {
		return nil, err
	}
	a := &airRules{reg: reg, opts: o, byID: map[string]*air.Rules{}}
	if id == "auto" {
		for _, ed := range reg.Editions() { // options must suit every edition
			if _, err := a.compile(ed); err != nil {
				return nil, err
			}
		}
		return a, nil
	}
	ed, ok := reg.ByID(id)
	if !ok {
		var ids []string
		for _, e := range reg.Editions() {
			ids = append(ids, e.ID)
		}
		return nil, fmt.Errorf("--standard %q: want auto, %s", id, strings.Join(ids, ", "))
	}
	a.forced, err = a.compile(ed)
	return a, err
}

func (a *airRules) compile(ed *standard.Edition) (*air.Rules, error) {
	if r, ok := a.byID[ed.ID]; ok {
		return r, nil
	}
	r, err := air.Compile(ed, a.opts)
	if err == nil {
		a.byID[ed.ID] = r
	}
	return r, err
}

// on gives the rules for a day.
func (a *airRules) on(d calendar.Day) (*air.Rules, error) {
	if a.forced != nil {
		return a.forced, nil
	}
	if l := a.last; l != nil && l.Edition.From <= d && d <= l.Edition.To {
		return l, nil
	}
	ed, err := a.reg.ForDate(d)
	if err != nil {
		return nil, err
	}
	a.last, err = a.compile(ed)
	return a.last, err
}

// choiceFlag registers a flag with a closed set of words.
func choiceFlag(fs *flag.FlagSet, name, def, usage string, words map[string]air.Choice) *air.Choice {
	c := words[def]
	fs.Func(name, usage+" (default "+def+")", func(s string) error {
		v, ok := words[s]
		if !ok {
			return fmt.Errorf("unknown choice")
		}
		c = v
		return nil
	})
	return &c
}

// The largest concentrations accepted. The national feed has held hours up to 3,000 µg/m³
// in dust and CO up to 23 mg/m³; values beyond these bounds are broken.
const (
	maxConcentration = 20000 // µg/m³
	maxCO            = 1000  // mg/m³; µg/m³ in a CO column are caught by it
)

// concentration reads a pollutant column: number, missing or planned. Negative and absurd
// values are rejected.
func (in *input) concentration(i int) (cell, bool) {
	c, ok := in.number(i)
	if !ok || c.state != cellNumber {
		return c, ok
	}
	if c.Units < 0 {
		in.reject(i, "negative concentration %s", c.Decimal)
		return c, false
	}
	most := int64(maxConcentration)
	if strings.HasPrefix(in.cols[i].name, "co") {
		most = maxCO
	}
	if num.Cmp(c.Decimal, num.D(most, 0)) > 0 {
		in.reject(i, "concentration %s is above %d", short([]byte(c.Decimal.String())), most)
		return c, false
	}
	return c, true
}

// values reads pollutant columns into steps of rules r. cols maps pollutant → column index,
// −1 where the command has none.
func (in *input) values(r *air.Rules, cols *[air.N]int, v *air.Values) bool {
	*v = air.NoValues()
	for p, i := range cols {
		if i < 0 {
			continue
		}
		c, ok := in.concentration(i)
		if !ok {
			return false
		}
		switch c.state {
		case cellNumber:
			v[p] = r.RoundConc(air.Pollutant(p), c.Decimal)
		case cellPlanned:
			v[p] = air.Planned
		}
	}
	return true
}

// withheldText says why there is no AQI.
func withheldText(res *air.Result) string {
	if !res.Withheld {
		return ""
	}
	if res.Raw < 0 {
		return "no data"
	}
	return "missing " + res.Missing.String()
}

// putConc prints a daily value, or nothing.
func putConc(out *output, r *air.Rules, p air.Pollutant, steps int64) {
	if steps < 0 {
		out.blank()
		return
	}
	out.decimal(r.Conc(p, steps))
}

// parsePollutants reads a list of names joined with ; | , or blanks. O3 in a daily list
// means the 8-hour value.
func parsePollutants(s string) (set air.Set, err error) {
	for _, n := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(";|, 、", r) }) {
		if n == "-" || n == "--" || n == "NA" || n == "无" {
			continue
		}
		p, err := standard.ParsePollutant(n)
		if err != nil {
			if p, err = standard.ParsePollutant(strings.ToLower(strings.ReplaceAll(n, ".", ""))); err != nil {
				return 0, fmt.Errorf("unknown pollutant %q", short([]byte(n)))
			}
		}
		if p == air.O3 {
			p = air.O3_8h
		}
		set |= standard.Of(p)
	}
	return set, nil
}
