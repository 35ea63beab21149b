package grid_test

import (
	"slices"
	"testing"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/indicator"
	"qingshan/internal/rules/region"
)

// past is a grid problem of the past that goes through steps at their times.
func past(p *place, k *kind.Kind, source string, category string, at region.Code, steps []string, when []time.Time) matter.Past {
	p.Helper()
	record, err := matter.Turns(k, steps...)
	if err != nil {
		p.Fatal(err)
	}
	m := matter.Matter{Kind: k.ID, Edition: k.Edition, Category: category, Class: k.Category(category).Class, Title: "t", Region: at, Source: source,
		FoundAt: when[0].UnixMilli(), OpenedAt: when[0].UnixMilli(), UpdatedAt: when[len(steps)-1].UnixMilli(), DueAt: matter.Never}
	for i := range record {
		record[i].At, record[i].Display = when[i].UnixMilli(), "人"
	}
	st := k.State(record[len(record)-1].To)
	m.State, m.Type = st.ID, st.Type
	if st.Type == kind.Closed {
		m.ClosedAt = m.UpdatedAt
	}
	return matter.Past{Matter: m, Record: record}
}

func gridKind(p *place, m *matter.Service) *kind.Kind {
	list := m.InForce()
	return list[slices.IndexFunc(list, func(k *kind.Kind) bool { return k.ID == "grid" })]
}

// T29 of governance.md §10: the counts that Tianmen published for December 2016, in a month of the
// calendar that is built in: 1,054 reported, 996 filed,
// 972 due, 911 closed, 737 in time, 953 of the filed from supervisors; loaded as records of
// matters and measured by the room. T30: 25 parts, 16 due, 9 closed, in a town of its own.
// T31: an area without a case has "—" and no grade.
func TestTianmenThroughTheRoom(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		k := gridKind(p, m)
		day := func(d, h, min int) time.Time { return time.Date(2025, 12, d, h, min, 0, 0, clock.Shanghai) }
		dust := func(in region.Code, source string, how int) matter.Past { // "stop" class: hours of office time
			reported, due := day(5, 9, 0), day(5, 9, 10)
			switch how {
			case 0: // in time
				return past(p, k, source, "dust", in, []string{"register", "assign", "accept", "submit", "close"}, []time.Time{reported, due, day(5, 9, 20), day(5, 9, 30), day(5, 17, 0)})
			case 1: // handed in late, closed in the month
				return past(p, k, source, "dust", in, []string{"register", "assign", "accept", "submit", "close"}, []time.Time{reported, due, day(5, 9, 20), day(9, 9, 30), day(9, 17, 0)})
			case 2: // due, not closed
				return past(p, k, source, "dust", in, []string{"register", "assign", "accept"}, []time.Time{reported, due, day(5, 9, 20)})
			case 3: // filed on the last evening: due in January
				return past(p, k, source, "scattered", in, []string{"register", "assign", "accept"}, []time.Time{day(30, 17, 0), day(30, 17, 10), day(30, 17, 20)})
			default: // looked into and not true: not filed
				return past(p, k, source, "dust", in, []string{"register", "unfounded"}, []time.Time{reported, day(5, 12, 0)})
			}
		}
		var list []matter.Past
		fill := func(in region.Code, reported, filed, due, closed, onTime, own int) {
			for i := range reported {
				source, how := "grid", 4
				if i >= own {
					source = "public"
				}
				switch {
				case i < onTime:
					how = 0
				case i < closed:
					how = 1
				case i < due:
					how = 2
				case i < filed:
					how = 3
				}
				list = append(list, dust(in, source, how))
			}
		}
		fill(townA, 1054-25, 996-25, 972-16, 911-9, 737-9, 953-25)
		fill(townB, 25, 25, 16, 9, 9, 25)
		if err := m.Fill(p.system(), list); err != nil {
			t.Fatal(err)
		}
		from, to := day(1, 0, 0).UnixMilli(), time.Date(2026, 1, 1, 0, 0, 0, 0, clock.Shanghai).UnixMilli()
		o, err := p.svc.Outcome(p.system(), county, from, to, "town")
		if err != nil {
			t.Fatal(err)
		}
		x := o.Total.Figures
		for _, c := range []struct {
			name, want string
			rate       indicator.Rate
			num, den   int64
		}{{"立案率", "94.50", x.Filing, 996, 1054}, {"结案率", "93.72", x.Closing, 911, 972}, {"按期结案率", "75.82", x.OnTime, 737, 972}, {"监督员上报占比", "95.68", x.OwnShare, 953, 996}} {
			if c.rate != (indicator.Rate{Num: c.num, Den: c.den}) || c.rate.Percent(2) != c.want {
				t.Errorf("%s: %d/%d = %s, want %d/%d = %s", c.name, c.rate.Num, c.rate.Den, c.rate.Percent(2), c.num, c.den, c.want)
			}
		}
		for _, row := range o.Rows {
			switch row.Region {
			case townB:
				if got := row.Figures.Closing; got.Percent(2) != "56.25" || row.Place != 0 {
					t.Errorf("parts: %v, rank %d; 16 due cases are not ranked", got, row.Place)
				}
			case townA:
				if row.Place != 1 {
					t.Errorf("rank %d", row.Place)
				}
			}
		}
		empty, err := p.svc.Outcome(p.system(), other, from, to, "town")
		if err != nil || empty.Total.Figures.Closing.Percent(2) != indicator.Dash {
			t.Errorf("an area without a case: %v %v", empty.Total.Figures.Closing, err)
		}
		if b, ok := o.Bands.Of(x.Closing); !ok || b.Grade != "A" || o.Bands.Source == "" {
			t.Errorf("the grade of 93.72 %%: %+v", b)
		}
	})
}

