package telemetry

import (
	"context"
	"strings"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Events of the room. Their object is a time or an id, never a value: readers ask again.
const (
	EventHour      = "air.hour"       // new hourly values; object: the newest label
	EventDay       = "air.day"        // new daily values; object: the newest label
	EventCorrected = "data.corrected" // object: the correction's id
)

// siteChange is the audit's detail of a change to the register.
type siteChange struct {
	Old *Site `json:"old,omitempty"`
	New *Site `json:"new"`
}

func recordSite(ctx context.Context, tx *store.Tx, action, summary string, old, now *Site) error {
	return audit.Log(ctx, tx, audit.Entry{Action: action, Object: "site/" + now.Code, Region: now.Region,
		Summary: summary, Detail: siteChange{old, now}})
}

func publish(ctx context.Context, tx *store.Tx, name, object string, r region.Code) error {
	return jobs.Publish(ctx, tx, jobs.Event{Name: name, Object: object, Region: r})
}

// storable makes a text that both engines take, of at most max bytes.
func storable(s string, max int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	if len(s) > max {
		s = strings.ToValidUTF8(s[:max], "") + "…"
	}
	return s
}
