package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/server"
)

// The check says by which office hours deadlines are counted and where they come from, and
// refuses a file that cannot be read.
func TestCheckTellsTheOfficeHours(t *testing.T) {
	data := t.TempDir()
	clk := clock.NewManual(time.Date(2026, 8, 28, 9, 0, 0, 0, clock.Shanghai))
	hours := func() (string, bool) {
		t.Helper()
		for _, c := range server.Checks(t.Context(), &server.Config{Data: data}, nil, clk) {
			if c.Name == "办公时间" {
				return c.Detail, c.OK
			}
		}
		t.Fatal("nothing is said about office hours")
		return "", false
	}
	if text, ok := hours(); !ok || !strings.Contains(text, "08:30-12:00") || !strings.Contains(text, "默认值") {
		t.Errorf("without a file: %v %s", ok, text)
	}
	file := filepath.Join(data, "calendar", "office_hours.toml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	own := "id = \"summer\"\nname = \"夏季作息\"\nspans = [\"08:00-12:00\", \"15:00-18:30\"]\nsource = \"市政府办公室通知\"\nconfidence = \"B\"\n"
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, ok := hours(); !ok || !strings.Contains(text, "15:00-18:30") || !strings.Contains(text, "市政府办公室通知（B）") || strings.Contains(text, "默认值") {
		t.Errorf("with its own: %v %s", ok, text)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(own, "15:00", "11:00", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, ok := hours(); ok || !strings.Contains(text, "office_hours.toml") {
		t.Errorf("a wrong file: %v %s", ok, text)
	}
}
