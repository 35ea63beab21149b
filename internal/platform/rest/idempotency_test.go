package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

var morning = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// both runs a test on each engine; reopen closes the database and opens it again.
func both(t *testing.T, test func(t *testing.T, clk *clock.Manual, reopen func() *store.DB)) {
	run := func(cfg store.Config) func(*testing.T) {
		return func(t *testing.T) {
			if cfg.Path == "" {
				cfg.URL = pgtest.URL(t)
			} else {
				cfg.Path = filepath.Join(t.TempDir(), cfg.Path)
			}
			clk := clock.NewManual(morning)
			var db *store.DB
			reopen := func() *store.DB {
				if db != nil {
					if err := db.Close(); err != nil {
						t.Fatal(err)
					}
				}
				var err error
				if db, err = store.Open(t.Context(), cfg, clk); err != nil {
					t.Fatal(err)
				}
				return db
			}
			test(t, clk, reopen)
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Run("sqlite", run(store.Config{Path: "q.db"}))
	t.Run("postgres", run(store.Config{}))
}

type nameIn struct {
	Body struct {
		Name string `json:"name"`
	}
}

type numberOut struct {
	ETag string `header:"ETag"`
	Body struct {
		N int64 `json:"n"`
	}
}

// counting makes an API whose post counts how often it really ran.
func counting(db *store.DB, runs *atomic.Int64, secret bool) http.Handler {
	mux := http.NewServeMux()
	a := rest.New(mux, rest.Config{DB: db})
	spec := rest.Spec{Method: "POST", Path: "/n", ID: "n", Summary: "记", Access: access.LoggedIn, Status: 201, Secret: secret}
	rest.Register(a, spec, func(_ context.Context, in *nameIn) (*numberOut, error) {
		switch in.Body.Name {
		case "refused":
			return nil, fault.New(fault.Conflict, "dup", "重复")
		case "panic":
			panic("boom")
		}
		out := &numberOut{ETag: `"v1"`}
		out.Body.N = runs.Add(1)
		return out, nil
	})
	return mux
}

func TestARepeatGetsTheFirstAnswerAlsoAfterARestart(t *testing.T) {
	both(t, func(t *testing.T, clk *clock.Manual, reopen func() *store.DB) {
		var runs atomic.Int64
		c := client{t, counting(reopen(), &runs, false), &anyone}
		post := func(name, key string) (int, string, string) {
			res, body := c.do("POST", "/n", fmt.Sprintf(`{"name":%q}`, name), "Idempotency-Key", key)
			return res.StatusCode, body, res.Header.Get("Idempotency-Replayed")
		}
		s1, b1, r1 := post("a", "key-00001")
		if s1 != 201 || r1 != "" {
			t.Fatalf("first: %d %s", s1, b1)
		}
		c.mux = counting(reopen(), &runs, false)
		if s, b, r := post("a", "key-00001"); s != s1 || b != b1 || r != "true" || runs.Load() != 1 {
			t.Errorf("repeat: %d %s replayed %q, %d runs", s, b, r, runs.Load())
		}
		if s, b, _ := post("b", "key-00001"); s != 409 {
			t.Errorf("another body: %d %s", s, b)
		}
		other := anyone
		other.Account = 8
		c.actor = &other
		if s, _, r := post("a", "key-00001"); s != 201 || r != "" || runs.Load() != 2 {
			t.Errorf("another account shares the key: %d", s)
		}
		c.actor = &anyone
		clk.Advance(rest.KeepAnswers + time.Minute)
		if s, _, r := post("a", "key-00001"); s != 201 || r != "" || runs.Load() != 3 {
			t.Errorf("an old key: %d, %d runs", s, runs.Load())
		}
		if s, b, _ := post("a", "short"); s != 422 {
			t.Errorf("a short key: %d %s", s, b)
		}
	})
}

func TestAFailedPostMayBeTriedAgain(t *testing.T) {
	both(t, func(t *testing.T, _ *clock.Manual, reopen func() *store.DB) {
		var runs atomic.Int64
		c := client{t, counting(reopen(), &runs, false), &anyone}
		if res, body := c.do("POST", "/n", `{"name":"refused"}`, "Idempotency-Key", "key-00001"); res.StatusCode != 409 {
			t.Fatalf("%d %s", res.StatusCode, body)
		}
		func() {
			defer func() { _ = recover() }()
			c.do("POST", "/n", `{"name":"panic"}`, "Idempotency-Key", "key-00001")
		}()
		if res, body := c.do("POST", "/n", `{"name":"good"}`, "Idempotency-Key", "key-00001"); res.StatusCode != 201 {
			t.Errorf("corrected: %d %s", res.StatusCode, body)
		}
	})
}

func TestASecretAnswerIsNotKept(t *testing.T) {
	both(t, func(t *testing.T, _ *clock.Manual, reopen func() *store.DB) {
		var runs atomic.Int64
		db := reopen()
		c := client{t, counting(db, &runs, true), &anyone}
		c.do("POST", "/n", `{"name":"a"}`, "Idempotency-Key", "key-00001")
		res, body := c.do("POST", "/n", `{"name":"a"}`, "Idempotency-Key", "key-00001")
		if p := problem(t, res, body); p.Code != "already_done" || runs.Load() != 1 {
			t.Errorf("%+v, %d runs", p, runs.Load())
		}
		err := db.View(t.Context(), func(tx *store.Tx) error {
			var kept int
			if err := tx.QueryRow(t.Context(), "SELECT count(*) FROM idempotency WHERE answer IS NOT NULL AND length(answer) > 0").Scan(&kept); err != nil {
				return err
			}
			if kept != 0 {
				t.Errorf("%d secret answers in the database", kept)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// The program died in the middle: acting again might act twice, so it is not done.
func TestAnUnknownOutcomeIsNotRepeated(t *testing.T) {
	both(t, func(t *testing.T, clk *clock.Manual, reopen func() *store.DB) {
		ctx, db := t.Context(), reopen()
		var runs atomic.Int64
		c := client{t, counting(db, &runs, false), &anyone}
		c.do("POST", "/n", `{"name":"a"}`, "Idempotency-Key", "key-00001")
		err := db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE idempotency SET done_at = NULL")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		res, body := c.do("POST", "/n", `{"name":"a"}`, "Idempotency-Key", "key-00001")
		if p := problem(t, res, body); p.Code != "outcome_unknown" || runs.Load() != 1 {
			t.Errorf("%+v, %d runs", p, runs.Load())
		}
		clk.Advance(rest.KeepAnswers + time.Hour)
		if n, err := rest.Purge(ctx, db); err != nil || n != 1 {
			t.Errorf("purged %d, %v", n, err)
		}
	})
}
