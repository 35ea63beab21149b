package telemetry

import (
	"context"

	"qingshan/internal/platform/store"
)

// RegisterStamp changes whenever the register of sites or the list of regions does, also when
// another process changed it. It asks for no permission and tells nothing of the register.
type RegisterStamp struct {
	Sites, Versions, Regions int64
}

// RegisterStamp reads the present stamp.
func (s *Service) RegisterStamp(ctx context.Context) (x RegisterStamp, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		x, err = readStamp(ctx, tx)
		return err
	})
	return x, err
}

func readStamp(ctx context.Context, tx *store.Tx) (x RegisterStamp, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(version), 0),
		(SELECT COALESCE(MAX(id), 0) FROM import_run WHERE kind = 'regions' AND status = 'done' AND dry_run = 0) FROM site`).
		Scan(&x.Sites, &x.Versions, &x.Regions)
	return x, err
}
