package notify_test

import (
	"strings"
	"testing"

	"qingshan/internal/platform/notify"
)

// Without the setting no webhook calls this machine, whatever it is named; and a notice of no
// region is for those who hear every region.
func TestWebhooksCallNobodyNear(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		far, county := b.hook("", "system,matter"), b.hook("410727000000", "")
		b.put(notify.Notice{To: []int64{1}, Kind: "system.disk", Title: "磁盘将满"})
		b.deliver()
		if far.count() != 1 || county.count() != 0 {
			t.Errorf("a notice of no region: all regions %d, county %d", far.count(), county.count())
		}
		b.put(notify.Notice{To: []int64{1}, Kind: "matter.moved", Title: "交办", Region: "410727101000"})
		b.deliver()
		if far.count() != 2 || county.count() != 1 {
			t.Errorf("a notice of the county: all regions %d, county %d", far.count(), county.count())
		}

		b.svc = notify.New(b.db, notify.Config{Machine: b.machine})
		b.put(notify.Notice{To: []int64{1}, Kind: "matter.moved", Title: "再办", Region: "410727101000"})
		b.deliver()
		if far.count() != 2 || county.count() != 1 {
			t.Error("this machine was called")
		}
		if n := strings.Count(b.states(), "webhook:failed"); n != 2 {
			t.Errorf("deliveries: %s", b.states())
		}
	})
}
