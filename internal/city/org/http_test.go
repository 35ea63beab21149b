package org_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"testing"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"

	"context"
)

// site is the room behind HTTP.
type site struct {
	*place
	url string
}

func (p *place) serve() *site {
	mux := http.NewServeMux()
	api := rest.New(mux, rest.Config{DB: p.db, Audit: func(ctx context.Context, e rest.Export) error {
		return p.db.Update(ctx, func(tx *store.Tx) error {
			return audit.Log(ctx, tx, audit.Entry{Action: "export", Object: e.Operation})
		})
	}})
	p.cfg.Fail = api.WriteError
	p.open()
	p.svc.Register(api)
	rest.Register(api, rest.Spec{Method: "GET", Path: "/config/public", ID: "c", Summary: "x"},
		func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "page") })
	srv := httptest.NewServer(p.svc.Identify(mux))
	p.Cleanup(srv.Close)
	return &site{p, srv.URL}
}

// browser is a client with its own cookies.
type browser struct {
	*site
	http *http.Client
}

func (s *site) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{s, &http.Client{Jar: jar}}
}

func (s *site) in(name, password string) *browser {
	s.Helper()
	b := s.browser()
	b.call("POST", "/session", map[string]string{"name": name, "password": password}, 200, nil)
	return b
}

// call sends a request, checks the status and reads the answer into into, or the code of a
// problem.
func (b *browser) call(method, path string, body any, status int, into any, header ...string) (code string, h http.Header) {
	b.Helper()
	var r io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			b.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+"/api/v1"+path, r)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Test-Address", "10.9.8.7")
	req.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0 Safari/537.36")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	if res.StatusCode != status {
		b.Errorf("%s %s: status %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	if res.StatusCode >= 400 {
		var p rest.Problem
		if err := json.Unmarshal(text, &p); err != nil || p.Detail == "" {
			b.Errorf("%s %s: no problem: %s", method, path, text)
		}
		return p.Code, res.Header
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			b.Errorf("%s %s: %v: %s", method, path, err, text)
		}
	}
	return "", res.Header
}

func TestSessionOverHTTP(t *testing.T) {
	both(t, func(p *place) {
		p.cfg.Demo, p.cfg.Speed = true, func() float64 { return 60 }
		s := p.serve()
		b := s.browser()
		b.call("GET", "/session", nil, 401, nil)
		code, h := b.call("POST", "/session", map[string]string{"name": "fqcounty", "password": "x"}, 401, nil)
		if code != "login_failed" || h.Get("Set-Cookie") != "" {
			p.Errorf("%s %s", code, h.Get("Set-Cookie"))
		}
		var v org.SessionView
		_, h = b.call("POST", "/session", map[string]string{"name": "fqcounty", "password": secret}, 200, &v)
		for _, part := range []string{"qingshan_session=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"} {
			if !strings.Contains(h.Get("Set-Cookie"), part) {
				p.Errorf("cookie %q lacks %s", h.Get("Set-Cookie"), part)
			}
		}
		want := org.SessionView{Posts: []org.HeldPost{{ID: idOf(p.post("fqcounty").ID), Name: "fqcounty岗", Unit: org.Named{ID: idOf(p.unit("fq").ID), Name: "封丘县人民政府"},
			Role: "county", Scope: org.Place{Code: fengqiu, Name: "封丘县"}}}, Permissions: []access.Action{"air.read", "data.read", "grid.read", "grid.write", "matter.act", "matter.approve",
			"matter.assign", "matter.manage", "matter.read", "matter.report", "org.read", "system.read"},
			Scope: org.Place{Code: fengqiu, Name: "封丘县"}, Demo: true, Clock: "2026-08-28T08:00:00+08:00", ClockSpeed: 60}
		want.Account = v.Account
		same(t, v, want)
		if v.Account.Name != "fqcounty" || v.Account.DisplayName != "演示fqcounty" || v.Account.Language != "zh" {
			p.Errorf("%+v", v.Account)
		}
		b.call("PUT", "/session/language", map[string]string{"language": "en"}, 204, nil)
		b.call("PUT", "/session/language", map[string]string{"language": "fr"}, 422, nil)
		b.call("GET", "/session", nil, 200, &v)
		if v.Account.Language != "en" {
			p.Errorf("language %s", v.Account.Language)
		}
		other := s.in("fqcounty", secret)
		var rows []org.SessionRow
		b.call("GET", "/sessions", nil, 200, &rows)
		if len(rows) != 2 || rows[0].Address != "10.9.8.7" || rows[0].Device != "Chrome · Windows" || rows[0].Current == rows[1].Current {
			p.Errorf("%+v", rows)
		}
		for _, r := range rows {
			if !r.Current {
				b.call("DELETE", "/sessions/"+r.ID, nil, 204, nil)
				b.call("DELETE", "/sessions/"+r.ID, nil, 404, nil)
			}
		}
		other.call("GET", "/session", nil, 401, nil)
		b.call("GET", "/sessions?account="+idOf(p.account("root").ID), nil, 403, nil)
		b.call("DELETE", "/session", nil, 204, nil)
		b.call("GET", "/session", nil, 401, nil)
		b.call("DELETE", "/session", nil, 204, nil)
	})
}

