package grid_test

import (
	"context"
	"math"
	"testing"

	"qingshan/internal/city/grid"
	"qingshan/internal/platform/geo"
)

// A trial says which gap closes and which sources fall to the new cell, and stores nothing;
// the change itself then does exactly that.
func TestATrialSaysWhatTheChangeDoes(t *testing.T) {
	both(t, func(p *place) {
		x := p.source("s1", "key", 1, 50, 50)
		p.want("end", p.svc.EndCell(p.system(), p.cells[1].ID, p.cells[1].Version, "并村"), "")
		spec := grid.CellSpec{Code: "V1b", Name: "第1村新格", Tier: 4, Region: village(1), Shape: square(1, 0, 1, 1), Snap: 5, Reason: "补空白"}
		add := func(ctx context.Context) error {
			_, err := p.svc.AddCell(ctx, spec)
			return err
		}
		e, err := p.svc.Try(p.as("fengqiu"), add)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Closed) != 2 || e.Closed[0].Kind != grid.FaultGap || e.Closed[1].Kind != grid.FaultUnbound || len(e.Opened)+len(e.Lasting) != 0 {
			t.Errorf("closed %+v\nopened %+v", e.Closed, e.Opened)
		}
		if len(e.Moves) != 1 || e.Moves[0].Object.ID != x.ID || len(e.Moves[0].From) != 0 || e.Moves[0].To[0].Name != "第1村新格" || e.Bound[0].Num != 0 || e.Bound[1].Num != 1 {
			t.Errorf("moves %+v, bound %v", e.Moves, e.Bound)
		}
		if len(e.Cells) != 1 || e.Cells[0].Before != nil {
			t.Errorf("cells %+v", e.Cells)
		}
		if c, by := p.coverage(); c.Cells != 5 || len(by[grid.FaultGap]) != 1 {
			t.Fatalf("a trial changed the grid: %d cells", c.Cells)
		}
		if err := add(p.as("fengqiu")); err != nil {
			t.Fatal(err)
		}
		if c, _ := p.coverage(); c.Cells != 6 || len(c.Faults) != 0 || c.Bound.Num != 1 {
			t.Errorf("after the change: %+v", c.Faults)
		}
	})
}

// Half of a gap that is drawn shut leaves the other half as the same gap, smaller.
func TestATrialShowsWhatIsLeftOfAGap(t *testing.T) {
	both(t, func(p *place) {
		p.want("end", p.svc.EndCell(p.system(), p.cells[1].ID, p.cells[1].Version, "并村"), "")
		b := p.cells[1].Shape.Box()
		b.Max.Lng = (b.Min.Lng + b.Max.Lng) / 2
		half := geo.Shape{{{b.Min, {Lng: b.Max.Lng, Lat: b.Min.Lat}, b.Max, {Lng: b.Min.Lng, Lat: b.Max.Lat}}}}
		e, err := p.svc.Try(p.as("fengqiu"), func(ctx context.Context) error {
			_, err := p.svc.AddCell(ctx, grid.CellSpec{Code: "H", Name: "半格", Tier: 4, Region: village(1), Shape: half, Reason: "补空白"})
			return err
		})
		if err != nil || len(e.Lasting) != 1 || len(e.Closed)+len(e.Opened) != 0 {
			t.Fatalf("%v %+v", err, e)
		}
		if l := e.Lasting[0]; math.Abs(l.After.Area*2-l.Before.Area) > 100 {
			t.Errorf("%v of %v is left", l.After.Area, l.Before.Area)
		}
	})
}

// What is drawn over neighbours and over the border is left out; a line, a figure that crosses
// itself and ground that is all taken are refused with the place.
func TestAnOutlineDrawnGenerouslyBecomesTheGap(t *testing.T) {
	both(t, func(p *place) {
		p.want("end", p.svc.EndCell(p.system(), p.cells[1].ID, p.cells[1].Version, "并村"), "")
		wide := p.cells[1].Shape.Box().Grow(300)
		shape := geo.Shape{{{wide.Min, {Lng: wide.Max.Lng, Lat: wide.Min.Lat}, wide.Max, {Lng: wide.Min.Lng, Lat: wide.Max.Lat}}}}
		spec := grid.CellSpec{Code: "W", Name: "新格", Tier: 4, Region: village(1), Shape: shape, Reason: "补空白"}
		_, err := p.svc.AddCell(p.as("fengqiu"), spec)
		p.want("over the county's border", err, "shape")
		spec.Fit = true
		c, err := p.svc.AddCell(p.as("fengqiu"), spec)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(c.Shape.Area()-p.cells[1].Shape.Area()) > 1 {
			t.Errorf("%.0f m², the gap has %.0f", c.Shape.Area(), p.cells[1].Shape.Area())
		}
		if _, by := p.coverage(); len(by[grid.FaultGap])+len(by[grid.FaultOverlap])+len(by[grid.FaultSpill]) != 0 {
			t.Errorf("faults %+v", by)
		}
		spec.Code = "W2"
		_, err = p.svc.AddCell(p.as("fengqiu"), spec)
		p.want("no ground is left", err, "invalid_geometry")
		cross := geo.Shape{{{wide.Min, wide.Max, {Lng: wide.Max.Lng, Lat: wide.Min.Lat}, {Lng: wide.Min.Lng, Lat: wide.Max.Lat}}}}
		spec.Shape = cross
		_, err = p.svc.AddCell(p.as("fengqiu"), spec)
		p.want("crossing itself", err, "shape")
		spec.Reason = ""
		_, err = p.svc.AddCell(p.as("fengqiu"), spec)
		p.want("without a reason", err, "invalid_reason")
	})
}

// Two towns become one: their villages hang under the one that stays, in memory too.
func TestMergedTownsKeepTheirVillages(t *testing.T) {
	both(t, func(p *place) {
		p.coverage()
		e, err := p.svc.Try(p.as("fengqiu"), func(ctx context.Context) error {
			_, err := p.svc.MergeCells(ctx, []int64{p.towns[0].ID, p.towns[1].ID}, "撤乡并镇")
			return err
		})
		if err != nil || len(e.Cells) != 5 { // two towns, three villages that change their parent
			t.Fatalf("%v %+v", err, e.Cells)
		}
		if _, err := p.svc.MergeCells(p.as("fengqiu"), []int64{p.towns[0].ID, p.towns[1].ID}, "撤乡并镇"); err != nil {
			t.Fatal(err)
		}
		for _, c := range p.cells {
			if now, err := p.svc.Cell(p.as("fengqiu"), c.ID); err != nil || now.Parent != p.towns[0].ID {
				t.Errorf("%s hangs under %d: %v", c.Name, now.Parent, err)
			}
		}
	})
}

// The posts of a cell that ends are counted.
func TestATrialCountsThePostsThatEnd(t *testing.T) {
	both(t, func(p *place) {
		e, err := p.svc.Try(p.as("fengqiu"), func(ctx context.Context) error {
			return p.svc.EndCell(ctx, p.cells[3].ID, p.cells[3].Version, "并村")
		})
		if err != nil || e.Posts != 2 || len(e.Opened) != 1 || e.Opened[0].Kind != grid.FaultGap {
			t.Errorf("%v %+v", err, e)
		}
	})
}
