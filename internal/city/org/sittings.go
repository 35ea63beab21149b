package org

import (
	"context"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Sitting is a post and who sits in it on a day, for the rooms that hang posts on their records.
type Sitting struct {
	Post     int64
	Name     string
	Role     string
	Scope    region.Code
	Unit     int64
	UnitName string
	Person   Person // zero while the post is empty
	// Since is the civil day from which Person sits in it; while it is empty the day from which
	// nobody does, "" when nobody ever did.
	Since string
}

// Sittings reads posts with their sitters on a civil day in the caller's transaction. It asks
// for no permission: the room that shows them asks for its own. Unknown posts are left out.
func Sittings(ctx context.Context, tx *store.Tx, posts []int64, day string) (map[int64]Sitting, error) {
	out := make(map[int64]Sitting, len(posts))
	for len(posts) > 0 {
		n := min(len(posts), 500)
		if err := sittings(ctx, tx, posts[:n], day, out); err != nil {
			return nil, err
		}
		posts = posts[n:]
	}
	return out, nil
}

func sittings(ctx context.Context, tx *store.Tx, posts []int64, day string, out map[int64]Sitting) error {
	in, _ := store.In(1, len(posts))
	args := make([]any, len(posts))
	for i, p := range posts {
		args[i] = p
	}
	rows, err := tx.Query(ctx, `SELECT p.id, p.name, p.role, p.scope, u.id, u.name, COALESCE(h.person_id, 0), COALESCE(n.name, ''),
			COALESCE(h.from_day, ''), COALESCE(h.to_day, '')
		FROM post p JOIN unit u ON u.id = p.unit_id LEFT JOIN holder h ON h.post_id = p.id LEFT JOIN person n ON n.id = h.person_id
		WHERE p.id IN `+in+` ORDER BY p.id, h.from_day, h.id`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var s Sitting
		var p Person
		var from, to string
		if err := rows.Scan(&s.Post, &s.Name, &s.Role, &s.Scope, &s.Unit, &s.UnitName, &p.ID, &p.Name, &from, &to); err != nil {
			return store.Classify(err)
		}
		if known, ok := out[s.Post]; ok {
			s = known
		}
		switch {
		case p.ID == 0 || from > day:
		case to == "" || to > day:
			s.Person, s.Since = p, from
		case s.Person.ID == 0 && to > s.Since:
			s.Since = to
		}
		out[s.Post] = s
	}
	return store.Classify(rows.Err())
}
