package situation

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"sync"
	"time"

	"qingshan/internal/analysis/budget"
	"qingshan/internal/rules/air"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/num"
	"qingshan/internal/rules/standard"
)

// items maps the engine's pollutants to the budget's columns.
var items = [budget.Items]air.Pollutant{budget.SO2: air.SO2, budget.NO2: air.NO2, budget.CO: air.CO,
	budget.O3: air.O3_8h, budget.PM10: air.PM10, budget.PM25: air.PM25}

// milli is how many thousandths one step of a daily value has.
func (b *board) milli(p air.Pollutant) int64 {
	_, day, _ := b.rules.DecimalsOf(p)
	return num.Pow10(3 - day)
}

// quantum is the printed step of a period value in thousandths.
func (b *board) quantum(p air.Pollutant) int64 {
	_, _, period := b.rules.DecimalsOf(p)
	return num.Pow10(3 - period)
}

// budgetSeries gives the budget a unit's days up to and including a day.
func (b *board) budgetSeries(days *air.Days, unit int, until calendar.Day) *budget.Series {
	n := min(int(until-days.Start)+1, days.Days)
	s := &budget.Series{First: days.Start}
	for i, p := range items {
		col := make([]int64, max(n, 0))
		f := b.milli(p)
		for d := range col {
			if v := days.V[p][days.At(unit, d)]; v >= 0 {
				col[d] = int64(v) * f
			} else {
				col[d] = budget.Missing
			}
		}
		s.Values[i] = col
	}
	return s
}

// limits are the daily values at which the sub-index is 100, in thousandths.
func (b *board) limits() budget.Limits {
	var l budget.Limits
	bp := &b.rules.Edition.Breakpoints
	for i, p := range items {
		l[i] = math.MaxInt64
		row, ok := bp.Row(standard.Daily, p)
		for k, q := range bp.IAQI {
			if ok && q == 100 && k < len(row.Concentration) {
				l[i] = row.Concentration[k].Steps(3)
			}
		}
	}
	return l
}

// outlook is what the rest of a year may bring a unit. It is computed once per state of the
// unit's days and then only read; Run of its simulator may be called for any scenario.
type outlook struct {
	sim     *budget.Simulator
	targets []budget.Target
	keys    []string // item of each target
	base    *budget.Outcome
	rest    map[budget.Item][]budget.RestMean
	prior   [2]string // source of the level laws, in Chinese and in English
	shock   float64
	err     error // why there is none: budget.ErrNoHistory
}

// outlooks remembers outlooks by what they were computed from, so that a new hour or a page
// of another user does not draw the members again.
type outlooks struct {
	mu   sync.Mutex
	kept map[string]*outlook
}

const keptOutlooks = 64

func (o *outlooks) get(k string, make func() *outlook) *outlook {
	o.mu.Lock()
	defer o.mu.Unlock()
	if got, ok := o.kept[k]; ok {
		return got
	}
	if o.kept == nil || len(o.kept) >= keptOutlooks {
		o.kept = map[string]*outlook{}
	}
	got := make()
	o.kept[k] = got
	return got
}

// outlookKey names everything an outlook depends on.
func (b *board) outlookKey(days *air.Days, unit int, until calendar.Day, targets []budget.Target) string {
	h := fnv.New64a()
	var two [2]byte
	for _, p := range items {
		lo := days.At(unit, 0)
		for _, v := range days.V[p][lo : lo+min(int(until-days.Start)+1, days.Days)] {
			two[0], two[1] = byte(v), byte(v>>8)
			_, _ = h.Write(two[:])
		}
	}
	return fmt.Sprintf("%s %s %s %s %v %x", b.units[unit].place.Code, b.rules.Edition.ID, days.Start, until, targets, h.Sum64())
}

func (b *board) outlook(cache *outlooks, days *air.Days, unit int, until calendar.Day, keys []string, targets []budget.Target) *outlook {
	return cache.get(b.outlookKey(days, unit, until, targets), func() *outlook {
		o := &outlook{targets: targets, keys: keys, rest: map[budget.Item][]budget.RestMean{}}
		o.err = o.compute(b.budgetSeries(days, unit, until), until, b.limits())
		return o
	})
}

func (o *outlook) compute(s *budget.Series, until calendar.Day, limits budget.Limits) error {
	if len(o.targets) == 0 {
		return errNoTargets
	}
	in, err := budget.NewInput(s, until, limits)
	if err != nil {
		return err
	}
	prior, err := budget.Prior()
	if err != nil {
		return err
	}
	o.prior, o.shock = [2]string{prior.SourceZH, prior.Source}, prior.YearShock
	in.Levels = prior.At(in.ElapsedRef)
	for _, i := range []budget.Item{budget.PM25, budget.PM10} {
		o.rest[i] = budget.RestHistory(in, i)
	}
	if o.sim, err = budget.NewSimulator(in, prior.Options()); err != nil {
		return err
	}
	o.base, err = o.sim.Run(budget.Scenario{}, o.targets, budget.WithFan())
	return err
}

var errNoTargets = errors.New("no targets are set for the year")

// answer finds the outlook of one item.
func (o *outlook) answer(item string) (*budget.Answer, bool) {
	if o == nil || o.base == nil {
		return nil, false
	}
	for i, k := range o.keys {
		if k == item {
			return &o.base.Answers[i], true
		}
	}
	return nil, false
}

// percent prints a share as a whole percentage that is never 0 or 100 unless it is certain.
func percent(p float64) string {
	n := math.Round(p * 100)
	if n == 0 && p > 0 {
		return "<1"
	}
	if n == 100 && p < 1 {
		return ">99"
	}
	return fmt.Sprintf("%.0f", n)
}

func yearStart(y int) calendar.Day { return calendar.Date(y, time.January, 1) }
func yearEnd(y int) calendar.Day   { return calendar.Date(y, time.December, 31) }
