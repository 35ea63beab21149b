package org_test

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// cheap makes a login take microseconds.
var cheap = org.PasswordCost{Memory: 8, Time: 1, Threads: 1}

const (
	city    = "410700000000"
	fengqiu = "410727000000" // the county of most tests
	yanjin  = "410726000000" // the other county
	town    = "410727101000"
	secret  = "Weihe-3917-liu-mei"
)

// place is a small city with two counties, a firm, and an account for each role.
type place struct {
	*testing.T
	db      *store.DB
	svc     *org.Service
	clock   *clock.Manual
	machine *clock.Manual
	cfg     org.Config
}

// both runs a test on each engine in a fresh place.
func both(t *testing.T, test func(p *place)) {
	for name, cfg := range map[string]func(t *testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Path: filepath.Join(t.TempDir(), "q.db")} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) { test(newPlace(t, cfg(t))) })
	}
}

func newPlace(t *testing.T, cfg store.Config) *place {
	t.Helper()
	p := &place{T: t, clock: clock.NewManual(morning), machine: clock.NewManual(morning)}
	var err error
	if p.db, err = store.Open(t.Context(), cfg, p.clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.db.Close(); err != nil {
			t.Error(err)
		}
	})
	p.cfg = org.Config{Cost: cheap, Machine: p.machine, PlainCookie: true, Address: func(r *http.Request) string { return r.Header.Get("X-Test-Address") }}
	p.open()
	if _, err := p.svc.Seed(p.system(), seed()); err != nil {
		t.Fatal(err)
	}
	return p
}

// open makes the service anew, as a restart or another replica does.
func (p *place) open() {
	p.Helper()
	var err error
	if p.svc, err = org.New(p.db, p.cfg); err != nil {
		p.Fatal(err)
	}
}

func seed() org.Seed {
	s := org.Seed{
		Regions: []org.Region{ // out of order on purpose
			{Code: town, Name: "城关乡"}, {Code: fengqiu, Name: "封丘县"}, {Code: city, Name: "新乡市"}, {Code: yanjin, Name: "延津县"},
		},
		Units: []org.SeedUnit{
			{Code: "shifu", Name: "市人民政府", Kind: "government", Region: city},
			{Code: "gongjian", Name: "市攻坚办", Kind: "campaign", Parent: "shifu", Region: city},
			{Code: "fq", Name: "封丘县人民政府", Kind: "government", Parent: "shifu", Region: fengqiu},
			{Code: "yj", Name: "延津县人民政府", Kind: "government", Parent: "shifu", Region: yanjin},
			{Code: "firm", Name: "封丘化工", Kind: "enterprise", Region: fengqiu},
			{Code: "firm2", Name: "封丘纺织", Kind: "enterprise", Region: fengqiu},
		},
	}
	for _, x := range []struct{ name, unit, role, scope string }{
		{"root", "gongjian", "administrator", city}, {"office", "gongjian", "campaign_office", city},
		{"auditor", "gongjian", "auditor", ""}, {"fqadmin", "fq", "administrator", fengqiu},
		{"fqcounty", "fq", "county", fengqiu}, {"yjadmin", "yj", "administrator", yanjin},
		{"yjcounty", "yj", "county", yanjin}, {"firm", "firm", "enterprise", ""},
	} {
		s.Posts = append(s.Posts, org.SeedPost{Code: x.name, Unit: x.unit, Name: x.name + "岗", Role: x.role, Scope: regionCode(x.scope)})
		s.Accounts = append(s.Accounts, org.SeedAccount{Name: x.name, Person: "演示" + x.name, Post: x.name, Password: secret})
	}
	return s
}

func (p *place) system() context.Context { return access.With(p.Context(), access.System("test")) }

// login begins a session.
func (p *place) login(name, password string) string {
	p.Helper()
	token, err := p.svc.Login(p.Context(), name, password, org.Visitor{Address: "10.0.0.1", Device: "test"})
	if err != nil {
		p.Fatalf("login of %s: %v", name, err)
	}
	return token
}

// as is the context of a session of a seeded account; "" is nobody.
func (p *place) as(name string) context.Context {
	p.Helper()
	if name == "" {
		return p.Context()
	}
	return p.with(p.login(name, secret))
}

func (p *place) with(token string) context.Context {
	p.Helper()
	a, err := p.svc.Authenticate(p.Context(), token)
	if err != nil {
		p.Fatal(err)
	}
	return access.With(p.Context(), a)
}

func (p *place) unit(name string) org.Unit {
	p.Helper()
	list, err := p.svc.Units(p.system(), "")
	if err != nil {
		p.Fatal(err)
	}
	for _, u := range list {
		if u.Name == name || u.Code == name {
			return u
		}
	}
	p.Fatalf("no unit %s", name)
	return org.Unit{}
}

func (p *place) post(code string) org.Post {
	p.Helper()
	list, err := p.svc.Posts(p.system(), 0)
	if err != nil {
		p.Fatal(err)
	}
	for _, x := range list {
		if x.Code == code {
			return x
		}
	}
	p.Fatalf("no post %s", code)
	return org.Post{}
}

func (p *place) account(name string) org.Account {
	p.Helper()
	a, err := p.svc.AccountByName(p.system(), name)
	if err != nil {
		p.Fatal(err)
	}
	return a
}

// entries lists the actions in the audit chain, oldest first, and checks the chain.
func (p *place) entries() []audit.Record {
	p.Helper()
	rep, err := audit.Verify(p.Context(), p.db)
	if err != nil || !rep.OK {
		p.Fatalf("audit chain: %v %s", err, rep.Reason)
	}
	var out []audit.Record
	err = p.db.View(p.Context(), func(tx *store.Tx) (err error) {
		out, _, err = audit.List(p.Context(), tx, audit.Filter{Limit: 1000})
		return err
	})
	if err != nil {
		p.Fatal(err)
	}
	return out
}

// want checks the code of an error; "" is success.
func (p *place) want(what string, err error, code string) {
	p.Helper()
	if got := codeOf(err); got != code {
		p.Errorf("%s: got %q (%v), want %q", what, got, err, code)
	}
}

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	f, ok := err.(*fault.Error)
	if !ok {
		return "no fault: " + err.Error()
	}
	return f.Code
}