// A late checker does not make the handler late; a missed first round is not healed by the next.
func TestTheDisposingClockDecides(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		k := gridKind(p, m)
		at := func(d, h int) time.Time { return time.Date(2025, 12, d, h, 0, 0, 0, clock.Shanghai) }
		list := []matter.Past{
			past(p, k, "grid", "dust", townA, []string{"register", "assign", "accept", "submit", "close"}, []time.Time{at(5, 9), at(5, 9), at(5, 9), at(5, 10), at(15, 17)}),
			past(p, k, "grid", "dust", townA, []string{"register", "assign", "accept", "submit", "rework", "submit", "close"},
				[]time.Time{at(5, 9), at(5, 9), at(5, 9), at(8, 10), at(8, 11), at(8, 12), at(8, 15)}),
		}
		if err := m.Fill(p.system(), list); err != nil {
			t.Fatal(err)
		}
		o, err := p.svc.Outcome(p.system(), county, at(1, 0).UnixMilli(), at(31, 0).UnixMilli(), "town")
		if err != nil {
			t.Fatal(err)
		}
		x := o.Total.Figures
		if x.OnTime != (indicator.Rate{Num: 1, Den: 2}) || x.Handling != x.OnTime || x.Closing != (indicator.Rate{Num: 2, Den: 2}) || x.Rework != (indicator.Rate{Num: 1, Den: 3}) {
			t.Errorf("in time %v, handled %v, closed %v, sent back %v", x.OnTime, x.Handling, x.Closing, x.Rework)
		}
	})
}

// What was looked into and is not true is nobody's finding, and a complaint counts as outside
// whoever wrote it down.
func TestUnfoundedReportsAreNoFindings(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		k := gridKind(p, m)
		at := func(h int) time.Time { return p.clock.Now().Add(time.Duration(h-48) * time.Hour) }
		list := []matter.Past{
			past(p, k, "grid", "dust", townA, []string{"register", "unfounded"}, []time.Time{at(0), at(1)}),
			past(p, k, "province", "dust", townA, []string{"register", "unfounded"}, []time.Time{at(0), at(1)}),
			past(p, k, "grid", "dust", townA, []string{"register", "assign"}, []time.Time{at(0), at(1)}),
		}
		if err := m.Fill(p.system(), list); err != nil {
			t.Fatal(err)
		}
		now := p.clock.Now().UnixMilli()
		if n, err := p.svc.JudgeChanged(p.system()); err != nil || n != 0 {
			t.Errorf("missed %d %v", n, err)
		}
		o, err := p.svc.Outcome(p.system(), county, now-90*24*3600_000, now+1, "town")
		if err != nil {
			t.Fatal(err)
		}
		if x := o.Total; x.Own != 1 || x.Others != 0 || x.Found != 1 || x.Figures.Valid != (indicator.Rate{Num: 1, Den: 3}) || x.Figures.Discovery != (indicator.Rate{Num: 1, Den: 1}) {
			t.Errorf("own %d, others %d of %d, valid %v, discovery %v", x.Own, x.Others, x.Found, x.Figures.Valid, x.Figures.Discovery)
		}
	})
}

