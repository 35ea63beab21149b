package jobs

import (
	"context"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

const eventTopic = "event"

// Event says that something happened. It carries names only: whoever is interested reads the
// record through its service, where the permission is checked.
type Event struct {
	Seq    int64
	At     int64       // ms UTC, city time
	Name   string      // "air.hour", "import.done"
	Object string      // id of what changed
	Region region.Code // where; "" for the whole installation
}

// Publish writes the event in the caller's transaction. Numbers rise in the order of the
// commits and have no gaps; on PostgreSQL concurrent publishers wait for each other from
// here to their commit, so publish at the end of a use case.
func Publish(ctx context.Context, tx *store.Tx, e Event) error {
	if e.Name == "" {
		return fault.New(fault.Internal, "event_name", "事件缺少名称")
	}
	var seq int64
	if err := tx.QueryRow(ctx, "UPDATE event_head SET seq = seq + 1 WHERE id = 1 RETURNING seq").Scan(&seq); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO event (seq, at, name, object, region) VALUES ($1, $2, $3, $4, $5)",
		seq, tx.NowMS(), e.Name, e.Object, string(e.Region))
	tx.Wake(eventTopic)
	return err
}

// Feed returns up to limit events after a number, oldest first.
func Feed(ctx context.Context, db *store.DB, afterSeq int64, limit int) ([]Event, error) {
	var out []Event
	err := db.View(ctx, func(tx *store.Tx) (err error) {
		out, err = feed(ctx, tx, afterSeq, limit)
		return err
	})
	return out, err
}

func feed(ctx context.Context, tx *store.Tx, afterSeq int64, limit int) ([]Event, error) {
	rows, err := tx.Query(ctx, "SELECT seq, at, name, object, region FROM event WHERE seq > $1 ORDER BY seq LIMIT $2", afterSeq, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Event
	for rows.Next() {
		var e Event
		if err := rows.Scan(&e.Seq, &e.At, &e.Name, &e.Object, &e.Region); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, e)
	}
	return out, store.Classify(rows.Err())
}

// Ends gives the number of the last event and the number after which the feed is complete:
// a reader that stopped before complete has missed events and must read everything anew.
func Ends(ctx context.Context, db *store.DB) (last, complete int64, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow(ctx, "SELECT seq FROM event_head WHERE id = 1").Scan(&last); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT COALESCE(MIN(seq) - 1, $1) FROM event", last).Scan(&complete)
	})
	return last, complete, err
}

// PurgeEvents removes events before an instant (ms UTC) and returns how many.
func PurgeEvents(ctx context.Context, tx *store.Tx, before int64) (int64, error) {
	res, err := tx.Exec(ctx, "DELETE FROM event WHERE at < $1", before)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
