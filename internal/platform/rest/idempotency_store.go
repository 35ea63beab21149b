package rest

import (
	"context"
	"database/sql"
	"encoding/json"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// postID names one post of one account.
type postID struct {
	account   int64
	operation string
	key       string
}

// answer is a kept answer.
type answer struct {
	bodyHash string
	done     bool
	secret   bool // only the fact is kept
	status   int
	headers  map[string]string
	body     []byte
}

// secretHeaders marks a row whose answer is not kept.
const secretHeaders = "-"

// reserve writes the key down before the work begins, durably, and returns nil; or it
// returns what is known about the earlier post with that key.
func (a *API) reserve(ctx context.Context, id postID, hash string) (*answer, error) {
	var seen *answer
	err := a.cfg.DB.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE actor = $1 AND operation = $2 AND key = $3 AND created_at < $4`,
			id.account, id.operation, id.key, tx.Now().Add(-KeepAnswers).UnixMilli())
		if err != nil {
			return err
		}
		res, err := tx.Exec(ctx, `INSERT INTO idempotency (actor, operation, key, body_hash, created_at)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT (actor, operation, key) DO NOTHING`,
			id.account, id.operation, id.key, hash, tx.NowMS())
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
		seen, err = find(ctx, tx, id)
		return err
	})
	return seen, err
}

func find(ctx context.Context, tx *store.Tx, id postID) (*answer, error) {
	var out answer
	var doneAt sql.NullInt64
	var headers string
	err := tx.QueryRow(ctx, `SELECT body_hash, done_at, status, headers, answer FROM idempotency
		WHERE actor = $1 AND operation = $2 AND key = $3`, id.account, id.operation, id.key).
		Scan(&out.bodyHash, &doneAt, &out.status, &headers, &out.body)
	if err != nil {
		return nil, err
	}
	out.done = doneAt.Valid
	out.secret = headers == secretHeaders
	if headers != "" && !out.secret {
		if err := json.Unmarshal([]byte(headers), &out.headers); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "idempotency", "")
		}
	}
	return &out, nil
}

func (a *API) keep(ctx context.Context, id postID, out answer) error {
	headers := secretHeaders
	if !out.secret {
		b, err := json.Marshal(out.headers)
		if err != nil {
			return err
		}
		headers = string(b)
	}
	return a.cfg.DB.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE idempotency SET done_at = $1, status = $2, headers = $3, answer = $4
			WHERE actor = $5 AND operation = $6 AND key = $7`,
			tx.NowMS(), out.status, headers, out.body, id.account, id.operation, id.key)
		return err
	})
}

func (a *API) forget(ctx context.Context, id postID) error {
	return a.cfg.DB.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM idempotency WHERE actor = $1 AND operation = $2 AND key = $3 AND done_at IS NULL`,
			id.account, id.operation, id.key)
		return err
	})
}

// Purge removes answers older than KeepAnswers and returns how many. The server calls it daily.
func Purge(ctx context.Context, db *store.DB) (int64, error) {
	var n int64
	err := db.Update(ctx, func(tx *store.Tx) error {
		res, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE created_at < $1", tx.Now().Add(-KeepAnswers).UnixMilli())
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}