// A problem that came back and was reported by others is a finding of others, missed by the
// patrol; the first finding stays the grid's. The job judges it however long ago it last ran,
// and a look elsewhere in the cell is none at the place.
func TestARecurrenceFoundByOthersIsAFinding(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		k := gridKind(p, m)
		x := p.source("s0", "key", 0, 50, 50)
		at, now := x.At, p.clock.Now()
		one := past(p, k, "grid", "smoke", village(0), []string{"register", "assign", "accept", "submit", "close"},
			[]time.Time{now.Add(-50 * time.Hour), now.Add(-49 * time.Hour), now.Add(-48 * time.Hour), now.Add(-47 * time.Hour), now.Add(-46 * time.Hour)})
		one.Matter.At, one.Matter.Cell = &at, p.cells[0].ID
		if err := m.Fill(p.system(), []matter.Past{one}); err != nil {
			t.Fatal(err)
		}
		p.visit(x, p.cells[0].ID, "1", "none")
		p.clock.Advance(30 * time.Hour)
		p.visit(x, p.cells[0].ID, "2", "none")
		p.clock.Advance(time.Hour)
		back, err := m.Open(p.system(), matter.Opening{Kind: "grid", Category: "smoke", At: &at, Source: "province", Opinion: "又冒烟", ClientID: "again-1", AcknowledgeDuplicates: true})
		if err != nil || back.Recurrences != 1 {
			t.Fatalf("%v %+v", err, back)
		}
		p.clock.Advance(20 * 24 * time.Hour) // the job stood still
		for _, want := range []int{1, 0} {
			if n, err := p.svc.JudgeChanged(p.system()); err != nil || n != want {
				t.Fatalf("missed %d %v, want %d", n, err, want)
			}
		}
		end := p.clock.Now().UnixMilli()
		o, err := p.svc.Outcome(p.system(), county, end-90*24*3600_000, end+1, "cell")
		if err != nil {
			t.Fatal(err)
		}
		if y := o.Total; y.Own != 1 || y.Others != 1 || y.By["province"] != 1 || y.Missed != 1 || y.Figures.Recurring != (indicator.Rate{Num: 1, Den: 1}) {
			t.Errorf("own %d, others %d %v, missed %d, recurred %v", y.Own, y.Others, y.By, y.Missed, y.Figures.Recurring)
		}
	})
}

func TestALookElsewhereIsNoneAtThePlace(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		far := p.source("far", "key", 0, 5, 5)
		p.visit(far, p.cells[0].ID, "1", "none")
		p.clock.Advance(20 * time.Hour)
		p.visit(far, p.cells[0].ID, "2", "none")
		p.clock.Advance(time.Hour)
		heap := grid.Source{At: p.source("mark", "normal", 0, 90, 90).At}
		heap.At.Lat -= 30_000 // 300 m from both
		p.found(m, heap, "province", "heap-1")
		if n, err := p.svc.JudgeChanged(p.system()); err != nil || n != 0 {
			t.Fatalf("missed %d %v: the patrol was elsewhere in the cell", n, err)
		}
		end := p.clock.Now().UnixMilli()
		o, err := p.svc.Outcome(p.system(), county, end-90*24*3600_000, end+1, "cell")
		if err != nil {
			t.Fatal(err)
		}
		if x := o.Total; x.Others != 1 || x.Undue != 0 || x.Figures.Discovery != (indicator.Rate{Num: 0, Den: 1}) {
			t.Errorf("others %d, not due %d, discovery %v", x.Others, x.Undue, x.Figures.Discovery)
		}
	})
}

// A problem that began after the patrol was there, and before the next was due, counts for
// neither side.
func TestWhatWasNotDueCountsForNeither(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		x := p.source("s0", "key", 0, 50, 50)
		p.visit(x, p.cells[0].ID, "1", "none")
		p.clock.Advance(50 * time.Hour)
		p.found(m, x, "province", "new-1")
		if n, err := p.svc.JudgeChanged(p.system()); err != nil || n != 0 {
			t.Fatalf("missed %d %v", n, err)
		}
		end := p.clock.Now().UnixMilli()
		o, err := p.svc.Outcome(p.system(), county, end-90*24*3600_000, end+1, "cell")
		if err != nil {
			t.Fatal(err)
		}
		if x := o.Total; x.Others != 1 || x.Undue != 1 || x.Figures.Discovery.Known() {
			t.Errorf("others %d, not due %d, discovery %v", x.Others, x.Undue, x.Figures.Discovery)
		}
	})
}
