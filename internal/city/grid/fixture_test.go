package grid_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/grid"
	"qingshan/internal/city/org"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

const (
	county = region.Code("410727000000")
	other  = region.Code("410726000000")
	townA  = region.Code("410727101000")
	townB  = region.Code("410727102000")
)

// place is a county of two towns with three villages each, all squares of 0.01° in two rows:
// town A below, town B above, posts and people.
type place struct {
	*testing.T
	db     *store.DB
	clock  *clock.Manual
	people *org.Service
	svc    *grid.Service
	county grid.Cell
	towns  [2]grid.Cell
	cells  [6]grid.Cell
}

func both(t *testing.T, test func(p *place)) {
	for name, cfg := range map[string]func(t *testing.T) store.Config{
		"sqlite":   func(t *testing.T) store.Config { return store.Config{Path: filepath.Join(t.TempDir(), "q.db")} },
		"postgres": func(t *testing.T) store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) { test(newPlace(t, cfg(t))) })
	}
}

// square is a rectangle of cols × rows squares with its south-west corner at (x, y).
func square(x, y, cols, rows int) geo.Shape {
	var r geo.Ring
	at := func(x, y int) geo.Point {
		return geo.Point{Lng: 1_144_000_000 + int64(x)*100_000, Lat: 350_000_000 + int64(y)*100_000}
	}
	for i := range cols {
		r = append(r, at(x+i, y))
	}
	for i := range rows {
		r = append(r, at(x+cols, y+i))
	}
	for i := range cols {
		r = append(r, at(x+cols-i, y+rows))
	}
	for i := range rows {
		r = append(r, at(x, y+rows-i))
	}
	return geo.Shape{{r}}
}

func village(i int) region.Code {
	return region.Code(fmt.Sprintf("4107271%02d2%02d", 1+i/3, i%3))
}

