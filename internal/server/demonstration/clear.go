package demonstration

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"qingshan/internal/platform/store"
)

// clearPostgres empties the schema that an unfinished demonstration filled.
func clearPostgres(ctx context.Context, cfg store.Config) error {
	conn, err := pgx.Connect(ctx, cfg.URL)
	if err != nil {
		return fmt.Errorf("remove the unfinished demonstration: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		return fmt.Errorf("remove the unfinished demonstration: %w", err)
	}
	return nil
}
