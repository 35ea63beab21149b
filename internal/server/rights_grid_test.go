package server_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/matter"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/notify"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/server/apptest"
)

// gridSamples are the rows of the grid's operations. {cellB} is county B's cell, {sourceB} a
// source in it.
func gridSamples(table map[string][]sample) {
	const version = `"v1"`
	const square = `{"type":"Polygon","coordinates":[[[113.70,35.26],[113.71,35.26],[113.71,35.27],[113.70,35.27],[113.70,35.26]]]}`
	none := []sample{}
	table["gridCells"] = []sample{{path: "/grid/cells?region={B}"}, {path: "/grid/cells", hides: "获嘉县"}}
	table["gridCell"] = []sample{{path: "/grid/cells/{cellB}"}}
	table["gridCellAdd"] = []sample{{path: "/grid/cells", body: `{"code":"","name":"新格","tier":4,"region":"{B}","geometry":` + square + `}`}}
	table["gridCellChange"] = []sample{{path: "/grid/cells/{cellB}", body: `{"name":""}`, match: version}}
	table["gridCellEnd"] = []sample{{path: "/grid/cells/{cellB}", match: `"v99"`}}
	table["gridCellSplit"] = []sample{{path: "/grid/cells/{cellB}/split", body: `{"line":{"type":"LineString","coordinates":[[113.0,35.0],[113.1,35.0]]},"code":"x","name":"x"}`, match: version}}
	table["gridCellMerge"] = []sample{{path: "/grid/cells/merge", body: `{"cells":["{cellB}","{cellB}"],"reason":"并格"}`}}
	table["gridPostAdd"] = []sample{{path: "/grid/cells/{cellB}/posts", body: `{"role":"nobody","post":"{postB}"}`}}
	table["gridStandIn"] = []sample{{path: "/grid/stand-ins", body: `{"post":"{postB}","standIn":"{postB}","from":"2026-08-28","to":"2026-08-29","reason":"请假"}`, hides: "获嘉", never: true}}
	table["gridCoverage"] = []sample{{path: "/grid/coverage?region={B}"}}
	exported(table, "gridCoverage", "gridCoverage")
	table["gridObjects"] = []sample{{path: "/grid/objects?region={B}"}}
	table["gridBind"] = []sample{{path: "/grid/objects/source/{sourceB}/bind", body: `{"cell":"","reason":"撤销人工归属"}`}}
	table["gridOutcome"] = []sample{{path: "/grid/outcome?region={B}"}}
	exported(table, "gridOutcome", "gridOutcome")
	table["gridEffect"] = []sample{{path: "/grid/effects", body: `{"change":"add","region":"{B}","geometry":` + square + `}`},
		{path: "/grid/effects", body: `{"change":"end","cell":"{cellB}","version":1}`}, {path: "/grid/effects", body: `{"change":"merge","cells":["{cellB}","{cellB}"]}`}}
	table["gridPatrol"] = none
	table["gridVisit"] = []sample{{path: "/grid/patrols", body: `{"cell":"{cellB}","result":"none","clientId":"client-of-county-a"}`, never: true}}
	table["gridRules"] = none
	table["gridSettings"] = []sample{{path: "/grid/settings", hides: "获嘉县"}}
	table["gridSettingSet"] = []sample{{path: "/grid/settings", body: `{"region":"{B}","roleSet":"nope","normSet":"default"}`}}
	table["gridPostEnd"] = []sample{{path: "/grid/cells/{cellB}/posts?role=chief&post={postB}", never: true}} // the cell has none
	table["gridDuty"] = []sample{{path: "/grid/duty?region={B}"}}
	table["gridTraining"] = []sample{{path: "/grid/trainings", body: `{"posts":["{postB}"],"day":"2026-08-28","subject":"一长三员"}`}}
	table["gridExcuse"] = []sample{{path: "/grid/excuses", body: `{"cell":"{cellB}","from":"2026-08-28","to":"2026-08-29","reason":"防汛"}`}}
	table["gridImport"] = none // a file; each of its rows is judged by its region
	table["today"] = []sample{{path: "/today?region={B}"}, {path: "/today", hides: "获嘉县"}}
	table["matterAssignees"] = []sample{{path: "/matters/assignees?region={B}"}}
	table["matterRemind"] = []sample{{path: "/matters/remind", body: `{"ids":["{matterB}"]}`, hides: `"ok":true`}}
	table["matterAskPause"] = []sample{{path: "/matters/{matterB}/pauses", body: `{"clock":"nope","reason":"等待设备","until":"2026-09-10"}`, never: true}} // only who handles it may ask
	table["matterAskExtension"] = []sample{{path: "/matters/{matterB}/extensions", body: `{"clock":"nope","reason":"等待设备","term":"3wd"}`, never: true}}
	// Real requests of county B: the city grants the pause after county A was refused it.
	table["matterDecidePause"] = []sample{{path: "/matters/{askedB}/pauses/{pauseB}/decision", body: `{"approve":true,"opinion":"同意"}`}}
	table["matterDecideExtension"] = []sample{{path: "/matters/{askedB}/extensions/{moreB}/decision", body: `{"approve":false,"opinion":"理由不足"}`, never: true}} // the first is its own county's to grant
	table["matterEndPause"] = []sample{{path: "/matters/{stillB}/pauses/{runningB}/end", body: `{"opinion":"恢复"}`}}
}

