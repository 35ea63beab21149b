package server_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
	"qingshan/internal/server"
)

// A folder that holds the demonstration city is marked also when serve opens it.
func TestDemonstrationIsAlwaysMarked(t *testing.T) {
	dir := t.TempDir()
	in := func(c *server.Config) { c.Data = dir }
	demo := func() bool {
		t.Helper()
		url, _, stop := running(t, in, nil)
		resp, err := http.Get(url + "/api/v1/config/public")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var c server.PublicConfig
		if err := json.NewDecoder(resp.Body).Decode(&c); err != nil {
			t.Fatal(err)
		}
		if _, err := stop(); err != nil {
			t.Fatal(err)
		}
		return c.Demo
	}
	if demo() {
		t.Error("an empty installation is marked as the demonstration")
	}
	cfg := server.Default()
	in(cfg)
	db, err := store.Open(t.Context(), cfg.Store(), clock.NewManual(morning))
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), "INSERT INTO setting (name, value, updated_at) VALUES ('demo', '演示', $1)", tx.NowMS())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !demo() {
		t.Error("the demonstration is not marked")
	}
}
