package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"qingshan/internal/platform/audit"
)

// readAnchors reads roots as verify --roots prints them; blank lines and lines that begin with
// # do not count. Errors name FILE:LINE. No file gives none.
func readAnchors(path string) ([]audit.Root, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("anchors: %w", err)
	}
	defer f.Close()
	var out []audit.Root
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		r, err := audit.ParseRoot(text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no roots in it", path)
	}
	return out, nil
}
