package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
	"qingshan/internal/server/apptest"
)

// TestTheFirstPageOfSmallAccounts: whoever signs in at a town or an enterprise can use the
// page that the shell opens first, and what that page asks for.
func TestTheFirstPageOfSmallAccounts(t *testing.T) {
	app := apptest.Run(t, nil)
	app.Measure(t)
	town := region.MustParse("410721101")
	_, err := app.Server.Rooms().Org.Seed(apptest.System(t), org.Seed{
		Regions: []org.Region{{Code: town, Name: "翟坡镇"}},
		Units: []org.SeedUnit{{Code: "town", Name: "翟坡镇政府", Kind: "township", Region: town},
			{Code: "firm", Name: "某水泥厂", Kind: "enterprise", Region: apptest.CountyA}},
		Posts: []org.SeedPost{{Code: "p-town", Unit: "town", Name: "环保岗", Role: "township", Scope: town},
			{Code: "p-firm", Unit: "firm", Name: "环保负责人", Role: "enterprise"}},
		Accounts: []org.SeedAccount{{Name: "townsman", Person: "镇上", Post: "p-town", Password: apptest.Password},
			{Name: "firm", Person: "厂里", Post: "p-firm", Password: apptest.Password}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		who, first string
		calls      []string
	}{
		{"firm", "matter.act", []string{"GET /today", "GET /matters?holder=me", "GET /matters/kinds"}},
		{"townsman", "matter.read", []string{"GET /today", "GET /air/now", "GET /air/targets", `POST /air/targets/what-if {"region":"","year":2026}`,
			`POST /air/targets/what-if {"region":"` + string(town) + `","year":2026}`, "GET /air/yesterday.csv", "GET /air/yesterday.xlsx?region=" + string(town)}},
	} {
		c := app.Login(t, x.who)
		status, text := send(t, c, "GET", app.URL+rest.Prefix+"/session", "")
		var me struct{ Permissions []string }
		if err := json.Unmarshal([]byte(text), &me); status != 200 || err != nil {
			t.Fatalf("%s: %d %s %v", x.who, status, text, err)
		}
		// The shell's first page is 今日 for whoever may act on or read matters.
		if !strings.Contains(fmt.Sprint(me.Permissions), x.first) {
			t.Errorf("%s has %v, without %s its first page is another", x.who, me.Permissions, x.first)
		}
		for _, call := range x.calls {
			method, rest, _ := strings.Cut(call, " ")
			path, body, _ := strings.Cut(rest, " ")
			if status, text := send(t, c, method, app.URL+"/api/v1"+path, body); status != 200 {
				t.Errorf("%s: %s: %d %.300s", x.who, call, status, text)
			}
		}
	}
	_, text := send(t, app.Login(t, apptest.Office), "GET", app.URL+rest.Prefix+"/air/yesterday.csv", "")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if !strings.Contains(lines[0], "站点编码,站点,类型,行政区,日期,AQI") || !strings.Contains(text, apptest.StationCity+",") || !strings.Contains(lines[1], ",城市,新乡市,2026-08-27,") {
		t.Errorf("the day as a table: %s", text)
	}
}
