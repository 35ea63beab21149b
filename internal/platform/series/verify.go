package series

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"sort"

	"qingshan/internal/platform/store"
)

// sum is the checksum of a partition: how many blocks and points it has, and the sum of
// the SHA-256 of its blocks mod 2^256, least significant word first.
type sum struct {
	blocks, points int64
	digest         [4]uint64
}

// add takes a block in. Its series and month are hashed with it, so that a block moved
// elsewhere is noticed.
func (s *sum) add(id ID, part int, raw []byte, points int) {
	h := sha256.New()
	var place [16]byte
	binary.LittleEndian.PutUint64(place[:8], uint64(id))
	binary.LittleEndian.PutUint64(place[8:], uint64(part))
	h.Write(place[:])
	h.Write(raw)
	var d [sha256.Size]byte
	s.blocks++
	s.points += int64(points)
	s.digest = plus(s.digest, words(h.Sum(d[:0])))
}

func plus(a, b [4]uint64) [4]uint64 {
	var carry uint64
	for i := range a {
		a[i], carry = bits.Add64(a[i], b[i], carry)
	}
	return a
}

func words(b []byte) (w [4]uint64) {
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	return w
}

func (s *sum) bytes() []byte {
	out := make([]byte, 0, sha256.Size)
	for _, w := range s.digest {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return out
}

// addSums adds what an append wrote to the partitions' rows.
func addSums(ctx context.Context, tx *store.Tx, sums map[int]*sum) error {
	if len(sums) == 0 {
		return nil
	}
	have, err := partitions(ctx, tx)
	if err != nil {
		return err
	}
	parts := make([]int, 0, len(sums))
	for part := range sums {
		parts = append(parts, part)
	}
	sort.Ints(parts) // one order of locks
	for _, part := range parts {
		s := *sums[part]
		if old := have[part]; old != nil {
			s.blocks += old.blocks
			s.points += old.points
			s.digest = plus(s.digest, old.digest)
		}
		_, err := tx.Exec(ctx, `INSERT INTO series_partition (part, blocks, points, digest) VALUES ($1, $2, $3, $4)
			ON CONFLICT (part) DO UPDATE SET blocks = excluded.blocks, points = excluded.points, digest = excluded.digest`,
			part, s.blocks, s.points, s.bytes())
		if err != nil {
			return err
		}
	}
	return nil
}

func partitions(ctx context.Context, tx *store.Tx) (map[int]*sum, error) {
	rows, err := tx.Query(ctx, "SELECT part, blocks, points, digest FROM series_partition")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]*sum{}
	for rows.Next() {
		var part int
		var s sum
		var digest []byte
		if err := rows.Scan(&part, &s.blocks, &s.points, &digest); err != nil {
			return nil, store.Classify(err)
		}
		if len(digest) == sha256.Size {
			s.digest = words(digest)
		}
		out[part] = &s
	}
	return out, store.Classify(rows.Err())
}

// Report is the result of Verify.
type Report struct {
	Partitions int
	Segments   int64
	Blocks     int64
	Points     int64
	Broken     *Broken // the first wrong place, nil when all is well
}

// Broken names a wrong place. Series and Change are 0 when the partition's checksum is
// wrong although each of its blocks is well formed: a block was removed, added or replaced.
type Broken struct {
	Part   int
	Series ID
	Change int64
	Reason string
}

func (b Broken) String() string {
	if b.Series == 0 {
		return fmt.Sprintf("partition %d: %s", b.Part, b.Reason)
	}
	return fmt.Sprintf("partition %d, series %d, segment %d: %s", b.Part, b.Series, b.Change, b.Reason)
}

// Verify reads every block, recomputes the checksum of every partition and names the first
// wrong place in the order of partition, series and segment.
func Verify(ctx context.Context, tx *store.Tx) (Report, error) {
	want, err := partitions(ctx, tx)
	if err != nil {
		return Report{}, err
	}
	v := verifier{sums: map[int]*sum{}}
	rows, err := tx.Query(ctx, "SELECT series_id, part, change, last_time, blocks, points, body FROM segment")
	if err != nil {
		return Report{}, err
	}
	defer rows.Close()
	for rows.Next() {
		var id ID
		var part int
		var s segment
		if err := rows.Scan(&id, &part, &s.change, &s.lastTime, &s.blocks, &s.points, &s.body); err != nil {
			return Report{}, store.Classify(err)
		}
		v.segment(id, part, &s)
	}
	if err := rows.Err(); err != nil {
		return Report{}, store.Classify(err)
	}
	v.compare(want)
	return v.report, nil
}

type verifier struct {
	report Report
	sums   map[int]*sum
	pts    points
}

func (v *verifier) segment(id ID, part int, s *segment) {
	sum := v.sums[part]
	if sum == nil {
		sum = v.part(part)
	}
	v.report.Segments++
	after, until := PartBounds(part)
	blocks, count, last := int64(0), int64(0), int64(0)
	err := eachBlock(s.body, func(b *block) error {
		if err := b.expand(&v.pts); err != nil {
			return err
		}
		if v.pts.times[0] <= after || v.pts.times[b.count-1] > until {
			return fmt.Errorf("a point outside its month")
		}
		blocks, count, last = blocks+1, count+int64(b.count), max(last, v.pts.times[b.count-1])
		sum.add(id, part, b.raw, b.count)
		return nil
	})
	v.report.Blocks += blocks
	v.report.Points += count
	switch {
	case err != nil:
		v.broken(Broken{part, id, s.change, err.Error()})
	case blocks != s.blocks || count != s.points || last != s.lastTime:
		v.broken(Broken{part, id, s.change, fmt.Sprintf("holds %d blocks with %d points up to %d, its row says %d with %d up to %d",
			blocks, count, last, s.blocks, s.points, s.lastTime)})
	}
}

func (v *verifier) part(part int) *sum {
	s := &sum{}
	v.sums[part] = s
	v.report.Partitions++
	return s
}

// broken keeps the first wrong place; a named segment comes before its whole partition.
func (v *verifier) broken(b Broken) {
	if old := v.report.Broken; old == nil || less(b, *old) {
		v.report.Broken = &b
	}
}

func less(a, b Broken) bool {
	if a.Part != b.Part {
		return a.Part < b.Part
	}
	if (a.Series == 0) != (b.Series == 0) {
		return a.Series != 0
	}
	if a.Series != b.Series {
		return a.Series < b.Series
	}
	return a.Change < b.Change
}

func (v *verifier) compare(want map[int]*sum) {
	for part := range want {
		if v.sums[part] == nil {
			v.part(part)
		}
	}
	for part, got := range v.sums {
		w := want[part]
		switch {
		case w == nil:
			v.broken(Broken{Part: part, Reason: "has segments but no checksum"})
		case *w != *got:
			v.broken(Broken{Part: part, Reason: fmt.Sprintf("checksum is of %d blocks with %d points, found %d with %d",
				w.blocks, w.points, got.blocks, got.points)})
		}
	}
}

// Digest is the checksum of a partition as recorded, for the audit's daily root.
type Digest struct {
	Part   int
	Blocks int64
	Points int64
	SHA256 []byte // sum mod 2^256, little endian
}

// Digests gives the recorded checksum of every partition, in order.
func Digests(ctx context.Context, tx *store.Tx) ([]Digest, error) {
	have, err := partitions(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := make([]Digest, 0, len(have))
	for part, s := range have {
		out = append(out, Digest{part, s.blocks, s.points, s.bytes()})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Part < out[j].Part })
	return out, nil
}
