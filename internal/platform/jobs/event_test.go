package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

func (b *bench) publish(names ...string) {
	b.t.Helper()
	err := b.db.Update(b.t.Context(), func(tx *store.Tx) error {
		for _, n := range names {
			if err := jobs.Publish(b.t.Context(), tx, jobs.Event{Name: n, Object: "7", Region: "410721000000"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestFeed(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		if last, complete, err := jobs.Ends(ctx, b.db); err != nil || last != 0 || complete != 0 {
			t.Errorf("empty feed: %d %d %v", last, complete, err)
		}
		b.publish("a", "b")
		boom := errors.New("boom")
		err := b.db.Update(ctx, func(tx *store.Tx) error {
			return errors.Join(jobs.Publish(ctx, tx, jobs.Event{Name: "never"}), boom)
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		b.city.Advance(time.Hour)
		b.publish("c")
		for _, c := range []struct {
			after int64
			limit int
			want  string
		}{{0, 10, "1a 2b 3c "}, {0, 2, "1a 2b "}, {2, 10, "3c "}, {3, 10, ""}} {
			events, err := jobs.Feed(ctx, b.db, c.after, c.limit)
			var got string
			for _, e := range events {
				got += fmt.Sprint(e.Seq, e.Name, " ")
			}
			if err != nil || got != c.want {
				t.Errorf("after %d: %q %v, want %q", c.after, got, err, c.want)
			}
		}
		events, _ := jobs.Feed(ctx, b.db, 0, 1)
		if e := events[0]; e.At != morning.UnixMilli() || e.Object != "7" || e.Region != "410721000000" {
			t.Errorf("%+v", e)
		}
		err = b.db.Update(ctx, func(tx *store.Tx) error {
			n, err := jobs.PurgeEvents(ctx, tx, morning.Add(time.Minute).UnixMilli())
			if n != 2 {
				t.Errorf("%d events removed, want 2", n)
			}
			return err
		})
		if last, complete, e := jobs.Ends(ctx, b.db); err != nil || e != nil || last != 3 || complete != 2 {
			t.Errorf("after the purge: %d %d %v %v", last, complete, err, e)
		}
		if err := b.db.Update(ctx, func(tx *store.Tx) error { return jobs.Publish(ctx, tx, jobs.Event{}) }); !fault.Is(err, fault.Internal) {
			t.Errorf("an event without a name: %v", err)
		}
	})
}

// TestReaderNeverSkips reads while several publish: what a reader has passed it has seen.
func TestReaderNeverSkips(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		const writers, each = 4, 15
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for range each {
					b.publish("x")
				}
			})
		}
		var last int64
		for last < writers*each {
			events, err := jobs.Feed(t.Context(), b.db, last, 7)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				if e.Seq != last+1 {
					t.Fatalf("event %d after %d", e.Seq, last)
				}
				last = e.Seq
			}
		}
		wg.Wait()
	})
}

func TestBus(t *testing.T) {
	both(t, func(t *testing.T, b *bench) {
		b.publish("before")
		bus := jobs.NewBus(b.db, b.machine, time.Second, nil)
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- bus.Run(ctx) }()
		<-bus.Ready()
		fast, slow := bus.Subscribe(100), bus.Subscribe(1)
		gone := bus.Subscribe(1)
		gone.Close()
		gone.Close()
		b.publish("one", "two", "three") // the commit wakes the bus; the clock stands still
		for _, want := range []string{"one", "two", "three"} {
			if e := <-fast.C; e.Name != want {
				t.Errorf("got %q, want %q", e.Name, want)
			}
		}
		if e, ok := <-slow.C; !ok || e.Name != "one" {
			t.Errorf("slow got %v %v", e, ok)
		}
		if _, ok := <-slow.C; ok {
			t.Error("a listener that missed events is still connected")
		}
		if _, ok := <-gone.C; ok {
			t.Error("a closed subscription got an event")
		}
		b.elsewhere("four")
		var got jobs.Event
		b.until("polled", time.Second, func() bool {
			select {
			case got = <-fast.C:
				return true
			default:
				return false
			}
		})
		if got.Name != "four" {
			t.Errorf("got %+v", got)
		}
		cancel()
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if _, ok := <-fast.C; ok {
			t.Error("the end of the bus does not end its listeners")
		}
		if _, ok := <-bus.Subscribe(1).C; ok {
			t.Error("a late listener got an event")
		}
	})
}

// elsewhere writes an event as another process does: without waking this one.
func (b *bench) elsewhere(name string) {
	b.t.Helper()
	ctx := b.t.Context()
	err := b.db.Update(ctx, func(tx *store.Tx) error {
		var seq int64
		if err := tx.QueryRow(ctx, "UPDATE event_head SET seq = seq + 1 RETURNING seq").Scan(&seq); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO event (seq, at, name, object, region) VALUES ($1, 0, $2, '', '')", seq, name)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
}
