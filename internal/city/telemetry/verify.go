package telemetry

import (
	"context"
	"fmt"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// Difference is an account that does not add up.
type Difference struct {
	Stream string // code
	Batch  int64  // 0: the stream's own account
	What   string
}

func (d Difference) String() string {
	if d.Batch == 0 {
		return fmt.Sprintf("stream %s: %s", d.Stream, d.What)
	}
	return fmt.Sprintf("stream %s, batch %d: %s", d.Stream, d.Batch, d.What)
}

// Books is the result of Verify.
type Books struct {
	Streams     int
	Batches     int
	Received    int64
	Differences []Difference // empty when everything adds up
}

// Verify checks the books: every delivery received = stored + unchanged + rejected, its
// points and its rejects are really there, and every stream's account is the sum of its
// deliveries. Needs audit.verify.
func (s *Service) Verify(ctx context.Context) (b Books, err error) {
	if _, err := access.RequireAnywhere(ctx, access.AuditVerify); err != nil {
		return b, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		b, err = VerifyBooks(ctx, tx)
		return err
	})
	return b, err
}

// VerifyBooks is Verify for a caller that has checked the right, such as the command line.
func VerifyBooks(ctx context.Context, tx *store.Tx) (Books, error) {
	streams, err := readStreams(ctx, tx, "")
	if err != nil {
		return Books{}, err
	}
	points, err := series.Origins(ctx, tx)
	if err != nil {
		return Books{}, err
	}
	b := Books{Streams: len(streams)}
	code := map[int64]string{}
	for _, st := range streams {
		code[st.ID] = st.Code
	}
	sums := map[int64]Account{}
	if err := b.batches(ctx, tx, code, points, sums); err != nil {
		return Books{}, err
	}
	for _, st := range streams {
		b.Received += st.Received
		a := sums[st.ID]
		if st.Received != st.Stored+st.Unchanged+st.Rejected {
			b.differ(st.Code, 0, "received %d, but stored %d + unchanged %d + rejected %d", st.Received, st.Stored, st.Unchanged, st.Rejected)
		}
		if a.Received != st.Received || a.Stored != st.Stored || a.Unchanged != st.Unchanged || a.Rejected != st.Rejected {
			b.differ(st.Code, 0, "account %d = %d + %d + %d, the sum of its deliveries is %d = %d + %d + %d",
				st.Received, st.Stored, st.Unchanged, st.Rejected, a.Received, a.Stored, a.Unchanged, a.Rejected)
		}
	}
	for origin, n := range points {
		if origin != 0 {
			b.differ("", origin, "%d stored values belong to no delivery", n)
		}
	}
	return b, nil
}

func (b *Books) differ(stream string, batch int64, format string, args ...any) {
	b.Differences = append(b.Differences, Difference{stream, batch, fmt.Sprintf(format, args...)})
}

// batches checks every delivery, takes its points out of points and adds it to sums.
func (b *Books) batches(ctx context.Context, tx *store.Tx, code map[int64]string, points map[int64]int64, sums map[int64]Account) error {
	rows, err := tx.Query(ctx, `SELECT b.id, b.stream_id, b.received, b.stored, b.unchanged, b.rejected,
		COALESCE((SELECT CAST(SUM(r.amount) AS BIGINT) FROM reject r WHERE r.batch_id = b.id), 0) FROM batch b ORDER BY b.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a Account
		var stream, rejects int64
		if err := rows.Scan(&a.Batch, &stream, &a.Received, &a.Stored, &a.Unchanged, &a.Rejected, &rejects); err != nil {
			return store.Classify(err)
		}
		b.Batches++
		b.check(code[stream], a, rejects, points[a.Batch])
		delete(points, a.Batch)
		t := sums[stream]
		t.Received, t.Stored = t.Received+a.Received, t.Stored+a.Stored
		t.Unchanged, t.Rejected = t.Unchanged+a.Unchanged, t.Rejected+a.Rejected
		sums[stream] = t
	}
	return store.Classify(rows.Err())
}

func (b *Books) check(stream string, a Account, rejects, points int64) {
	if !a.balanced() {
		b.differ(stream, a.Batch, "received %d, but stored %d + unchanged %d + rejected %d", a.Received, a.Stored, a.Unchanged, a.Rejected)
	}
	if rejects != a.Rejected {
		b.differ(stream, a.Batch, "rejected %d, but the rejects on record count %d", a.Rejected, rejects)
	}
	if points != a.Stored {
		b.differ(stream, a.Batch, "stored %d, but the series hold %d of its values", a.Stored, points)
	}
}