// gridOf makes a cell with a source, a matter and a webhook of county B.
func gridOf(t *testing.T, app *apptest.App) []string {
	t.Helper()
	rooms, ctx := app.Server.Rooms(), apptest.System(t)
	shape := geo.Shape{{geo.Ring{geo.Degrees(113.6, 35.2), geo.Degrees(113.8, 35.2), geo.Degrees(113.8, 35.3), geo.Degrees(113.6, 35.3)}}}
	cell, err := rooms.Grid.AddCell(ctx, grid.CellSpec{Code: "HJ", Name: "获嘉县网格", Tier: 2, Region: apptest.CountyB, Shape: shape})
	if err != nil {
		t.Fatal(err)
	}
	if err := rooms.Grid.Set(ctx, apptest.CountyB, "A", "default", ""); err != nil {
		t.Fatal(err)
	}
	source, err := rooms.Grid.PutSource(ctx, grid.Source{Code: "S-B", Name: "获嘉县某厂", Kind: "enterprise", Class: "key", Region: apptest.CountyB, At: geo.Degrees(113.7, 35.25)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := rooms.Matters.Open(ctx, matter.Opening{Kind: "complaint", Category: "dust", Region: apptest.CountyB, Title: "获嘉县扬尘"})
	if err != nil {
		t.Fatal(err)
	}
	hook, err := rooms.Notices.AddHook(ctx, notify.Hook{Name: "hook-of-county-b", URL: "http://127.0.0.1:9/b", Region: apptest.CountyB})
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(fmt.Sprintf("{cellB} %d {sourceB} %d {matterB} %d {hookB} %d", cell.ID, source.ID, m.ID, hook.ID))
	asked, pause, more := askedOf(t, app)
	still, running, _ := askedOf(t, app)
	if err := rooms.Matters.Decide(actor(t, app, apptest.Office), still, running, true, "同意"); err != nil {
		t.Fatal(err)
	}
	return append(known, strings.Fields(fmt.Sprintf("{askedB} %d {pauseB} %d {moreB} %d {stillB} %d {runningB} %d", asked, pause, more, still, running))...)
}

// askedOf is a matter that county B handles, with a pause and more time that it asked for.
func askedOf(t *testing.T, app *apptest.App) (id, pause, more int64) {
	t.Helper()
	rooms, own := app.Server.Rooms(), actor(t, app, apptest.ReaderB)
	m, err := rooms.Matters.Open(apptest.System(t), matter.Opening{Kind: "grid", Category: "other", Region: apptest.CountyB, Title: "获嘉县待办事项"})
	for _, step := range []struct {
		ctx context.Context
		matter.Step
	}{{actor(t, app, apptest.Office), matter.Step{Transition: "assign", AssignPost: postOf(t, app, apptest.ReaderB)}}, {own, matter.Step{Transition: "accept"}}} {
		if err == nil {
			m, err = rooms.Matters.Move(step.ctx, m.ID, m.Version, step.Step)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	until := app.Clock.Now().AddDate(0, 0, 5).UnixMilli()
	p, err := rooms.Matters.AskPause(own, m.ID, matter.Asking{Clock: "dispose", Until: until, Reason: "等待设备"})
	if err != nil {
		t.Fatal(err)
	}
	x, err := rooms.Matters.AskExtension(own, m.ID, matter.Asking{Clock: "dispose", Term: calendar.MustTerm("2wd"), Reason: "等待设备"})
	if err != nil {
		t.Fatal(err)
	}
	return m.ID, p.ID, x.ID
}

// actor is a context in which an account of the seed acts.
func actor(t *testing.T, app *apptest.App, name string) context.Context {
	t.Helper()
	people := app.Server.Rooms().Org
	token, err := people.Login(t.Context(), name, apptest.Password, org.Visitor{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := people.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	return access.With(t.Context(), a)
}

func postOf(t *testing.T, app *apptest.App, name string) int64 {
	t.Helper()
	a, _ := access.From(actor(t, app, name))
	return a.Post
}
