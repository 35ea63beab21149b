package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

func value(t *testing.T, db *store.DB, name string) (v string, err error) {
	t.Helper()
	err = db.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(t.Context(), "SELECT value FROM setting WHERE name = $1", name).Scan(&v)
	})
	return v, err
}

func TestTheSameStatementGivesEachArgumentItsOwnAnswer(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		err := db.Update(ctx, func(tx *store.Tx) error {
			for i := range 300 { // long and short by turns: nothing of the last run may stay
				if err := put(ctx, tx, fmt.Sprint("n", i), strings.Repeat("青", i%7)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 300 {
			if v, err := value(t, db, fmt.Sprint("n", i)); err != nil || v != strings.Repeat("青", i%7) {
				t.Fatalf("n%d: %q, %v", i, v, err)
			}
		}
		if _, err := value(t, db, "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a row that is not there: %v", err)
		}
	})
}

func TestRowsOfAStatementStandWhileItRunsAgain(t *testing.T) {
	db := open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})
	ctx := t.Context()
	err := db.Update(ctx, func(tx *store.Tx) error {
		return errors.Join(put(ctx, tx, "a", "1"), put(ctx, tx, "b", "2"), put(ctx, tx, "c", "3"))
	})
	if err != nil {
		t.Fatal(err)
	}
	const query = "SELECT name FROM setting WHERE name >= $1 ORDER BY name"
	var walked []string
	walk := func(tx *store.Tx, from string, each func(string) error) error {
		rows, err := tx.Query(ctx, query, from)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			if err := each(name); err != nil {
				return err
			}
		}
		return rows.Err()
	}
	err = db.View(ctx, func(tx *store.Tx) error {
		return walk(tx, "a", func(outer string) error {
			return walk(tx, outer, func(inner string) error {
				walked = append(walked, outer+inner)
				return nil
			})
		})
	})
	if got := strings.Join(walked, " "); err != nil || got != "aa ab ac bb bc cc" {
		t.Errorf("walked %q, %v", got, err)
	}
}

func TestAStatementOutlivesFailureRollbackAndCancel(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		for i := range 3 {
			name := fmt.Sprint("n", i)
			if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, name, "1") }); err != nil {
				t.Fatal(err)
			}
			if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, name, "2") }); !fault.Is(err, fault.Conflict) {
				t.Fatalf("duplicate: %v", err)
			}
			boom := errors.New("boom")
			err := db.Update(ctx, func(tx *store.Tx) error { return errors.Join(put(ctx, tx, "gone", "3"), boom) })
			if !errors.Is(err, boom) {
				t.Fatal(err)
			}
			ended, cancel := context.WithCancel(ctx)
			err = db.Update(ended, func(tx *store.Tx) error {
				cancel()
				return put(ended, tx, "gone", "4")
			})
			if err == nil {
				t.Fatal("a cancelled change was made")
			}
			if v, err := value(t, db, name); err != nil || v != "1" {
				t.Fatalf("%s: %q, %v", name, v, err)
			}
			if _, err := value(t, db, "gone"); !fault.Is(err, fault.NotFound) {
				t.Fatalf("left over: %v", err)
			}
		}
	})
}

func TestALongReadIsCutOffAndTheStatementRunsAgain(t *testing.T) {
	db := open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})
	const query = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT COUNT(*) FROM n`
	count := func(ctx context.Context, to int) (n int, err error) {
		return n, db.View(ctx, func(tx *store.Tx) error { return tx.QueryRow(ctx, query, to).Scan(&n) })
	}
	if n, err := count(t.Context(), 10); err != nil || n != 10 {
		t.Fatal(n, err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := count(short, 2_000_000_000); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("a read of minutes ended with %v", err)
	}
	if n, err := count(t.Context(), 11); err != nil || n != 11 {
		t.Fatal(n, err)
	}
}

// The schema changes under kept statements, on the writer's connection and on the readers'.
func TestAStatementFollowsTheSchema(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "a", "1") }); err != nil {
			t.Fatal(err)
		}
		if v, err := value(t, db, "a"); err != nil || v != "1" {
			t.Fatal(v, err)
		}
		for _, change := range []string{
			"ALTER TABLE setting ADD COLUMN extra TEXT NOT NULL DEFAULT 'x'",
			"CREATE INDEX setting_extra ON setting (extra, name)",
			"DROP INDEX setting_extra",
			"ALTER TABLE setting DROP COLUMN extra",
		} {
			err := db.Update(ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(ctx, change); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "UPDATE setting SET value = $1 WHERE name = $2", change, "a")
				return err
			})
			if err != nil {
				t.Fatalf("%s: %v", change, err)
			}
			if v, err := value(t, db, "a"); err != nil || v != change {
				t.Fatalf("after %s: %q, %v", change, v, err)
			}
		}
		if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "b", "2") }); err != nil {
			t.Error(err)
		}
	})
}

// More texts than a connection keeps, each at its turn again, by many at once.
func TestManyStatementsByMany(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		if err := db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, "a", "1") }); err != nil {
			t.Fatal(err)
		}
		const people, texts = 6, 400
		errs := make([]error, people)
		var wg sync.WaitGroup
		for p := range people {
			wg.Go(func() {
				for i := 0; i < texts && errs[p] == nil; i++ {
					if i%40 == p {
						errs[p] = db.Update(ctx, func(tx *store.Tx) error { return put(ctx, tx, fmt.Sprint("p", p, "-", i), "v") })
						continue
					}
					errs[p] = db.View(ctx, func(tx *store.Tx) error {
						var n int
						var v string
						err := tx.QueryRow(ctx, fmt.Sprintf("SELECT %d, value FROM setting WHERE name = $1", i), "a").Scan(&n, &v)
						if err == nil && (n != i || v != "1") {
							err = fmt.Errorf("text %d gave %d, %q", i, n, v)
						}
						return err
					})
				}
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Error(err)
		}
	})
}

func TestAConnectionKeepsABoundedNumberOfStatements(t *testing.T) {
	db := open(t, store.Config{Path: filepath.Join(t.TempDir(), "q.db")})
	ctx := t.Context()
	err := db.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT value FROM setting UNION ALL SELECT 'first'")
		if err != nil {
			return err
		}
		defer rows.Close()
		for i := range 2 * store.MaxStatements {
			var n int
			if err := tx.QueryRow(ctx, fmt.Sprintf("SELECT %d", i)).Scan(&n); err != nil || n != i {
				return fmt.Errorf("%d: %d, %w", i, n, err)
			}
		}
		var v string
		if !rows.Next() || rows.Scan(&v) != nil || v != "first" {
			t.Errorf("rows opened before the others ran: %q, %v", v, rows.Err())
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	n, err := store.KeptStatements(ctx, db)
	if err != nil || n < store.MaxStatements/2 || n > store.MaxStatements {
		t.Errorf("%d kept, %v", n, err)
	}
}
