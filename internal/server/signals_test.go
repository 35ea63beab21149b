package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/server/apptest"
)

// raised are the open signals of a category as the campaign office sees them.
func raised(t *testing.T, app *apptest.App, c *http.Client, category, types string) (out []raisedSignal) {
	t.Helper()
	q := url.Values{"kind": {"signal"}, "category": {category}, "type": {types}}
	status, text := send(t, c, "GET", app.URL+"/api/v1/matters?"+q.Encode(), "")
	var page struct{ Items []raisedSignal }
	if err := json.Unmarshal([]byte(text), &page); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, text, err)
	}
	return page.Items
}

type raisedSignal struct {
	ID, Number, Title string
	Region            struct{ Code string }
	State             struct{ ID string }
	Holder            struct{ Text string }
}

// hour hands in the newest hour of all stations, one with a concentration of PM2.5, and brings
// the air pages up to it.
func hour(t *testing.T, app *apptest.App, station string, pm25 int64) {
	t.Helper()
	app.Clock.Advance(time.Hour)
	at := app.Clock.Now().Truncate(time.Hour).UnixMilli() - calendar.MsPerHour
	b := telemetry.Batch{Delivery: telemetry.Delivery{Stream: "test", Kind: telemetry.Feed}}
	for _, site := range []string{apptest.StationCity, apptest.StationA, apptest.StationB} {
		for _, factor := range telemetry.HourFactors() {
			v := int64(10_000)
			if factor == "PM25" && site == station {
				v = pm25 * 1000
			}
			b.Columns = append(b.Columns, telemetry.Column{Site: site, Factor: factor, Stat: "hour", Times: []int64{at}, Values: []int64{v}})
		}
	}
	account, err := app.Server.Rooms().Sites.Ingest(apptest.System(t), b)
	if err != nil || account.Rejected > 0 {
		t.Fatalf("%+v %v", account, err)
	}
	if _, err := app.Server.Rooms().Air.Refresh(apptest.System(t)); err != nil {
		t.Fatal(err)
	}
}

// A station over the limit opens a matter, once however often it is looked at; when the air is
// good again before anybody took it up, the matter ends by itself; one that a county handed
// on stays with it.
func TestAnExceedanceOpensAMatterOnce(t *testing.T) {
	app := apptest.Run(t, nil)
	app.Measure(t)
	office := app.Login(t, apptest.Office)
	look := func() {
		t.Helper()
		if err := app.Server.LookForSignals(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	hour(t, app, apptest.StationA, 250)
	look()
	look()
	hour(t, app, apptest.StationA, 260)
	look()
	list := raised(t, app, office, "over", "open")
	if len(list) != 1 || list[0].Region.Code != string(apptest.CountyA) || list[0].Holder.Text == "" || list[0].Title != "空气质量超标：新乡县站" {
		t.Fatalf("%+v", list)
	}
	if other := raised(t, app, app.Login(t, apptest.ReaderB), "over", "open"); len(other) != 0 {
		t.Errorf("county B sees %+v", other)
	}
	hour(t, app, apptest.StationA, 20)
	look()
	if open, gone := raised(t, app, office, "over", "open"), raised(t, app, office, "over", "closed"); len(open) != 0 || len(gone) != 1 || gone[0].State.ID != "cleared" || gone[0].ID != list[0].ID {
		t.Fatalf("after it recovered: open %+v, closed %+v", open, gone)
	}
	// Again, and the county hands it on before it recovers.
	hour(t, app, apptest.StationA, 300)
	look()
	again := raised(t, app, office, "over", "open")
	if len(again) != 1 || again[0].ID == list[0].ID {
		t.Fatalf("the second time: %+v", again)
	}
	post := app.Account(t, apptest.Reader).Posts[0].ID
	body, err := json.Marshal(map[string]any{"transition": "assign", "assignPost": fmt.Sprint(post)})
	if err != nil {
		t.Fatal(err)
	}
	if status, text := send(t, office, "POST", app.URL+"/api/v1/matters/"+again[0].ID+"/moves", string(body), "If-Match", `"v1"`); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	hour(t, app, apptest.StationA, 20)
	look()
	if list := raised(t, app, office, "over", "assigned"); len(list) != 1 || list[0].ID != again[0].ID {
		t.Errorf("what the county handed on: %+v", list)
	}
}

// A stream that falls silent opens a matter, and ends it when it speaks again; so does one
// whose account does not add up.
func TestASilentStreamOpensAMatter(t *testing.T) {
	app := apptest.Run(t, nil)
	app.Measure(t)
	office := app.Login(t, apptest.Office)
	look := func() {
		t.Helper()
		if err := app.Server.LookForSignals(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if look(); len(raised(t, app, office, "missing", "open")) != 0 {
		t.Fatalf("a stream that speaks: %+v", raised(t, app, office, "missing", "open"))
	}
	app.Clock.Advance(5 * time.Hour)
	look()
	look()
	list := raised(t, app, office, "missing", "open")
	if len(list) != 1 || list[0].Region.Code == "" {
		t.Fatalf("%+v", list)
	}
	hour(t, app, apptest.StationCity, 20)
	if look(); len(raised(t, app, office, "missing", "open")) != 0 || len(raised(t, app, office, "missing", "closed")) != 1 {
		t.Errorf("after it spoke again: %+v", raised(t, app, office, "missing", "open"))
	}
	change := func(by int) {
		t.Helper()
		err := app.Server.DB().Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE stream SET received = received + $1 WHERE code = 'test'", by)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change(3)
	look()
	if list := raised(t, app, office, "difference", "open"); len(list) != 1 {
		t.Errorf("3 values more received than accounted for: %+v", list)
	}
	change(-3)
	if look(); len(raised(t, app, office, "difference", "open")) != 0 {
		t.Error("an account that adds up is still a signal")
	}
}
