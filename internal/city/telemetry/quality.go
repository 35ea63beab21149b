package telemetry

import (
	"context"
	"sync"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/region"
)

// Status is a stream's state at a glance.
type Status string

// The states of a stream.
const (
	StatusOK     Status = "ok"
	StatusLate   Status = "late"   // values of the last 24 hours came late
	StatusSilent Status = "silent" // nothing new for longer than the stream's limit
	StatusEnded  Status = "ended"  // a delivery without a duty to go on: its values end days ago
	StatusGaps   Status = "gaps"   // it goes on, but too few of its values are there
)

// endedAfter is when files, which have no duty to deliver, count as ended; fewHundreds is the
// share in percent below which the last 24 hours (files: 30 days) count as full of gaps, an
// engineering choice.
const (
	endedAfter  = 2 * calendar.MsPerDay
	fewHundreds = 75
)

// windowHours is the longer of the two windows of completeness: 30 days.
const windowHours = 30 * 24

// Quality is how a stream did up to an hour. What is expected of it are the labels of its
// series since its first one; of a stream without an hourly duty, such as files, only up to
// its last. Present are those with a value: of a stream with an hourly duty its own value,
// of files any, since a file that brings what is known already has not failed.
type Quality struct {
	Present24, Expected24 int
	Present30, Expected30 int // 30 days
	Late, Delivered       int // values of the 30 days that came late, and all first deliveries
	Late24                int
}

// StreamQuality is a stream with its quality.
type StreamQuality struct {
	Stream
	Quality
	Status Status
}

// Streams lists the streams whose sites all lie in the region, with their account and
// quality, as known at asOf (ms; 0: now). Needs data.read.
func (s *Service) Streams(ctx context.Context, r region.Code, asOf int64) (out []StreamQuality, err error) {
	regions, err := visible(ctx, access.DataRead, r)
	if err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(tx *store.Tx) error {
		streams, err := readStreams(ctx, tx, "")
		if err != nil {
			return err
		}
		if asOf > 0 {
			if streams, err = streamsAsOf(ctx, tx, streams, asOf); err != nil {
				return err
			}
		}
		for _, st := range streams {
			if !inside(regions, st.Region) {
				continue
			}
			q, err := s.quality(ctx, tx, st, asOf)
			if err != nil {
				return err
			}
			out = append(out, StreamQuality{st, q, status(tx, st, q, asOf)})
		}
		return nil
	})
	return out, err
}

// streamsAsOf replaces the accounts by the sums of the deliveries recorded by asOf; streams
// without any are left out.
func streamsAsOf(ctx context.Context, tx *store.Tx, streams []Stream, asOf int64) ([]Stream, error) {
	sums, err := sumBatches(ctx, tx, asOf)
	if err != nil {
		return nil, err
	}
	var out []Stream
	for _, st := range streams {
		if a, ok := sums[st.ID]; ok {
			st.Received, st.Stored, st.Unchanged, st.Rejected, st.LastTime = a.Received, a.Stored, a.Unchanged, a.Rejected, a.LastTime
			out = append(out, st)
		}
	}
	return out, nil
}

// sumBatches adds the accounts of all deliveries recorded by asOf, by stream.
func sumBatches(ctx context.Context, tx *store.Tx, asOf int64) (map[int64]Account, error) {
	rows, err := tx.Query(ctx, `SELECT stream_id, CAST(SUM(received) AS BIGINT), CAST(SUM(stored) AS BIGINT), CAST(SUM(unchanged) AS BIGINT),
		CAST(SUM(rejected) AS BIGINT), MAX(last_time) FROM batch WHERE recorded_at <= $1 GROUP BY stream_id`, asOf)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int64]Account{}
	for rows.Next() {
		var id int64
		var a Account
		if err := rows.Scan(&id, &a.Received, &a.Stored, &a.Unchanged, &a.Rejected, &a.LastTime); err != nil {
			return nil, store.Classify(err)
		}
		out[id] = a
	}
	return out, store.Classify(rows.Err())
}

func status(tx *store.Tx, st Stream, q Quality, asOf int64) Status {
	now := tx.NowMS()
	if asOf > 0 {
		now = min(now, asOf)
	}
	present, expected := q.Present24, q.Expected24
	if st.SilentAfter == 0 {
		present, expected = q.Present30, q.Expected30
	}
	switch {
	case st.Kind == Manual:
		return StatusOK
	case st.SilentAfter > 0 && now-st.LastTime > st.SilentAfter:
		return StatusSilent
	case st.SilentAfter == 0 && now-st.LastTime > endedAfter:
		return StatusEnded
	case q.Late24 > 0:
		return StatusLate
	case present*100 < expected*fewHundreds:
		return StatusGaps
	}
	return StatusOK
}

