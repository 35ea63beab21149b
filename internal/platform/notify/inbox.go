package notify

import (
	"context"
	"strconv"
	"strings"

	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// Item is one line of an account's inbox.
type Item struct {
	ID        int64
	Kind      string
	Title     string
	Body      string
	Link      string
	Object    string
	Urgent    bool
	CreatedAt int64 // ms UTC
	ReadAt    int64 // 0: unread
	Sent      []Receipt
}

// Receipt is what became of one way out.
type Receipt struct {
	Channel string
	State   string // pending, sending, sent, failed, skipped, unknown
	At      int64  // ms UTC, of the sending or of the plan
	Receipt string
	Error   string
}

// Inbox lists an account's notices, newest first, with id below before (0: from the newest),
// and the number of unread ones.
func (s *Service) Inbox(ctx context.Context, account int64, unread bool, before int64, limit int) (items []Item, open int, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM notice WHERE account_id = $1 AND read_at = 0`, account).Scan(&open); err != nil {
			return err
		}
		items, err = inboxOf(ctx, tx, account, unread, before, limit)
		if err != nil {
			return err
		}
		return receipts(ctx, tx, items)
	})
	return items, open, err
}

func inboxOf(ctx context.Context, tx *store.Tx, account int64, unread bool, before int64, limit int) ([]Item, error) {
	cond, args := "account_id = $1", []any{account}
	if unread {
		cond += " AND read_at = 0"
	}
	if before > 0 {
		args = append(args, before)
		cond += " AND id < $2"
	}
	args = append(args, limit)
	return noticesOf(ctx, tx, cond+" ORDER BY id DESC LIMIT $"+strconv.Itoa(len(args)), args...)
}

// noticesOf reads the notices of a condition, which brings its order.
func noticesOf(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Item, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, title, body, link, object, urgent = 1, created_at, read_at FROM notice WHERE `+cond, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Item
	for rows.Next() {
		var i Item
		if err := rows.Scan(&i.ID, &i.Kind, &i.Title, &i.Body, &i.Link, &i.Object, &i.Urgent, &i.CreatedAt, &i.ReadAt); err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, rows.Err()
}

// receipts adds what became of the ways out.
func receipts(ctx context.Context, tx *store.Tx, items []Item) error {
	if len(items) == 0 {
		return nil
	}
	at := map[int64]int{}
	var ids []any
	for i, x := range items {
		at[x.ID] = i
		ids = append(ids, x.ID)
	}
	marks, _ := store.In(1, len(ids))
	rows, err := tx.Query(ctx, `SELECT notice_id, channel, state, sent_at, next_at, receipt, error FROM delivery
		WHERE notice_id IN `+marks+` ORDER BY id`, ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, sent, next int64
		var r Receipt
		if err := rows.Scan(&id, &r.Channel, &r.State, &sent, &next, &r.Receipt, &r.Error); err != nil {
			return err
		}
		if r.At = next; sent > 0 {
			r.At = sent
		}
		items[at[id]].Sent = append(items[at[id]].Sent, r)
	}
	return rows.Err()
}

// Read marks notices of an account as read; no ids means all. Others' ids change nothing.
func (s *Service) Read(ctx context.Context, account int64, ids []int64) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		args := []any{tx.NowMS(), account}
		cond := ""
		if len(ids) > 0 {
			marks, _ := store.In(3, len(ids))
			cond = " AND id IN " + marks
			for _, id := range ids {
				args = append(args, id)
			}
		}
		res, err := tx.Exec(ctx, `UPDATE notice SET read_at = $1 WHERE account_id = $2 AND read_at = 0`+cond, args...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return jobs.Publish(ctx, tx, jobs.Event{Name: Event, Object: decimal(account)})
	})
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// oneLine makes a text fit for a head line of a mail.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