// TestRolesWithoutARegionHaveAScope: the interface needs a place to begin.
func TestRolesWithoutARegionHaveAScope(t *testing.T) {
	both(t, func(p *place) {
		s := p.serve()
		for name, want := range map[string]org.Place{"auditor": {Code: city, Name: "新乡市"}, "firm": {Code: fengqiu, Name: "封丘县"}, "root": {Code: city, Name: "新乡市"}} {
			var v org.SessionView
			s.in(name, secret).call("GET", "/session", nil, 200, &v)
			if v.Scope != want || v.Posts[0].Scope != want {
				p.Errorf("%s: %+v", name, v)
			}
		}
		var page rest.Page[org.RegionRow]
		for name, want := range map[string]string{"auditor": city, "firm": fengqiu, "root": city, "fqcounty": fengqiu} {
			s.in(name, secret).call("GET", "/org/regions", nil, 200, &page)
			if len(page.Items) != 1 || page.Items[0].Code != want {
				p.Errorf("%s begins at %+v", name, page.Items)
			}
		}
		s.in("root", secret).call("GET", "/org/regions?parent="+city, nil, 200, &page)
		want := org.RegionRow{Code: fengqiu, Name: "封丘县", Level: "county", Parent: city, Children: 1}
		if len(page.Items) != 2 || page.Items[1] != want {
			p.Errorf("%+v", page.Items)
		}
		s.in("root", secret).call("GET", "/org/regions?parent=4107x", nil, 404, nil)
	})
}

func TestFirstPasswordOverHTTP(t *testing.T) {
	both(t, func(p *place) {
		s := p.serve()
		root := s.in("root", secret)
		var made org.IssuedPassword
		_, h := root.call("POST", "/org/accounts", map[string]string{"name": "lisi", "displayName": "李四", "postId": idOf(p.post("fqadmin").ID)}, 201, &made, "Idempotency-Key", "once-only-1")
		if h.Get("Cache-Control") != "" && !strings.Contains(h.Get("Cache-Control"), "no-store") {
			p.Errorf("an initial password may be cached: %s", h.Get("Cache-Control"))
		}
		code, _ := root.call("POST", "/org/accounts", map[string]string{"name": "lisi", "displayName": "李四", "postId": idOf(p.post("fqadmin").ID)}, 409, nil, "Idempotency-Key", "once-only-1")
		if code != "already_done" {
			p.Errorf("a repeat: %s", code)
		}
		b := s.in("lisi", made.InitialPassword)
		var v org.SessionView
		b.call("GET", "/session", nil, 200, &v)
		if !v.MustChangePassword {
			p.Error("no change is asked for")
		}
		for _, path := range []string{"/org/units", "/org/accounts", "/sessions", "/audit", "/audit.csv", "/org/roles", "/nothing"} {
			if code, _ := b.call("GET", path, nil, 403, nil); code != "password_change_required" {
				p.Errorf("%s: %s", path, code)
			}
		}
		b.call("PUT", "/session/language", map[string]string{"language": "zh"}, 204, nil)
		b.call("GET", "/config/public", nil, 204, nil)
		res, err := b.http.Get(b.url + "/air")
		if err != nil || res.StatusCode != 200 {
			p.Errorf("the page itself: %v %v", res, err)
		}
		_ = res.Body.Close()
		next := "咬定青山不放松-lisi1"
		if code, _ := b.call("POST", "/session/password", map[string]string{"old": made.InitialPassword, "new": next}, 422, nil); code != "password_rule" {
			p.Errorf("a password with the name: %s", code)
		}
		next = "咬定青山不放松立根原在破岩中"
		b.call("POST", "/session/password", map[string]string{"old": "x", "new": next}, 422, nil)
		b.call("POST", "/session/password", map[string]string{"old": made.InitialPassword, "new": next}, 204, nil)
		b.call("GET", "/org/accounts", nil, 200, nil)
	})
}

