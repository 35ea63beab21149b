package grid_test

import (
	"strings"
	"testing"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/rules/indicator"
)

// matters opens the room of matters beside the grid.
func (p *place) matters() *matter.Service {
	p.Helper()
	kinds, err := kind.National()
	if err != nil {
		p.Fatal(err)
	}
	m, err := matter.New(p.db, p.people, kinds, matter.Config{})
	if err != nil {
		p.Fatal(err)
	}
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		p.Fatal(err)
	}
	if p.svc, err = grid.New(p.db, p.people, telemetry.New(p.db, rules), grid.Config{Matters: m}); err != nil {
		p.Fatal(err)
	}
	m.SetPlaces(p.svc)
	return m
}

func (p *place) visit(x grid.Source, cell int64, client, result string) {
	p.Helper()
	v := grid.Visit{Cell: cell, Object: grid.Object{Kind: "source", ID: x.ID}, Result: result, ClientID: "a-visit-" + client}
	if _, err := p.svc.Visit(p.as("officer0"), v); err != nil {
		p.Fatal(err)
	}
}

// found opens a matter at a source as the system, from a source of reports.
func (p *place) found(m *matter.Service, x grid.Source, from, client string) int64 {
	p.Helper()
	at := x.At
	out, err := m.Open(p.system(), matter.Opening{Kind: "grid", Category: "smoke", At: &at, Source: from, ClientID: client, AcknowledgeDuplicates: true})
	if err != nil {
		p.Fatal(err)
	}
	return out.ID
}

// An outside finding at a point that was looked at twice without a finding while the problem
// was there is missed, once; the rate counts it.
func TestT51(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		x := p.source("s0", "key", 0, 50, 50)
		y := p.source("s1", "key", 0, 10, 10)
		p.visit(x, p.cells[0].ID, "1", "none")
		p.clock.Advance(20 * 3600e9)
		p.visit(x, p.cells[0].ID, "2", "none")
		p.visit(y, p.cells[0].ID, "3", "found")
		p.clock.Advance(3600e9)
		p.found(m, x, "province", "report-1")
		p.found(m, y, "province", "report-2") // the patrol had found it
		p.found(m, y, "grid", "report-3")
		now := p.clock.Now().UnixMilli()
		for _, want := range []int{1, 0} {
			if n, err := p.svc.Judge(p.system(), 0, now+1); err != nil || n != want {
				t.Fatalf("missed %d, %v; want %d", n, err, want)
			}
		}
		o, err := p.svc.Outcome(p.as("fengqiu"), county, now-90*24*3600_000, now+1, "town")
		if err != nil {
			t.Fatal(err)
		}
		if o.Total.Missed != 1 || o.Total.Figures.Missing != (indicator.Rate{Num: 1, Den: 2}) || o.Total.Roadside != 1 || o.Total.Own != 1 || o.Total.Others != 2 || o.Total.By["province"] != 2 {
			t.Errorf("%+v", o.Total)
		}
		if len(o.Rows) != 2 || o.Ranked != 0 {
			t.Errorf("%d rows, %d ranked: three findings are no sample", len(o.Rows), o.Ranked)
		}
		_, err = p.svc.Outcome(p.as("yanjin"), county, now-1, now+1, "town")
		p.want("another county", err, "not_found")
	})
}

// A place that was due and where nobody came is missed as well.
func TestALookThatWasDueAndNotTaken(t *testing.T) {
	both(t, func(p *place) {
		m := p.matters()
		x := p.source("s0", "key", 0, 50, 50)
		p.clock.Advance(6 * 24 * 3600e9)
		p.found(m, x, "province", "report-1")
		if n, err := p.svc.Judge(p.system(), 0, p.clock.Now().UnixMilli()+1); err != nil || n != 0 {
			t.Errorf("within the norm's week: %d %v", n, err)
		}
		p.clock.Advance(2 * 24 * 3600e9)
		p.found(m, x, "province", "report-2")
		if n, err := p.svc.Judge(p.system(), p.clock.Now().UnixMilli(), p.clock.Now().UnixMilli()+1); err != nil || n != 1 {
			t.Errorf("after eight days: %d %v", n, err)
		}
	})
}

