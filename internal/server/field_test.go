package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"qingshan/internal/server"
	"qingshan/internal/server/apptest"
)

func fieldStart(t *testing.T, app *apptest.App, account string) (server.FieldStart, string) {
	t.Helper()
	res, err := app.Login(t, account).Get(app.URL + "/api/v1/field/start")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", account, res.Status)
	}
	var raw json.RawMessage
	var out server.FieldStart
	if err := json.NewDecoder(res.Body).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out, string(raw)
}

// One call fills the phone: who I am by the account's own post, the time by the city's clock,
// the eight tiles and the steps of each kind, and no list that is null.
func TestTheFieldAppStartsWithOneCall(t *testing.T) {
	app := apptest.Run(t, nil)
	out, raw := fieldStart(t, app, apptest.Reader)
	if out.AsOf != "2026-08-28T08:00:00+08:00" {
		t.Errorf("as of %s", out.AsOf)
	}
	if out.Me.Name != apptest.Reader || out.Me.ID == "" || len(out.Posts) != 1 || out.Posts[0].Scope.Code != string(apptest.CountyA) {
		t.Errorf("me %+v, posts %+v", out.Me, out.Posts)
	}
	tiles := []string{}
	for tile := 1; tile <= 8; tile++ { // of whatever kind
		for _, k := range out.Kinds {
			for _, c := range k.Categories {
				if c.Tile == tile {
					tiles = append(tiles, c.Name)
				}
			}
		}
	}
	for _, k := range out.Kinds {
		if len(k.Transitions) == 0 || len(k.States) == 0 {
			t.Errorf("the kind %s has no steps", k.ID)
		}
	}
	if got := strings.Join(tiles, " "); got != "冒烟 扬尘 气味 垃圾 污水 秸秆焚烧 油烟 其他" {
		t.Errorf("tiles %s", got)
	}
	for _, list := range []string{"posts", "cells", "tasks", "patrol", "kinds", "mine", "from", "by", "evidence", "fields"} {
		if strings.Contains(raw, `"`+list+`":null`) {
			t.Errorf("%s is null", list)
		}
	}
}

func TestTheFieldAppNeedsASession(t *testing.T) {
	app := apptest.Run(t, nil)
	res, err := apptest.Client(t).Get(app.URL + "/api/v1/field/start")
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized {
		t.Errorf("without a session %s", res.Status)
	}
}
