package demonstration

import (
	"testing"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/calendar"
	"qingshan/packs/demo/synth"
)

func TestDeliveries(t *testing.T) {
	s := Published()
	list := s.deliveries()
	last := list[len(list)-1].at
	if want := synth.HourEnd(calendar.MustDay("2026-08-28"), 7); last != want {
		t.Errorf("at the start hour %d is the newest, want 07:00 (%d): the 08:00 hour arrives at 08:10", last, want)
	}
	live, days := 0, -1
	for i, d := range list {
		if i > 0 && d.at <= list[i-1].at {
			t.Fatalf("delivery %d at %d is not after %d", i, d.at, list[i-1].at)
		}
		if d.live {
			live++
			if d.at <= last-24 {
				t.Errorf("hour %d belongs to the feed", d.at)
			}
		}
		if d.days >= 0 {
			if d.days <= days {
				t.Errorf("the panel goes from %d to %d days", days, d.days)
			}
			days = d.days
		}
	}
	if live != 24 {
		t.Errorf("%d hours of the last day arrive one by one", live)
	}
	if want := int(calendar.MustDay("2026-08-27")-calendar.MustDay("2024-01-01")) + 1; days != want {
		t.Errorf("the panel ends with day %d, want %d (2026-08-27)", days, want)
	}
	if len(list) > 90 {
		t.Errorf("%d deliveries: making the city would take too long", len(list))
	}
}

func TestDelivered(t *testing.T) {
	at := time.Date(2026, 8, 28, 8, 9, 59, 0, clock.Shanghai)
	if d, label := delivered(at).Day(); label != 7 || d.String() != "2026-08-28" {
		t.Errorf("at 08:09:59 the newest hour is %s %d", d, label)
	}
	if _, label := delivered(at.Add(time.Second)).Day(); label != 8 {
		t.Errorf("at 08:10 the newest hour is %d", label)
	}
	if !arrival(delivered(at)).Before(at) {
		t.Error("an hour arrives after it was delivered")
	}
}
