package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

// chain is an installation's folder whose audit chain has three days, the last still open.
func chain(t *testing.T, word string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	clk := clock.NewManual(time.Date(2026, 8, 26, 9, 0, 0, 0, clock.Shanghai))
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "qingshan.db")}, clk)
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.With(t.Context(), access.System("test"))
	for day := range 3 {
		err := db.Update(ctx, func(tx *store.Tx) error {
			return audit.Log(ctx, tx, audit.Entry{Action: "test", Object: fmt.Sprint(day), Summary: word})
		})
		if err != nil {
			t.Fatal(err)
		}
		clk.Advance(24 * time.Hour)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// spoken runs the program and gives its output and exit status.
func spoken(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), &env{strings.NewReader(""), &out, &err}, args)
	return out.String(), err.String(), code
}

// TestAChainIsComparedWithRootsKeptOutside: the roots that were printed hold for their chain,
// and find one that was written anew as a whole, which nothing inside can find.
func TestAChainIsComparedWithRootsKeptOutside(t *testing.T) {
	dir, other := chain(t, "原记录"), chain(t, "改写后")
	roots, _, code := spoken(t, "verify", "--roots", "--data", dir)
	lines := strings.Split(strings.TrimSpace(roots), "\n")
	if code != 0 || len(lines) != 2 || !strings.HasPrefix(lines[0], "2026-08-26 sha-256 ") || !strings.HasPrefix(lines[1], "2026-08-27 sha-256 ") {
		t.Fatalf("%d %q", code, roots)
	}
	kept := filepath.Join(t.TempDir(), "roots.txt")
	write := func(text string) {
		if err := os.WriteFile(kept, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# 纪委存\n\n" + roots)
	if out, _, code := spoken(t, "verify", "--data", dir, "--anchor", kept); code != 0 || !strings.Contains(out, "3 daily roots, 2 of them as kept outside") {
		t.Errorf("the same chain: %d %s", code, out)
	}
	if out, _, code := spoken(t, "verify", "--data", other); code != 0 {
		t.Errorf("the rewritten chain by itself: %d %s", code, out)
	}
	if out, _, code := spoken(t, "verify", "--data", other, "--anchor", kept); code != 1 ||
		!strings.Contains(out, "FAILED audit: the root of 2026-08-26 kept outside is not the chain's: the chain was rewritten") {
		t.Errorf("the rewritten chain: %d %s", code, out)
	}
	if out, text, code := spoken(t, "verify", "--roots", "--data", other, "--anchor", kept); code != 1 || out != "" || !strings.Contains(text, "rewritten") {
		t.Errorf("roots of the rewritten chain: %d %s %s", code, out, text)
	}
	for text, want := range map[string]string{"2026-08-26 sha-256 00\n": kept + `:1: "00" is not a root`, "\n20260826 sha-256 00": kept + `:2: "20260826" is not a day`,
		"a b": kept + ":1: want DAY ALGORITHM HASH", "# nothing": kept + ": no roots in it", "2026-08-26 md5 00": `unknown algorithm "md5"`} {
		write(text)
		if _, text, code := spoken(t, "verify", "--data", dir, "--anchor", kept); code != 2 || !strings.Contains(text, want) {
			t.Errorf("%d %s, want %s", code, text, want)
		}
	}
}
