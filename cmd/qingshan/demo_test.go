package main

import (
	"strings"
	"testing"
	"time"

	"qingshan/internal/platform/clock"
)

func TestTheCitysClockOnlyGoesForward(t *testing.T) {
	stopped := time.Date(2026, 9, 30, 16, 30, 0, 0, clock.Shanghai)
	for _, row := range []struct {
		start time.Time
		want  time.Time
	}{{time.Time{}, stopped}, {stopped, stopped}, {stopped.Add(time.Minute), stopped.Add(time.Minute)}} {
		if at, err := (&demoRun{start: row.start}).begin(stopped); err != nil || !at.Equal(row.want) {
			t.Errorf("asked for %v: %v %v, want %v", row.start, at, err, row.want)
		}
	}
	if _, err := (&demoRun{start: stopped.Add(-time.Minute)}).begin(stopped); err == nil || !strings.Contains(err.Error(), "2026-09-30T16:30") {
		t.Errorf("asked to go back: %v", err)
	}
}
