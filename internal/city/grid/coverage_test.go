package grid_test

import (
	"math"
	"testing"

	"qingshan/internal/city/grid"
	"qingshan/internal/platform/geo"
)

func TestAWholeCountyHasNothingToMend(t *testing.T) {
	both(t, func(p *place) {
		c, _ := p.coverage()
		if c.Cells != 6 || c.Staffed.Num != 6 || c.Posts.Percent(1) != "100.0" || c.Villages.Percent(1) != "100.0" || c.Bound.Percent(1) != "—" || len(c.Faults) != 0 {
			t.Errorf("%+v", c)
		}
		_, err := p.svc.Coverage(p.as("fengqiu"), other)
		p.want("another county", err, "not_found")
	})
}

// A gap is found, drawn shut, and the objects fall to the new cell; an overlap is given up.
func TestGapAndOverlapAreFoundAndMended(t *testing.T) {
	both(t, func(p *place) {
		p.source("s1", "key", 1, 50, 50)
		p.clock.Advance(48 * 3600e9)
		p.want("end", p.svc.EndCell(p.system(), p.cells[1].ID, p.cells[1].Version, "并村"), "")
		grown, err := p.svc.ChangeCell(p.system(), p.cells[4].ID, p.cells[4].Version, grid.CellChange{Shape: square(1, 1, 2, 1), Reason: "误画"})
		p.want("draw over the neighbour", err, "")
		p.clock.Advance(12 * 24 * 3600e9)
		c, by := p.coverage()
		if len(by[grid.FaultGap]) != 1 || len(by[grid.FaultOverlap]) != 1 || len(by[grid.FaultUnbound]) != 1 || c.Bound.Num != 0 {
			t.Fatalf("%+v", c.Faults)
		}
		gap, over := by[grid.FaultGap][0], by[grid.FaultOverlap][0]
		if gap.Where != "甲镇" || gap.Who != "县网格办" || math.Abs(gap.Area-square(1, 0, 1, 1).Area()) > 1 || over.Where != "乙乡" || over.Age(c.At) != 12 {
			t.Errorf("gap %+v\noverlap %+v", gap, over)
		}
		if _, err := p.svc.ChangeCell(p.as("fengqiu"), p.cells[0].ID, p.cells[0].Version, grid.CellChange{Absorb: gap.Shape, Reason: "划入"}); err != nil {
			t.Fatal(err)
		}
		if _, err := p.svc.ChangeCell(p.as("fengqiu"), grown.ID, grown.Version, grid.CellChange{Release: over.Shape, Reason: "划界"}); err != nil {
			t.Fatal(err)
		}
		c, _ = p.coverage()
		if len(c.Faults) != 0 || c.Bound.Num != 1 {
			t.Errorf("after mending: %+v", c.Faults)
		}
		_, err = p.svc.ChangeCell(p.as("fengqiu"), grown.ID, grown.Version, grid.CellChange{Release: over.Shape, Reason: "划界"})
		p.want("an old version", err, "stale")
		_, err = p.svc.ChangeCell(p.as("fengqiu"), grown.ID, grown.Version+1, grid.CellChange{Release: over.Shape, Reason: " "})
		p.want("without a reason", err, "invalid_reason")
	})
}

// A source in two leaves is not counted as bound, and is listed; a person's decision settles it.
func TestT53(t *testing.T) {
	both(t, func(p *place) {
		p.source("s0", "normal", 0, 10, 10)
		x := p.source("s1", "normal", 5, 50, 50)
		if _, err := p.svc.ChangeCell(p.system(), p.cells[4].ID, p.cells[4].Version, grid.CellChange{Shape: square(1, 1, 2, 1)}); err != nil {
			t.Fatal(err)
		}
		c, by := p.coverage()
		if c.Bound.Num != 1 || c.Bound.Den != 2 || len(by[grid.FaultDouble]) != 1 || by[grid.FaultDouble][0].Objects[0].ID != x.ID {
			t.Fatalf("%v %+v", c.Bound, by[grid.FaultDouble])
		}
		o := grid.Object{Kind: "source", ID: x.ID}
		p.want("without a reason", p.svc.Bind(p.as("fengqiu"), o, p.cells[5].ID, " "), "invalid_reason")
		p.want("another county", p.svc.Bind(p.as("yanjin"), o, p.cells[5].ID, "现场确认"), "not_found")
		p.want("bind", p.svc.Bind(p.as("fengqiu"), o, p.cells[5].ID, "现场确认"), "")
		if c, by := p.coverage(); c.Bound.Num != 2 || len(by[grid.FaultDouble]) != 0 {
			t.Errorf("after the decision: %v", c.Bound)
		}
	})
}

