package matter

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
)

// Request is a pause or an extension that waits for a decision.
type Request struct {
	Pause
	Matter *Matter
	Asker  string // name shown to people
}

// Requests lists the pauses and extensions that the actor may decide, the most urgent first.
func (s *Service) Requests(ctx context.Context, limit int) ([]Request, error) {
	if a, ok := access.From(ctx); !ok || !a.Has(access.MatterAllow) {
		return nil, nil
	}
	var out []Request
	err := s.view(ctx, func(w *work) error {
		for _, p := range w.sight("") {
			list, err := where(ctx, w.Tx, p.cond+" AND m.open = 1 AND m.id IN (SELECT matter FROM matter_pause WHERE state = 'asked') ORDER BY m.due_at, m.id", p.args...)
			if err != nil {
				return err
			}
			for _, m := range list {
				if len(out) >= limit || !w.me.Can(access.MatterAllow, m.Region) {
					continue
				}
				asked, err := pausesOf(ctx, w.Tx, m.ID)
				if err != nil {
					return err
				}
				for _, x := range asked {
					if x.State == "asked" && x.AskedBy != w.me.Account && w.dir.Persons[x.AskedBy] != w.me.person && !slices.Contains(w.me.posts, m.HolderPost) {
						out = append(out, Request{x, m, w.dir.Names[x.AskedBy]})
					}
				}
			}
		}
		return nil
	})
	return out, err
}
