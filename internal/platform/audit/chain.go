// Package audit keeps the record of every change and every export in one hash chain
// (docs/audit-chain.md): each entry holds the SHA-256 of its own content and of the entry
// before it, each day is closed by a root. An entry is written in the transaction of the
// change that it records, so there is no change without its entry and no entry without its
// change. Whoever alters, removes or reorders entries later is found by Verify.
package audit

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/region"
)

// SHA256 names the algorithm of a record. Each record carries its own, so that a later
// algorithm can continue the same chain.
const SHA256 = "sha-256"

// Tags begin the hashed bytes, so that an entry can never be taken for a root.
const (
	entryTag = "qingshan.audit.entry.v1"
	rootTag  = "qingshan.audit.root.v1"
)

// Record is one entry of the chain as stored.
type Record struct {
	Seq       int64
	At        int64 // ms UTC
	Account   int64
	Post      int64
	Actor     string
	Action    string
	Object    string
	Region    region.Code // "" when the entry belongs to no region
	Summary   string
	Detail    string // JSON or ""
	RequestID string
	Algorithm string
	Prev      []byte // hash of the entry before; 32 zero bytes for the first
	Hash      []byte
}

// Root closes one day.
type Root struct {
	Day       int64 // days since 1970-01-01, civil time
	First     int64 // first entry of the day
	Last      int64
	Algorithm string
	Root      []byte
}

// Date is the root's day as 2026-08-28.
func (r Root) Date() string { return time.Unix(r.Day*86400, 0).UTC().Format(time.DateOnly) }

// encoder writes the canonical bytes: integers as 8 bytes big-endian two's complement, texts
// and byte strings as their length in 8 bytes and then their bytes.
type encoder struct{ h hash.Hash }

func (e encoder) int(v int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(v))
	e.h.Write(b[:])
}

func (e encoder) bytes(b []byte) {
	e.int(int64(len(b)))
	e.h.Write(b)
}

func (e encoder) text(s string) { e.bytes([]byte(s)) }

// sum is the hash over every column but the hash itself. ok is false for an algorithm that
// this program does not know.
func (r Record) sum() (sum []byte, ok bool) {
	if r.Algorithm != SHA256 {
		return nil, false
	}
	e := encoder{sha256.New()}
	e.text(entryTag)
	e.int(r.Seq)
	e.int(r.At)
	e.int(r.Account)
	e.int(r.Post)
	for _, s := range []string{r.Actor, r.Action, r.Object, string(r.Region), r.Summary, r.Detail, r.RequestID, r.Algorithm} {
		e.text(s)
	}
	e.bytes(r.Prev)
	return e.h.Sum(nil), true
}

// sum is the root over the day's place in the chain, the hash of its last entry (which
// covers all before it) and the root of the day before.
func (r Root) sum(lastHash, before []byte) (sum []byte, ok bool) {
	if r.Algorithm != SHA256 {
		return nil, false
	}
	e := encoder{sha256.New()}
	e.text(rootTag)
	e.int(r.Day)
	e.int(r.First)
	e.int(r.Last)
	e.text(r.Algorithm)
	e.bytes(lastHash)
	e.bytes(before)
	return e.h.Sum(nil), true
}

// zero is what the first entry and the first root have before them.
func zero() []byte { return make([]byte, sha256.Size) }

// civilDay is the number of the civil day of an instant in ms UTC.
func civilDay(ms int64) int64 {
	_, offset := time.UnixMilli(ms).In(clock.Shanghai).Zone()
	s := ms/1000 + int64(offset)
	if s < 0 {
		s -= 86399
	}
	return s / 86400
}
