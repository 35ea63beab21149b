package demonstration

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
	"qingshan/packs/demo"
)

// faulty is the county whose grid has the deliberate faults.
const faulty = region.Code("410727000000")

// gridActs draw the grid in spring, and make the faults of a hasty redrawing and the looks
// of the last weeks before the demonstration begins.
func (c *City) gridActs(first time.Time) []act {
	at := func(days int) time.Time {
		t := c.span.Start.AddDate(0, 0, -days)
		if t.Before(first) {
			return first
		}
		return t
	}
	return []act{
		{at(120), "网格、岗位、污染源", c.makeGrid},
		{at(12), "网格调整", c.makeGridFaults},
		{at(0), "巡查", c.makeVisits},
	}
}

type feature struct {
	Type       string          `json:"type"`
	Properties map[string]any  `json:"properties"`
	Geometry   json.RawMessage `json:"geometry"`
}

// load runs a list of features through the import that people use.
func (c *City) load(ctx context.Context, what string, list []feature) error {
	data, err := json.Marshal(map[string]any{"type": "FeatureCollection", "features": list})
	if err != nil {
		return err
	}
	res, err := c.grid.Import(ctx, grid.ImportSpec{What: what, Format: "geojson", Data: data})
	if err == nil && !res.Stored {
		err = fmt.Errorf("%s: row %d %s: %s", what, res.Faults[0].Row, res.Faults[0].Code, res.Faults[0].Reason)
	}
	return err
}

// makeGrid draws every region of the city as a cell, with its posts and sources.
func (c *City) makeGrid(ctx context.Context) error {
	var cells []feature
	for i, r := range c.land.Regions {
		tier := int(r.Level-region.Prefecture) + 1
		p := map[string]any{"code": "G" + r.Code.Short(), "name": r.Name, "tier": tier, "region": r.Code}
		if r.Parent >= 0 {
			p["parent"] = "G" + c.land.Regions[r.Parent].Code.Short()
		}
		cells = append(cells, feature{"Feature", p, c.land.Geometry(i)})
	}
	if err := c.load(ctx, "cells", cells); err != nil {
		return err
	}
	if err := c.makeGridPosts(ctx); err != nil {
		return err
	}
	var sources []feature
	for _, x := range demo.Sources(c.land) {
		at, err := json.Marshal(map[string]any{"type": "Point", "coordinates": geo.Point{Lng: x.Lng, Lat: x.Lat}})
		if err != nil {
			return err
		}
		sources = append(sources, feature{"Feature", map[string]any{"code": x.Code, "name": x.Name, "kind": x.Kind, "class": x.Class, "region": x.Region, "roadside": x.Roadside}, at})
	}
	return c.load(ctx, "sources", sources)
}

func (c *City) makeGridPosts(ctx context.Context) error {
	posts, err := c.people.Posts(ctx, 0)
	if err != nil {
		return err
	}
	byCode := map[string]org.Post{}
	for _, p := range posts {
		byCode[p.Code] = p
	}
	cells, err := c.grid.Cells(ctx)
	if err != nil {
		return err
	}
	byRegion := map[region.Code]int64{}
	var list []grid.Post
	day := c.db.Clock().Now().Format(time.DateOnly)
	for _, x := range cells {
		byRegion[x.Region] = x.ID
		if x.Tier == 2 { // the county's own office answers for its cell
			list = append(list, grid.Post{Cell: x.ID, Role: "chief", Post: byCode["office:"+x.Region.GB2260()].ID, From: day})
		}
	}
	for _, p := range demo.GridPosts(c.land) {
		list = append(list, grid.Post{Cell: byRegion[p.Cell], Role: p.Role, Post: byCode[p.Post.Code].ID, From: day})
	}
	return c.grid.AppointAll(ctx, list)
}

