package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var noon = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

// both runs a test on each engine with an empty database.
func both(t *testing.T, test func(t *testing.T, db *store.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")}))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, open(t, store.Config{URL: pgtest.URL(t)}))
	})
}

func open(t *testing.T, cfg store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), cfg, clock.NewManual(noon))
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

func put(ctx context.Context, tx *store.Tx, name, value string) error {
	_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)", name, value, tx.NowMS())
	return err
}

func TestUpdateIsAllOrNothing(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx, boom := t.Context(), errors.New("boom")
		ran := false
		err := db.Update(ctx, func(tx *store.Tx) error {
			tx.OnCommit(func() { ran = true })
			if err := put(ctx, tx, "a", "1"); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) || ran {
			t.Fatalf("err %v, hook ran %v", err, ran)
		}
		err = db.View(ctx, func(tx *store.Tx) error {
			var v string
			return tx.QueryRow(ctx, "SELECT value FROM setting WHERE name = $1", "a").Scan(&v)
		})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a rolled back row was found: %v", err)
		}
	})
}

func TestErrorKindsAreTheSameOnBothEngines(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		twice := func(tx *store.Tx) error { return errors.Join(put(ctx, tx, "a", "1"), put(ctx, tx, "a", "2")) }
		if err := db.Update(ctx, twice); !fault.Is(err, fault.Conflict) {
			t.Errorf("duplicate: %v", err)
		}
		null := func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, NULL, 1)", "n")
			return err
		}
		if err := db.Update(ctx, null); !fault.Is(err, fault.Invalid) {
			t.Errorf("not null: %v", err)
		}
		done, cancel := context.WithCancel(ctx)
		cancel()
		if err := db.View(done, func(*store.Tx) error { return nil }); !fault.Is(err, fault.Unavailable) {
			t.Errorf("cancelled: %v", err)
		}
	})
}

func TestViewCannotWrite(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		err := db.View(t.Context(), func(tx *store.Tx) error { return put(t.Context(), tx, "a", "1") })
		if err == nil {
			t.Error("a view wrote a row")
		}
	})
}

func TestTransactionHasOneTime(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			db.Clock().(*clock.Manual).Advance(time.Hour)
			if !tx.Now().Equal(noon) {
				t.Errorf("transaction time moved to %v", tx.Now())
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestSecondProcessIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "q.db")
	open(t, store.Config{Path: path})
	_, err := store.Open(t.Context(), store.Config{Path: path}, clock.NewManual(noon))
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("second open: %v", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		cfg := store.Config{Path: db.Path()}
		if db.Dialect() == store.Postgres {
			cfg = store.Config{URL: db.Pool().Config().ConnString()}
		} else if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), cfg, clock.NewManual(noon)); !errors.Is(err, store.ErrNewer) {
			t.Errorf("got %v, want %v", err, store.ErrNewer)
		}
	})
}

func TestConcurrentCountersLoseNothing(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "n", "x") }); err != nil {
			t.Fatal(err)
		}
		const workers, each = 4, 10
		var before, after, done int64
		read := func(n *int64) {
			err := db.View(ctx, func(tx *store.Tx) error {
				return tx.QueryRow(ctx, "SELECT updated_at FROM setting WHERE name = 'n'").Scan(n)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		read(&before)
		errs := make(chan error, workers)
		var acknowledged atomic.Int64
		for range workers {
			go func() {
				for range each {
					err := db.Update(ctx, func(tx *store.Tx) error {
						var n int64
						if err := tx.QueryRow(ctx, "SELECT updated_at FROM setting WHERE name = 'n'").Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec(ctx, "UPDATE setting SET updated_at = $1 WHERE name = 'n'", n+1)
						return err
					})
					if err != nil {
						errs <- err
						return
					}
					acknowledged.Add(1)
				}
				errs <- nil
			}()
		}
		for range workers {
			if err := <-errs; err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
		read(&after)
		if done = acknowledged.Load(); done == 0 || after-before != done {
			t.Errorf("%d acknowledged additions, but the counter rose by %d", done, after-before)
		}
	})
}
