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
		out, err = s.ActorIn(ctx, tx, account)
		return err
	})
	return out, err
}

// ActorIn is the actor that an account would be today, in the caller's transaction: a room asks
// it before it tells the account of something. Errors: not found.
func (s *Service) ActorIn(ctx context.Context, tx *store.Tx, account int64) (access.Actor, error) {
	acc, err := accountByID(ctx, tx, account)
	if err != nil {
		return access.Actor{}, err
	}
	return s.actorOf(ctx, tx, acc)
}
