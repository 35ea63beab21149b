package telemetry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/series"
	"qingshan/internal/platform/store"
)

// Doubt is why an hourly value was marked suspect: it stands out from its neighbours.
type Doubt struct {
	Value      int64 // thousandths
	Median     int64 // of the neighbours at that hour, thousandths
	Neighbours int   // how many had a value
}

// Times is how many times the neighbours' median the value is, in tenths; 0 when the median is 0.
func (d Doubt) Times() int64 {
	if d.Median <= 0 {
		return 0
	}
	return (d.Value*10 + d.Median/2) / d.Median
}

// Text says it for people, in Chinese and in English.
func (d Doubt) Text() (zh, en string) {
	if d.Times() == 0 {
		return fmt.Sprintf("周边 %d 个站中位数为 %s", d.Neighbours, FormatValue(d.Median)),
			fmt.Sprintf("median of %d neighbours %s", d.Neighbours, FormatValue(d.Median))
	}
	n := fmt.Sprintf("%d.%d", d.Times()/10, d.Times()%10)
	return fmt.Sprintf("为周边 %d 个站中位数 %s 的 %s 倍", d.Neighbours, FormatValue(d.Median), n),
		fmt.Sprintf("%s times the median %s of %d neighbours", n, FormatValue(d.Median), d.Neighbours)
}

// doubted is a mark with its reason, waiting to be stored.
type doubted struct {
	key  series.Key
	time int64
	Doubt
}

// writeDoubts keeps the reasons of marks. The same value delivered again keeps its first reason.
func writeDoubts(ctx context.Context, tx *store.Tx, batch int64, list []doubted) error {
	const columns, rows = 8, 60
	for chunk := range slices.Chunk(list, rows) {
		var values []string
		var args []any
		for _, d := range chunk {
			in, _ := store.In(1+len(args), columns)
			values = append(values, in)
			args = append(args, d.key.Site, d.key.Factor, d.key.Stat, d.time, d.Value, batch, d.Median, d.Neighbours)
		}
		_, err := tx.Exec(ctx, "INSERT INTO doubt (site, factor, stat, time, value, batch_id, median, neighbours) VALUES "+
			strings.Join(values, ",")+" ON CONFLICT (site, factor, stat, time, value) DO NOTHING", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// DoubtAt is the place of a doubted value in its series.
type DoubtAt struct{ Time, Value int64 }

// Doubts gives the reasons of the suspect values of a series at from … to (ms, both
// included). Needs air.read somewhere.
func (s *Service) Doubts(ctx context.Context, k series.Key, from, to int64) (map[DoubtAt]Doubt, error) {
	if _, err := access.RequireAnywhere(ctx, access.AirRead); err != nil {
		return nil, err
	}
	out := map[DoubtAt]Doubt{}
	err := s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, `SELECT time, value, median, neighbours FROM doubt
			WHERE site = $1 AND factor = $2 AND stat = $3 AND time BETWEEN $4 AND $5`, k.Site, k.Factor, k.Stat, from, to)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var at DoubtAt
			var d Doubt
			if err := rows.Scan(&at.Time, &at.Value, &d.Median, &d.Neighbours); err != nil {
				return store.Classify(err)
			}
			d.Value = at.Value
			out[at] = d
		}
		return store.Classify(rows.Err())
	})
	return out, err
}
