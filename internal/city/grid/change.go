package grid

import (
	"context"

	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

type changeKey struct{}

// changing tells whether the transaction of ctx changes the grid itself.
func changing(ctx context.Context) bool { return ctx.Value(changeKey{}) != nil }

// update runs a change of the grid, or only tries it; fn must use the context that it gets.
func (s *Service) update(ctx context.Context, fn func(context.Context, *store.Tx) error) error {
	ctx = context.WithValue(ctx, changeKey{}, true)
	return s.db.Update(ctx, func(tx *store.Tx) error {
		if trial := trialOf(ctx); trial != nil {
			return s.tried(ctx, tx, trial, fn)
		}
		return fn(ctx, tx)
	})
}

// changed tells the others: the last step of a change.
func changed(ctx context.Context, tx *store.Tx, object string, r region.Code) error {
	return jobs.Publish(ctx, tx, jobs.Event{Name: "grid.changed", Object: object, Region: r})
}
