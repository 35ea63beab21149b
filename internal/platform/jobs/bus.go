package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

// Bus brings the events of all processes to the listeners of this one: at once for commits
// made here, by polling for those made elsewhere.
type Bus struct {
	db      *store.DB
	machine clock.Clock
	poll    time.Duration
	log     *slog.Logger

	mu   sync.Mutex
	subs map[*Subscription]bool

	ready chan struct{}
}

// NewBus makes a bus that looks for other processes' events every poll (0: 1 s) of the
// machine's time. Nothing is delivered before Run.
func NewBus(db *store.DB, machine clock.Clock, poll time.Duration, log *slog.Logger) *Bus {
	if poll <= 0 {
		poll = time.Second
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Bus{db: db, machine: machine, poll: poll, log: log, subs: map[*Subscription]bool{},
		ready: make(chan struct{})}
}

// Ready is closed when Run has found its place: events from then on are delivered.
func (b *Bus) Ready() <-chan struct{} { return b.ready }

// Subscription is one listener. C is closed by Close, by the end of the bus, and when the
// listener was too slow: then it has missed events and must read them from the feed.
type Subscription struct {
	C   <-chan Event
	c   chan Event
	bus *Bus
}

// Subscribe listens to all events from now on, with room for queue events not yet taken.
func (b *Bus) Subscribe(queue int) *Subscription {
	c := make(chan Event, max(queue, 1))
	s := &Subscription{C: c, c: c, bus: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.subs == nil { // the bus has ended
		close(c)
		return s
	}
	b.subs[s] = true
	return s
}

// Close ends the subscription.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	s.bus.drop(s)
}

func (b *Bus) drop(s *Subscription) {
	if b.subs[s] {
		delete(b.subs, s)
		close(s.c)
	}
}

// Run delivers events until ctx ends; run a bus once. A database that is away for a while delays them.
func (b *Bus) Run(ctx context.Context) error {
	woken, stop := b.db.Listen(eventTopic)
	defer stop()
	defer b.end()
	last, err := b.start(ctx)
	for err == nil {
		if err = pause(ctx, b.machine, b.poll, woken); err != nil {
			break
		}
		if last, err = b.deliver(ctx, last); err != nil && ctx.Err() == nil {
			b.log.WarnContext(ctx, "events are delayed: the database does not answer", "error", err)
			err = nil
		}
	}
	return ctx.Err()
}

func (b *Bus) start(ctx context.Context) (int64, error) {
	for {
		last, _, err := Ends(ctx, b.db)
		if err == nil {
			close(b.ready)
			return last, nil
		}
		b.log.WarnContext(ctx, "events are delayed: the database does not answer", "error", err)
		if err := b.machine.Sleep(ctx, b.poll); err != nil {
			return 0, err
		}
	}
}

func (b *Bus) deliver(ctx context.Context, after int64) (int64, error) {
	const batch = 500
	for {
		events, err := Feed(ctx, b.db, after, batch)
		if err != nil {
			return after, err
		}
		b.mu.Lock()
		for _, e := range events {
			after = e.Seq
			for s := range b.subs {
				select {
				case s.c <- e:
				default:
					b.drop(s) // never let one slow listener hold up the others
				}
			}
		}
		b.mu.Unlock()
		if len(events) < batch {
			return after, nil
		}
	}
}

func (b *Bus) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for s := range b.subs {
		b.drop(s)
	}
	b.subs = nil
}

// pause waits for d of the machine's time or for a wake-up.
func pause(ctx context.Context, machine clock.Clock, d time.Duration, woken <-chan struct{}) error {
	timer, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = machine.Sleep(timer, d) // ends with timer at the latest
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-woken:
		return nil
	case <-over:
		return ctx.Err()
	}
}
