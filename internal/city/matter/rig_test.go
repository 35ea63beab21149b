package matter_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/region"
)

const (
	cityCode = region.Code("410700000000")
	countyA  = region.Code("410727000000")
	countyB  = region.Code("410726000000")
	townA    = region.Code("410727101000")
)

// password is everybody's.
const password = "Weihe-3917-liu-mei"

// town is a small city on one engine: two counties, a township, two firms.
type town struct {
	*testing.T
	db    *store.DB
	org   *org.Service
	svc   *matter.Service
	notes *notify.Service
	clock *clock.Manual
	actor map[string]access.Actor
	fault func(string) error
}

// both runs a test on each engine.
func both(t *testing.T, test func(c *town)) {
	t.Run("sqlite", func(t *testing.T) {
		test(newTown(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")}))
	})
	t.Run("postgres", func(t *testing.T) { test(newTown(t, store.Config{URL: pgtest.URL(t)})) })
}

func newTown(t *testing.T, cfg store.Config) *town {
	t.Helper()
	c := &town{T: t, clock: clock.NewManual(time.Date(2026, 8, 28, 9, 0, 0, 0, clock.Shanghai)), actor: map[string]access.Actor{}}
	var err error
	c.db, err = store.Open(t.Context(), cfg, c.clock)
	c.ok(err)
	t.Cleanup(func() { c.ok(c.db.Close()) })
	c.org, err = org.New(c.db, org.Config{Cost: org.PasswordCost{Memory: 8, Time: 1, Threads: 1}, Machine: c.clock, PlainCookie: true})
	c.ok(err)
	c.seed()
	kinds, err := kind.National()
	c.ok(err)
	c.notes = notify.New(c.db, notify.Config{Machine: c.clock})
	c.svc, err = matter.New(c.db, c.org, kinds, matter.Config{Exhibits: photos{}, Notices: c.notes,
		Fault: func(step string) error {
			if c.fault == nil {
				return nil
			}
			return c.fault(step)
		}})
	c.ok(err)
	return c
}

func (c *town) seed() {
	s := org.Seed{
		Regions: []org.Region{{Code: cityCode, Name: "新乡市"}, {Code: countyA, Name: "封丘县"}, {Code: countyB, Name: "延津县"}, {Code: townA, Name: "城关乡"}},
		Units: []org.SeedUnit{
			{Code: "city", Name: "市攻坚办", Kind: "campaign", Region: cityCode}, {Code: "a", Name: "封丘县攻坚办", Kind: "campaign", Region: countyA},
			{Code: "b", Name: "延津县攻坚办", Kind: "campaign", Region: countyB}, {Code: "town", Name: "城关乡人民政府", Kind: "government", Region: townA},
			{Code: "firm", Name: "封丘化工", Kind: "enterprise", Region: townA}, {Code: "firm2", Name: "封丘纺织", Kind: "enterprise", Region: townA},
		},
	}
	for _, x := range []struct {
		name, unit, role string
		scope            region.Code
	}{
		{"office", "city", "campaign_office", cityCode}, {"audit", "city", "auditor", ""}, {"county", "a", "county", countyA}, {"county2", "a", "county", countyA},
		{"other", "b", "county", countyB}, {"town", "town", "township", townA}, {"town2", "town", "township", townA},
		{"officer", "town", "grid_officer", townA}, {"firm", "firm", "enterprise", ""}, {"firm2", "firm2", "enterprise", ""},
	} {
		s.Posts = append(s.Posts, org.SeedPost{Code: x.name, Unit: x.unit, Name: x.name + "岗", Role: x.role, Scope: x.scope})
		s.Accounts = append(s.Accounts, org.SeedAccount{Name: x.name, Person: "演示" + x.name, Post: x.name, Password: password})
	}
	_, err := c.org.Seed(c.system(), s)
	c.ok(err)
	for _, a := range s.Accounts {
		token, err := c.org.Login(c.Context(), a.Name, a.Password, org.Visitor{})
		c.ok(err)
		c.actor[a.Name], err = c.org.Authenticate(c.Context(), token)
		c.ok(err)
	}
}

func (c *town) system() context.Context { return access.With(c.Context(), access.System("test")) }

func (c *town) as(name string) context.Context {
	c.Helper()
	a, known := c.actor[name]
	if !known {
		c.Fatalf("nobody is called %s", name)
	}
	return access.With(c.Context(), a)
}

func (c *town) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// want checks the code of an error, "" for none.
func (c *town) want(what string, err error, code string) {
	c.Helper()
	got := ""
	var f *fault.Error
	if errors.As(err, &f) {
		got = f.Code
	} else if err != nil {
		got = err.Error()
	}
	if got != code {
		c.Errorf("%s: %q (%v), want %q", what, got, err, code)
	}
}

func (c *town) post(name string) int64 { return c.actor[name].Post }

// dust is a report of dust at a place in the township, metres east of a point.
func dust(metres float64) matter.Opening {
	p := geo.Degrees(114.4+metres/91_000, 35.05)
	return matter.Opening{Kind: "grid", Category: "dust", Region: townA, At: &p, Place: "城关乡南街", Evidence: []int64{1}}
}

func (c *town) open(who string, n matter.Opening) *matter.Matter {
	c.Helper()
	m, err := c.svc.Open(c.as(who), n)
	c.ok(err)
	return m
}

// move makes a step on a matter at its present version.
func (c *town) move(who string, m *matter.Matter, s matter.Step) *matter.Matter {
	c.Helper()
	out, err := c.svc.Move(c.as(who), m.ID, m.Version, s)
	if err != nil {
		c.Fatalf("%s by %s: %v", s.Transition, who, err)
	}
	return out
}

// The usual steps.
var (
	accept = matter.Step{Transition: "accept"}
	submit = matter.Step{Transition: "submit", Evidence: []int64{2}, Fields: map[string]string{"result": "已覆盖"}}
	closes = matter.Step{Transition: "close", Evidence: []int64{3}, Opinion: "现场已整改"}
)

func (c *town) assign(to string) matter.Step {
	return matter.Step{Transition: "assign", AssignPost: c.post(to)}
}

// closed leads a report to its closure.
func (c *town) closed(n matter.Opening) *matter.Matter {
	c.Helper()
	m := c.open("town", n)
	m = c.move("town", m, c.assign("town2"))
	m = c.move("town2", m, accept)
	m = c.move("town2", m, submit)
	return c.move("county", m, closes)
}

// rows counts the rows of every table that a move writes, and the sum of versions.
func (c *town) rows() string {
	c.Helper()
	var out string
	c.ok(c.db.View(c.Context(), func(tx *store.Tx) error {
		for _, q := range []string{"SELECT COUNT(*) FROM matter", "SELECT COALESCE(SUM(version), 0) FROM matter", "SELECT COUNT(*) FROM matter_event",
			"SELECT COUNT(*) FROM matter_party", "SELECT COALESCE(SUM(CASE WHEN until = 0 THEN 1 ELSE 0 END), 0) FROM matter_party", "SELECT COUNT(*) FROM matter_clock",
			"SELECT COALESCE(SUM(CASE WHEN state = 'running' THEN 1 ELSE 0 END), 0) FROM matter_clock", "SELECT COUNT(*) FROM matter_evidence", "SELECT COUNT(*) FROM matter_link",
			"SELECT COALESCE(SUM(last), 0) FROM matter_number", "SELECT COALESCE(SUM(n), 0) FROM matter_count", "SELECT COUNT(*) FROM matter_count WHERE n > 0",
			"SELECT COUNT(*) FROM matter_round", "SELECT COALESCE(SUM(until_at + changed_at), 0) FROM matter_round", "SELECT COUNT(*) FROM audit_entry", "SELECT COUNT(*) FROM notice", "SELECT COUNT(*) FROM event", "SELECT COUNT(*) FROM job"} {
			var n int64
			if err := tx.QueryRow(c.Context(), q).Scan(&n); err != nil {
				return err
			}
			out += fmt.Sprintf("%s: %d\n", q, n)
		}
		return nil
	}))
	return out
}
