package telemetry_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// call sends a request as somebody and returns status and body.
func (r room) call(ctx context.Context, method, path, body string) (int, string) {
	r.Helper()
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{DB: r.db, Audit: func(context.Context, rest.Export) error { return nil }})
	telemetry.Register(a, r.svc, func(_ context.Context, codes []region.Code) map[region.Code]string {
		out := map[region.Code]string{}
		for _, c := range codes {
			out[c] = "区" + c.Short()
		}
		return out
	})
	req := httptest.NewRequestWithContext(ctx, method, rest.Prefix+path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, req)
	b, err := io.ReadAll(rec.Body)
	if err != nil {
		r.Fatal(err)
	}
	return rec.Code, string(b)
}

// get reads JSON of status 200.
func (r room) get(ctx context.Context, path string) map[string]any {
	r.Helper()
	status, body := r.call(ctx, "GET", path, "")
	var out map[string]any
	if err := json.Unmarshal([]byte(body), &out); status != 200 || err != nil {
		r.Fatalf("GET %s: %d %v %s", path, status, err, body)
	}
	return out
}

func items(v map[string]any) (out []map[string]any) {
	for _, i := range v["items"].([]any) {
		out = append(out, i.(map[string]any))
	}
	return out
}

func TestDataOperations(t *testing.T) {
	both(t, func(r room) {
		r.clk.Set(morning.Add(2 * time.Hour))
		r.ingest(feed(pm("N1", "2026-08-28T08:00", 30, 31, -1), pm("N3", "2026-08-28T08:00", 33)))
		s := items(r.get(r.ctx, "/data/streams?region=410700000000"))
		if len(s) != 1 || s[0]["id"] != "cnemc" || s[0]["received"] != 4.0 || s[0]["rejected"] != 1.0 || s[0]["lastAt"] != "2026-08-28T08:00:00+08:00" || s[0]["lateShare"] != "100.0" {
			r.Errorf("%v", s)
		}
		page := r.get(r.ctx, "/data/late?limit=2")
		if l := items(page); page["total"] != 3.0 || len(l) != 2 || l[0]["delayMinutes"] != 120.0 || l[0]["factor"] != "pm25" {
			r.Errorf("%v", page)
		}
		if l := items(r.get(r.ctx, "/data/late?limit=2&cursor="+page["next"].(string))); len(l) != 1 || l[0]["time"] != "2026-08-28T06:00:00+08:00" {
			r.Errorf("%v", l)
		}
		if x := items(r.get(r.ctx, "/data/rejects")); len(x) != 1 || x[0]["code"] != "negative" || x[0]["site"] != "N1" {
			r.Errorf("%v", x)
		}
		if x := items(r.get(r.ctx, "/sites?kind=county")); len(x) != 1 || x[0]["id"] != "C1" || x[0]["region"].(map[string]any)["name"] != "区410724" {
			r.Errorf("%v", x)
		}
		for _, path := range []string{"/data/streams", "/data/late", "/data/revisions", "/data/rejects", "/sites"} {
			for _, ending := range []string{".csv", ".xlsx"} {
				if status, body := r.call(r.ctx, "GET", path+ending, ""); status != 200 || len(body) < 20 {
					r.Errorf("%s%s: %d %s", path, ending, status, body)
				}
			}
		}
		if status, body := r.call(r.ctx, "GET", "/data/observations.csv?site=N1&factor=pm25&from=2026-08-28T00:00&to=2026-08-28T08:00", ""); status != 200 || !strings.Contains(body, "N1,pm25,2026-08-28T07:00:00+08:00,31,0,,") {
			r.Errorf("%d %s", status, body)
		}
	})
}

func TestCorrectionOperation(t *testing.T) {
	both(t, func(r room) {
		r.ingest(feed(pm("N1", "2026-08-28T07:00", 120)))
		li := r.as("410702", access.Correct, access.DataRead)
		const head = `{"site":"N1","factor":"PM2.5","time":"2026-08-28T07:00:00+08:00","reason":"校准期间","value":`
		status, body := r.call(li, "POST", "/data/corrections", head+`"35.5"}`)
		var out struct {
			ID       string
			Old, New struct{ Value, Flag string }
			Affected []string
		}
		if err := json.Unmarshal([]byte(body), &out); status != 200 || err != nil || out.Old.Value != "120" || out.New.Value != "35.5" || out.New.Flag != "corrected" || len(out.Affected) != 5 {
			r.Errorf("%d %s", status, body)
		}
		if status, body = r.call(li, "POST", "/data/corrections", head+`null}`); status != 200 || !strings.Contains(body, `"value":""`) {
			r.Errorf("invalidate: %d %s", status, body)
		}
		x := items(r.get(li, "/data/revisions"))
		if len(x) != 1 || len(x[0]["revisions"].([]any)) != 3 || x[0]["unit"] != "µg/m³" {
			r.Errorf("%v", x)
		}
		if o := items(r.get(li, "/data/observations?site=N1&factor=pm25&from=2026-08-28T07:00&to=2026-08-28T07:00")); len(o) != 1 || o[0]["revision"] != 2.0 || o[0]["value"] != "" {
			r.Errorf("%v", o)
		}
		for bad, want := range map[string]int{head + `"-3"}`: 422, head + `"abc"}`: 422, head + `"1.2345"}`: 422, head + `"99999999999999999"}`: 422,
			strings.Replace(head, "N1", "N2", 1) + `"1"}`: 404, strings.Replace(head, "PM2.5", "XY", 1) + `"1"}`: 422} {
			if status, body := r.call(li, "POST", "/data/corrections", bad); status != want {
				r.Errorf("%s: %d %s, want %d", bad, status, body, want)
			}
		}
		for _, path := range []string{"/data/observations?site=N2&factor=pm25&from=2026-08-28T07:00&to=2026-08-28T07:00", "/data/streams?region=410703000000",
			"/data/revisions?region=41070", "/data/late.csv?region=410703000000", "/data/rejects?region=410703000000"} {
			if status, body := r.call(li, "GET", path, ""); status != 404 {
				r.Errorf("%s: %d %s", path, status, body)
			}
		}
		if status, body := r.call(r.as("410702", access.AirRead), "GET", "/data/streams", ""); status != 403 {
			r.Errorf("without the right: %d %s", status, body)
		}
	})
}
