package org

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// ActorOf is the actor that an account would be today, for the simulated people of a data
// pack. Only the system asks. Errors: not found.
func (s *Service) ActorOf(ctx context.Context, account int64) (out access.Actor, err error) {
	if a, _ := access.From(ctx); !a.IsSystem() {
		return out, fault.New(fault.Forbidden, "system_only", "只有系统可以模拟账号")
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		acc, err := accountByID(ctx, tx, account)
		if err != nil {
			return err
		}
		out, err = s.actorOf(ctx, tx, acc)
		return err
	})
	return out, err
}
