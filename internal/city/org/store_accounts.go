package org

import (
	"context"

	"qingshan/internal/platform/store"
)

const accountColumns = `a.id, a.name, a.display, a.person_id, n.name, a.region, a.must_change, a.disabled,
	CASE WHEN a.password = '' THEN 0 ELSE 1 END, a.language, a.last_login_at`

func scanAccount(row interface{ Scan(...any) error }, more ...any) (Account, error) {
	var a Account
	var must, disabled, local int64
	err := row.Scan(append([]any{&a.ID, &a.Name, &a.Display, &a.Person.ID, &a.Person.Name, &a.Region, &must, &disabled,
		&local, &a.Language, &a.LastLoginAt}, more...)...)
	a.MustChange, a.Disabled, a.Local = must == 1, disabled == 1, local == 1
	return a, store.Classify(err)
}

func accountByID(ctx context.Context, tx *store.Tx, id int64) (Account, error) {
	return scanAccount(tx.QueryRow(ctx, "SELECT "+accountColumns+" FROM account a JOIN person n ON n.id = a.person_id WHERE a.id = $1", id))
}

func accountsWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Account, error) {
	rows, err := tx.Query(ctx, "SELECT "+accountColumns+" FROM account a JOIN person n ON n.id = a.person_id WHERE "+cond, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (Account, error) { return scanAccount(rows) })
}

// credential is an account with its password hash.
type credential struct {
	account Account
	hash    string
}

func credentialByName(ctx context.Context, tx *store.Tx, name string) (credential, error) {
	return credentialWhere(ctx, tx, "a.name = $1", name)
}

func credentialByID(ctx context.Context, tx *store.Tx, id int64) (credential, error) {
	return credentialWhere(ctx, tx, "a.id = $1", id)
}

func credentialWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) (credential, error) {
	var c credential
	var err error
	c.account, err = scanAccount(tx.QueryRow(ctx, "SELECT "+accountColumns+", a.password FROM account a JOIN person n ON n.id = a.person_id WHERE "+cond, args...), &c.hash)
	return c, err
}

func insertAccount(ctx context.Context, tx *store.Tx, a Account, hash string) (Account, error) {
	a.Local = hash != ""
	err := tx.QueryRow(ctx, `INSERT INTO account (name, display, person_id, region, password, must_change, language, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
		a.Name, a.Display, a.Person.ID, string(a.Region), hash, flag(a.MustChange), a.Language, tx.NowMS()).Scan(&a.ID)
	return a, err
}

func setPassword(ctx context.Context, tx *store.Tx, id int64, hash string, mustChange bool) error {
	_, err := tx.Exec(ctx, "UPDATE account SET password = $1, must_change = $2 WHERE id = $3", hash, flag(mustChange), id)
	return err
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

const sessionColumns = "s.id, s.account_id, s.created_at, s.last_seen_at, s.address, s.device"

func scanSession(row interface{ Scan(...any) error }, more ...any) (Session, error) {
	var v Session
	err := row.Scan(append([]any{&v.ID, &v.Account, &v.CreatedAt, &v.LastSeenAt, &v.Address, &v.Device}, more...)...)
	return v, store.Classify(err)
}

// endSessions removes an account's sessions, but the one to keep.
func endSessions(ctx context.Context, tx *store.Tx, account int64, keep string) error {
	_, err := tx.Exec(ctx, "DELETE FROM session WHERE account_id = $1 AND id <> $2", account, keep)
	return err
}
