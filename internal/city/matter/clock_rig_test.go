package matter_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/matter/kind"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/geo"
	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// clockRig is a small city in which clocks run: a township, its county, the campaign office
// and a leader.
type clockRig struct {
	*testing.T
	db    *store.DB
	org   *org.Service
	note  *notify.Service
	kinds *kind.Set
	svc   *matter.Service
	clock *clock.Manual
	actor map[string]access.Actor
}

// photos stands for the evidence store: every piece was captured just now, and is a photo
// up to 100, then by its hundred.
type photos struct{}

// A piece of each other kind.
const (
	document  = 101
	reading   = 201
	statement = 301
)

func (photos) Look(_ context.Context, tx *store.Tx, ids []int64) ([]matter.Exhibit, error) {
	var out []matter.Exhibit
	for _, id := range ids {
		out = append(out, matter.Exhibit{ID: id, Kind: []string{"photo", "document", "reading", "statement"}[id/100], CapturedAt: tx.NowMS()})
	}
	return out, nil
}

func (photos) Use(context.Context, *store.Tx, string, []int64, *geo.Point, int64) error { return nil }

func civil(t testing.TB, s string) time.Time {
	t.Helper()
	ms, err := calendar.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return time.UnixMilli(ms).In(clock.Shanghai)
}

// clocks runs a test on each engine, in a city whose clock shows start.
func clocks(t *testing.T, start string, test func(t *testing.T, r *clockRig)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, newClockRig(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")}, start))
	})
	t.Run("postgres", func(t *testing.T) { test(t, newClockRig(t, store.Config{URL: pgtest.URL(t)}, start)) })
}

func newClockRig(t *testing.T, cfg store.Config, start string) *clockRig {
	t.Helper()
	r := &clockRig{T: t, clock: clock.NewManual(civil(t, start)), actor: map[string]access.Actor{}}
	var err error
	if r.db, err = store.Open(t.Context(), cfg, r.clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if r.org, err = org.New(r.db, org.Config{Cost: org.PasswordCost{Memory: 8, Time: 1, Threads: 1}, Machine: r.clock, PlainCookie: true}); err != nil {
		t.Fatal(err)
	}
	seed := org.Seed{
		Regions: []org.Region{{Code: "410700000000", Name: "新乡市"}, {Code: "410727000000", Name: "封丘县"}, {Code: "410727101000", Name: "城关乡"}, {Code: "410726000000", Name: "延津县"}},
		Units: []org.SeedUnit{
			{Code: "city", Name: "市攻坚办", Kind: "campaign", Region: "410700000000"},
			{Code: "neighbour", Name: "延津县人民政府", Kind: "government", Region: "410726000000"},
			{Code: "county", Name: "封丘县人民政府", Kind: "government", Region: "410727000000"},
			{Code: "town", Name: "城关乡人民政府", Kind: "government", Parent: "county", Region: "410727101000"},
		},
	}
	for _, x := range []struct{ name, unit, role, scope string }{
		{"leader", "city", "city_leader", "410700000000"}, {"office", "city", "campaign_office", "410700000000"},
		{"county", "county", "county", "410727000000"}, {"neighbour", "neighbour", "county", "410726000000"}, {"town", "town", "township", "410727101000"}, {"town2", "town", "township", "410727101000"},
	} {
		seed.Posts = append(seed.Posts, org.SeedPost{Code: x.name, Unit: x.unit, Name: x.name + "岗", Role: x.role, Scope: region.Code(x.scope)})
		seed.Accounts = append(seed.Accounts, org.SeedAccount{Name: x.name, Person: "演示" + x.name, Post: x.name, Password: "Weihe-3917-liu-mei"})
	}
	if _, err := r.org.Seed(access.With(t.Context(), access.System("test")), seed); err != nil {
		t.Fatal(err)
	}
	for _, a := range seed.Accounts {
		token, err := r.org.Login(t.Context(), a.Name, a.Password, org.Visitor{})
		if err != nil {
			t.Fatal(err)
		}
		if r.actor[a.Name], err = r.org.Authenticate(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
	if r.kinds, err = kind.National(); err != nil {
		t.Fatal(err)
	}
	r.note = notify.New(r.db, notify.Config{})
	r.open(matter.Config{})
	return r
}

// open makes the service anew, as a restart does.
func (r *clockRig) open(cfg matter.Config) {
	r.Helper()
	cfg.Exhibits, cfg.Notices = photos{}, r.note
	var err error
	if r.svc, err = matter.New(r.db, r.org, r.kinds, cfg); err != nil {
		r.Fatal(err)
	}
}

func (r *clockRig) as(name string) context.Context { return access.With(r.Context(), r.actor[name]) }
func (r *clockRig) system() context.Context {
	return access.With(r.Context(), access.System("clocks"))
}
func (r *clockRig) at(s string) { r.Helper(); r.clock.Set(civil(r, s)) }

// assigned is a grid problem that the county handed to the township, which took it up.
func (r *clockRig) assigned(category string) *matter.Matter {
	r.Helper()
	m, err := r.svc.Open(r.as("county"), matter.Opening{Kind: "grid", Category: category, Region: "410727101000", Place: "北街", Title: "测试"})
	if err != nil {
		r.Fatal(err)
	}
	m = r.move("county", m, matter.Step{Transition: "assign", AssignPost: r.actor["town"].Post})
	return r.move("town", m, matter.Step{Transition: "accept"})
}

func (r *clockRig) move(who string, m *matter.Matter, s matter.Step) *matter.Matter {
	r.Helper()
	out, err := r.svc.Move(r.as(who), m.ID, m.Version, s)
	if err != nil {
		r.Fatalf("%s by %s: %v", s.Transition, who, err)
	}
	return out
}

func (r *clockRig) view(m *matter.Matter) *matter.View {
	r.Helper()
	v, err := r.svc.Matter(r.as("county"), m.ID)
	if err != nil {
		r.Fatal(err)
	}
	return v
}

// ticks are the lines that clocks wrote into the record.
func (r *clockRig) ticks(m *matter.Matter) (out []matter.Told) {
	v := r.view(m)
	for _, e := range v.Events {
		if e.Act == "clock" {
			out = append(out, e.Told)
		}
	}
	if !matter.Unbroken(v.Events, v.Head) {
		r.Error("the record's chain is broken")
	}
	return out
}

func (r *clockRig) wake() int {
	r.Helper()
	n, err := r.svc.Wake(r.system())
	if err != nil {
		r.Fatal(err)
	}
	return n
}

func (r *clockRig) due(m *matter.Matter) string {
	r.Helper()
	for _, c := range r.view(m).Clocks {
		if c.Clock == "dispose" && !c.Over() {
			return calendar.FormatTime(c.DueAt)
		}
	}
	return "none"
}

func (r *clockRig) inbox(who string) int {
	r.Helper()
	list, _, err := r.note.Inbox(r.as(who), r.actor[who].Account, false, 0, 100)
	if err != nil {
		r.Fatal(err)
	}
	n := 0
	for _, x := range list {
		if x.Kind == "matter.clock" {
			n++
		}
	}
	return n
}
