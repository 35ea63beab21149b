package grid

import (
	"context"
	"database/sql"
	"slices"
	"sort"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// slots counts the norms of every source: how often it was to be looked at in the days, and
// how often it was. A source that several cells hold counts once, in the first.
func (d *dutyCount) slots() {
	done := map[int64]bool{}
	for _, c := range d.st.leaves {
		if !region.Contains(d.out.Region, c.Region) {
			continue
		}
		norms := d.set.of(c.Region).Norms.Norms
		excused := d.excusedIn(c)
		for _, i := range d.st.held[c.ID] {
			x := d.st.sources[i]
			if done[x.ID] {
				continue
			}
			done[x.ID] = true
			due, seen := false, false
			for _, n := range norms {
				if n.Class == x.Class && n.Tier <= c.Tier {
					a, b := d.source(c, x, n, excused)
					due, seen = due || a, seen || b
				}
			}
			if due {
				for _, row := range d.row(c.Region) {
					hit(&row.Points, seen)
				}
			}
		}
	}
}

// source counts the slots that one norm gives a source, the newest first. It says whether
// there was one, and whether anybody came in these days.
func (d *dutyCount) source(c *Cell, x *Source, n Norm, excused []calendar.Interval) (due, came bool) {
	period := int64(n.Days()) * calendar.MsPerDay
	looks := d.looks(x, n, c.Tier)
	from := max(d.out.From, x.FromAt)
	for end := d.out.To; end-period >= from; end -= period {
		slot := calendar.Interval{From: end - period, To: end}
		if slices.ContainsFunc(excused, func(e calendar.Interval) bool { return e.From < slot.To && e.To > slot.From }) {
			for _, row := range d.row(c.Region) {
				row.Excused++
			}
			continue
		}
		due = true
		fulfilled := within(looks, slot) >= n.MinCount
		for _, row := range d.row(c.Region) {
			hit(&row.Slots, fulfilled)
			if n.Window == nightly {
				hit(&row.Night, fulfilled)
			}
		}
	}
	base := x.FromAt
	if len(looks) > 0 {
		base = max(base, looks[len(looks)-1])
	}
	for _, e := range excused {
		if e.From <= d.out.To {
			base = max(base, min(e.To, d.out.To))
		}
	}
	if d.out.To-base > 2*period {
		d.out.Unseen = append(d.out.Unseen, Unseen{Source: x, Cell: c, Tier: n.Tier, Night: n.Window == nightly, Since: base})
	}
	return due, within(looks, calendar.Interval{From: d.out.From, To: d.out.To + 1}) > 0
}

const nightly = "night"

// looks are the times, rising, at which somebody looked in the way that a norm wants: at
// night, or by a post of its tier or above.
func (d *dutyCount) looks(x *Source, n Norm, leaf int) []int64 {
	var out []int64
	for _, v := range d.visits[Object{ofSource, x.ID}] {
		if (n.Window != nightly || v.night) && (n.Tier >= leaf || v.tier <= n.Tier) {
			out = append(out, v.at)
		}
	}
	return out
}

func within(looks []int64, in calendar.Interval) int {
	at := func(t int64) int { return sort.Search(len(looks), func(i int) bool { return looks[i] >= t }) }
	return at(in.To) - at(in.From)
}

// excusedIn are the days on which nobody needs to look into a cell: its own and those of the
// cells above it.
func (d *dutyCount) excusedIn(c *Cell) []calendar.Interval {
	var out []calendar.Interval
	for steps := 0; c != nil && steps < 5; c, steps = d.st.cells[c.Parent], steps+1 {
		out = append(out, d.excused[c.ID]...)
	}
	return out
}

// readTrained is the newest training of each person.
func readTrained(ctx context.Context, tx *store.Tx) (map[int64]calendar.Day, error) {
	rows, err := tx.Query(ctx, "SELECT person, MAX(day) FROM grid_training WHERE day <= $1 GROUP BY person", today(tx))
	out := map[int64]calendar.Day{}
	_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var person int64
		var day string
		if err = r.Scan(&person, &day); err == nil {
			out[person], err = calendar.ParseDay(day)
		}
		return
	})
	return out, err
}

// readExcused are the excused days of each cell that end after an instant.
func readExcused(ctx context.Context, tx *store.Tx, from int64) (map[int64][]calendar.Interval, error) {
	rows, err := tx.Query(ctx, "SELECT cell, from_day, to_day FROM grid_excuse WHERE to_day > $1", calendar.DayOf(from).String())
	out := map[int64][]calendar.Interval{}
	_, err = collect(rows, err, func(r *sql.Rows) (_ struct{}, err error) {
		var cell int64
		var a, b string
		if err = r.Scan(&cell, &a, &b); err != nil {
			return
		}
		first, err := calendar.ParseDay(a)
		if err != nil {
			return
		}
		last, err := calendar.ParseDay(b)
		out[cell] = append(out[cell], calendar.Interval{From: first.Start(), To: last.Start()})
		return
	})
	return out, err
}
