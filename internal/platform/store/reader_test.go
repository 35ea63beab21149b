package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

func settingNames(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT count(*) FROM setting").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func reader(t *testing.T, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.OpenReader(t.Context(), cfg, clock.NewManual(noon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestAReaderWorksBesideTheRunningProgramAndAlone(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "a", "1") }); err != nil {
			t.Fatal(err)
		}
		cfg := store.Config{Path: db.Path()}
		if db.Dialect() == store.Postgres {
			cfg = store.Config{URL: db.Pool().Config().ConnString()}
		}
		beside := reader(t, cfg)
		if settingNames(t, beside) != 1 {
			t.Error("the reader does not see the row")
		}
		if db.Dialect() == store.SQLite {
			err := beside.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "b", "1") })
			if err == nil {
				t.Error("the reader wrote")
			}
		}
		if err := beside.Integrity(ctx); err != nil {
			t.Error(err)
		}
		if have, want, err := beside.SchemaVersion(ctx); err != nil || have != want || want < 1 {
			t.Errorf("schema %d, want %d, %v", have, want, err)
		}
	})
	t.Run("after a clean stop", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "q.db")
		db, err := store.Open(t.Context(), store.Config{Path: path}, clock.NewManual(noon))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if settingNames(t, reader(t, store.Config{Path: path})) != 0 {
			t.Error("rows from nowhere")
		}
	})
}

func TestCopyOfARunningDatabase(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	db := open(t, store.Config{Path: filepath.Join(dir, "q.db")})
	if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "a", "1") }); err != nil {
		t.Fatal(err)
	}
	beside := reader(t, store.Config{Path: db.Path()})
	for name, source := range map[string]*store.DB{"own": db, "beside": beside} {
		to := filepath.Join(dir, name+".db")
		if err := source.CopyTo(ctx, to); err != nil {
			t.Fatal(name, err)
		}
		if settingNames(t, reader(t, store.Config{Path: to})) != 1 {
			t.Errorf("%s: the copy lacks the row", name)
		}
	}
	to := filepath.Join(dir, "own.db")
	if err := beside.CopyTo(ctx, to); !fault.Is(err, fault.Conflict) {
		t.Errorf("overwrote a file: %v", err)
	}
}

func TestAReaderRefusesWhatIsNoDatabase(t *testing.T) {
	dir := t.TempDir()
	if _, err := store.OpenReader(t.Context(), store.Config{Path: filepath.Join(dir, "none.db")}, clock.System()); !fault.Is(err, fault.NotFound) {
		t.Errorf("no file: %v", err)
	}
	junk := filepath.Join(dir, "junk.db")
	if err := os.WriteFile(junk, []byte("this is not a database, only some text that is long enough"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenReader(t.Context(), store.Config{Path: junk}, clock.System()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("junk: %v", err)
	}
}
