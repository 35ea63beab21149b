// Package clock is the only place that reads the machine's time. Everything else gets a
// Clock, so that the demonstration city, every test and every picture is repeatable
// (DESIGN §4.14).
package clock

import (
	"context"
	"sync"
	"time"
)

// Shanghai is the civil time zone of every rule. It has had no daylight saving since 1991,
// so a fixed offset is exact for all data the system holds and needs no zone database.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// Clock tells the time and lets a caller wait for it.
type Clock interface {
	// Now is the current instant, in Shanghai civil time.
	Now() time.Time
	// Sleep returns after d of this clock's time, or ctx's error when ctx ends first.
	Sleep(ctx context.Context, d time.Duration) error
}

// System is the machine's clock.
func System() Clock { return system{} }

type system struct{}

func (system) Now() time.Time { return time.Now().In(Shanghai) }

func (system) Sleep(ctx context.Context, d time.Duration) error { return wait(ctx, d) }

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Scaled starts at a given instant and runs speed times as fast as the machine's clock:
// the demonstration city's time.
type Scaled struct {
	mu    sync.Mutex
	base  time.Time // this clock's time at real
	real  time.Time
	speed float64
}

// NewScaled makes a clock that shows start now. A speed of 0 stands still.
func NewScaled(start time.Time, speed float64) *Scaled {
	return &Scaled{base: start.In(Shanghai), real: time.Now(), speed: speed}
}

// Now is the scaled instant.
func (c *Scaled) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at(time.Now())
}

func (c *Scaled) at(real time.Time) time.Time {
	return c.base.Add(time.Duration(float64(real.Sub(c.real)) * c.speed))
}

// Speed is how many seconds of this clock pass in a second of the machine's.
func (c *Scaled) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes the pace from now on without a jump.
func (c *Scaled) SetSpeed(speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	c.base, c.real, c.speed = c.at(now), now, speed
}

// Sleep waits until this clock has advanced by d; a clock that stands still waits for ctx.
func (c *Scaled) Sleep(ctx context.Context, d time.Duration) error {
	speed := c.Speed()
	if speed <= 0 {
		if d <= 0 {
			return ctx.Err()
		}
		<-ctx.Done()
		return ctx.Err()
	}
	return wait(ctx, time.Duration(float64(d)/speed))
}

// Manual stands still until a test moves it.
type Manual struct {
	mu  sync.Mutex
	now time.Time
	ch  chan struct{} // closed and replaced at every move
}

// NewManual makes a clock that shows now.
func NewManual(now time.Time) *Manual {
	return &Manual{now: now.In(Shanghai), ch: make(chan struct{})}
}

// Now is the instant last set.
func (c *Manual) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock and wakes the sleepers whose time has come.
func (c *Manual) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// Set moves the clock to now.
func (c *Manual) Set(now time.Time) {
	c.mu.Lock()
	c.now = now.In(Shanghai)
	close(c.ch)
	c.ch = make(chan struct{})
	c.mu.Unlock()
}

// Sleep waits until the clock was moved past d from now.
func (c *Manual) Sleep(ctx context.Context, d time.Duration) error {
	until := c.Now().Add(d)
	for {
		c.mu.Lock()
		now, ch := c.now, c.ch
		c.mu.Unlock()
		if !now.Before(until) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ch:
		}
	}
}

// Stopwatch measures real elapsed time, for progress lines, request logs and benchmarks.
// It is deliberately not part of Clock: a rate in rows/s is about the machine, not the city.
type Stopwatch struct{ start time.Time }

// Start begins measuring.
func Start() Stopwatch { return Stopwatch{time.Now()} }

// Elapsed is the real time since Start.
func (s Stopwatch) Elapsed() time.Duration { return time.Since(s.start) }
