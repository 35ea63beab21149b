package telemetry

import (
	"context"
	"slices"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

const streamColumns = `id, code, name, kind, region, late_after, silent_after, received, stored, unchanged, rejected, last_time`

func readStreams(ctx context.Context, tx *store.Tx, where string, args ...any) ([]Stream, error) {
	rows, err := tx.Query(ctx, "SELECT "+streamColumns+" FROM stream "+where+" ORDER BY id", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Stream
	for rows.Next() {
		var s Stream
		err := rows.Scan(&s.ID, &s.Code, &s.Name, &s.Kind, &s.Region, &s.LateAfter, &s.SilentAfter,
			&s.Received, &s.Stored, &s.Unchanged, &s.Rejected, &s.LastTime)
		if err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, s)
	}
	return out, store.Classify(rows.Err())
}

// openStream finds the delivery's stream or makes it with the rules of its kind.
func (s *Service) openStream(ctx context.Context, tx *store.Tx, d Delivery) (Stream, error) {
	if d.Stream == "" || len(d.Stream) > 64 || !slices.Contains(streamKinds, d.Kind) {
		return Stream{}, fault.New(fault.Invalid, "stream", "数据来源缺少代码或类型有误")
	}
	have, err := readStreams(ctx, tx, "WHERE code = $1", d.Stream)
	if err != nil {
		return Stream{}, err
	}
	if len(have) > 0 {
		if have[0].Kind != d.Kind {
			return Stream{}, fault.Newf(fault.Conflict, "stream_kind", "数据来源 %s 已登记为另一种类型", d.Stream)
		}
		return have[0], nil
	}
	rule := s.rules.stream(d.Kind)
	st := Stream{Code: storable(d.Stream, 64), Name: storable(d.StreamName, 200), Kind: d.Kind,
		LateAfter: rule.LateMinutes * 60_000, SilentAfter: rule.SilentMinutes * 60_000}
	if st.Name == "" {
		st.Name = st.Code
	}
	err = tx.QueryRow(ctx, `INSERT INTO stream (code, name, kind, region, late_after, silent_after) VALUES ($1, $2, $3, '', $4, $5) RETURNING id`,
		st.Code, st.Name, string(st.Kind), st.LateAfter, st.SilentAfter).Scan(&st.ID)
	return st, err
}

func updateStream(ctx context.Context, tx *store.Tx, s *Stream) error {
	_, err := tx.Exec(ctx, `UPDATE stream SET region = $1, received = $2, stored = $3, unchanged = $4, rejected = $5, last_time = $6 WHERE id = $7`,
		string(s.Region), s.Received, s.Stored, s.Unchanged, s.Rejected, s.LastTime, s.ID)
	return err
}

// linkSeries remembers which series the stream delivers.
func linkSeries(ctx context.Context, tx *store.Tx, stream int64, ids []series.ID) error {
	have, err := streamSeries(ctx, tx, stream)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, known := slices.BinarySearch(have, id); known || id == 0 {
			continue
		}
		_, err := tx.Exec(ctx, "INSERT INTO stream_series (stream_id, series_id) VALUES ($1, $2) ON CONFLICT (stream_id, series_id) DO NOTHING",
			stream, int64(id))
		if err != nil {
			return err
		}
	}
	return nil
}

// streamSeries lists the series of a stream, ascending.
func streamSeries(ctx context.Context, tx *store.Tx, stream int64) ([]series.ID, error) {
	rows, err := tx.Query(ctx, "SELECT series_id FROM stream_series WHERE stream_id = $1 ORDER BY series_id", stream)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []series.ID
	for rows.Next() {
		var id series.ID
		if err := rows.Scan(&id); err != nil {
			return nil, store.Classify(err)
		}
		out = append(out, id)
	}
	return out, store.Classify(rows.Err())
}

func insertBatch(ctx context.Context, tx *store.Tx, stream int64, actor access.Actor, d Delivery) (id int64, err error) {
	recorded := tx.NowMS()
	if d.RecordedAt > 0 {
		recorded = d.RecordedAt
	}
	err = tx.QueryRow(ctx, `INSERT INTO batch (stream_id, recorded_at, account, actor, file, sha256) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		stream, recorded, actor.Account, storable(actorName(actor), 200), storable(d.File, 400), storable(d.SHA256, 64)).Scan(&id)
	return id, err
}

// actorName is how people see who did it.
func actorName(a access.Actor) string {
	if a.Display != "" {
		return a.Display
	}
	return a.Name
}

func closeBatch(ctx context.Context, tx *store.Tx, a Account) error {
	_, err := tx.Exec(ctx, `UPDATE batch SET received = $1, stored = $2, revised = $3, unchanged = $4, rejected = $5,
		suspect = $6, first_time = $7, last_time = $8 WHERE id = $9`,
		a.Received, a.Stored, a.Revised, a.Unchanged, a.Rejected, a.Suspect, a.FirstTime, a.LastTime, a.Batch)
	return err
}
