package grid_test

import (
	"fmt"
	"slices"
	"testing"

	"qingshan/internal/city/grid"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/geo"
)

// at is a place by squares of the county, in hundredths.
func at(x, y int64) geo.Point {
	return geo.Point{Lng: 1_144_000_000 + x*1000, Lat: 350_000_000 + y*1000}
}

// A river belongs to every cell that it passes and is bound by one; an outlet to the cell that
// holds it; what lies in no cell is listed.
func TestRiversAndOutletsFallToCells(t *testing.T) {
	both(t, func(p *place) {
		put := func(x grid.Source) grid.Source {
			t.Helper()
			x.Class, x.Region = "normal", village(0)
			out, err := p.svc.PutSource(p.system(), x)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		river := put(grid.Source{Code: "R1", Name: "文岩渠", Kind: "river", Line: geo.Line{at(50, 50), at(150, 50), at(150, 150)}})
		outlet := put(grid.Source{Code: "O1", Name: "排污口", Kind: "outlet", At: at(250, 150)})
		away := put(grid.Source{Code: "R2", Name: "界外河", Kind: "river", Line: geo.Line{at(600, 50), at(700, 50)}})
		c, by := p.coverage()
		if c.Bound.Num != 2 || c.Bound.Den != 3 || len(by[grid.FaultDouble]) != 0 || len(by[grid.FaultUnbound]) != 1 || by[grid.FaultUnbound][0].Objects[0].ID != away.ID {
			t.Fatalf("%v %+v %+v", c.Bound, by[grid.FaultDouble], by[grid.FaultUnbound])
		}
		for _, x := range []struct {
			who  string
			id   int64
			cell int // of the visit, by its officer
		}{{"officer0", river.ID, 0}, {"officer1", river.ID, 1}, {"officer4", river.ID, 4}, {"officer5", outlet.ID, 5}} {
			for i, cell := range []int64{p.cells[x.cell].ID, 0} { // named, or found by the object
				v := grid.Visit{Cell: cell, Object: grid.Object{Kind: "source", ID: x.id}, Result: "none", ClientID: fmt.Sprintf("visit-%s-%d", x.who, i)}
				got, err := p.svc.Visit(p.as(x.who), v)
				if p.want(x.who, err, ""); got.Cell != p.cells[x.cell].ID {
					t.Errorf("%s looked in cell %d", x.who, got.Cell)
				}
			}
		}
		for _, who := range []string{"officer2", "officer5"} { // it does not pass there
			_, err := p.svc.Visit(p.as(who), grid.Visit{Object: grid.Object{Kind: "source", ID: river.ID}, Result: "none", ClientID: "visit-of-" + who})
			p.want(who, err, "not_found")
		}
		// Drawn over again the outlet falls to the neighbour.
		if _, err := p.svc.ChangeCell(p.system(), p.cells[4].ID, p.cells[4].Version, grid.CellChange{Shape: square(1, 1, 2, 1)}); err != nil {
			t.Fatal(err)
		}
		_, by = p.coverage()
		if len(by[grid.FaultDouble]) != 1 || by[grid.FaultDouble][0].Objects[0].ID != outlet.ID || !slices.Contains(by[grid.FaultDouble][0].Cells, p.cells[4].ID) {
			t.Errorf("%+v", by[grid.FaultDouble])
		}
	})
}

// A visit brings one's own photos, those of a matter that one may see, and no others.
func TestAVisitBringsOnesOwnEvidence(t *testing.T) {
	both(t, func(p *place) {
		p.matters()
		store, err := evidence.New(p.db, evidence.Default(t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		add := func(who, text string) int64 {
			t.Helper()
			id, err := store.Add(p.as(who), evidence.Declared{Name: "说明.txt", Kind: evidence.Statement}, []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		mine, others := add("officer0", "现场无异常\n"), add("officer1", "另一村\n")
		visit := func(client string, ids ...int64) error {
			_, err := p.svc.Visit(p.as("officer0"), grid.Visit{Cell: p.cells[0].ID, Result: "none", ClientID: "visit-" + client, Evidence: ids})
			return err
		}
		p.want("one's own", visit("mine", mine), "")
		p.want("another's", visit("others", mine, others), "evidence_unknown")
		p.want("none", visit("none", 99999), "evidence_unknown")
		if _, err := p.svc.Visit(p.system(), grid.Visit{Cell: p.cells[0].ID, Result: "none", ClientID: "visit-system", Evidence: []int64{others}}); err != nil {
			t.Error(err)
		}
	})
}
