package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
)

func ptr[T any](v T) *T { return &v }

// edit patches a site with a version and gives status, ETag and body.
func (r room) edit(match, body string, actions ...access.Action) (int, string, string) {
	r.Helper()
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{DB: r.db})
	telemetry.Register(a, r.svc, nil)
	req := httptest.NewRequestWithContext(r.as("4107", actions...), "PATCH", rest.Prefix+"/sites/N2", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if match != "" {
		req.Header.Set("If-Match", match)
	}
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, req)
	return rec.Code, rec.Header().Get("ETag"), rec.Body.String()
}

func TestASiteIsEdited(t *testing.T) {
	both(t, func(r room) {
		before, err := r.svc.RegisterStamp(r.ctx)
		if err != nil {
			r.Fatal(err)
		}
		rights := []access.Action{access.AirRead, access.SiteWrite}
		if status, _, body := r.edit("", `{"kind":"county"}`, rights...); status != http.StatusPreconditionRequired {
			r.Errorf("without a version: %d %s", status, body)
		}
		if status, _, body := r.edit(`"v1"`, `{"kind":"county"}`, access.AirRead); status != http.StatusForbidden {
			r.Errorf("without the right: %d %s", status, body)
		}
		if status, _, body := r.edit(`"v1"`, `{"validTo":"2026/8/1"}`, rights...); status != 422 || !strings.Contains(body, "2026-08-28 这样的日期") {
			r.Errorf("a bad day: %d %s", status, body)
		}
		status, tag, body := r.edit(`"v1"`, `{"name":"新西院","kind":"county","region":"410711","counted":false,"validFrom":"2019-01-01","validTo":"2026-06-30"}`, rights...)
		if status != 200 || tag != `"v2"` || !strings.Contains(body, `"validTo":"2026-06-30"`) {
			r.Fatalf("%d %s %s", status, tag, body)
		}
		s, err := r.svc.Site(r.ctx, "N2")
		if err != nil || s.Name != "新西院" || s.Kind != telemetry.County || s.Region != code("410711") || s.Counted ||
			!slices.Equal(s.Aliases, []string{"市环保局西院", "环保西院"}) {
			r.Errorf("%+v %v", s, err)
		}
		if status, _, body := r.edit(`"v1"`, `{"counted":true}`, rights...); status != http.StatusPreconditionFailed {
			r.Errorf("an old version: %d %s", status, body)
		}
		after, err := r.svc.RegisterStamp(r.ctx)
		if err != nil || after == before {
			r.Errorf("the stamp stays %+v %v", after, err)
		}
		var list []audit.Record
		err = r.db.View(r.ctx, func(tx *store.Tx) error {
			list, _, err = audit.List(r.ctx, tx, audit.Filter{Action: "site.change"})
			return err
		})
		if err != nil || len(list) != 1 || list[0].Object != "site/N2" || list[0].Region != code("410711") || list[0].Summary != "修改监测点位 新西院" {
			r.Errorf("audit %+v %v", list, err)
		}
	})
}

func TestEditsOfASiteThatAreRefused(t *testing.T) {
	both(t, func(r room) {
		change := func(who string, site string, c telemetry.SiteChange) error {
			_, err := r.svc.ChangeSite(r.as(who, access.SiteWrite), site, 1, c)
			return err
		}
		wantFault(r.T, "another county's", change("410702", "N2", telemetry.SiteChange{Counted: ptr(false)}), fault.NotFound, "not_found")
		wantFault(r.T, "into another county", change("410702", "N1", telemetry.SiteChange{Region: ptr(code("410711"))}), fault.NotFound, "not_found")
		wantFault(r.T, "a taken name", change("4107", "N1", telemetry.SiteChange{Name: ptr("环保　西院")}), fault.Conflict, "site_twice")
		wantFault(r.T, "a city", change("4107", "N1", telemetry.SiteChange{Kind: ptr(telemetry.City)}), fault.Invalid, "site")
		wantFault(r.T, "a place in the sea", change("4107", "N1", telemetry.SiteChange{Lon: ptr(10.0)}), fault.Invalid, "site")
		s, err := r.svc.ChangeSite(r.as("4107", access.SiteWrite), "N1", 1, telemetry.SiteChange{Counted: ptr(true)})
		if err != nil || s.Version != 1 {
			r.Errorf("nothing changed: %+v %v", s, err)
		}
	})
}
