package evidence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Use puts evidence to an object.
type Use struct {
	Object string // "matter/17"
	IDs    []int64
	// Reported is when the problem was found or reported: an older photo is marked. Zero:
	// not compared.
	Reported time.Time
	// Place is where the object lies: a photo from far away is marked. nil: not compared.
	Place *Place
	// Handed means that the evidence comes with its matter (a part split off, a merge): who
	// brought it in does not matter and its repetition is no sign of anything.
	Handed bool
}

// Attach puts evidence to an object inside the caller's transaction, compares it with the
// object and with what was used before, and returns it with all marks, in the order of IDs.
// Putting it there again changes nothing. Errors: invalid, naming the id, for evidence that
// does not exist or was brought in by another account and is not at the object.
func (s *Store) Attach(ctx context.Context, tx *store.Tx, u Use) ([]Item, error) {
	actor, _ := access.From(ctx)
	out := []Item{}
	for i, id := range u.IDs {
		if slices.Contains(u.IDs[:i], id) {
			continue
		}
		it, err := Get(ctx, tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		there, used, already := usedAt(ctx, tx, u.Object, id)
		if already != nil && !fault.Is(already, fault.NotFound) {
			return nil, already
		}
		if err != nil || already != nil && !u.Handed && !actor.IsSystem() && it.Account != actor.Account {
			return nil, fault.New(fault.Invalid, "evidence_unknown", "材料不存在或不是您上传的，请重新上传").
				WithField("body.evidence", "找不到这份材料", fmt.Sprint(id))
		}
		if already != nil {
			if used, there = tx.Now(), nil; !u.Handed {
				if there, err = s.compare(ctx, tx, it, u); err != nil {
					return nil, err
				}
			}
			if _, err := tx.Exec(ctx, "INSERT INTO evidence_use (object, evidence_id, at, marks) VALUES ($1, $2, $3, $4)",
				u.Object, id, tx.NowMS(), marksText(there)); err != nil {
				return nil, err
			}
		}
		it.UsedAt, it.Marks = used, append(it.Marks, there...)
		out = append(out, it)
	}
	return out, nil
}

func usedAt(ctx context.Context, tx *store.Tx, object string, id int64) ([]Mark, time.Time, error) {
	var at int64
	var text string
	err := tx.QueryRow(ctx, "SELECT at, marks FROM evidence_use WHERE object = $1 AND evidence_id = $2", object, id).Scan(&at, &text)
	if err != nil {
		return nil, time.Time{}, err
	}
	marks, err := readMarks(text)
	return marks, instant(at), err
}

// compare marks what is odd about a piece of evidence at this object.
func (s *Store) compare(ctx context.Context, tx *store.Tx, it Item, u Use) ([]Mark, error) {
	var out []Mark
	if before := u.Reported.Sub(it.CapturedAt); !u.Reported.IsZero() && !it.CapturedAt.IsZero() && before > s.cfg.Old {
		out = append(out, Mark{Code: MarkOld, Message: "拍摄于上报之前 " + span(before), MessageEn: "taken " + before.String() + " before the report"})
	}
	if u.Place != nil && it.Place != nil {
		if d := metres(*u.Place, *it.Place); d > float64(s.cfg.Far+u.Place.Accuracy+it.Place.Accuracy) {
			out = append(out, Mark{Code: MarkFar, Message: "拍摄地点距事项位置 " + distance(d),
				MessageEn: fmt.Sprintf("taken %.0f m from the matter", d), Distance: int(d)})
		}
	}
	if !IsPicture(it.Media) {
		return out, nil
	}
	twice, err := s.Twins(ctx, tx, it)
	for _, t := range twice {
		m := Mark{Code: MarkNear, Evidence: t.Evidence, Object: t.Object, Distance: t.Distance,
			Message: "与先前使用过的照片几乎相同", MessageEn: "nearly the same as a photo used before"}
		if t.Same {
			m.Code, m.Message, m.MessageEn = MarkSame, "与先前使用过的照片是同一文件", "the same file as a photo used before"
		}
		if t.Object == u.Object {
			m.Message += "（在本事项中）"
			m.MessageEn += " (in this matter)"
		}
		out = append(out, m)
	}
	return out, err
}

// Twin is another use of the same or nearly the same picture.
type Twin struct {
	Evidence int64
	Object   string
	Distance int  // differing bits
	Same     bool // the very same file
}

// mostTwins bounds what is shown of a picture that was used again and again.
const mostTwins = 5

// Twins finds earlier uses of the same or nearly the same picture, the nearest first.
func (s *Store) Twins(ctx context.Context, tx *store.Tx, it Item) ([]Twin, error) {
	sums, err := s.similar(ctx, tx, it.SHA256)
	if err != nil {
		return nil, err
	}
	var out []Twin
	for _, c := range sums {
		uses, err := usesOf(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		if out = append(out, uses...); len(out) >= mostTwins {
			return out[:mostTwins], nil
		}
	}
	return out, nil
}

type candidate struct {
	sum      string
	distance int
	same     bool
}

func usesOf(ctx context.Context, tx *store.Tx, c candidate) ([]Twin, error) {
	rows, err := tx.Query(ctx, `SELECT e.id, u.object FROM evidence e JOIN evidence_use u ON u.evidence_id = e.id
		WHERE e.sha256 = $1 ORDER BY u.at, e.id LIMIT 5`, c.sum)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Twin
	for rows.Next() {
		t := Twin{Distance: c.distance, Same: c.same}
		if err := rows.Scan(&t.Evidence, &t.Object); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, t)
	}
	return out, store.Classify(rows.Err())
}

// similar lists the content whose picture is near, itself first.
func (s *Store) similar(ctx context.Context, tx *store.Tx, sum string) ([]candidate, error) {
	var hash *int64
	if err := tx.QueryRow(ctx, "SELECT phash FROM evidence_content WHERE sha256 = $1", sum).Scan(&hash); err != nil {
		return nil, err
	}
	out := []candidate{{sum, 0, true}}
	if hash == nil {
		return out, nil
	}
	seen := map[string]bool{sum: true}
	for i, part := range bands(uint64(*hash)) {
		values := around(part, s.cfg.Near/4)
		in, _ := store.In(1, len(values))
		args := make([]any, len(values))
		for j, v := range values {
			args[j] = v
		}
		found, err := hashes(ctx, tx, fmt.Sprintf("SELECT sha256, phash FROM evidence_content WHERE band%d IN %s", i, in), args)
		if err != nil {
			return nil, err
		}
		for other, h := range found {
			if d := apart(uint64(*hash), uint64(h)); d <= s.cfg.Near && !seen[other] {
				seen[other] = true
				out = append(out, candidate{other, d, false})
			}
		}
	}
	slices.SortFunc(out, func(a, b candidate) int {
		switch {
		case a.same != b.same:
			return map[bool]int{true: -1, false: 1}[a.same]
		case a.distance != b.distance:
			return a.distance - b.distance
		case a.sum < b.sum:
			return -1
		}
		return 1
	})
	return out, nil
}

func hashes(ctx context.Context, tx *store.Tx, query string, args []any) (map[string]int64, error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]int64{}
	for rows.Next() {
		var sum string
		var h int64
		if err := rows.Scan(&sum, &h); err != nil {
			return nil, store.Classify(err)
		}
		out[sum] = h
	}
	return out, store.Classify(rows.Err())
}
