package telemetry

import (
	"context"
	"strings"

	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// At most maxRejects are written one by one for a delivery; one last row counts the others, so that a file of nothing but errors cannot fill the disk. Raw text is cut.
const (
	maxRejects = 50_000
	maxRaw     = 4096
	rejectRows = 40

	rejectColumns = 11
)

// rejectWriter writes rejects in groups.
type rejectWriter struct {
	batch   int64
	written int
	more    int64 // values beyond maxRejects
	args    []any
}

func (w *rejectWriter) add(ctx context.Context, tx *store.Tx, r Reject, at region.Code) error {
	if w.written >= maxRejects {
		w.more += r.Values
		return nil
	}
	w.written++
	w.args = append(w.args, w.batch, string(at), storable(r.Site, 64), storable(r.Factor, 32), r.Time, r.Line, storable(r.Column, 200),
		storable(r.Reason.Code, 64), storable(r.Reason.Chinese(), 400), storable(r.Raw, maxRaw), r.Values)
	if len(w.args) >= rejectColumns*rejectRows {
		return w.write(ctx, tx)
	}
	return nil
}

func (w *rejectWriter) flush(ctx context.Context, tx *store.Tx) error {
	if w.more > 0 {
		w.args = append(w.args, w.batch, "", "", "", int64(0), 0, "", "more", "其余拒收的数据未逐条列出", "", w.more)
		w.more = 0
	}
	return w.write(ctx, tx)
}

func (w *rejectWriter) write(ctx context.Context, tx *store.Tx) error {
	n := len(w.args) / rejectColumns
	if n == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("INSERT INTO reject (batch_id, region, site, factor, time, line, place, code, reason, raw, amount) VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		in, _ := store.In(1+i*rejectColumns, rejectColumns)
		b.WriteString(in)
	}
	_, err := tx.Exec(ctx, b.String(), w.args...)
	w.args = w.args[:0]
	return err
}
