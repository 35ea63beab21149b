package store_test

import (
	"errors"
	"testing"

	"qingshan/internal/platform/store"
)

func TestWakeFollowsTheCommit(t *testing.T) {
	both(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		ch, stop := db.Listen("news")
		other, stopOther := db.Listen("else")
		defer stopOther()
		woken := func() bool {
			select {
			case <-ch:
				return true
			default:
				return false
			}
		}
		wake := func(result error) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				tx.Wake("news")
				if woken() {
					t.Error("woken before the commit")
				}
				return result
			}
		}
		wakeOnly := func(tx *store.Tx) error {
			tx.Wake("news")
			return nil
		}
		boom := errors.New("boom")
		if err := db.Update(ctx, wake(boom)); !errors.Is(err, boom) || woken() {
			t.Errorf("a rolled back transaction woke a listener, or: %v", err)
		}
		for range 3 { // one token, however many commits
			if err := db.Update(ctx, wakeOnly); err != nil {
				t.Fatal(err)
			}
		}
		if !woken() || woken() {
			t.Error("want exactly one token after three commits")
		}
		if len(other) != 0 {
			t.Error("another topic was woken")
		}
		stop()
		if err := db.Update(ctx, wake(nil)); err != nil || woken() {
			t.Errorf("woken after stop (%v)", err)
		}
	})
}
