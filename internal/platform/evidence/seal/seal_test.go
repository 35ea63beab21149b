package seal_test

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence/seal"
	"qingshan/internal/platform/store"
	"qingshan/internal/platform/store/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func both(t *testing.T, test func(t *testing.T, db *store.DB, clk *clock.Manual)) {
	for name, cfg := range map[string]func() store.Config{
		"sqlite":   func() store.Config { return store.Config{Path: filepath.Join(t.TempDir(), "q.db")} },
		"postgres": func() store.Config { return store.Config{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			clk := clock.NewManual(time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai))
			db, err := store.Open(t.Context(), cfg(), clk)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			test(t, db, clk)
		})
	}
}

func hash(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// sealed makes a sealed file of a matter with two events and one photo; a real audit chain
// of two days lies behind it.
func sealed(t *testing.T, db *store.DB, clk *clock.Manual) ([]byte, ed25519.PrivateKey, seal.Manifest, []seal.File) {
	t.Helper()
	ctx := access.With(t.Context(), access.System("test"))
	for i, object := range []string{"matter/7", "matter/8", "matter/7", "matter/7"} {
		if i == 3 {
			clk.Advance(24 * time.Hour)
		}
		if err := db.Update(ctx, func(tx *store.Tx) error {
			return audit.Log(ctx, tx, audit.Entry{Action: "matter.move", Object: object, Region: "410721000000", Summary: "办理", Detail: map[string]int{"n": i}})
		}); err != nil {
			t.Fatal(err)
		}
	}
	photo := []byte("\xff\xd8\xff the original")
	m := seal.Manifest{Installation: "测试市", Program: "test", SealedAt: "2026-08-29T08:00:00+08:00", SealedBy: "李", Number: "网格-1",
		Matter: json.RawMessage(`{"title":"露天焚烧"}`), Clocks: json.RawMessage(`[]`)}
	prev := make([]byte, 32)
	for i, text := range []string{`{"matter":"网格-1","seq":1,"evidence":[{"sha256":"` + hash(photo) + `"}]}`, `{"matter":"网格-1","seq":2}`} {
		m.Head = hash(prev, []byte(text))
		m.Events = append(m.Events, seal.Event{Seq: int64(i + 1), Body: text, Hash: m.Head})
		prev, _ = hex.DecodeString(m.Head)
	}
	m.Evidence = []seal.Evidence{{ID: 5, File: "evidence/5.jpg", SHA256: hash(photo), About: json.RawMessage(`{}`)}}
	if err := db.View(ctx, func(tx *store.Tx) error {
		links, roots, err := audit.Trail(ctx, tx, "matter/7")
		m.Audit, m.Roots = seal.Links(links, roots)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	key, err := seal.Key(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	files := []seal.File{{Name: "index.txt", Data: []byte("事项 网格-1\n")}, {Name: "evidence/5.jpg", Data: photo}}
	out, err := seal.Write(key, m, files)
	if err != nil {
		t.Fatal(err)
	}
	return out, key, m, files
}

func TestASealedFileProvesItselfAndEveryByteCounts(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		data, key, _, _ := sealed(t, db, clk)
		m, err := seal.Verify(data, seal.Public(key))
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Audit) != 3 || len(m.Roots) != 1 || m.Audit[0].NextSeq != 2 || m.Audit[2].NextSeq != 0 {
			t.Errorf("%+v %+v", m.Audit, m.Roots)
		}
		if _, err := seal.Verify(data, strings.Repeat("ab", 32)); err == nil {
			t.Error("another key is taken for ours")
		}
		named := map[string]int{}
		for i := range data {
			for _, bit := range []byte{1, 0x80} {
				bad := bytes.Clone(data)
				bad[i] ^= bit
				_, err := seal.Verify(bad, "")
				if err == nil {
					t.Fatalf("byte %d of %d flipped and nothing was found", i, len(data))
				}
				for _, name := range []string{"manifest.json", "signature.json", "index.txt", "evidence/5.jpg", "archive", "not a sealed file"} {
					if strings.Contains(err.Error(), name) {
						named[name]++
					}
				}
			}
		}
		for _, name := range []string{"manifest.json", "signature.json", "index.txt", "evidence/5.jpg", "archive"} {
			if named[name] == 0 {
				t.Errorf("no flip named %s: %v", name, named)
			}
		}
		for _, n := range []int{0, 1, 10, len(data) / 2, len(data) - 1} {
			if _, err := seal.Verify(data[:n], ""); err == nil {
				t.Errorf("cut at %d and nothing was found", n)
			}
		}
		if _, err := seal.Verify(append(bytes.Clone(data), 0), ""); err == nil {
			t.Error("a byte behind the end and nothing was found")
		}
	})
}

func TestAnyProgramOpensIt(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		data, _, _, files := sealed(t, db, clk)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		if err != nil || len(z.File) != 4 {
			t.Fatal(err)
		}
		for i, f := range z.File[2:] {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil || f.Name != files[i].Name || !bytes.Equal(text, files[i].Data) {
				t.Errorf("%s %v", f.Name, err)
			}
		}
	})
}

// TestWhoSignsAnewIsFoundByTheChains plays somebody who holds the key and alters the record:
// what the hashes cover still does not fit.
func TestWhoSignsAnewIsFoundByTheChains(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, clk *clock.Manual) {
		_, key, base, files := sealed(t, db, clk)
		for want, alter := range map[string]func(m *seal.Manifest){
			"event 2: its content":    func(m *seal.Manifest) { m.Events[1].Body = strings.Replace(m.Events[1].Body, "}", " }", 1) },
			"event 1 is missing":      func(m *seal.Manifest) { m.Events = m.Events[1:] },
			"head of the record":      func(m *seal.Manifest) { m.Events = m.Events[:1] },
			"belongs to another":      func(m *seal.Manifest) { m.Number = "网格-2" },
			"is not in the file":      func(m *seal.Manifest) { m.Evidence = nil },
			"is not its original":     func(m *seal.Manifest) { m.Evidence[0].File = "index.txt" },
			"audit entry 1: its":      func(m *seal.Manifest) { m.Audit[0].Summary = "别的" },
			"was not built on it":     func(m *seal.Manifest) { m.Audit[0].NextPrev = strings.Repeat("0", 64) },
			"does not follow the one": func(m *seal.Manifest) { m.Audit[1], m.Audit[0] = m.Audit[0], m.Audit[1] },
			"audit root of day":       func(m *seal.Manifest) { m.Roots[0].First = 2 },
			"no events":               func(m *seal.Manifest) { m.Events = nil },
		} {
			text, err := json.Marshal(base)
			if err != nil {
				t.Fatal(err)
			}
			var m seal.Manifest
			if err := json.Unmarshal(text, &m); err != nil {
				t.Fatal(err)
			}
			alter(&m)
			if _, err := seal.Write(key, m, files); err == nil || !strings.Contains(fmt.Sprint(err), want) {
				t.Errorf("want %q, got %v", want, err)
			}
		}
	})
}

func TestTheKeyIsMadeOnce(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB, _ *clock.Manual) {
		a, err := seal.Key(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		b, err := seal.Key(t.Context(), db)
		if err != nil || !a.Equal(b) {
			t.Errorf("%v", err)
		}
	})
}
