package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/rest"
	"qingshan/internal/server/apptest"
)

// sample is how a county asks an operation for another county's data.
type sample struct {
	path  string // below the prefix; {B}, {siteB}, {unitB} … are county B's
	body  string
	match string // If-Match
	// hides is a text that a permitted answer must not hold; "" wants 403 or 404.
	hides string
	// never marks what nobody is answered, the city neither: there is no control.
	never bool
}

// samples has an entry for every operation; an empty one for those that name no place, no
// unit and nobody. Keyed by the operation's id.
func samples() map[string][]sample {
	const version = `"v1"`
	none := []sample{}
	table := map[string][]sample{
		"airDay":       {{path: "/air/yesterday?region={B}"}},
		"airMap":       {{path: "/air/map?region={B}"}},
		"airMapPlaces": {{path: "/air/map/places?region={B}"}},
		"airNow":       {{path: "/air/now?region={B}"}, {path: "/air/now?region={A}&sites={siteB}", hides: `"{siteB}":`, never: true}},
		"airWhatIf":    {{path: "/air/targets/what-if", body: `{"region":"{B}","year":2026}`}},
		"airTargetSet": {{path: "/air/targets/2026/pm25?region={B}", body: `{"value":"45","source":"测试"}`, match: `"v0"`},
			{path: "/air/targets/2026/pm25?region=410700000000", body: `{"value":"45","source":"测试"}`, match: `"v0"`}},
		"explain": {{path: "/explain?region={B}&key={keyB}"}, {path: "/explain?region=410700000000&key={keyB}"}, {path: "/explain?region={A}&key={keyB}", never: true},
			{path: "/explain?region={A}&key={keySiteB}", never: true}, {path: "/explain?key={keySiteB}"}},
		"search": {{path: "/search?q=" + url.QueryEscape("获嘉县"), hides: "获嘉县"}, {path: "/search?q=" + url.QueryEscape("获嘉县扬尘"), hides: `"kind":"matter"`}},

		"dataCorrect": {{path: "/data/corrections", body: `{"site":"{siteB}","factor":"pm25","time":"2026-08-28T06:00:00+08:00","value":"50","reason":"校准后复核"}`}},

		"importGet":    {{path: "/imports/{importB}"}},
		"importRun":    {{path: "/imports/{importB}/run", body: `{}`}},
		"importList":   {{path: "/imports", hides: "of-county-b.csv"}},
		"importKinds":  none,
		"importUpload": none, // a file; each of its rows is judged by the region of its site

		"orgRegionList":     {{path: "/org/regions?parent={B}"}, {path: "/org/regions", hides: "获嘉县", never: true}, {path: "/org/regions?parent=410700000000", hides: "获嘉县"}},
		"orgRoleList":       none,
		"orgUnitList":       {{path: "/org/units?region={B}"}, {path: "/org/units", hides: "获嘉县攻坚办"}},
		"orgUnitGet":        {{path: "/org/units/{unitB}"}},
		"orgUnitAdd":        {{path: "/org/units", body: `{"name":"新单位","region":"{B}"}`}, {path: "/org/units", body: `{"name":"下级","region":"{A}","parent":"{unitB}"}`, hides: "获嘉", never: true}},
		"orgUnitChange":     {{path: "/org/units/{unitB}", body: `{"short":"获攻坚办"}`, match: version}},
		"orgPostList":       {{path: "/org/posts?unit={unitB}"}, {path: "/org/posts", hides: "获嘉县攻坚办"}},
		"orgPostGet":        {{path: "/org/posts/{postB}"}},
		"orgPostAdd":        {{path: "/org/posts", body: `{"name":"新岗位","unit":"{unitB}","role":"county","scope":"{B}"}`}},
		"orgPostChange":     {{path: "/org/posts/{postB}", body: `{"name":"管理岗"}`, match: version}},
		"orgHolderAdd":      {{path: "/org/posts/{postB}/holders", body: `{"personName":"新人"}`}},
		"orgHolderEnd":      {{path: "/org/posts/{postB}/holders/{holderB}", body: `{"to":"2026-09-01"}`, match: version}},
		"orgAccountList":    {{path: "/org/accounts", hides: `"county-b-head"`}, {path: "/org/accounts?q=county-b", hides: `"county-b-head"`}},
		"orgAccountGet":     {{path: "/org/accounts/{accountB}"}},
		"orgAccountAdd":     {{path: "/org/accounts", body: `{"name":"new-b","displayName":"新人","postId":"{postB}"}`}},
		"orgAccountDisable": {{path: "/org/accounts/{accountB}/disable", body: `{}`}},
		"orgAccountEnable":  {{path: "/org/accounts/{accountB}/enable", body: `{}`}},
		"orgAccountReset":   {{path: "/org/accounts/{accountB}/reset", body: `{}`}},

		"sessionList":       {{path: "/sessions?account={accountB2}"}},
		"sessionRevoke":     {{path: "/sessions/{sessionB2}"}},
		"sessionBegin":      none,
		"sessionGet":        none,
		"sessionEnd":        none,
		"sessionPassword":   none,
		"sessionLanguage":   none,
		"loginOIDC":         none,
		"loginOIDCCallback": none,

		"auditList":            {{path: "/audit?limit=200", hides: "county-b-head"}},
		"auditVerify":          none, // counts and sums only
		"configPublic":         none,
		"events":               none, // TestTheLiveStream
		"systemCalendar":       none,
		"systemHealth":         {{path: "/system/health"}}, // of the whole installation: a county's administrator has no part in it
		"noticeList":           none,                       // one's own only
		"noticeRead":           none,                       // an id of another's changes nothing
		"noticeSettings":       none,
		"noticeSettingsSet":    none,
		"webhookList":          {{path: "/system/webhooks"}},
		"webhookAdd":           {{path: "/system/webhooks", body: `{"name":"测试","url":"ftp://x"}`}},
		"webhookEnable":        {{path: "/system/webhooks/{hookB}", body: `{"enabled":true}`}},
		"systemJobs":           {{path: "/system/jobs"}},
		"systemJobRetry":       {{path: "/system/jobs/1/retry", body: `{}`}},
		"systemSchedules":      {{path: "/system/schedules"}},
		"systemScheduleSwitch": {{path: "/system/schedules/system.day", body: `{"enabled":true}`}},
		"systemStandards":      none,
	}
	for id, path := range map[string]string{
		"airDays": "/air/days", "airMonths": "/air/months", "airTargets": "/air/targets", "airRanking": "/air/ranking",
		"dataLate": "/data/late", "dataRejects": "/data/rejects", "dataRevisions": "/data/revisions", "dataStreams": "/data/streams", "siteList": "/sites",
	} {
		table[id] = []sample{{path: path + "?region={B}"}}
	}
	table["dataObservations"] = []sample{{path: "/data/observations?site={siteB}&factor=pm25&from=2026-08-27T00:00:00%2B08:00&to=2026-08-28T08:00:00%2B08:00"}}
	table["dataRejects"] = append(table["dataRejects"], sample{path: "/data/rejects?stream=test", hides: "{siteB}"}, sample{path: "/data/rejects", hides: "{siteB}"})
	table["siteList"] = append(table["siteList"], sample{path: "/sites", hides: `"{siteB}"`})
	table["importRejects"] = []sample{{path: "/imports/{importB}/rejects"}}
	for _, id := range []string{"airDays", "airMonths", "airNow", "airDay", "airRanking", "airTargets"} {
		exported(table, id, id+"Export")
	}
	for _, id := range []string{"dataLate", "dataObservations", "dataRejects", "dataRevisions", "dataStreams", "siteList", "importRejects"} {
		exported(table, id, id)
	}
	table["siteGet"] = []sample{{path: "/sites/{siteB}"}}
	table["siteChange"] = []sample{{path: "/sites/{siteB}", body: `{"counted":false}`, match: version}}
	for _, id := range []string{"systemJobs", "orgUnitList", "orgPostList", "sessionList", "importList"} {
		exported(table, id, id)
	}
	for _, id := range []string{"orgRoleList", "systemStandards", "systemCalendar"} { // the same for everybody
		table[id+"CSV"], table[id+"XLSX"] = none, none
	}
	exported(table, "auditList", "auditExport")
	exported(table, "orgAccountList", "orgAccountExport")
	delete(table, "importRejects")
	airSetupSamples(table)
	evidenceSamples(table)
	matterSamples(table)
	gridSamples(table)
	return table
}

