package demonstration

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo"
	"qingshan/packs/demo/synth"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// short is a demonstration of less than three weeks, so that a test makes it in seconds.
func short() Span {
	s := Published()
	s.Hours, s.Panel = calendar.MustDay("2026-08-10"), calendar.MustDay("2026-08-01")
	return s
}

// both runs a test on SQLite and on PostgreSQL, each on an empty database.
func both(t *testing.T, test func(t *testing.T, cfg store.Config)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, store.Config{Path: filepath.Join(t.TempDir(), "qingshan.db")})
	})
	t.Run("postgres", func(t *testing.T) { test(t, store.Config{URL: pgtest.URL(t)}) })
}

func open(t *testing.T, cfg store.Config, clk clock.Clock) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg, clk)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func inspect(t *testing.T, db *store.DB, want State) {
	t.Helper()
	if got, err := Inspect(t.Context(), db); err != nil || got != want {
		t.Fatalf("the installation is %d (%v), want %d", got, err, want)
	}
}

func TestMakeAndGoOn(t *testing.T) {
	both(t, func(t *testing.T, cfg store.Config) {
		clk := clock.NewManual(time.Unix(0, 0))
		db := open(t, cfg, clk)
		inspect(t, db, Empty)
		c, err := New(db, t.TempDir(), short(), demo.Seed)
		if err != nil {
			t.Fatal(err)
		}
		shares := []float64{}
		if err := c.Make(t.Context(), clk, func(done float64, _ string) { shares = append(shares, done) }); err != nil {
			t.Fatal(err)
		}
		inspect(t, db, Made)
		if !slices.IsSorted(shares) || shares[len(shares)-1] != 1 {
			t.Errorf("progress %v", shares)
		}
		if at, seed, err := Resume(t.Context(), db); err != nil || !at.Equal(short().Start) || seed != demo.Seed {
			t.Errorf("the clock goes on at %v with seed %d (%v)", at, seed, err)
		}
		sameAsWorld(t, c, short().Start)
		everybody(t, c)
		goOn(t, c, clk)
		rests(t, c, clk)
		balanced(t, db)
	})
}

// rests lets a month pass in which nothing arrives: the clock goes on from its end, and what was
// delivered stays as it was.
func rests(t *testing.T, c *City, clk *clock.Manual) {
	t.Helper()
	before, err := readPosition(t.Context(), c.db)
	if err != nil {
		t.Fatal(err)
	}
	clk.Advance(31 * 24 * time.Hour)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Rest(ctx, clk) }()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	after, err := readPosition(t.Context(), c.db)
	if err != nil || after.Hour != before.Hour || after.Days != before.Days || !after.resume().Equal(clk.Now()) {
		t.Errorf("after a month of rest %+v (%v), before %+v, the clock shows %v", after, err, before, clk.Now())
	}
}

// everybody logs in with the announced password; only the newcomer must change it.
func everybody(t *testing.T, c *City) {
	t.Helper()
	who, err := c.Organisation()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range who.Accounts {
		token, err := c.people.Login(t.Context(), a.Name, a.Password, org.Visitor{Address: "127.0.0.1", Device: "test"})
		if err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		actor, err := c.people.Authenticate(t.Context(), token)
		if err != nil || actor.MustChangePassword != a.MustChange || actor.Person != a.Person || actor.Post == 0 {
			t.Errorf("%s: %+v %v", a.Name, actor, err)
		}
	}
}

// goOn runs the feed twice with a stop between: first the clock jumps over 18 hours, then it
// goes from hour to hour over midnight.
func goOn(t *testing.T, c *City, clk *clock.Manual) {
	t.Helper()
	first := short().Start.Add(10*time.Hour + 15*time.Minute)
	legs := [][]time.Time{{first}, nil}
	for h := range 8 {
		legs[1] = append(legs[1], first.Add(time.Duration(h+1)*time.Hour))
	}
	for _, leg := range legs {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx, clk) }()
		for _, until := range leg {
			clk.Set(until)
			waitFor(t, c, until)
		}
		stop()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		until := leg[len(leg)-1]
		if at, _, err := Resume(t.Context(), c.db); err != nil || at.Before(until) {
			t.Errorf("after a stop at %v the clock would go on at %v (%v)", until, at, err)
		}
		sameAsWorld(t, c, until)
	}
}

