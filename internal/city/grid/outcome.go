package grid

import (
	"cmp"
	"context"
	"slices"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// Outcome is how well the grid of an area works: what it found and what others found, and how
// its cases were handled.
type Outcome struct {
	Region region.Code
	Cell   int64
	Name   string
	// Of the problems that a patrol could have found and that are not unfounded, by who
	// reported them; what the township, the firm itself and the system reported is in Found only.
	Found    int
	Own      int
	Others   int
	By       map[string]int // Others by the level of the source (matter.Levels)
	Undue    int            // of Others: no patrol was due while the problem was there
	Missed   int
	Roadside int // of the missed: visible from the road
	Figures  indicator.Indicators
	// Median and 90th percentile in ms, −1 of none: from seen to on record, from there to the
	// first act, from seen to closed.
	Find, Act, Close [2]int64
	// Place is the rank by the rate of cases closed in time, the highest 1; 0 with fewer than
	// indicator.Smallest cases that were due.
	Place int

	find, act, done []int64
}

// Outcomes are those of the parts of a region and their total.
type Outcomes struct {
	Region   region.Code
	From, To int64
	Rows     []Outcome // ranked ones first, the lowest discovery rate on top
	Ranked   int
	Total    Outcome
	Bands    indicator.Bands // the grades in force at the period's end

	// while it is counted
	period  indicator.Period
	risk    Risk
	verdict map[finding]string
}

// finding is one life of a matter.
type finding struct{ matter, round int64 }

func keyOf(f *matter.Finding) finding { return finding{f.ID, f.Round.Round} }

// Outcome measures the parts of a region: by cell, town or county. Needs grid.read.
func (s *Service) Outcome(ctx context.Context, r region.Code, from, to int64, by string) (Outcomes, error) {
	out := Outcomes{Region: r, From: from, To: to, period: indicator.Period{From: from, To: to}}
	if _, err := access.Require(ctx, access.GridRead, r); err != nil {
		return out, err
	}
	if s.cfg.Matters == nil {
		return out, fault.New(fault.Unavailable, "no_matters", "事项尚未启用，没有成效可算")
	}
	if from >= to || to-from > 1100*calendar.MsPerDay {
		return out, fault.New(fault.Invalid, "period", "起止日期有误，最长三年")
	}
	out.Bands, _ = indicator.InForce(s.bands, calendar.DayOf(to-1))
	err := s.db.View(ctx, func(tx *store.Tx) error {
		st, err := s.state(ctx, tx)
		if err != nil {
			return err
		}
		list, err := s.cfg.Matters.Measured(ctx, tx, r, from, to)
		if err != nil {
			return err
		}
		if out.verdict, err = verdicts(ctx, tx, r, from, to); err != nil {
			return err
		}
		out.risk = s.rules.risk(dayOf(tx))
		out.fill(st, list, by)
		return nil
	})
	return out, err
}

// area is an evaluation object: a cell, or a region with cell 0.
type area struct {
	region region.Code
	cell   int64
}

func (o *Outcomes) fill(st *state, list []matter.Finding, by string) {
	rows := map[area]*Outcome{}
	part := func(a area, name string) *Outcome {
		if rows[a] == nil {
			rows[a] = &Outcome{Region: a.region, Cell: a.cell, Name: name}
		}
		return rows[a]
	}
	for _, c := range st.cells { // areas without a problem are shown as well
		if region.Contains(o.Region, c.Region) && (by == "town" && c.Tier == 3 || by == "county" && c.Tier == 2) {
			part(area{region: c.Region}, c.Name)
		}
	}
	for i := range list {
		f := &list[i]
		c := o.caseOf(f)
		o.count(&o.Total, f, &c)
		if x := partOf(st, f, by, part); x != nil {
			o.count(x, f, &c)
		}
	}
	var all []Outcome
	for _, x := range rows {
		x.finish()
		all = append(all, *x)
	}
	slices.SortFunc(all, func(a, b Outcome) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Cell, b.Cell))
	})
	place(all)
	ranked, shown := indicator.Rank(all, func(x Outcome) indicator.Rate { return x.Figures.Discovery }, indicator.Smallest)
	o.Rows, o.Ranked = append(ranked, shown...), len(ranked)
	o.Total.Region = o.Region
	o.Total.finish()
}

// place ranks areas by the rate of cases closed in time; equal rates share a rank.
func place(all []Outcome) {
	for i := range all {
		own := all[i].Figures.OnTime
		if !own.Ranked(indicator.Smallest) {
			continue
		}
		all[i].Place = 1
		for j := range all {
			if x := all[j].Figures.OnTime; x.Ranked(indicator.Smallest) && own.Less(x) {
				all[i].Place++
			}
		}
	}
}

func partOf(st *state, f *matter.Finding, by string, part func(area, string) *Outcome) *Outcome {
	if by == "cell" {
		if c := st.cells[f.Cell]; c != nil {
			return part(area{c.Region, c.ID}, c.Name)
		}
		return nil
	}
	level := region.Town
	if by == "county" {
		level = region.County
	}
	if code, ok := f.Region.Ancestor(level); ok {
		return part(area{region: code}, "")
	}
	return nil
}

// caseOf is a finding as the indicators see it.
func (o *Outcomes) caseOf(f *matter.Finding) indicator.Case {
	c := indicator.Case{Reported: f.Opened, Filed: f.Filed, Dispatched: f.Sent, Handled: f.Ended, Closed: f.Closed, Due: f.Due,
		Own: f.Side == matter.SideOwn, Beyond: !f.Patrol, Unfounded: f.Unfounded, Reworks: int(f.Reworks), Returned: int(f.Returned),
		Extended: int(f.Extended), Shelved: f.Shelved, Recurred: f.Recurred, Roadside: f.Roadside, Performed: int(f.Performed)}
	if f.Side == matter.SideOutside {
		v := o.verdict[keyOf(f)]
		c.Missed = v == verdictLooked || v == verdictUnlooked
		c.Outside = c.Missed || v == verdictDue
	}
	c.Trivial = c.Own && f.Closed > 0 && f.Reworks == 0 && f.Closed-f.Opened < int64(o.risk.TrivialMin)*calendar.MsPerMinute
	return c
}

func (o *Outcomes) count(x *Outcome, f *matter.Finding, c *indicator.Case) {
	x.Figures.Add(c, o.period)
	if c.Beyond || c.Unfounded || f.Opened < o.From || f.Opened >= o.To {
		return
	}
	x.Found++
	switch {
	case c.Own:
		x.Own++
	case f.Side == matter.SideOutside:
		x.Others++
		if x.By == nil {
			x.By = map[string]int{}
		}
		x.By[f.Level]++
		if !c.Outside {
			x.Undue++
		}
		if c.Missed {
			x.Missed++
			if c.Roadside {
				x.Roadside++
			}
		}
	}
	x.find = append(x.find, f.Opened-f.Found)
	if f.Acted > 0 {
		x.act = append(x.act, f.Acted-f.Opened)
	}
	if f.Closed > 0 {
		x.done = append(x.done, f.Closed-f.Found)
	}
}

func (x *Outcome) finish() {
	for _, d := range []struct {
		to   *[2]int64
		list []int64
	}{{&x.Find, x.find}, {&x.Act, x.act}, {&x.Close, x.done}} {
		*d.to = [2]int64{indicator.Percentile(d.list, 50), indicator.Percentile(d.list, 90)}
	}
	x.find, x.act, x.done = nil, nil, nil
}