// exported derives the rows of a table's exports from those of the table.
func exported(table map[string][]sample, id, export string) {
	for _, kind := range []string{"CSV", "XLSX"} {
		list := []sample{}
		for _, x := range table[id] {
			path, query, _ := strings.Cut(x.path, "?")
			x.path = path + "." + strings.ToLower(kind) + "?" + strings.TrimPrefix(query, "limit=200")
			x.hides = strings.Trim(x.hides, `":`)
			list = append(list, x)
		}
		table[export+kind] = list
	}
}

// belongings makes what county B owns, and gives the names under which samples ask for it.
func belongings(t *testing.T, app *apptest.App) *strings.Replacer {
	t.Helper()
	app.Measure(t)
	ctx, people := apptest.System(t), app.Server.Rooms().Org
	account, other := app.Account(t, apptest.AdminB), app.Account(t, apptest.ReaderB)
	post, err := people.Post(ctx, account.Posts[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	app.Login(t, apptest.ReaderB)
	sessions, err := people.Sessions(ctx, other.ID)
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%v %v", sessions, err)
	}
	text := func(id int64) string { return fmt.Sprint(id) }
	key, site := keysOf(t, app, string(apptest.CountyB), apptest.StationB)
	return strings.NewReplacer(append(append(evidenceOf(t, app, post.Unit), gridOf(t, app)...),
		"{A}", string(apptest.CountyA), "{B}", string(apptest.CountyB), "{siteB}", apptest.StationB,
		"{unitB}", text(post.Unit), "{postB}", text(post.ID), "{holderB}", text(post.Holders[0].ID),
		"{accountB}", text(account.ID), "{accountB2}", text(other.ID), "{sessionB2}", sessions[0].ID,
		"{importB}", uploaded(t, app), "{keyB}", url.QueryEscape(key), "{keySiteB}", url.QueryEscape(site))...)
}

// keysOf are the keys of a county's and a station's figures, as the city sees them.
func keysOf(t *testing.T, app *apptest.App, region, station string) (own, site string) {
	t.Helper()
	_, text := send(t, app.Login(t, apptest.Office), "GET", app.URL+rest.Prefix+"/air/now?region="+region, "")
	type hour struct {
		Values map[string]struct{ Key string }
	}
	var now struct {
		City     hour
		Stations []struct {
			Site struct{ Code string }
			Hour hour
		}
	}
	if err := json.Unmarshal([]byte(text), &now); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, s := range now.Stations {
		if s.Site.Code == station {
			site = s.Hour.Values["pm25"].Key
		}
	}
	own = now.City.Values["pm25"].Key
	if own == "" || site == "" {
		t.Fatalf("no keys in %s", text)
	}
	return own, site
}

// uploaded is the id of an import that an administrator of county B ran.
func uploaded(t *testing.T, app *apptest.App) string {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("file", "of-county-b.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(part, "code,time,pm25,pm10\n%s,2026-08-20 06:00,41,60\n", apptest.StationB)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	client := app.Login(t, apptest.AdminB)
	res, err := client.Post(app.URL+rest.Prefix+"/imports?dryRun=false", w.FormDataContentType(), &form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var begun struct{ ID, Detail string }
	if err := json.NewDecoder(res.Body).Decode(&begun); err != nil || res.StatusCode != http.StatusAccepted {
		t.Fatalf("%s %+v %v", res.Status, begun, err)
	}
	machine := clock.System()
	for until := machine.Now().Add(20 * time.Second); ; {
		_, text := send(t, client, "GET", app.URL+rest.Prefix+"/imports/"+begun.ID, "")
		switch {
		case strings.Contains(text, `"status":"done"`):
			return begun.ID
		case strings.Contains(text, `"status":"failed"`), machine.Now().After(until):
			t.Fatalf("the import did not end well: %s", text)
		}
		if err := machine.Sleep(t.Context(), 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}
