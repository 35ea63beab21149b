package store

import (
	"context"
	"runtime"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"qingshan/internal/platform/fault"
)

func openPostgres(ctx context.Context, cfg Config) (*DB, error) {
	pc, err := pgxpool.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "database_url", "数据库地址有误，应为 postgres://用户@主机/库名")
	}
	pc.MaxConns = int32(cfg.MaxConns)
	if pc.MaxConns <= 0 {
		pc.MaxConns = int32(max(8, 4*runtime.NumCPU()))
	}
	pc.ConnConfig.RuntimeParams["timezone"] = "UTC"
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, Classify(err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault.Wrap(err, fault.Unavailable, "database_unreachable", "连不上数据库，请检查地址、账号和网络")
	}
	db := stdlib.OpenDBFromPool(pool)
	return &DB{dialect: Postgres, writer: db, reader: db, pool: pool}, nil
}

// Pool is the PostgreSQL pool, for COPY; nil on SQLite.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }
