package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"qingshan/internal/city/grid"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/rest"
	"qingshan/internal/server/apptest"
)

// box is a square of GeoJSON with its south-west corner at hundredths of a degree from 113.70, 35.20.
func box(x, y, w, h int) string {
	at := func(x, y int) string { return fmt.Sprintf("[%.4f,%.4f]", 113.70+float64(x)/100, 35.20+float64(y)/100) }
	return `{"type":"Polygon","coordinates":[[` + strings.Join([]string{at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h), at(x, y)}, ",") + `]]}`
}

type imported struct {
	Rows, Added, Changed int
	Stored               bool
	Faults               []struct {
		Row          int
		Code, Reason string
		Lng, Lat     float64
	}
	Preview *struct {
		Features []struct {
			Properties struct{ Code, State string }
			Geometry   struct{ Type string }
		}
	}
	Effect *effect
}

type effect struct {
	Moved  int
	Closed []struct{ Kind string }
	Opened []struct{ Kind string }
}

// gridApp is an application with county A's outline drawn, 3 by 2 hundredths of a degree, and a
// source in the middle of its first square.
func gridApp(t *testing.T) *apptest.App {
	t.Helper()
	app := apptest.Run(t, nil)
	rooms, ctx := app.Server.Rooms(), apptest.System(t)
	shape, err := geo.ParseShape([]byte(box(0, 0, 3, 2)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rooms.Grid.AddCell(ctx, grid.CellSpec{Code: "A", Name: "新乡县", Tier: 2, Region: apptest.CountyA, Shape: shape}); err != nil {
		t.Fatal(err)
	}
	if _, err := rooms.Grid.PutSource(ctx, grid.Source{Code: "S1", Name: "某厂", Kind: "enterprise", Class: "key", Region: apptest.CountyA, At: geo.Degrees(113.705, 35.205)}); err != nil {
		t.Fatal(err)
	}
	return app
}

func upload(t *testing.T, app *apptest.App, account, query string, body []byte) (int, imported, string) {
	t.Helper()
	res, err := app.Login(t, account).Post(app.URL+rest.Prefix+"/grid/import?"+query, "application/octet-stream", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out imported
	if res.StatusCode == http.StatusOK {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return res.StatusCode, out, string(text)
}

func feature(code, region, geometry string) string {
	return `{"type":"Feature","properties":{"code":"` + code + `","name":"格` + code + `","tier":4,"region":"` + region + `"},"geometry":` + geometry + `}`
}

func collection(f ...string) []byte {
	return []byte(`{"type":"FeatureCollection","features":[` + strings.Join(f, ",") + `]}`)
}

// A file is tried: refused rows say why and where, the others are shown with their effect, and
// nothing is stored; then the good ones are.
func TestCellsComeFromGeoJSON(t *testing.T) {
	app := gridApp(t)
	const a = "410721101001"
	cross := `{"type":"Polygon","coordinates":[[[113.71,35.20],[113.72,35.21],[113.72,35.20],[113.71,35.21],[113.71,35.20]]]}`
	file := collection(feature("V1", a, box(0, 0, 1, 1)), feature("V2", a, cross), feature("V3", a, `{"type":"LineString","coordinates":[[113.71,35.20],[113.72,35.21]]}`),
		feature("V4", a, box(2, 0, 2, 1)), feature("V5", "410724101001", box(1, 1, 1, 1)), feature("V1", a, box(1, 0, 1, 1)), feature("V6", a, box(1, 0, 1, 1)))
	status, dry, text := upload(t, app, apptest.Reader, "what=cells&format=geojson&dryRun=1", file)
	if status != http.StatusOK {
		t.Fatal(status, text)
	}
	wanted := []struct {
		row      int
		reason   string
		lng, lat float64
	}{{2, "边界自相交", 113.715, 35.205}, {3, "这是一条线，不是面", 113.71, 35.20}, {4, "超出新乡县的范围", 113.735, 35.205},
		{5, "不在您的管辖范围内", 113.715, 35.215}, {6, "文件中编码重复", 113.715, 35.205}}
	if len(dry.Faults) != len(wanted) || dry.Stored || dry.Rows != 7 || dry.Added != 2 {
		t.Fatalf("%+v", dry)
	}
	for i, w := range wanted {
		f := dry.Faults[i]
		if f.Row != w.row || !strings.Contains(f.Reason, w.reason) || f.Lng-w.lng > 0.0003 || w.lng-f.Lng > 0.0003 || f.Lat-w.lat > 0.0003 || w.lat-f.Lat > 0.0003 {
			t.Errorf("%+v, want %+v", f, w)
		}
	}
	if p := dry.Preview.Features; len(p) != 7 || p[0].Properties.State != "refused" || p[5].Properties.Code != "V1" || p[6].Geometry.Type != "Polygon" {
		t.Errorf("preview %+v", dry.Preview)
	}
	if e := dry.Effect; e.Moved != 1 || len(e.Opened) == 0 {
		t.Errorf("effect %+v", e)
	}
	if n := len(cellsOf(t, app)); n != 1 {
		t.Fatalf("a trial stored %d cells", n)
	}
	if status, _, text := upload(t, app, apptest.Reader, "what=cells&format=geojson&skip=1", file); status != http.StatusUnprocessableEntity || !strings.Contains(text, "请填写导入原因") {
		t.Errorf("without a reason: %d %s", status, text)
	}
	why := "&reason=" + url.QueryEscape("测绘成果")
	if _, all, _ := upload(t, app, apptest.Reader, "what=cells&format=geojson"+why, file); all.Stored || len(cellsOf(t, app)) != 1 {
		t.Errorf("a file with faults was stored whole: %+v", all)
	}
	if _, some, _ := upload(t, app, apptest.Reader, "what=cells&format=geojson&skip=1"+why, file); !some.Stored || some.Added != 2 || len(cellsOf(t, app)) != 2 {
		t.Errorf("the good rows: %+v, %v", some, cellsOf(t, app))
	}
}

// cellsOf are the codes of the leaves that county A's account sees.
func cellsOf(t *testing.T, app *apptest.App) (out []string) {
	t.Helper()
	status, text := send(t, app.Login(t, apptest.Reader), "GET", app.URL+rest.Prefix+"/grid/cells?region="+string(apptest.CountyA), "")
	var list struct {
		Features []struct{ Properties struct{ Code string } }
	}
	if err := json.Unmarshal([]byte(text), &list); status != http.StatusOK || err != nil {
		t.Fatal(status, err, text)
	}
	for _, f := range list.Features {
		out = append(out, f.Properties.Code)
	}
	return out
}

func sheet(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same from a sheet whose columns have Chinese names; codes that Excel made numbers are read.
func TestCellsAndSourcesComeFromASheet(t *testing.T) {
	app := gridApp(t)
	head := []any{"编码", "名称", "级别", "行政区", "边界"}
	file := sheet(t, head, []any{"V1", "东村", 4, 410721101001, box(0, 0, 1, 1)}, []any{"V2", "西村", "四", 410721101001, box(1, 0, 1, 1)}, []any{"V3", "南村", 4, 410721101001, box(1, 0, 4, 1)})
	_, dry, _ := upload(t, app, apptest.Reader, "what=cells&format=xlsx&dryRun=1", file)
	if dry.Added != 1 || len(dry.Faults) != 2 || dry.Faults[0].Row != 2 || !strings.Contains(dry.Faults[0].Reason, "级别") || !strings.Contains(dry.Faults[1].Reason, "超出新乡县") || dry.Faults[1].Lng < 113.73 {
		t.Fatalf("%+v", dry)
	}
	why := "&reason=" + url.QueryEscape("测绘成果")
	if _, done, text := upload(t, app, apptest.Reader, "what=cells&format=xlsx&skip=1"+why, file); !done.Stored || done.Added != 1 {
		t.Errorf("%s", text)
	}
	sources := sheet(t, []any{"编码", "名称", "类型", "类别", "行政区", "经度", "纬度", "路边可见"}, []any{"S2", "砖厂", "enterprise", "normal", 410721101001, 113.702, 35.202, 1},
		[]any{"S3", "料场", "yard", "normal", 410721101001, 35.202, 113.702, 0})
	_, dry, _ = upload(t, app, apptest.Reader, "what=sources&format=xlsx&dryRun=1", sources)
	if dry.Added != 1 || len(dry.Faults) != 1 || !strings.Contains(dry.Faults[0].Reason, "写反") || dry.Effect.Moved != 1 {
		t.Errorf("%+v", dry)
	}
}

// What is no file at all is refused as a whole, with words.
func TestAFileThatIsNoneIsRefused(t *testing.T) {
	app := gridApp(t)
	for _, x := range []struct{ query, body, want string }{
		{"what=cells&format=geojson&dryRun=1", "{", "不是 GeoJSON"},
		{"what=cells&format=geojson&dryRun=1", `{"type":"FeatureCollection","features":[]}`, "没有数据行"},
		{"what=cells&format=xlsx&dryRun=1", "PK not a sheet", "XLSX"},
		{"what=cells&format=shp&dryRun=1", "x", "GeoJSON 或 XLSX"},
		{"what=roads&format=geojson&dryRun=1", string(collection(feature("V", "410721101001", box(0, 0, 1, 1)))), "cells 或 sources"},
	} {
		if status, _, text := upload(t, app, apptest.Reader, x.query, []byte(x.body)); status != http.StatusUnprocessableEntity || !strings.Contains(text, x.want) {
			t.Errorf("%s %q: %d %s", x.query, x.body, status, text)
		}
	}
}

// The effect of a change is told before it is made; nothing is stored.
func TestAnEffectIsTold(t *testing.T) {
	app := gridApp(t)
	c := app.Login(t, apptest.Reader)
	try := func(body string) (int, effect, string) {
		status, text := send(t, c, "POST", app.URL+rest.Prefix+"/grid/effects", body)
		var out effect
		if status == http.StatusOK {
			if err := json.Unmarshal([]byte(text), &out); err != nil {
				t.Fatal(err)
			}
		}
		return status, out, text
	}
	status, e, text := try(`{"change":"add","region":"410721101001","geometry":` + box(0, 0, 3, 2) + `,"snap":5,"fit":true}`)
	if status != http.StatusOK || e.Moved != 1 || len(e.Opened) != 0 || len(cellsOf(t, app)) != 1 {
		t.Errorf("%d %s", status, text)
	}
	for body, want := range map[string]string{
		`{"change":"add","region":"410721101001","geometry":` + box(2, 0, 2, 1) + `}`:  "113.735", // the place is shown
		`{"change":"add","region":"410721101001"}`:                                     "请先画出边界",
		`{"change":"shape","cell":"1","version":9,"geometry":` + box(0, 0, 1, 1) + `}`: "已被他人修改",
	} {
		if status, _, text := try(body); status < 400 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
}
