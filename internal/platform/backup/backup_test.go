package backup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/backup"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

var morning = clock.NewManual(time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai))

// both runs a test with a filled source and an empty target on each engine.
func both(t *testing.T, test func(t *testing.T, source *store.DB, target store.Config)) {
	run := func(t *testing.T, source, target store.Config) {
		db, err := store.Open(t.Context(), source, morning)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		fill(t, db)
		test(t, db, target)
	}
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		run(t, store.Config{Path: filepath.Join(dir, "a", "qingshan.db")}, store.Config{Path: filepath.Join(dir, "b", "qingshan.db")})
	})
	t.Run("postgres", func(t *testing.T) {
		run(t, store.Config{URL: pgtest.URL(t)}, store.Config{URL: pgtest.URL(t)})
	})
}

func fill(t *testing.T, db *store.DB) {
	t.Helper()
	ctx := access.With(t.Context(), access.System("test"))
	for _, name := range []string{"一\t二\n三", `back\slash`, "plain"} {
		err := db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3)", name, "值 "+name, tx.NowMS())
			if err != nil {
				return err
			}
			return audit.Log(ctx, tx, audit.Entry{Action: "test", Object: name, Summary: "写入"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func settings(t *testing.T, db *store.DB) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		rows, err := tx.Query(t.Context(), "SELECT name, value FROM setting")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var k, v string
			if err := rows.Scan(&k, &v); err != nil {
				return err
			}
			out[k] = v
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestABackupComesBackWhole(t *testing.T) {
	both(t, func(t *testing.T, source *store.DB, target store.Config) {
		ctx := t.Context()
		dir := filepath.Join(t.TempDir(), "nightly")
		m, err := backup.Write(ctx, source, dir, "test")
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Tables) < 3 || m.Engine != source.Dialect() || len(m.Files) == 0 {
			t.Errorf("manifest %+v", m)
		}
		if _, err := backup.Restore(ctx, dir, target, morning); err != nil {
			t.Fatal(err)
		}
		db, err := store.Open(ctx, target, morning)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if d := cmp.Diff(settings(t, source), settings(t, db)); d != "" {
			t.Error(d)
		}
		rep, err := audit.Verify(ctx, db)
		if err != nil || !rep.OK || rep.Entries != 3 {
			t.Errorf("%+v %v", rep, err)
		}
		if _, err := backup.Restore(ctx, dir, target, morning); !fault.Is(err, fault.Conflict) {
			t.Errorf("restored over data: %v", err)
		}
		if _, err := backup.Write(ctx, source, dir, "test"); !fault.Is(err, fault.Conflict) {
			t.Errorf("wrote over a backup: %v", err)
		}
	})
}

func TestADamagedBackupIsRefused(t *testing.T) {
	both(t, func(t *testing.T, source *store.DB, target store.Config) {
		ctx := t.Context()
		for _, harm := range []struct {
			name string
			do   func(t *testing.T, dir, file string) error
			kind fault.Kind
		}{
			{"one byte flipped", func(_ *testing.T, dir, file string) error {
				b, err := os.ReadFile(filepath.Join(dir, file))
				if err != nil {
					return err
				}
				b[len(b)/2] ^= 1
				return os.WriteFile(filepath.Join(dir, file), b, 0o600)
			}, fault.Invalid},
			{"cut", func(_ *testing.T, dir, file string) error { return os.Truncate(filepath.Join(dir, file), 10) }, fault.Invalid},
			{"file missing", func(_ *testing.T, dir, file string) error { return os.Remove(filepath.Join(dir, file)) }, fault.Invalid},
			{"manifest missing", func(_ *testing.T, dir, _ string) error { return os.Remove(filepath.Join(dir, "manifest.json")) }, fault.NotFound},
			{"another engine", func(_ *testing.T, dir, _ string) error { return replace(dir, `"engine": "`, `"engine": "x`) }, fault.Invalid},
			{"another format", func(_ *testing.T, dir, _ string) error { return replace(dir, `"format": 1`, `"format": 2`) }, fault.Invalid},
			{"a name outside", func(_ *testing.T, dir, file string) error { return replace(dir, `"name": "`+file, `"name": "../`+file) }, fault.Invalid},
		} {
			dir := filepath.Join(t.TempDir(), "b")
			m, err := backup.Write(ctx, source, dir, "test")
			if err != nil {
				t.Fatal(err)
			}
			if err := harm.do(t, dir, m.Files[0].Name); err != nil {
				t.Fatal(err)
			}
			if _, err := backup.Restore(ctx, dir, target, morning); !fault.Is(err, harm.kind) {
				t.Errorf("%s: %v", harm.name, err)
			}
			if target.Path != "" {
				if _, err := os.Stat(target.Path); err == nil {
					t.Errorf("%s: something was restored", harm.name)
				}
			}
		}
	})
}

func replace(dir, old, new string) error {
	path := filepath.Join(dir, "manifest.json")
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(b), old, new, 1)), 0o600)
}

func TestFilesBesideTheDatabaseComeBack(t *testing.T) {
	both(t, func(t *testing.T, source *store.DB, target store.Config) {
		ctx, from, to := t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "evidence")
		for name, text := range map[string]string{"ab/cd/abcd": "one", "ab/ce/abce": "two", "views/x.jpg": "made again", "parts/p": "half"} {
			path := filepath.Join(from, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
				t.Fatal(err)
			}
		}
		derived := func(name string) bool { return name == "views" || name == "parts" }
		dir := filepath.Join(t.TempDir(), "b")
		m, err := backup.Write(ctx, source, dir, "test", backup.Folder{Name: "evidence", Path: from, Derived: derived})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range m.Files {
			if strings.HasPrefix(f.Name, "evidence/") {
				names = append(names, f.Name)
			}
		}
		if d := cmp.Diff([]string{"evidence/ab/cd/abcd", "evidence/ab/ce/abce"}, names); d != "" {
			t.Error(d)
		}
		if _, err := backup.Restore(ctx, dir, target, morning, backup.Folder{Name: "evidence", Path: from}); !fault.Is(err, fault.Conflict) {
			t.Errorf("restored over files: %v", err)
		}
		if _, err := backup.Restore(ctx, dir, target, morning, backup.Folder{Name: "evidence", Path: to}); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(to, "ab", "ce", "abce")); err != nil || string(b) != "two" {
			t.Errorf("%q %v", b, err)
		}
	})
}
