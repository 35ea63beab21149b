// Package warning decides heavy-pollution warnings (重污染天气预警) from a
// forecast of daily AQI: which colour, for which days, by which rule, and when a
// warning may be lowered or must be raised.
//
// The start conditions are dated data, one edition per document; a decision
// names the edition and the rule text it rests on.
package warning

import (
	"fmt"
	"slices"

	"qingshan/internal/rules/calendar"
)

// Level is the colour of a warning.
type Level uint8

// The colours in rising order. Blue exists only in editions up to 2017.
const (
	None Level = iota
	Blue
	Yellow
	Orange
	Red
)

var levelNames = [...]string{"none", "blue", "yellow", "orange", "red"}

// String is the level's name in tables.
func (l Level) String() string {
	if int(l) >= len(levelNames) {
		return fmt.Sprintf("level(%d)", uint8(l))
	}
	return levelNames[l]
}

// Chinese is the level's name for people.
func (l Level) Chinese() string {
	return [...]string{"无", "蓝色预警", "黄色预警", "橙色预警", "红色预警"}[min(int(l), len(levelNames)-1)]
}

// UnmarshalText reads the name of a level.
func (l *Level) UnmarshalText(b []byte) error {
	n := slices.Index(levelNames[:], string(b))
	if n < 0 {
		return fmt.Errorf("warning level %q: want one of %v", b, levelNames)
	}
	*l = Level(n)
	return nil
}

// Day is a forecast day.
type Day struct {
	Day   calendar.Day
	AQI   int    // below zero when there is no forecast
	Cause string // pm, ozone, dust or fire; empty is pm
}

// Decision is a warning for a run of days, or none.
type Decision struct {
	Level   Level
	Window  calendar.Window // empty when Level is None
	Rule    string          // the condition that is met, or why there is no colour
	Edition string
}

// Decide gives the decisions for the forecast of one place: one for every run of
// days that meets a start condition, in order of their first day, each with the
// highest level it meets. There are none when no condition is met. The days may
// come in any order; days without a forecast, or with a cause that leads to no
// colour, end a run.
func (e *Edition) Decide(days []Day) []Decision {
	run := slices.Clone(days)
	slices.SortFunc(run, func(a, b Day) int { return int(a.Day - b.Day) })
	for n := range run {
		if !e.rules.colours(run[n].Cause) {
			run[n].AQI = -1
		}
	}
	var out []Decision
	for i := len(e.Levels) - 1; i >= 0; i-- { // highest first
		rule := e.Levels[i]
		for _, w := range rule.windows(run) {
			if !covered(out, w) {
				out = append(out, Decision{Level: rule.Level, Window: w, Rule: rule.Rule, Edition: e.ID})
			}
		}
	}
	slices.SortFunc(out, func(a, b Decision) int { return int(a.Window.From - b.Window.From) })
	return out
}

// covered reports whether a higher decision already speaks for some of the days.
func covered(have []Decision, w calendar.Window) bool {
	for _, d := range have {
		if d.Window.Clip(w).Days() > 0 {
			return true
		}
	}
	return false
}

// Strongest is the decision with the highest level, the earliest of equals, and
// a decision of None that says why when there is no warning.
func (e *Edition) Strongest(days []Day) Decision {
	best := Decision{Edition: e.ID, Window: calendar.Window{From: 1}}
	for _, d := range e.Decide(days) {
		if d.Level > best.Level {
			best = d
		}
	}
	if best.Level == None {
		best.Rule = e.whyNone(days)
	}
	return best
}

// whyNone names the cause that took a colour away, if one did.
func (e *Edition) whyNone(days []Day) string {
	coloured := slices.Clone(days)
	for n := range coloured {
		coloured[n].Cause = ""
	}
	if len(e.Decide(coloured)) == 0 {
		return ""
	}
	for _, d := range days {
		if c, ok := e.rules.cause(d.Cause); ok && !c.Colour {
			return c.Note
		}
	}
	return ""
}

// windows are the runs of days that meet the level, merged where alternatives
// overlap.
func (l LevelRule) windows(days []Day) []calendar.Window {
	var found []calendar.Window
	for _, alt := range l.Any {
		found = append(found, alt.windows(days)...)
	}
	slices.SortFunc(found, func(a, b calendar.Window) int { return int(a.From - b.From) })
	var out []calendar.Window
	for _, w := range found {
		if n := len(out); n > 0 && w.From <= out[n-1].To {
			out[n-1].To = max(out[n-1].To, w.To)
			continue
		}
		out = append(out, w)
	}
	return out
}

func (a Alternative) windows(days []Day) []calendar.Window {
	if a.Reaches > 0 {
		return runs(days, a.Reaches-1, 24)
	}
	var out []calendar.Window
	for _, w := range runs(days, a.All[0].Above, a.All[0].Hours) {
		inside := slices.DeleteFunc(slices.Clone(days), func(d Day) bool { return !w.Has(d.Day) })
		ok := true
		for _, c := range a.All[1:] {
			ok = ok && len(runs(inside, c.Above, c.Hours)) > 0
		}
		if ok {
			out = append(out, w)
		}
	}
	return out
}

// runs are the longest runs of consecutive days above a value that last at least
// the hours.
func runs(days []Day, above, hours int) []calendar.Window {
	var out []calendar.Window
	for n := 0; n < len(days); n++ {
		if days[n].AQI <= above {
			continue
		}
		first := n
		for n+1 < len(days) && days[n+1].AQI > above && days[n+1].Day == days[n].Day+1 {
			n++
		}
		if w := (calendar.Window{From: days[first].Day, To: days[n].Day}); w.Days()*24 >= hours {
			out = append(out, w)
		}
	}
	return out
}