// waitFor returns when everything that arrives up to an instant was delivered.
func waitFor(t *testing.T, c *City, until time.Time) {
	t.Helper()
	for range 2000 {
		if p, err := readPosition(t.Context(), c.db); err != nil {
			t.Fatal(err)
		} else if p.Hour == delivered(until) {
			return
		}
		if err := clock.System().Sleep(t.Context(), 10*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("the hours up to %v did not arrive", until)
}

// sameAsWorld compares the store with what the world says is known at an instant: the last
// four days of every station, and the newest day of every city.
func sameAsWorld(t *testing.T, c *City, at time.Time) {
	t.Helper()
	last := delivered(at)
	from := last - 95
	known := c.world.AllKnown(from, last, last)
	day, label := last.Day()
	if label < 24 {
		day--
	}
	err := c.db.View(t.Context(), func(tx *store.Tx) error {
		for i, cols := range known {
			for p, values := range cols {
				item := synth.Pollutant(p)
				same(t, tx, series.Key{Site: c.world.SiteCode(i), Factor: item.String(), Stat: "hour"}, from.Ms(), last.Ms(), item, values)
			}
		}
		for _, col := range panelColumns(c.world, day, 1) {
			got := read(t, tx, series.Key{Site: col.Site, Factor: col.Factor, Stat: col.Stat}, day.End(), day.End())
			if !slices.Equal(got, col.Values) {
				t.Errorf("%s %s on %s: %v in the store, want %v", col.Site, col.Factor, day, got, col.Values)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, tx *store.Tx, key series.Key, from, to int64, item synth.Pollutant, values []int16) {
	t.Helper()
	want := make([]int64, len(values))
	for k, v := range values {
		want[k] = series.Missing
		if v != synth.Missing {
			want[k] = synth.Milli(item, v)
		}
	}
	if got := read(t, tx, key, from, to); !slices.Equal(got, want) {
		t.Errorf("%v: %v in the store, want %v", key, got, want)
	}
}

func read(t *testing.T, tx *store.Tx, key series.Key, from, to int64) []int64 {
	t.Helper()
	ids, err := series.Find(t.Context(), tx, []series.Key{key})
	if err != nil || ids[0] == 0 {
		t.Fatalf("%v: %v", key, err)
	}
	cols, err := series.Read(t.Context(), tx, ids, from, to, 0)
	if err != nil {
		t.Fatal(err)
	}
	return cols.Column(0)
}

// balanced asks every stream for received = stored + unchanged + rejected, and the audit
// chain for its links.
func balanced(t *testing.T, db *store.DB) {
	t.Helper()
	streams := 0
	err := db.View(t.Context(), func(tx *store.Tx) error {
		books, err := telemetry.VerifyBooks(t.Context(), tx)
		if err != nil {
			return err
		}
		if len(books.Differences) > 0 {
			t.Errorf("books: %v", books.Differences)
		}
		return tx.QueryRow(t.Context(), `SELECT count(*) FROM stream WHERE rejected = 0 AND stored > 0`).Scan(&streams)
	})
	if err != nil || streams != 3 {
		t.Errorf("%d streams without a refused value (%v), want history, feed and panel", streams, err)
	}
	if rep, err := audit.Verify(t.Context(), db); err != nil || !rep.OK {
		t.Errorf("audit: %+v %v", rep, err)
	}
}

// TestInterrupted: making that stops half-way is found, cleared and done again.
func TestInterrupted(t *testing.T) {
	both(t, func(t *testing.T, cfg store.Config) {
		clk := clock.NewManual(time.Unix(0, 0))
		db := open(t, cfg, clk)
		c, err := New(db, t.TempDir(), short(), demo.Seed)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		err = c.Make(ctx, clk, func(done float64, _ string) {
			if done > 0.3 {
				stop()
			}
		})
		if err == nil {
			t.Fatal("making went on although it was stopped")
		}
		inspect(t, db, Unfinished)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		ready := prepare(t, cfg)
		if !ready.Fresh || !ready.Resume.Equal(short().Start) || ready.Seed != demo.Seed {
			t.Errorf("made again: %+v", ready)
		}
		if again := prepare(t, cfg); again.Fresh || !again.Resume.Equal(ready.Resume) {
			t.Errorf("a made city was not left alone: %+v", again)
		}
		inspect(t, open(t, cfg, clock.NewManual(short().Start)), Made)
	})
}

func prepare(t *testing.T, cfg store.Config) Ready {
	t.Helper()
	ready, err := Prepare(t.Context(), cfg, t.TempDir(), short(), demo.Seed, func(float64, string) {})
	if err != nil {
		t.Fatal(err)
	}
	return ready
}

func TestAnnounce(t *testing.T) {
	var out strings.Builder
	accounts := []demo.Account{{Name: "mayor", Password: "Abc-1234-xyz", About: "市领导"}}
	if err := Announce(&out, "127.0.0.1:8080", short().Start, 60, accounts); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"http://127.0.0.1:8080", "2026-08-28 08:00", "60 倍速", "演示", "mayor", "Abc-1234-xyz", "市领导"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

// TestForeign: an installation with somebody's sites is not touched.
func TestForeign(t *testing.T) {
	both(t, func(t *testing.T, cfg store.Config) {
		db := open(t, cfg, clock.NewManual(short().Start))
		rules, err := telemetry.BuiltinRules()
		if err != nil {
			t.Fatal(err)
		}
		ctx := access.With(t.Context(), access.System("test"))
		spec := telemetry.SiteSpec{Code: "1001A", Name: "真实站", Kind: telemetry.National, Region: "410100000000"}
		if _, _, err := telemetry.New(db, rules).PutSite(ctx, spec); err != nil {
			t.Fatal(err)
		}
		inspect(t, db, Foreign)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = Prepare(t.Context(), cfg, t.TempDir(), short(), demo.Seed, nil)
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody's installation: %v, want a conflict", err)
		}
	})
}
