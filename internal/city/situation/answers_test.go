package situation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// pages are the calls whose answers are kept, and the same question asked of the service.
func (r *rig) pages(ctx context.Context, code region.Code, asOf time.Time) map[string]func() (any, error) {
	return map[string]func() (any, error){
		"/air/now?sites=C1,N1":              func() (any, error) { return r.air.Now(ctx, code, asOf, []string{"C1", "N1"}) },
		"/air/now":                          func() (any, error) { return r.air.Now(ctx, code, asOf, []string{}) },
		"/air/yesterday":                    func() (any, error) { return r.air.Day(ctx, code, "", asOf) },
		"/air/yesterday?date=2026-02-20":    func() (any, error) { return r.air.Day(ctx, code, "2026-02-20", asOf) },
		"/air/days?to=2026-08-20":           func() (any, error) { return r.air.Days(ctx, code, "", "2026-08-20", asOf) },
		"/air/days?from=2026-08-25":         func() (any, error) { return r.air.Days(ctx, code, "2026-08-25", "", asOf) },
		"/air/days?from=2026-08-25&to=2026": func() (any, error) { return r.air.Days(ctx, code, "2026-08-25", "2026", asOf) },
		"/air/months":                       func() (any, error) { return r.air.Months(ctx, code, 0, "observed", asOf) },
		"/air/months?dust=assessed":         func() (any, error) { return r.air.Months(ctx, code, 0, "assessed", asOf) },
		"/air/months?year=2025":             func() (any, error) { return r.air.Months(ctx, code, 2025, "observed", asOf) },
		"/air/targets":                      func() (any, error) { return r.air.Targets(ctx, code, 0, "observed", asOf) },
		"/air/ranking?list=nation":          func() (any, error) { return r.air.Ranking(ctx, code, "nation", "ytd", "", "observed", asOf) },
		"/air/ranking?list=county":          func() (any, error) { return r.air.Ranking(ctx, code, "county", "ytd", "", "observed", asOf) },
		"/air/ranking?list=nowhere":         func() (any, error) { return r.air.Ranking(ctx, code, "nowhere", "ytd", "", "observed", asOf) },
		"/air/ranking?list=nation&period=month&date=2026-08-20": func() (any, error) {
			return r.air.Ranking(ctx, code, "nation", "month", "2026-08-20", "observed", asOf)
		},
	}
}

// Kept answers are those that are made anew, whoever asks, in whatever order, before and after
// the clock moves, a target is set, an hour is corrected and the past is looked at.
func TestKeptAnswersEqualNewOnes(t *testing.T) {
	both(t, func(r *rig) {
		t := r.t
		r.usual()
		mux := http.NewServeMux()
		r.air.Register(rest.New(mux, rest.Config{DB: r.db, Audit: func(context.Context, rest.Export) error { return nil }}))
		readers := map[string]context.Context{
			"city": r.as(city, access.AirRead), "county A": r.as(countyA, access.AirRead),
			"county B": r.as(countyB, access.AirRead), "town": r.as("410721101000", access.AirRead), "another right": r.as(city, access.DataRead),
			"another city": r.as(neighbor, access.AirRead), "all": access.With(t.Context(), access.Actor{Account: 8}.WithGrants(access.Grant{Kind: access.ScopeAll, Actions: []access.Action{access.AirRead}})),
		}
		check := func(when string, asOf time.Time) {
			t.Helper()
			for who, ctx := range readers {
				for _, code := range []region.Code{"", city, countyA, countyB} {
					for page, whole := range r.pages(ctx, code, asOf) {
						r.compare(mux, ctx, when+", "+who, address(page, code, asOf), whole)
					}
				}
			}
		}
		check("made", time.Time{})
		check("kept", time.Time{})
		r.clk.Set(morning.Add(90 * time.Minute))
		_, err := r.air.SetTarget(r.as(city, access.AirRead, access.TargetWrite), city, 2026, "pm25", "46", "市府办〔2026〕1号", 0)
		must(t, err)
		check("later, with a target", time.Time{})
		check("as of the morning", morning)
		v := int64(500_000)
		_, err = r.tel.Correct(r.system(), telemetry.Correction{Site: "C1", Factor: "PM25", Stat: "hour",
			Time: calendar.HourEnd(calendar.MustDay("2026-08-28"), 7), Value: &v, Reason: "仪器校准后复核"})
		must(t, err)
		before := r.body(mux, r.system(), "/air/now?region="+string(countyA))
		_, err = r.air.Refresh(r.system())
		must(t, err)
		after := r.body(mux, r.system(), "/air/now?region="+string(countyA))
		if after.Body.String() == before.Body.String() || after.Header().Get("ETag") == before.Header().Get("ETag") {
			t.Error("a correction did not change the answer")
		}
		check("corrected", time.Time{})
		check("as of the morning again", morning)
	})
}

func address(page string, code region.Code, asOf time.Time) string {
	sep := "?"
	if strings.Contains(page, "?") {
		sep = "&"
	}
	page += sep + "region=" + string(code)
	if !asOf.IsZero() {
		page += "&asOf=" + asOf.UTC().Format("2006-01-02T15:04:05Z")
	}
	return page
}

func (r *rig) body(mux http.Handler, ctx context.Context, page string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", rest.Prefix+page, nil))
	return w
}

func (r *rig) compare(mux http.Handler, ctx context.Context, who, page string, whole func() (any, error)) {
	r.t.Helper()
	got := r.body(mux, ctx, page)
	want, err := whole()
	if err != nil {
		if got.Code < 400 || got.Header().Get("ETag") != "" {
			r.t.Errorf("%s: GET %s is %d, the service refuses: %v", who, page, got.Code, err)
		}
		return
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	must(r.t, enc.Encode(want))
	if got.Code != 200 || got.Body.String() != text.String() {
		r.t.Errorf("%s: GET %s: %d\n%.300s\nwant\n%.300s", who, page, got.Code, got.Body, &text)
	}
}

// Many readers at once with one question get one answer, also while boards change.
func TestReadersShareAnAnswer(t *testing.T) {
	both(t, func(r *rig) {
		r.usual()
		mux := http.NewServeMux()
		r.air.Register(rest.New(mux, rest.Config{DB: r.db}))
		ctx := r.as(city, access.AirRead)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				for range 6 {
					if i == 0 {
						r.air.Forget()
					}
					if w := r.body(mux, ctx, "/air/ranking?list=nation"); w.Code != 200 {
						r.t.Errorf("%d %s", w.Code, w.Body)
					}
				}
			})
		}
		wg.Wait()
	})
}
