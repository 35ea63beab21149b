package clock_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"qingshan/internal/platform/clock"
)

var start = time.Date(2026, 8, 28, 8, 0, 0, 0, clock.Shanghai)

func TestScaledRunsAtItsSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.NewScaled(start, 60)
		time.Sleep(time.Minute)
		if got, want := c.Now(), start.Add(time.Hour); !got.Equal(want) {
			t.Errorf("after a minute at speed 60: %v, want %v", got, want)
		}
		c.SetSpeed(0)
		time.Sleep(time.Hour)
		if got, want := c.Now(), start.Add(time.Hour); !got.Equal(want) {
			t.Errorf("standing still: %v, want %v", got, want)
		}
		c.SetSpeed(3600)
		if err := c.Sleep(t.Context(), 2*time.Hour); err != nil {
			t.Fatal(err)
		}
		if got, want := c.Now(), start.Add(3*time.Hour); !got.Equal(want) {
			t.Errorf("after sleeping two hours: %v, want %v", got, want)
		}
	})
}

func TestManualWakesSleepers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.NewManual(start)
		done := make(chan error, 1)
		go func() { done <- c.Sleep(t.Context(), time.Hour) }()
		synctest.Wait()
		c.Advance(59 * time.Minute)
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("woke too early")
		default:
		}
		c.Advance(time.Minute)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestSleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for _, c := range []clock.Clock{clock.System(), clock.NewScaled(start, 0), clock.NewManual(start)} {
			if err := c.Sleep(ctx, time.Hour); err == nil {
				t.Errorf("%T slept through a cancelled context", c)
			}
		}
	})
}
