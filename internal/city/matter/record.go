package matter

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Chain is the hash of an event: SHA-256 of the hash before (32 zero bytes in front of the
// first) and the body as stored.
func Chain(prev []byte, body []byte) []byte {
	h := sha256.New()
	if len(prev) == 0 {
		prev = make([]byte, sha256.Size)
	}
	h.Write(prev)
	h.Write(body)
	return h.Sum(nil)
}

// append writes the next event of a matter and moves its head; the matter is saved by the
// caller.
func (w *work) append(m *Matter, t Told) error {
	m.Seq++
	t.Matter, t.Seq, t.At, t.To = m.Number, m.Seq, w.NowMS(), m.State
	me := w.me
	if w.behalf != nil {
		me, t.Post = w.behalf, w.behalfPost
	}
	t.Account, t.Display, t.Person = me.Account, me.Display, me.person
	if seat := w.dir.Posts[t.Post]; seat != nil {
		t.PostName, t.Unit, t.UnitName = seat.Name, seat.Unit, seat.UnitName
	}
	body, err := json.Marshal(t)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "matter_event", "")
	}
	m.Head = Chain(m.Head, body)
	_, err = w.Exec(w.ctx, `INSERT INTO matter_event (matter, seq, at, act, transition, state, account, post, body, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, m.ID, m.Seq, t.At, t.Act, t.Transition, m.State, t.Account, t.Post, string(body), m.Head)
	return err
}

// events reads the record of a matter, oldest first.
func events(ctx context.Context, tx *store.Tx, id int64) ([]Event, error) {
	rows, err := tx.Query(ctx, "SELECT matter, seq, at, act, transition, state, account, post, body, hash FROM matter_event WHERE matter = $1 ORDER BY seq", id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		var body string
		if err := rows.Scan(&e.Matter, &e.Seq, &e.At, &e.Act, &e.Transition, &e.State, &e.Account, &e.Post, &body, &e.Hash); err != nil {
			return nil, store.Classify(err)
		}
		e.Body = json.RawMessage(body)
		if err := json.Unmarshal(e.Body, &e.Told); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "matter_event", "事项记录无法读取，请运行 qingshan verify")
		}
		out = append(out, e)
	}
	return out, store.Classify(rows.Err())
}

// Unbroken tells whether a record's chain holds: numbers without gaps, each hash right. head
// is the hash that the matter keeps.
func Unbroken(list []Event, head []byte) bool {
	var prev []byte
	for i, e := range list {
		if e.Seq != int64(i+1) || string(Chain(prev, e.Body)) != string(e.Hash) {
			return false
		}
		prev = e.Hash
	}
	return string(prev) == string(head)
}