// quality computes a stream's quality, or takes the answer to the same question from before:
// the same hour, instant and number of the last append.
func (s *Service) quality(ctx context.Context, tx *store.Tx, st Stream, asOf int64) (Quality, error) {
	change, err := series.LastChange(ctx, tx)
	if err != nil {
		return Quality{}, err
	}
	k := memoKey{st.ID, newestHour(tx, asOf), asOf}
	if q, ok := s.memo.get(change, k); ok {
		return q, nil
	}
	s.memo.making.Lock() // readers with the same question wait for one answer
	defer s.memo.making.Unlock()
	if q, ok := s.memo.get(change, k); ok {
		return q, nil
	}
	q, err := qualityOf(ctx, tx, st, k.until, asOf)
	if err == nil {
		s.memo.put(change, k, q)
	}
	return q, err
}

func qualityOf(ctx context.Context, tx *store.Tx, st Stream, until, asOf int64) (q Quality, err error) {
	ids, err := streamSeries(ctx, tx, st.ID)
	if err != nil || len(ids) == 0 || st.Kind == Manual {
		return q, err
	}
	keys, err := series.Keys(ctx, tx, ids)
	if err != nil {
		return q, err
	}
	own, first, err := originsOf(ctx, tx, st.ID)
	if err != nil {
		return q, err
	}
	end := until
	if st.SilentAfter == 0 {
		end = min(until, st.LastTime)
	}
	states := make(map[series.ID]*window, len(ids))
	for i, id := range ids {
		if step := series.StepOf(keys[i].Stat); step > 0 {
			states[id] = newWindow(step, until)
		}
	}
	err = series.Each(ctx, tx, ids, until-windowHours*calendar.MsPerHour+1, until, asOf, func(id series.ID, p series.Point) error {
		w := states[id]
		if w == nil {
			return nil
		}
		if own[p.Origin] || st.SilentAfter == 0 {
			w.set(p.Time, p.Value != series.Missing)
		}
		if p.Revision == 0 && own[p.Origin] {
			q.deliver(st, p, until)
		}
		return nil
	})
	for _, w := range states {
		w.count(&q, first, end, until)
	}
	return q, err
}

func (q *Quality) deliver(st Stream, p series.Point, until int64) {
	q.Delivered++
	if st.LateAfter > 0 && p.RecordedAt-p.Time > st.LateAfter {
		q.Late++
		if p.Time > until-calendar.MsPerDay {
			q.Late24++
		}
	}
}

// originsOf is the deliveries of a stream and the first label among them.
func originsOf(ctx context.Context, tx *store.Tx, stream int64) (own map[int64]bool, first int64, err error) {
	rows, err := tx.Query(ctx, "SELECT id, first_time FROM batch WHERE stream_id = $1", stream)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	own = map[int64]bool{}
	for rows.Next() {
		var id, from int64
		if err := rows.Scan(&id, &from); err != nil {
			return nil, 0, store.Classify(err)
		}
		own[id] = true
		if from > 0 && (first == 0 || from < first) {
			first = from
		}
	}
	return own, first, store.Classify(rows.Err())
}

// window is which labels of the last 30 days have a value.
type window struct {
	grid  series.Grid
	there []bool
}

func newWindow(step, until int64) *window {
	g := series.NewGrid(step, until-windowHours*calendar.MsPerHour+1, until)
	return &window{g, make([]bool, g.N)}
}

func (w *window) set(t int64, there bool) {
	if i, ok := w.grid.Index(t); ok {
		w.there[i] = there
	}
}

// count adds the labels from first to end.
func (w *window) count(q *Quality, first, end, until int64) {
	for i, there := range w.there {
		if t := w.grid.Time(i); t < first || t > end {
			continue
		}
		recent := w.grid.Time(i) > until-calendar.MsPerDay
		q.Expected30++
		if recent {
			q.Expected24++
		}
		if there {
			q.Present30++
			if recent {
				q.Present24++
			}
		}
	}
}

// memo keeps answers until the next append.
type memo struct {
	making sync.Mutex
	mu     sync.Mutex
	change int64
	known  map[memoKey]Quality
}

type memoKey struct {
	stream, until, asOf int64
}

// memoSize bounds the memory of as-of questions.
const memoSize = 256

func (m *memo) get(change int64, k memoKey) (Quality, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q, ok := m.known[k]
	return q, ok && m.change == change
}

func (m *memo) put(change int64, k memoKey, q Quality) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.change != change || m.known == nil || len(m.known) >= memoSize {
		m.change, m.known = change, map[memoKey]Quality{}
	}
	m.known[k] = q
}
