package org

import (
	"context"
	"database/sql"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
)

const unitColumns = "id, COALESCE(code, ''), name, short, kind, region, COALESCE(parent, 0), version"

func scanUnit(row interface{ Scan(...any) error }) (Unit, error) {
	var u Unit
	err := row.Scan(&u.ID, &u.Code, &u.Name, &u.Short, &u.Kind, &u.Region, &u.Parent, &u.Version)
	return u, store.Classify(err)
}

func unitByID(ctx context.Context, tx *store.Tx, id int64) (Unit, error) {
	return scanUnit(tx.QueryRow(ctx, "SELECT "+unitColumns+" FROM unit WHERE id = $1", id))
}

func unitsWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Unit, error) {
	rows, err := tx.Query(ctx, "SELECT "+unitColumns+" FROM unit WHERE "+cond+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (Unit, error) { return scanUnit(rows) })
}

func insertUnit(ctx context.Context, tx *store.Tx, u Unit) (Unit, error) {
	u.Version = 1
	err := tx.QueryRow(ctx, `INSERT INTO unit (code, name, short, kind, region, parent, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		null(u.Code), u.Name, u.Short, u.Kind, string(u.Region), nullID(u.Parent), tx.NowMS()).Scan(&u.ID)
	return u, err
}

func updateUnit(ctx context.Context, tx *store.Tx, u Unit) error {
	_, err := tx.Exec(ctx, "UPDATE unit SET name = $1, short = $2, kind = $3, parent = $4, version = $5 WHERE id = $6",
		u.Name, u.Short, u.Kind, nullID(u.Parent), u.Version, u.ID)
	return err
}

// unitsBelow lists a unit and the units below it.
func unitsBelow(ctx context.Context, tx *store.Tx, id int64) ([]int64, error) {
	rows, err := tx.Query(ctx, `WITH RECURSIVE below (id) AS (
			SELECT id FROM unit WHERE id = $1
			UNION SELECT u.id FROM unit u JOIN below b ON u.parent = b.id)
		SELECT id FROM below ORDER BY id`, id)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (id int64, err error) { return id, rows.Scan(&id) })
}

const postColumns = `p.id, COALESCE(p.code, ''), p.unit_id, u.name, u.region, p.name, p.role, p.scope, p.version`

func scanPost(row interface{ Scan(...any) error }, more ...any) (Post, error) {
	var p Post
	err := row.Scan(append([]any{&p.ID, &p.Code, &p.Unit, &p.UnitName, &p.UnitRegion, &p.Name, &p.Role, &p.Scope, &p.Version}, more...)...)
	return p, store.Classify(err)
}

// postsWhere lists posts with all their holders, by id.
func postsWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Post, error) {
	rows, err := tx.Query(ctx, "SELECT "+postColumns+" FROM post p JOIN unit u ON u.id = p.unit_id WHERE "+cond+" ORDER BY p.id", args...)
	if err != nil {
		return nil, err
	}
	posts, err := collect(rows, func() (Post, error) { return scanPost(rows) })
	if err != nil || len(posts) == 0 {
		return posts, err
	}
	at := map[int64]int{}
	for i, p := range posts {
		at[p.ID] = i
	}
	holders, err := holdersWhere(ctx, tx, "h.post_id IN (SELECT p.id FROM post p JOIN unit u ON u.id = p.unit_id WHERE "+cond+")", args...)
	for _, h := range holders {
		p := &posts[at[h.Post]]
		p.Holders = append(p.Holders, h)
	}
	return posts, err
}

func holdersWhere(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Holder, error) {
	rows, err := tx.Query(ctx, `SELECT h.id, h.post_id, h.person_id, n.name, h.from_day, h.to_day
		FROM holder h JOIN person n ON n.id = h.person_id WHERE `+cond+` ORDER BY h.from_day, h.id`, args...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func() (h Holder, err error) {
		return h, store.Classify(rows.Scan(&h.ID, &h.Post, &h.Person.ID, &h.Person.Name, &h.From, &h.To))
	})
}

func insertPost(ctx context.Context, tx *store.Tx, p Post) (Post, error) {
	p.Version = 1
	err := tx.QueryRow(ctx, "INSERT INTO post (code, unit_id, name, role, scope, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
		null(p.Code), p.Unit, p.Name, p.Role, string(p.Scope), tx.NowMS()).Scan(&p.ID)
	return p, err
}

func updatePost(ctx context.Context, tx *store.Tx, p Post) error {
	_, err := tx.Exec(ctx, "UPDATE post SET name = $1, role = $2, scope = $3, version = $4 WHERE id = $5",
		p.Name, p.Role, string(p.Scope), p.Version, p.ID)
	return err
}

func insertHolder(ctx context.Context, tx *store.Tx, h Holder) (Holder, error) {
	err := tx.QueryRow(ctx, "INSERT INTO holder (post_id, person_id, from_day, to_day, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
		h.Post, h.Person.ID, h.From, h.To, tx.NowMS()).Scan(&h.ID)
	return h, err
}

// touchPost gives a post whose holders changed the next version, and tells it.
func touchPost(ctx context.Context, tx *store.Tx, post int64) (version int64, err error) {
	err = tx.QueryRow(ctx, "UPDATE post SET version = version + 1 WHERE id = $1 RETURNING version", post).Scan(&version)
	return version, err
}

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, scan func() (T, error)) ([]T, error) {
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan()
		if err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, v)
	}
	return out, store.Classify(rows.Err())
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func nullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// heldPosts are the posts that a person holds on a day, with their roles.
func heldPosts(ctx context.Context, tx *store.Tx, roles access.Roles, person int64, day string) ([]held, error) {
	rows, err := tx.Query(ctx, "SELECT "+postColumns+` FROM holder h JOIN post p ON p.id = h.post_id JOIN unit u ON u.id = p.unit_id
		WHERE h.person_id = $1 AND h.from_day <= $2 AND (h.to_day = '' OR h.to_day > $3) ORDER BY p.id`, person, day, day)
	if err != nil {
		return nil, err
	}
	posts, err := collect(rows, func() (Post, error) { return scanPost(rows) })
	var out []held
	for _, p := range posts {
		if role, known := roles.ByID(p.Role); known { // a role that a pack no longer has allows nothing
			out = append(out, held{p, role})
		}
	}
	return out, err
}
