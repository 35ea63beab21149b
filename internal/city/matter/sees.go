package matter

import (
	"context"
	"strconv"
	"strings"

	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Shows tells in the caller's transaction whether a piece of evidence lies at a matter that
// the actor of ctx may see.
func (s *Service) Shows(ctx context.Context, tx *store.Tx, id int64) (bool, error) {
	me, err := s.reader(ctx)
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	w := &work{Tx: tx, ctx: ctx, s: s, me: me, dir: me.dir}
	objects, err := evidence.Objects(ctx, tx, id)
	for _, o := range objects {
		at, e := strconv.ParseInt(strings.TrimPrefix(o, "matter/"), 10, 64)
		if e != nil {
			continue // another room's
		}
		if _, err := w.visible(at); err == nil {
			return true, nil
		} else if !fault.Is(err, fault.NotFound) {
			return false, err
		}
	}
	return false, err
}

// Knows tells whether the actor may know of a matter: the live stream tells nobody else that it
// changed.
func (s *Service) Knows(ctx context.Context, id int64) (bool, error) {
	err := s.view(ctx, func(w *work) error {
		_, err := w.visible(id)
		return err
	})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	return err == nil, err
}
