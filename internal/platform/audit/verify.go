package audit

import (
	"bytes"
	"context"
	"fmt"

	"qingshan/internal/platform/store"
)

// Report is the result of checking the whole chain.
type Report struct {
	OK      bool
	Entries int64  // entries that were read and found right
	Head    []byte // hash of the last entry
	Roots   []Root // all days; the last one may still be open
	Open    bool   // the last of Roots is the running day's, not yet stored
	// BrokenAt is the first entry that does not fit; 0 when every entry fits but a root,
	// the head or an anchor does not, and when OK.
	BrokenAt int64
	Reason   string // English, what does not fit; "" when OK
}

// Verify reads the whole chain once, in one consistent state, and reports the first link
// that does not fit: an altered column, a missing, added or moved entry, a cut tail (the
// head and the roots know better), an altered root. Anchors are roots kept outside of the
// database; a chain that was rewritten as a whole is found by them alone.
func Verify(ctx context.Context, db *store.DB, anchors ...Root) (Report, error) {
	var rep Report
	err := db.View(ctx, func(tx *store.Tx) error {
		v := &verifier{anchors: anchors}
		if err := v.loadRoots(ctx, tx); err != nil {
			return err
		}
		if err := v.loadHead(ctx, tx); err != nil {
			return err
		}
		if err := v.entries(ctx, tx); err != nil {
			return err
		}
		v.finish()
		rep = v.rep
		return nil
	})
	return rep, err
}

type verifier struct {
	rep      Report
	stored   []Root
	anchors  []Root
	head     *head // nil when there is none
	prev     []byte
	prevRoot []byte
	first    int64 // first entry after the last root
	day      int64 // what the head's day must be
}

func (v *verifier) loadRoots(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Query(ctx, "SELECT day, first_seq, last_seq, algorithm, root FROM audit_root ORDER BY day")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var r Root
		if err := rows.Scan(&r.Day, &r.First, &r.Last, &r.Algorithm, &r.Root); err != nil {
			return store.Classify(err)
		}
		v.stored = append(v.stored, r)
	}
	return store.Classify(rows.Err())
}

func (v *verifier) loadHead(ctx context.Context, tx *store.Tx) error {
	rows, err := tx.Query(ctx, "SELECT seq, day, first, hash, root FROM audit_head WHERE id = 1")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		v.head = &head{}
		if err := rows.Scan(&v.head.seq, &v.head.day, &v.head.first, &v.head.hash, &v.head.root); err != nil {
			return store.Classify(err)
		}
	}
	return store.Classify(rows.Err())
}

// entries follows the chain until its end or the first link that does not fit.
func (v *verifier) entries(ctx context.Context, tx *store.Tx) error {
	v.prev, v.prevRoot, v.first = zero(), zero(), 1
	rows, err := tx.Query(ctx, "SELECT "+columns+" FROM audit_entry ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() && v.rep.Reason == "" {
		r, err := scan(rows)
		if err != nil {
			return err
		}
		v.entry(r)
	}
	return store.Classify(rows.Err())
}

func (v *verifier) broken(seq int64, format string, args ...any) {
	if v.rep.Reason == "" {
		v.rep.BrokenAt, v.rep.Reason = seq, fmt.Sprintf(format, args...)
	}
}

func (v *verifier) entry(r Record) {
	want := v.rep.Entries + 1
	sum, known := r.sum()
	switch {
	case r.Seq != want:
		v.broken(want, "entry %d is missing; the next one is %d", want, r.Seq)
	case !known:
		v.broken(r.Seq, "entry %d: unknown algorithm %q", r.Seq, r.Algorithm)
	case !bytes.Equal(r.Prev, v.prev):
		v.broken(r.Seq, "entry %d does not follow the entry before it", r.Seq)
	case !bytes.Equal(r.Hash, sum):
		v.broken(r.Seq, "entry %d was altered: its content does not give its hash", r.Seq)
	default:
		v.rep.Entries, v.prev = r.Seq, r.Hash
		v.day = max(v.day, civilDay(r.At))
		v.root(r.Seq)
	}
}

// root checks the stored root that the entry ends, if it ends one.
func (v *verifier) root(seq int64) {
	n := len(v.rep.Roots)
	if n == len(v.stored) || v.stored[n].Last != seq {
		return
	}
	r := v.stored[n]
	sum, known := r.sum(v.prev, v.prevRoot)
	switch {
	case !known:
		v.broken(0, "root of %s: unknown algorithm %q", r.Date(), r.Algorithm)
	case r.First != v.first:
		v.broken(0, "root of %s begins at entry %d, want %d", r.Date(), r.First, v.first)
	case r.Day != v.day:
		v.broken(0, "root of %s closes entries of another day", r.Date())
	case !bytes.Equal(r.Root, sum):
		v.broken(0, "root of %s does not fit its entries", r.Date())
	default:
		v.rep.Roots = append(v.rep.Roots, r)
		v.first, v.prevRoot, v.day = seq+1, r.Root, r.Day+1
	}
}

// finish compares the chain's end with the head, the roots and the anchors.
func (v *verifier) finish() {
	if v.rep.Reason == "" {
		v.end()
	}
	if v.rep.Reason == "" && v.head != nil && v.rep.Entries >= v.first {
		open := Root{Day: v.head.day, First: v.first, Last: v.rep.Entries, Algorithm: SHA256}
		open.Root, _ = open.sum(v.prev, v.prevRoot)
		v.rep.Roots, v.rep.Open = append(v.rep.Roots, open), true
	}
	if v.rep.Reason == "" {
		v.compareAnchors()
	}
	v.rep.OK, v.rep.Head = v.rep.Reason == "", v.prev
}

func (v *verifier) end() {
	n := v.rep.Entries
	switch h := v.head; {
	case len(v.rep.Roots) < len(v.stored):
		r := v.stored[len(v.rep.Roots)]
		if r.Last > n {
			v.broken(n+1, "entry %d is missing: the root of %s ends at entry %d", n+1, r.Date(), r.Last)
			return
		}
		v.broken(0, "root of %s ends at entry %d, where no day ends", r.Date(), r.Last)
	case h == nil && n > 0:
		v.broken(0, "the head is missing")
	case h == nil:
	case h.seq > n:
		v.broken(n+1, "entry %d is missing: the chain ended at entry %d", n+1, h.seq)
	case h.seq < n:
		v.broken(h.seq+1, "entry %d was added past the end of the chain", h.seq+1)
	case !bytes.Equal(h.hash, v.prev):
		v.broken(0, "the head does not hold the hash of the last entry")
	case h.first != v.first, !bytes.Equal(h.root, v.prevRoot):
		v.broken(0, "the head does not follow the last root: a root is missing or was altered")
	case h.day != v.day:
		v.broken(0, "the head's day was altered")
	}
}

// compareAnchors looks for each root that was kept elsewhere. The root of a day that was
// still open then is not the day's final one, so only closed days are compared.
func (v *verifier) compareAnchors() {
	for _, a := range v.anchors {
		found := false
		for _, r := range v.rep.Roots {
			if r.Day == a.Day && bytes.Equal(r.Root, a.Root) {
				found = true
			}
		}
		if !found {
			v.broken(0, "the root of %s kept outside is not the chain's: the chain was rewritten", a.Date())
		}
	}
}
