package rest

import (
	"time"

	"qingshan/internal/platform/clock"
)

// Instant writes an instant (ms UTC) as every answer does: RFC 3339 in civil time,
// 2026-08-28T07:00:00+08:00; "" for 0, which stands for none.
func Instant(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(clock.Shanghai).Format(time.RFC3339)
}
