package audit

import (
	"context"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Link is an entry with what stands beside it in the chain: enough to recompute its hash and
// to see that the entry after it was built on it.
type Link struct {
	Record
	NextSeq  int64  // 0: the last entry of the chain
	NextPrev []byte // what the next entry holds as the hash before it
}

// Seal is a day's root with what it was computed from.
type Seal struct {
	Root
	LastHash []byte // hash of the day's last entry
	Before   []byte // root of the day before
}

// Sum recomputes an entry's hash from its columns; false for an unknown algorithm.
func (r Record) Sum() ([]byte, bool) { return r.sum() }

// Sum recomputes a day's root; false for an unknown algorithm.
func (s Seal) Sum() ([]byte, bool) { return s.sum(s.LastHash, s.Before) }

// Trail gives every entry about an object with its neighbours, in the order of the chain, and
// the roots of the closed days that hold them.
func Trail(ctx context.Context, tx *store.Tx, object string) ([]Link, []Seal, error) {
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM audit_entry WHERE object = $1 ORDER BY seq", object)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var links []Link
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, nil, err
		}
		links = append(links, Link{Record: r})
	}
	if err := rows.Err(); err != nil {
		return nil, nil, store.Classify(err)
	}
	rows.Close()
	var seals []Seal
	for i := range links {
		l := &links[i]
		err := tx.QueryRow(ctx, "SELECT seq, prev FROM audit_entry WHERE seq = $1", l.Seq+1).Scan(&l.NextSeq, &l.NextPrev)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, nil, err
		}
		if n := len(seals); n > 0 && seals[n-1].Last >= l.Seq {
			continue
		}
		s, err := sealOf(ctx, tx, l.Seq)
		if fault.Is(err, fault.NotFound) {
			break // the running day has no root yet
		}
		if err != nil {
			return nil, nil, err
		}
		seals = append(seals, s)
	}
	return links, seals, nil
}

// sealOf is the root of the day that holds an entry.
func sealOf(ctx context.Context, tx *store.Tx, seq int64) (Seal, error) {
	s := Seal{Before: zero()}
	err := tx.QueryRow(ctx, "SELECT day, first_seq, last_seq, algorithm, root FROM audit_root WHERE first_seq <= $1 AND last_seq >= $1 ORDER BY day LIMIT 1", seq).
		Scan(&s.Day, &s.First, &s.Last, &s.Algorithm, &s.Root.Root)
	if err != nil {
		return s, err
	}
	if err := tx.QueryRow(ctx, "SELECT hash FROM audit_entry WHERE seq = $1", s.Last).Scan(&s.LastHash); err != nil {
		return s, err
	}
	err = tx.QueryRow(ctx, "SELECT root FROM audit_root WHERE day < $1 ORDER BY day DESC LIMIT 1", s.Day).Scan(&s.Before)
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return s, err
}
