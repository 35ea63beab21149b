package server_test

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/server/apptest"
)

// A title that a spreadsheet would compute, and one that a browser would run, leave in the
// exported list of matters as text.
func TestTitlesOfExportedMattersAreText(t *testing.T) {
	app := apptest.Run(t, nil)
	titles := []string{`=HYPERLINK("http://x","点我")`, "+1+1", "-2+3", "@SUM(A1)", "<script>alert(1)</script>"}
	for _, title := range titles {
		_, err := app.Server.Rooms().Matters.Open(apptest.System(t), matter.Opening{Kind: "complaint", Category: "dust", Region: apptest.CountyA, Title: title})
		if err != nil {
			t.Fatal(err)
		}
	}
	status, text := send(t, app.Login(t, apptest.Office), "GET", app.URL+"/api/v1/matters.csv", "")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || status != http.StatusOK || len(rows) < len(titles) {
		t.Fatalf("%d %v %s", status, err, text)
	}
	found := 0
	for _, cell := range slices.Concat(rows...) {
		if cell != "" && strings.ContainsAny(cell[:1], "=+@") || strings.HasPrefix(cell, "-2") {
			t.Errorf("a spreadsheet computes %q", cell)
		}
		for _, title := range titles {
			if strings.TrimPrefix(cell, "'") == title {
				found++
			}
		}
	}
	if found != len(titles) {
		t.Errorf("%d of %d titles in %s", found, len(titles), text)
	}
}
