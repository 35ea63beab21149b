package server

import (
	"context"
	"sync"
	"time"

	"qingshan/internal/city/situation"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/jobs"
)

const (
	boardsPoll  = time.Second     // changes of other processes, and those that published nothing
	boardsQueue = 256             // events between two looks
	boardsWait  = 2 * time.Second // a stream tells an event at the latest after this
)

// boards keeps the air boards in memory up to the store. It works in front of the live
// stream: a browser that learns of an event and reads again must find the new numbers.
type boards struct {
	s   *Server
	air *situation.Service
	bus *jobs.Bus

	register telemetry.RegisterStamp // of the sites and regions that the boards were made with

	mu      sync.Mutex
	through int64         // number of the last event whose change is on the boards
	moved   chan struct{} // closed when through rises
}

func newBoards(s *Server, air *situation.Service, bus *jobs.Bus) *boards {
	return &boards{s: s, air: air, bus: bus, moved: make(chan struct{})}
}

// run computes the first board, then follows events and the store until ctx ends.
func (b *boards) run(ctx context.Context) error {
	sub := b.bus.Subscribe(boardsQueue)
	bring := func(ctx context.Context) (bool, error) { return true, b.air.Warm(ctx) }
	for ctx.Err() == nil {
		last, _, err := jobs.Ends(ctx, b.s.db) // before the boards are brought: they hold it afterwards
		if err == nil {
			err = b.look(ctx)
		}
		changed := false
		if err == nil {
			changed, err = bring(ctx)
		}
		if err == nil {
			b.reached(last)
			bring = b.air.Refresh
		}
		if err == nil && changed {
			b.warm(ctx)
		}
		if err != nil && ctx.Err() == nil {
			b.s.log.WarnContext(ctx, "air boards are behind", "error", err)
		}
		if ended := b.wait(ctx, sub); ended { // the queue ran over during a long computation
			sub = b.bus.Subscribe(boardsQueue)
		}
	}
	sub.Close()
	return ctx.Err()
}

// look notices a changed register of sites or regions, whoever changed it.
func (b *boards) look(ctx context.Context) error {
	stamp, err := b.s.rooms.Sites.RegisterStamp(ctx)
	if err == nil && stamp != b.register {
		b.register = stamp
		b.air.Forget()
	}
	return err
}

// warm makes what the first readers of the new numbers will ask for. Where it fails they wait
// a little longer, and learn of the error.
func (b *boards) warm(ctx context.Context) {
	err := b.air.WarmPages(ctx)
	if err == nil {
		_, err = b.s.rooms.Sites.Streams(access.With(ctx, access.System("boards")), "", 0)
	}
	if err != nil && ctx.Err() == nil {
		b.s.log.WarnContext(ctx, "pages were not made ahead", "error", err)
	}
}

// wait returns after the next event, with all others that are there taken, or after the poll.
func (b *boards) wait(ctx context.Context, sub *jobs.Subscription) (ended bool) {
	tick, cancel := context.WithTimeout(ctx, boardsPoll)
	defer cancel()
	select {
	case _, ok := <-sub.C:
		if !ok {
			<-tick.Done() // the bus may have ended: do not spin
			return true
		}
	case <-tick.Done():
		return false
	}
	for {
		select {
		case _, ok := <-sub.C:
			if !ok {
				return true
			}
		default:
			return false
		}
	}
}

func (b *boards) reached(seq int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if seq > b.through {
		b.through = seq
		close(b.moved)
		b.moved = make(chan struct{})
	}
}

// await returns when an event's change is on the boards, at the latest after boardsWait.
func (b *boards) await(ctx context.Context, seq int64) {
	limit, cancel := context.WithTimeout(ctx, boardsWait)
	defer cancel()
	for {
		b.mu.Lock()
		there, moved := b.through >= seq, b.moved
		b.mu.Unlock()
		if there {
			return
		}
		select {
		case <-moved:
		case <-limit.Done():
			return
		}
	}
}