func newPlace(t *testing.T, cfg store.Config) *place {
	t.Helper()
	p := &place{T: t, clock: clock.NewManual(morning.AddDate(0, -2, 0))}
	var err error
	if p.db, err = store.Open(t.Context(), cfg, p.clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if p.people, err = org.New(p.db, org.Config{Cost: org.PasswordCost{Memory: 8, Time: 1, Threads: 1}}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.people.Seed(p.system(), seed()); err != nil {
		t.Fatal(err)
	}
	rules, err := telemetry.BuiltinRules()
	if err != nil {
		t.Fatal(err)
	}
	if p.svc, err = grid.New(p.db, p.people, telemetry.New(p.db, rules), grid.Config{}); err != nil {
		t.Fatal(err)
	}
	p.draw()
	return p
}

func seed() org.Seed {
	s := org.Seed{
		Regions: []org.Region{{Code: "410700000000", Name: "新乡市"}, {Code: county, Name: "封丘县"}, {Code: other, Name: "延津县"}, {Code: townA, Name: "甲镇"}, {Code: townB, Name: "乙乡"}},
		Units: []org.SeedUnit{{Code: "fq", Name: "封丘县人民政府", Kind: "government", Region: county}, {Code: "yj", Name: "延津县人民政府", Kind: "government", Region: other},
			{Code: "a", Name: "甲镇人民政府", Kind: "government", Parent: "fq", Region: townA}, {Code: "b", Name: "乙乡人民政府", Kind: "government", Parent: "fq", Region: townB}},
		Posts:    []org.SeedPost{{Code: "fq", Unit: "fq", Name: "攻坚办主任", Role: "county", Scope: county}, {Code: "yj", Unit: "yj", Name: "攻坚办主任", Role: "county", Scope: other}},
		Accounts: []org.SeedAccount{{Name: "fengqiu", Person: "演示甲", Post: "fq", Password: "Weihe-3917-liu-mei"}, {Name: "yanjin", Person: "演示乙", Post: "yj", Password: "Weihe-3917-liu-mei"}},
	}
	for i := range 6 {
		r := village(i)
		unit := [2]string{"a", "b"}[i/3]
		s.Regions = append(s.Regions, org.Region{Code: r, Name: fmt.Sprintf("第%d村", i)})
		for _, role := range []string{"chief", "officer"} {
			code := fmt.Sprintf("%s%d", role, i)
			s.Posts = append(s.Posts, org.SeedPost{Code: code, Unit: unit, Name: fmt.Sprintf("第%d村%s", i, role), Role: "grid_" + role, Scope: r})
			s.Accounts = append(s.Accounts, org.SeedAccount{Name: code, Person: "演示" + code, Post: code, Password: "Weihe-3917-liu-mei"})
		}
	}
	return s
}

// draw makes the county's cells and fills their posts.
func (p *place) draw() {
	p.Helper()
	add := func(c grid.CellSpec) grid.Cell {
		p.Helper()
		out, err := p.svc.AddCell(p.system(), c)
		if err != nil {
			p.Fatal(err)
		}
		return out
	}
	p.county = add(grid.CellSpec{Code: "FQ", Name: "封丘县", Tier: 2, Region: county, Shape: square(0, 0, 3, 2)})
	for i, r := range []region.Code{townA, townB} {
		p.towns[i] = add(grid.CellSpec{Code: "T" + string(r), Name: [2]string{"甲镇", "乙乡"}[i], Tier: 3, Region: r, Shape: square(0, i, 3, 1)})
	}
	for i := range p.cells {
		p.cells[i] = add(grid.CellSpec{Code: fmt.Sprintf("V%d", i), Name: fmt.Sprintf("第%d村", i), Tier: 4, Region: village(i), Shape: square(i%3, i/3, 1, 1)})
		for _, role := range []string{"chief", "officer"} {
			if err := p.svc.Appoint(p.system(), p.cells[i].ID, role, p.post(fmt.Sprintf("%s%d", role, i)).ID); err != nil {
				p.Fatal(err)
			}
		}
	}
}

func (p *place) system() context.Context { return access.With(p.Context(), access.System("test")) }

// as is the context of a session of a seeded account.
func (p *place) as(name string) context.Context {
	p.Helper()
	token, err := p.people.Login(p.Context(), name, "Weihe-3917-liu-mei", org.Visitor{Address: "10.0.0.1", Device: "test"})
	if err != nil {
		p.Fatal(err)
	}
	a, err := p.people.Authenticate(p.Context(), token)
	if err != nil {
		p.Fatal(err)
	}
	return access.With(p.Context(), a)
}

func (p *place) post(code string) org.Post {
	p.Helper()
	list, err := p.people.Posts(p.system(), 0)
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

// source registers a source in a village at hundredths of its square.
func (p *place) source(code, class string, i, dx, dy int) grid.Source {
	p.Helper()
	x, err := p.svc.PutSource(p.system(), grid.Source{Code: code, Name: "源" + code, Kind: "enterprise", Class: class, Region: village(i),
		At: geo.Point{Lng: 1_144_000_000 + int64(i%3)*100_000 + int64(dx)*1000, Lat: 350_000_000 + int64(i/3)*100_000 + int64(dy)*1000}})
	if err != nil {
		p.Fatal(err)
	}
	return x
}

// coverage is that of the county as its own account sees it.
func (p *place) coverage() (grid.Coverage, map[grid.FaultKind][]grid.Fault) {
	p.Helper()
	c, err := p.svc.Coverage(p.as("fengqiu"), county)
	if err != nil {
		p.Fatal(err)
	}
	by := map[grid.FaultKind][]grid.Fault{}
	for _, f := range c.Faults {
		by[f.Kind] = append(by[f.Kind], f)
	}
	return c, by
}

// want checks the code of an error; "" is success.
func (p *place) want(what string, err error, code string) {
	p.Helper()
	got := ""
	var f *fault.Error
	if errors.As(err, &f) {
		got = f.Code
	} else if err != nil {
		got = err.Error()
	}
	if got != code {
		p.Errorf("%s: got %q (%v), want %q", what, got, err, code)
	}
}