// TestCountiesDoNotSeeEachOther asks every operation with an id for another county's record.
func TestCountiesDoNotSeeEachOther(t *testing.T) {
	both(t, func(p *place) {
		s := p.serve()
		unit, post, acc := idOf(p.unit("fq").ID), p.post("fqcounty"), idOf(p.account("fqcounty").ID)
		pid, holder := idOf(post.ID), idOf(post.Holders[0].ID)
		b := s.in("yjadmin", secret)
		for _, c := range []struct {
			method, path string
			body         any
		}{
			{"GET", "/org/regions?parent=" + fengqiu, nil},
			{"GET", "/org/units?region=" + fengqiu, nil},
			{"GET", "/org/units/" + unit, nil},
			{"POST", "/org/units", map[string]string{"name": "x", "region": fengqiu}},
			{"PATCH", "/org/units/" + unit, map[string]string{"name": "x"}},
			{"GET", "/org/posts?unit=" + unit, nil},
			{"GET", "/org/posts/" + pid, nil},
			{"POST", "/org/posts", map[string]string{"name": "x", "unit": unit, "role": "county", "scope": yanjin}},
			{"PATCH", "/org/posts/" + pid, map[string]string{"name": "x"}},
			{"POST", "/org/posts/" + pid + "/holders", map[string]string{"personName": "x"}},
			{"PATCH", "/org/posts/" + pid + "/holders/" + holder, map[string]string{"to": "2026-09-01"}},
			{"GET", "/org/accounts/" + acc, nil},
			{"POST", "/org/accounts", map[string]string{"name": "spy", "displayName": "x", "postId": pid}},
			{"POST", "/org/accounts/" + acc + "/disable", nil},
			{"POST", "/org/accounts/" + acc + "/enable", nil},
			{"POST", "/org/accounts/" + acc + "/reset", nil},
			{"GET", "/sessions?account=" + acc, nil},
			{"GET", "/org/units/999999", nil},
			{"GET", "/org/units/x", nil},
			{"GET", "/org/accounts/-1", nil},
		} {
			if code, _ := b.call(c.method, c.path, c.body, 404, nil); code != "not_found" {
				p.Errorf("%s %s: %s", c.method, c.path, code)
			}
		}
		var accounts rest.Page[org.AccountRow]
		b.call("GET", "/org/accounts", nil, 200, &accounts)
		var names []string
		for _, a := range accounts.Items {
			names = append(names, a.Name)
		}
		same(t, names, []string{"yjadmin", "yjcounty"})
		var log rest.Page[org.AuditRow]
		b.call("GET", "/audit?limit=500", nil, 200, &log)
		for _, r := range log.Items {
			if r.Region != yanjin {
				p.Errorf("sees %+v", r)
			}
		}
		if len(log.Items) == 0 || log.Total != len(log.Items) {
			p.Errorf("%d entries, total %d", len(log.Items), log.Total)
		}
	})
}

func TestListsAndExports(t *testing.T) {
	both(t, func(p *place) {
		s := p.serve()
		b := s.in("root", secret)
		var names []string
		cursor := ""
		for {
			var page rest.Page[org.AccountRow]
			b.call("GET", "/org/accounts?limit=3&cursor="+cursor, nil, 200, &page)
			for _, a := range page.Items {
				names = append(names, a.Name)
			}
			if page.Total != 8 {
				p.Errorf("total %d", page.Total)
			}
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		same(t, names, []string{"auditor", "firm", "fqadmin", "fqcounty", "office", "root", "yjadmin", "yjcounty"})
		for q, want := range map[string]int{"fq": 2, "演示O": 1, "%25": 0, "_": 0, "!": 0, "": 8} {
			var page rest.Page[org.AccountRow]
			b.call("GET", "/org/accounts?q="+q, nil, 200, &page)
			if page.Total != want {
				p.Errorf("q=%s: %d, want %d", q, page.Total, want)
			}
		}
		for _, path := range []string{"/org/accounts.csv", "/audit.csv?action=session.*", "/audit.csv"} {
			res, err := b.http.Get(b.url + "/api/v1" + path)
			if err != nil {
				p.Fatal(err)
			}
			text, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if res.StatusCode != 200 || !bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) || bytes.Count(text, []byte("\n")) < 2 {
				p.Errorf("%s: %d %s", path, res.StatusCode, text)
			}
		}
		b.call("GET", "/audit?from=yesterday", nil, 422, nil)
		var page rest.Page[org.AuditRow]
		b.call("GET", "/audit?from=2026-08-28&to=2026-08-28&action=export", nil, 200, &page)
		if page.Total != 3 {
			p.Errorf("%d exports recorded", page.Total)
		}
		var rep org.AuditReport
		s.in("auditor", secret).call("POST", "/audit/verify", nil, 200, &rep)
		if !rep.OK || rep.BrokenAt != nil || len(rep.Roots) != 1 || rep.Roots[0].Date != "2026-08-28" {
			p.Errorf("%+v", rep)
		}
		err := p.db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE audit_entry SET summary = 'x' WHERE seq = 2")
			return err
		})
		if err != nil {
			p.Fatal(err)
		}
		b.call("POST", "/audit/verify", nil, 200, &rep)
		if rep.OK || rep.BrokenAt == nil || *rep.BrokenAt != 2 {
			p.Errorf("%+v", rep)
		}
	})
}

func TestDeadDatabaseIsNoLostLogin(t *testing.T) {
	both(t, func(p *place) {
		b := p.serve().in("root", secret)
		if err := p.db.Close(); err != nil {
			p.Fatal(err)
		}
		p.machine.Advance(p.cfg.Idle + 3e9) // past the cache
		res, err := b.http.Get(b.url + "/api/v1/session")
		if err != nil || res.StatusCode == 401 || res.StatusCode < 500 {
			p.Errorf("%v %v", res, err)
		}
		_ = res.Body.Close()
	})
}
