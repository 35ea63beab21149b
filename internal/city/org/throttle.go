package org

import (
	"fmt"
	"sync"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
)

// Login tries: a name may be tried accountTries times in a row and then once every
// accountPause; an address, behind which a whole office may sit, more often. The counts are
// kept in memory: a restart forgives, a replica counts for itself.
const (
	accountTries = 10
	accountPause = 90 * time.Second
	addressTries = 50
	addressPause = 20 * time.Second
	maxBuckets   = 50_000
)

// throttle slows down guessing. It counts unknown names like known ones.
type throttle struct {
	clock clock.Clock
	mu    sync.Mutex
	used  map[string]bucket
}

// bucket is a number of tries used, as of a time; it empties with time.
type bucket struct {
	used  float64
	at    time.Time
	tries float64
	pause time.Duration
}

func newThrottle(c clock.Clock) *throttle { return &throttle{clock: c, used: map[string]bucket{}} }

func (b bucket) now(t time.Time) bucket {
	b.used = max(0, b.used-float64(t.Sub(b.at))/float64(b.pause))
	b.at = t
	return b
}

// take uses up one try of the name and of the address. It is taken before the password is
// looked at, so that many tries at once do not slip through. Errors: throttled (429).
func (t *throttle) take(name, address string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock.Now()
	a, b := t.get("name "+name, accountTries, accountPause, now), t.get("addr "+address, addressTries, addressPause, now)
	var wait time.Duration
	for _, x := range []bucket{a, b} {
		if over := x.used + 1 - x.tries; over > 0 {
			wait = max(wait, time.Duration(over*float64(x.pause)))
		}
	}
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		return fault.New(fault.Unavailable, "throttled", fmt.Sprintf("尝试次数过多，请 %d 秒后再试", seconds))
	}
	a.used, b.used = a.used+1, b.used+1
	t.put("name "+name, a)
	t.put("addr "+address, b)
	return nil
}

// forgive gives the tries back after a right password.
func (t *throttle) forgive(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.used, "name "+name)
	b := t.get("addr "+address, addressTries, addressPause, t.clock.Now())
	b.used = max(0, b.used-1)
	t.put("addr "+address, b)
}

func (t *throttle) get(key string, tries float64, pause time.Duration, now time.Time) bucket {
	b, ok := t.used[key]
	if !ok {
		return bucket{at: now, tries: tries, pause: pause}
	}
	return b.now(now)
}

func (t *throttle) put(key string, b bucket) {
	if len(t.used) >= maxBuckets {
		for k, x := range t.used {
			if x.now(b.at).used == 0 {
				delete(t.used, k)
			}
		}
	}
	t.used[key] = b
}
