package audit

import (
	"context"
	"encoding/json"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Entry is what a use case says about a change or an export.
type Entry struct {
	Action  string      // "account.disable", "export": room and verb
	Object  string      // what was changed: "account/17", "site/410700-1"
	Region  region.Code // where the object lies; "" for what belongs to the whole installation
	Summary string      // Chinese, one line, for people
	Detail  any         // what changed, as JSON; never a secret
}

// Log appends the entry to the chain inside the caller's transaction. The actor and the
// request id come from ctx. On PostgreSQL concurrent writers wait for each other at the head
// from here to their commit, so log at the end of a use case. Errors: internal without an
// actor, or with a detail that is no JSON.
func Log(ctx context.Context, tx *store.Tx, e Entry) error {
	actor, ok := access.From(ctx)
	if !ok {
		return fault.New(fault.Internal, "audit_without_actor", "操作缺少执行人，未作改动")
	}
	r := Record{
		At: tx.NowMS(), Account: actor.Account, Post: actor.Post, Actor: clean(actor.Name),
		Action: clean(e.Action), Object: clean(e.Object), Region: e.Region, Summary: clean(e.Summary),
		RequestID: clean(access.RequestID(ctx)), Algorithm: SHA256,
	}
	if e.Detail != nil {
		b, err := json.Marshal(e.Detail)
		if err != nil {
			return fault.Wrap(err, fault.Internal, "audit_detail", "审计内容无法记录，未作改动")
		}
		r.Detail = clean(string(b))
	}
	head, err := lockHead(ctx, tx)
	if err != nil {
		return err
	}
	if err := head.turn(ctx, tx, civilDay(r.At)); err != nil {
		return err
	}
	r.Seq, r.Prev = head.seq+1, head.hash
	r.Hash, _ = r.sum()
	if err := insert(ctx, tx, r); err != nil {
		return err
	}
	head.seq, head.hash = r.Seq, r.Hash
	return head.save(ctx, tx)
}

// clean makes a text that both engines store byte for byte: PostgreSQL takes no NUL and no
// broken UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// head is the end of the chain.
type head struct {
	seq, day, first int64
	hash, root      []byte
}

// lockHead takes the end of the chain until the transaction ends. The first entry of an
// installation finds none and makes it.
func lockHead(ctx context.Context, tx *store.Tx) (*head, error) {
	query := "SELECT seq, day, first, hash, root FROM audit_head WHERE id = 1"
	if tx.Dialect() == store.Postgres {
		query += " FOR UPDATE" // SQLite has one writer
	}
	h := &head{}
	err := tx.QueryRow(ctx, query).Scan(&h.seq, &h.day, &h.first, &h.hash, &h.root)
	if !fault.Is(err, fault.NotFound) {
		return h, err
	}
	// No head: either the first entry ever, or somebody removed it. Never start over then.
	var last int64
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(seq), 0) FROM audit_entry").Scan(&last); err != nil {
		return nil, err
	}
	if last > 0 {
		return nil, fault.New(fault.Internal, "audit_head_missing", "审计链的链尾丢失，系统拒绝改动；请运行 qingshan verify 并联系管理员")
	}
	h = &head{first: 1, hash: zero(), root: zero()}
	_, err = tx.Exec(ctx, "INSERT INTO audit_head (id, seq, day, first, hash, root) VALUES (1, 0, 0, 1, $1, $2)", h.hash, h.root)
	return h, err
}

// turn closes the head's day with a root when the entry to come belongs to a later one. A
// clock that was set back adds to the open day: roots never overlap, and day is always the
// latest of the day after the last root and the days of the entries since.
func (h *head) turn(ctx context.Context, tx *store.Tx, day int64) error {
	if day <= h.day {
		return nil
	}
	if err := h.close(ctx, tx); err != nil {
		return err
	}
	h.day = day
	return nil
}

// close writes the root of the open day, if it has entries.
func (h *head) close(ctx context.Context, tx *store.Tx) error {
	if h.seq < h.first {
		return nil
	}
	r := Root{Day: h.day, First: h.first, Last: h.seq, Algorithm: SHA256}
	r.Root, _ = r.sum(h.hash, h.root)
	_, err := tx.Exec(ctx, "INSERT INTO audit_root (day, first_seq, last_seq, algorithm, root) VALUES ($1, $2, $3, $4, $5)",
		r.Day, r.First, r.Last, r.Algorithm, r.Root)
	h.root, h.day, h.first = r.Root, h.day+1, h.seq+1
	return err
}

func (h *head) save(ctx context.Context, tx *store.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE audit_head SET seq = $1, day = $2, first = $3, hash = $4, root = $5 WHERE id = 1",
		h.seq, h.day, h.first, h.hash, h.root)
	return err
}

func insert(ctx context.Context, tx *store.Tx, r Record) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_entry
		(seq, at, account, post, actor, action, object, region, summary, detail, request_id, algorithm, prev, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		r.Seq, r.At, r.Account, r.Post, r.Actor, r.Action, r.Object, string(r.Region), r.Summary,
		r.Detail, r.RequestID, r.Algorithm, r.Prev, r.Hash)
	return err
}

// CloseDay writes the root of the open day when it is over, so that a day without a
// following entry gets its root as well. Run it after midnight.
func CloseDay(ctx context.Context, tx *store.Tx) error {
	head, err := lockHead(ctx, tx)
	if err != nil {
		return err
	}
	if civilDay(tx.NowMS()) <= head.day {
		return nil
	}
	if err := head.close(ctx, tx); err != nil {
		return err
	}
	return head.save(ctx, tx)
}
