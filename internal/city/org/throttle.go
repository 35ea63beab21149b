package org

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
)

// Login tries: a name may be tried from one address accountTries times in a row and then once
// every accountPause. An address, behind which a whole office may sit, and a name from all
// addresses together are tried more often: nobody locks somebody else out with a few wrong
// passwords, and guessing from many addresses is slow all the same. The counts are kept in
// memory: a restart forgives, a replica counts for itself.
const (
	accountTries = 10
	accountPause = 90 * time.Second
	addressTries = 50
	addressPause = 20 * time.Second
	nameTries    = 100
	namePause    = 30 * time.Second
	maxBuckets   = 50_000
	sweepAtOnce  = 200 // buckets looked at to make room: a full map costs each try the same
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
	keys := tried(name, address)
	buckets := []bucket{t.get(keys[0], accountTries, accountPause, now), t.get(keys[1], addressTries, addressPause, now),
		t.get(keys[2], nameTries, namePause, now)}
	var wait time.Duration
	for _, x := range buckets {
		if over := x.used + 1 - x.tries; over > 0 {
			wait = max(wait, time.Duration(over*float64(x.pause)))
		}
	}
	if wait > 0 {
		seconds := int((wait + time.Second - 1) / time.Second)
		e := fault.New(fault.Unavailable, "throttled", fmt.Sprintf("尝试次数过多，请 %d 秒后再试", seconds))
		e.After = seconds
		return e
	}
	for i, x := range buckets {
		x.used++
		t.put(keys[i], x)
	}
	return nil
}

// tried are the buckets of a try: the name from the address, the address, the name.
func tried(name, address string) [3]string {
	return [3]string{"pair " + name + " " + address, "addr " + address, "name " + name}
}

// forgive gives the tries back after a right password: those from the address, and of the
// name's only the one, for others may be guessing it meanwhile.
func (t *throttle) forgive(name, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	keys, now := tried(name, address), t.clock.Now()
	delete(t.used, keys[0])
	for i, b := range []bucket{t.get(keys[1], addressTries, addressPause, now), t.get(keys[2], nameTries, namePause, now)} {
		b.used = max(0, b.used-1)
		t.put(keys[1+i], b)
	}
}

// pardon forgets what was tried for a name: its password is a new one.
func (t *throttle) pardon(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k := range t.used {
		if k == "name "+name || strings.HasPrefix(k, "pair "+name+" ") {
			delete(t.used, k)
		}
	}
}

func (t *throttle) get(key string, tries float64, pause time.Duration, now time.Time) bucket {
	b, ok := t.used[key]
	if !ok {
		return bucket{at: now, tries: tries, pause: pause}
	}
	return b.now(now)
}

// put keeps a bucket. A full map first forgets, of some that it happens on, those that are
// empty, and the emptiest when none is: it never grows past maxBuckets.
func (t *throttle) put(key string, b bucket) {
	if _, known := t.used[key]; !known && len(t.used) >= maxBuckets {
		t.makeRoom(b.at)
	}
	t.used[key] = b
}

func (t *throttle) makeRoom(now time.Time) {
	seen, least, emptiest := 0, 0.0, ""
	for k, x := range t.used {
		used := x.now(now).used
		if used == 0 {
			delete(t.used, k)
		} else if emptiest == "" || used < least {
			least, emptiest = used, k
		}
		if seen++; seen == sweepAtOnce {
			break
		}
	}
	if len(t.used) >= maxBuckets {
		delete(t.used, emptiest)
	}
}
