package matter

import (
	"cmp"
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

// Requests lists the pauses and extensions that wait for the actor's own word, the most urgent
// first, and how many there are in all: those whose turn is another's are not among them.
func (s *Service) Requests(ctx context.Context, limit int) (out []Request, total int, err error) {
	if a, ok := access.From(ctx); !ok || !a.Has(access.MatterAllow) {
		return nil, 0, nil
	}
	err = s.view(ctx, func(w *work) error {
		for _, p := range w.sight("") {
			list, err := where(ctx, w.Tx, p.cond+" AND m.open = 1 AND m.id IN (SELECT matter FROM matter_pause WHERE state = 'asked') ORDER BY m.due_at, m.id", p.args...)
			if err != nil {
				return err
			}
			for _, m := range list {
				mine, err := w.requestsOf(m)
				if err != nil {
					return err
				}
				out = append(out, mine...)
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Request) int {
		return cmp.Or(cmp.Compare(a.Matter.DueAt, b.Matter.DueAt), cmp.Compare(a.Pause.ID, b.Pause.ID))
	})
	if total = len(out); total > limit {
		out = out[:limit]
	}
	return out, total, err
}

// requestsOf are the requests of a matter that the actor may decide.
func (w *work) requestsOf(m *Matter) ([]Request, error) {
	if !w.me.Can(access.MatterAllow, m.Region) {
		return nil, nil
	}
	who, k, err := w.party1(m)
	if err != nil {
		return nil, err
	}
	clocks, err := clocksOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return nil, err
	}
	pauses, err := pausesOf(w.ctx, w.Tx, m.ID)
	if err != nil {
		return nil, err
	}
	rights, err := w.clockRightsOf(m, k, clocks, pauses, who)
	if err != nil {
		return nil, err
	}
	var out []Request
	for _, p := range pauses {
		if rights.decide[p.ID] {
			out = append(out, Request{p, m, w.dir.Names[p.AskedBy]})
		}
	}
	return out, nil
}