// makeGridFaults leaves a corner of one village to nobody, gives a part of another to its
// neighbour as well, and registers sources in both places.
func (c *City) makeGridFaults(ctx context.Context) error {
	all, err := c.grid.Cells(ctx)
	if err != nil {
		return err
	}
	var leaves []grid.Cell
	for _, x := range all {
		if x.Tier == grid.Leaf && region.Contains(faulty, x.Region) {
			leaves = append(leaves, x)
		}
	}
	lost, err := c.leaveGap(ctx, leaves[30])
	if err != nil {
		return err
	}
	second := 45
	both, err := c.overlap(ctx, leaves, second)
	for both == nil && err == nil && second+1 < len(leaves) {
		second++
		both, err = c.overlap(ctx, leaves, second)
	}
	if err == nil && both == nil {
		err = errors.New("no neighbour for the overlap of the demonstration")
	}
	if err != nil {
		return err
	}
	var list []feature
	for i, area := range []geo.Shape{lost, both, lost, both, lost} {
		p := area.Centre()
		p.Lat += int64(i-2) * 800
		at, err := json.Marshal(map[string]any{"type": "Point", "coordinates": p})
		if err != nil {
			return err
		}
		home := [2]grid.Cell{leaves[30], leaves[second]}[i%2]
		list = append(list, feature{"Feature", map[string]any{"code": fmt.Sprintf("D410727-9%02d", i+1), "name": demo.Mark + "·" + home.Name + "新建作坊" + fmt.Sprint(i+1),
			"kind": "enterprise", "class": "risk", "region": home.Region, "roadside": true}, at})
	}
	return c.load(ctx, "sources", list)
}

func (c *City) leaveGap(ctx context.Context, x grid.Cell) (geo.Shape, error) {
	b := x.Shape.Box()
	mid := b.Min.Lng + (b.Max.Lng-b.Min.Lng)*2/3
	kept, lost, err := geo.Cut(x.Shape, geo.Line{{Lng: mid, Lat: b.Min.Lat - 1000}, {Lng: mid, Lat: b.Max.Lat + 1000}})
	if err != nil {
		return nil, err
	}
	_, err = c.grid.ChangeCell(ctx, x.ID, x.Version, grid.CellChange{Shape: kept, Reason: demo.Mark + "：重画边界"})
	return lost, err
}

// overlap lets the first neighbour of a village that fits take in a third of it; nil when
// there is none.
func (c *City) overlap(ctx context.Context, leaves []grid.Cell, i int) (geo.Shape, error) {
	b := leaves[i].Shape.Box()
	mid := b.Min.Lat + (b.Max.Lat-b.Min.Lat)*2/3
	_, part, err := geo.Cut(leaves[i].Shape, geo.Line{{Lng: b.Min.Lng - 1000, Lat: mid}, {Lng: b.Max.Lng + 1000, Lat: mid}})
	if err != nil {
		return nil, err
	}
	for k, x := range leaves {
		if k == i || k == 30 { // 30 has the gap
			continue
		}
		grown, err := geo.Union(x.Shape, part)
		if err != nil || len(grown) != 1 {
			continue // not a neighbour of that part
		}
		_, err = c.grid.ChangeCell(ctx, x.ID, x.Version, grid.CellChange{Shape: grown, Reason: demo.Mark + "：重画边界"})
		return part, err
	}
	return nil, nil
}

// makeVisits records the looks of the last two weeks: most sources in their term; six cells
// of the faulty county were not looked at.
func (c *City) makeVisits(ctx context.Context) error {
	sources, cells, err := c.grid.Sources(ctx)
	if err != nil {
		return err
	}
	now := c.span.Start.UnixMilli()
	var blind []int64
	var list []grid.Visit
	for i, x := range sources {
		if len(cells[i]) != 1 {
			continue
		}
		cell := cells[i][0]
		if strings.HasPrefix(string(x.Region), "410727") && (slices.Contains(blind, cell) || i%61 == 7 && len(blind) < 6) {
			if !slices.Contains(blind, cell) {
				blind = append(blind, cell)
			}
			continue
		}
		for k, back := range []int64{12, 5} {
			if i%17 == 3 && k == 1 {
				continue // late this week
			}
			at := now - back*calendar.MsPerDay + int64(i%10-4)*calendar.MsPerHour
			list = append(list, grid.Visit{Cell: cell, Object: grid.Object{Kind: "source", ID: x.ID}, At: at, Result: "none", ClientID: fmt.Sprintf("demo-%d-%d", x.ID, k)})
		}
	}
	list = slices.DeleteFunc(list, func(v grid.Visit) bool { return slices.Contains(blind, v.Cell) })
	return c.grid.VisitAll(ctx, list)
}
