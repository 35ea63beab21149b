package rest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
)

var ranking = [][]string{
	{"410700000000", "平原市", "47.80", "-6.1"},
	{"010000000000", "=cmd|' /C calc'!A0", "", "+1.0"},
	{"@x", "-2+3", "n/a", "\tx"},
}

func exporting(audit *[]rest.Export, fail error) http.Handler {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{Audit: func(_ context.Context, e rest.Export) error {
		*audit = append(*audit, e)
		return nil
	}})
	rest.ExportTable(a, rest.Spec{Path: "/air/ranking", ID: "airRanking", Summary: "排名导出", Access: access.LoggedIn},
		func(context.Context, *struct {
			Region string `query:"region"`
		}) (*rest.Table, error) {
			t := &rest.Table{Name: "排名 2026-08", Rows: rest.Rows(ranking),
				Columns: []rest.Column{{Name: "代码"}, {Name: "城市"}, {Name: "PM2.5", Kind: rest.Number}, {Name: "同比", Kind: rest.Number}}}
			if fail != nil {
				t.Rows = func(yield func([]string, error) bool) { _ = yield(ranking[0], nil) && yield(nil, fail) }
			}
			return t, nil
		})
	return mux
}

// want is what both files show: codes as text, no formula, numbers as printed.
var want = [][]string{
	{"代码", "城市", "PM2.5", "同比"},
	{"410700000000", "平原市", "47.80", "-6.1"},
	{"010000000000", "'=cmd|' /C calc'!A0", "", "+1.0"},
	{"'@x", "'-2+3", "n/a", "'\tx"},
}

func TestCSVExport(t *testing.T) {
	var audit []rest.Export
	res, body := client{t, exporting(&audit, nil), &anyone}.do("GET", "/air/ranking.csv?region=41", "")
	if res.StatusCode != 200 || !strings.HasPrefix(body, "\ufeff") || !strings.Contains(body, "\r\n") {
		t.Fatalf("%d %q", res.StatusCode, body)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	sum := sha256.Sum256([]byte(body))
	wantAudit := []rest.Export{{Operation: "airRankingCSV", Name: "排名 2026-08.csv", Query: "/api/v1/air/ranking.csv?region=41", Format: "csv", Rows: 3, SHA256: hex.EncodeToString(sum[:])}}
	if d := cmp.Diff(wantAudit, audit); d != "" {
		t.Error(d)
	}
	if cd := res.Header.Get("Content-Disposition"); !strings.Contains(cd, "filename*=UTF-8''%E6%8E%92%E5%90%8D%202026-08.csv") {
		t.Error(cd)
	}
}

func TestXLSXExport(t *testing.T) {
	var audit []rest.Export
	res, body := client{t, exporting(&audit, nil), &anyone}.do("GET", "/air/ranking.xlsx", "")
	if res.StatusCode != 200 || len(audit) != 1 {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	f, err := excelize.OpenReader(bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	wantX := append([][]string{}, want...)
	wantX[2] = []string{"010000000000", "'=cmd|' /C calc'!A0", "", "1.0"} // a number cell has no plus
	if d := cmp.Diff(wantX, rows); d != "" {
		t.Error(d)
	}
	for cell, wantType := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "C2": excelize.CellTypeUnset} {
		if got, _ := f.GetCellType("Sheet1", cell); got != wantType {
			t.Errorf("%s has type %v, want %v", cell, got, wantType)
		}
	}
	if formula, _ := f.GetCellFormula("Sheet1", "B3"); formula != "" {
		t.Errorf("B3 is the formula %q", formula)
	}
}

func TestAFailingTableSendsNothing(t *testing.T) {
	var audit []rest.Export
	t.Setenv("TMPDIR", t.TempDir())
	mux := exporting(&audit, errors.New("disk gone"))
	for _, path := range []string{"/air/ranking.csv", "/air/ranking.xlsx"} {
		res, body := client{t, mux, &anyone}.do("GET", path, "")
		if p := problem(t, res, body); p.Status != 500 || len(audit) != 0 {
			t.Errorf("%s: %+v, audit %v", path, p, audit)
		}
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		t.Errorf("left behind: %s", e.Name())
	}
}
