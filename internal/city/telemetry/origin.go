package telemetry

import (
	"context"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
)

// Origin is who delivered stored points.
type Origin struct {
	Stream string // name
	By     string // the person of a correction; only for readers of data.read
	Reason string // of a correction
}

// Origins tells who delivered the points with these origins. Needs air.read somewhere; the
// person behind a correction is told to those with data.read.
func (s *Service) Origins(ctx context.Context, ids map[int64]bool) (map[int64]Origin, error) {
	a, err := access.RequireAnywhere(ctx, access.AirRead)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]Origin, len(ids))
	err = s.db.View(ctx, func(tx *store.Tx) error {
		found, err := readSources(ctx, tx, ids)
		for id, src := range found {
			o := Origin{Stream: src.stream, Reason: src.reason}
			if src.reason != "" && len(a.Scopes(access.DataRead)) > 0 {
				o.By = src.actor
			}
			out[id] = o
		}
		return err
	})
	return out, err
}
