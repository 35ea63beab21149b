package telemetry

import (
	"context"

	"qingshan/internal/platform/store"
)

// source is who delivered the points of an origin.
type source struct {
	stream   string // name
	streamID int64
	actor    string
	file     string
	reason   string // of a correction
}

// readSources reads what is known of origins, in chunks.
func readSources(ctx context.Context, tx *store.Tx, origins map[int64]bool) (map[int64]source, error) {
	ids := make([]any, 0, len(origins))
	for o := range origins {
		ids = append(ids, o)
	}
	out := make(map[int64]source, len(ids))
	const chunk = 500
	for from := 0; from < len(ids); from += chunk {
		part := ids[from:min(from+chunk, len(ids))]
		in, _ := store.In(1, len(part))
		rows, err := tx.Query(ctx, `SELECT b.id, s.id, s.name, b.actor, b.file, COALESCE(c.reason, '')
			FROM batch b JOIN stream s ON s.id = b.stream_id LEFT JOIN correction c ON c.batch_id = b.id
			WHERE b.id IN `+in, part...)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			var id int64
			var s source
			if err := rows.Scan(&id, &s.streamID, &s.stream, &s.actor, &s.file, &s.reason); err != nil {
				rows.Close()
				return nil, store.Classify(err)
			}
			out[id] = s
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return nil, store.Classify(err)
		}
	}
	return out, nil
}
