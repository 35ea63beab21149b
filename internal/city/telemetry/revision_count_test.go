package telemetry_test

import (
	"testing"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
)

// TestRevisionCountFollowsEveryAppend compares the kept count with one made from nothing.
func TestRevisionCountFollowsEveryAppend(t *testing.T) {
	both(t, func(r room) {
		r.clk.Set(morning.Add(40 * 24 * time.Hour))
		county := r.as("410702", access.DataRead)
		steps := []struct {
			of         telemetry.Batch
			all, local int
		}{
			{feed(pm("N1", "2026-08-28T08:00", 30, 31, 32), pm("N2", "2026-08-28T08:00", 40, 41)), 0, 0},
			{feed(pm("N1", "2026-08-28T08:00", 30, 35, 36)), 2, 2},
			{feed(pm("N1", "2026-08-28T08:00", 30, 37, 36)), 2, 2}, // a third revision of the same hour
			{feed(pm("N1", "2026-09-28T08:00", 30, 31)), 2, 2},     // another month, nothing revised
			{feed(pm("N2", "2026-08-28T08:00", 40, 42)), 3, 2},
			{feed(pm("N1", "2026-09-28T08:00", 33, 31)), 4, 3},
		}
		for i, step := range steps {
			r.ingest(step.of)
			fresh := telemetry.New(r.db, r.svc.Rules())
			for name, svc := range map[string]*telemetry.Service{"kept": r.svc, "fresh": fresh} {
				if n, err := svc.RevisionCount(r.ctx, ""); err != nil || n != step.all {
					t.Errorf("step %d, %s: %d revised, want %d: %v", i, name, n, step.all, err)
				}
				if n, err := svc.RevisionCount(county, ""); err != nil || n != step.local {
					t.Errorf("step %d, %s: %d revised in the county, want %d: %v", i, name, n, step.local, err)
				}
			}
			list, err := r.svc.Revisions(r.ctx, "", telemetry.Place{}, 10)
			if err != nil || len(list) != step.all {
				t.Errorf("step %d: %d listed, want %d: %v", i, len(list), step.all, err)
			}
		}
	})
}