func TestAVacancyOfMoreThanSevenDaysIsAGap(t *testing.T) {
	both(t, func(p *place) {
		post := p.post("officer2")
		day := func() string { return p.clock.Now().Format("2006-01-02") }
		if _, _, err := p.people.EndHolder(p.system(), post.ID, post.Version, post.Holders[0].ID, day()); err != nil {
			t.Fatal(err)
		}
		p.clock.Advance(7 * 24 * 3600e9)
		if c, by := p.coverage(); len(by[grid.FaultVacant]) != 0 || c.Posts.Num != 11 {
			t.Errorf("after 7 days: %v %+v", c.Posts, by)
		}
		p.clock.Advance(24 * 3600e9)
		c, by := p.coverage()
		if len(by[grid.FaultVacant]) != 1 || by[grid.FaultVacant][0].Age(c.At) != 8 || by[grid.FaultVacant][0].Name != "网格员" || c.Staffed.Num != 5 {
			t.Fatalf("after 8 days: %+v", by)
		}
		in := grid.StandIn{Post: post.ID, By: p.post("officer1").ID, From: day(), To: p.clock.Now().AddDate(0, 1, 0).Format("2006-01-02"), Reason: "病假"}
		if _, err := p.svc.StandIn(p.as("fengqiu"), in); err != nil {
			t.Fatal(err)
		}
		if c, by := p.coverage(); len(by[grid.FaultVacant]) != 0 || c.Posts.Num != 12 {
			t.Errorf("with a stand-in: %v %+v", c.Posts, by)
		}
	})
}

func TestCellsAreCutAndJoinedAndKeepTheirPast(t *testing.T) {
	both(t, func(p *place) {
		b := p.cells[0].Shape.Box()
		mid := (b.Min.Lng + b.Max.Lng) / 2
		kept, added, err := p.svc.SplitCell(p.as("fengqiu"), p.cells[0].ID, p.cells[0].Version,
			geo.Line{{Lng: mid + 500, Lat: b.Min.Lat - 100}, {Lng: mid + 500, Lat: b.Max.Lat + 100}}, "V0b", "第0村东", "面积过大")
		if err != nil || kept.Area < added.Area || added.Parent != p.cells[0].Parent {
			t.Fatalf("%v %+v %+v", err, kept.Area, added)
		}
		if _, by := p.coverage(); len(by[grid.FaultGap])+len(by[grid.FaultOverlap]) != 0 {
			t.Errorf("after the cut: %+v", by)
		}
		one, err := p.svc.MergeCells(p.as("fengqiu"), []int64{kept.ID, added.ID}, "恢复")
		if err != nil || math.Abs(float64(one.Area-p.cells[0].Area)) > 5 || one.Version != 3 {
			t.Errorf("%v %+v", err, one)
		}
		_, err = p.svc.Cell(p.as("fengqiu"), added.ID)
		p.want("the joined cell", err, "not_found")
		_, err = p.svc.AddCell(p.as("fengqiu"), grid.CellSpec{Code: "X", Name: "界外", Tier: 4, Region: village(0), Shape: square(2, 0, 2, 1), Reason: "测试"})
		p.want("outside of the county", err, "shape")
		_, err = p.svc.AddCell(p.as("yanjin"), grid.CellSpec{Code: "X", Name: "别县", Tier: 4, Region: village(0), Shape: square(0, 0, 1, 1), Reason: "测试"})
		p.want("another county's", err, "not_found")
	})
}
