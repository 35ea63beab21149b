// Package apptest runs the real program for tests: the server on a free port of the loopback
// with all its rooms and parts, a small organisation to log in to, and a clock that stands.
package apptest

import (
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/server"
)

// Start is what the clock shows.
var Start = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// App is a running program.
type App struct {
	URL    string // http://127.0.0.1:PORT
	Server *server.Server
	Clock  *clock.Manual // the city's
	stop   func() (time.Duration, error)
}

// Run starts the program on an empty database with the organisation of seed.go; change may
// be nil, before is called with the built server. The test fails when the program does not
// end cleanly with it.
func Run(t testing.TB, change func(*server.Config), before ...func(*server.Server)) *App {
	t.Helper()
	cfg := server.Default()
	cfg.Data, cfg.Addr = t.TempDir(), "127.0.0.1:0"
	if change != nil {
		change(cfg)
	}
	clk := clock.NewManual(Start)
	s, err := server.New(t.Context(), cfg, server.Options{Clock: clk, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rooms().Org.Seed(System(t), organisation()); err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	for _, f := range before {
		f(s)
	}
	if err := s.Listen(); err != nil {
		t.Fatal(errors.Join(err, s.Close()))
	}
	// The test's own context ends before its clean-up: the end must be a stop, as a signal's.
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	a := &App{URL: "http://" + s.Addr(), Server: s, Clock: clk}
	a.stop = sync.OnceValues(func() (time.Duration, error) {
		watch := clock.Start()
		cancel()
		err := <-done
		return watch.Elapsed(), err
	})
	t.Cleanup(func() {
		if took, err := a.Stop(); err != nil || took > 10*time.Second {
			t.Errorf("the program ended after %v: %v", took, err)
		}
	})
	return a
}

// Stop ends the program as a signal does and tells how long that took.
func (a *App) Stop() (time.Duration, error) { return a.stop() }

// System is a context with all rights.
func System(t testing.TB) context.Context {
	return access.With(t.Context(), access.System("test"))
}

// Client is a browser without a session.
func Client(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, Timeout: 30 * time.Second}
}

// Login is a browser in which an account of the seed is logged in.
func (a *App) Login(t testing.TB, name string) *http.Client {
	t.Helper()
	c := Client(t)
	res, err := c.Post(a.URL+"/api/v1/session", "application/json",
		strings.NewReader(`{"name":"`+name+`","password":"`+Password+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatalf("login of %s: %s", name, res.Status)
	}
	return c
}

// Publish writes an event, as a use case does in its transaction.
func (a *App) Publish(t testing.TB, e jobs.Event) {
	t.Helper()
	err := a.Server.DB().Update(t.Context(), func(tx *store.Tx) error { return jobs.Publish(t.Context(), tx, e) })
	if err != nil {
		t.Fatal(err)
	}
}

// Account is an account of the seed.
func (a *App) Account(t testing.TB, name string) org.Account {
	t.Helper()
	acc, err := a.Server.Rooms().Org.AccountByName(System(t), name)
	if err != nil {
		t.Fatal(err)
	}
	return acc
}
