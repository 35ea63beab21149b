package audit

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Text is the root as it is kept outside: day, algorithm, hash.
func (r Root) Text() string { return r.Date() + " " + r.Algorithm + " " + hex.EncodeToString(r.Root) }

// ParseRoot reads what Text wrote. Its range of entries is not known.
func ParseRoot(text string) (Root, error) {
	parts := strings.Fields(text)
	if len(parts) != 3 {
		return Root{}, fmt.Errorf("want DAY ALGORITHM HASH, as verify --roots prints them, not %q", text)
	}
	day, err := time.Parse(time.DateOnly, parts[0])
	if err != nil {
		return Root{}, fmt.Errorf("%q is not a day like 2026-08-28", parts[0])
	}
	if parts[1] != SHA256 {
		return Root{}, fmt.Errorf("unknown algorithm %q", parts[1])
	}
	sum, err := hex.DecodeString(parts[2])
	if err != nil || len(sum) != 32 {
		return Root{}, fmt.Errorf("%q is not a root: want 64 hexadecimal digits", parts[2])
	}
	return Root{Day: day.Unix() / 86400, Algorithm: parts[1], Root: sum}, nil
}