func TestTheDaysListAndVisits(t *testing.T) {
	both(t, func(p *place) {
		x := p.source("s0", "key", 0, 50, 50)
		y := p.source("s1", "normal", 0, 20, 20)
		p.source("s2", "key", 1, 50, 50) // another's cell
		p.clock.Advance(8 * 24 * 3600e9)
		list, err := p.svc.Patrol(p.as("officer0"))
		if err != nil || len(list) != 1 || list[0].Object.ID != x.ID || list[0].Reasons[0].Code != "overdue" || list[0].Reasons[1].Code != "key" {
			t.Fatalf("%v %+v", err, list)
		}
		v := grid.Visit{Object: grid.Object{Kind: "source", ID: x.ID}, Result: "none", ClientID: "visit-one"}
		one, err := p.svc.Visit(p.as("officer0"), v)
		p.want("visit", err, "")
		again, err := p.svc.Visit(p.as("officer0"), v)
		if p.want("the same again", err, ""); again.ID != one.ID {
			t.Errorf("stored twice: %d %d", one.ID, again.ID)
		}
		if list, _ := p.svc.Patrol(p.as("officer0")); len(list) != 0 {
			t.Errorf("after the look: %+v", list)
		}
		c, _ := p.coverage()
		if c.Visited != (indicator.Rate{Num: 1, Den: 2}) {
			t.Errorf("places seen %v, want 1 of the 2 that were due", c.Visited)
		}
		_, err = p.svc.Visit(p.as("officer1"), grid.Visit{Object: grid.Object{Kind: "source", ID: y.ID}, Result: "none", ClientID: "visit-two"})
		p.want("another's cell", err, "not_found")
		_, err = p.svc.Visit(p.as("officer0"), grid.Visit{Cell: p.cells[0].ID, Result: "none", ClientID: "visit-three", At: p.clock.Now().UnixMilli() + 3600_000})
		p.want("tomorrow", err, "invalid_at")
	})
}

func TestAFileIsStoredWholeOrNotAtAll(t *testing.T) {
	both(t, func(p *place) {
		feature := func(code, geometry string) string {
			return `{"type":"Feature","properties":{"code":"` + code + `","name":"新格","tier":4,"region":"` + string(village(0)) + `"},"geometry":` + geometry + `}`
		}
		good := feature("N1", string(square(0, 0, 1, 1).JSON()))
		bad := feature("N2", `{"type":"Polygon","coordinates":[[[114.40,35],[114.41,35.01],[114.41,35],[114.40,35.01],[114.40,35]]]}`)
		file := func(f ...string) []byte {
			return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(f, ",") + `]}`)
		}
		res, err := p.svc.Import(p.as("fengqiu"), grid.ImportSpec{What: "cells", Format: "geojson", Data: file(good, bad), Reason: "测绘成果"})
		if err != nil || res.Stored || len(res.Faults) != 1 || res.Faults[0].Row != 2 || !strings.Contains(res.Faults[0].Reason, "边界自相交（114.405") {
			t.Fatalf("%v %+v", err, res)
		}
		if c, _ := p.coverage(); c.Cells != 6 {
			t.Errorf("%d cells after a refused file", c.Cells)
		}
		res, err = p.svc.Import(p.as("fengqiu"), grid.ImportSpec{What: "cells", Format: "geojson", Data: file(good), Dry: true, Reason: "测绘成果"})
		if err != nil || res.Stored || res.Added != 1 {
			t.Errorf("dry: %v %+v", err, res)
		}
		res, err = p.svc.Import(p.as("yanjin"), grid.ImportSpec{What: "cells", Format: "geojson", Data: file(good), Reason: "测绘成果"})
		if err != nil || res.Stored || len(res.Faults) != 1 {
			t.Errorf("another county: %v %+v", err, res)
		}
		res, err = p.svc.Import(p.as("fengqiu"), grid.ImportSpec{What: "cells", Format: "geojson", Data: file(good), Reason: "测绘成果"})
		if err != nil || !res.Stored {
			t.Errorf("stored: %v %+v", err, res)
		}
		if c, by := p.coverage(); c.Cells != 7 || len(by[grid.FaultOverlap]) != 1 {
			t.Errorf("%d cells, %+v", c.Cells, by)
		}
	})
}
