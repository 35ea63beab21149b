package telemetry

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"

	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/store"
)

// Rejects are kept in chunks of about rejectChunk bytes, at most maxRejectLog in all: after
// that one last line counts the others, so that a file of nothing but errors cannot fill the
// disk.
const (
	maxLogRow    = 1 << 10 // bytes of a row that are kept; one row may have hundreds of rejects
	rejectChunk  = 256 << 10
	maxRejectLog = 64 << 20
)

// rejectLog collects the rejects of a run, packed.
type rejectLog struct {
	chunks []packedRejects
	size   int
	buf    bytes.Buffer
	zip    *gzip.Writer
	amount int64
	raw    int
	more   int64 // values beyond maxRejectLog
	lines  []uint64
	rows   int64 // lines with at least one reject
	err    error
}

type packedRejects struct {
	amount int64
	body   []byte
}

func (l *rejectLog) add(x importer.Reject) {
	l.mark(x.Line)
	if l.size > maxRejectLog {
		l.more += x.Values
		return
	}
	l.write(ImportReject{Line: x.Line, Column: x.Column, Code: x.Reason.Code, Arg: x.Reason.Arg, Row: storable(x.Row, maxLogRow), Values: x.Values})
}

// mark counts the line once, however many of its values are refused.
func (l *rejectLog) mark(line int) {
	if line <= 0 {
		return
	}
	for line/64 >= len(l.lines) {
		l.lines = append(l.lines, make([]uint64, max(64, len(l.lines)))...)
	}
	before := bits.OnesCount64(l.lines[line/64])
	l.lines[line/64] |= 1 << (line % 64)
	l.rows += int64(bits.OnesCount64(l.lines[line/64]) - before)
}

func (l *rejectLog) write(x ImportReject) {
	if l.zip == nil {
		l.zip = gzip.NewWriter(&l.buf)
	}
	line := append([]byte(toJSON(x)), '\n')
	_, err := l.zip.Write(line)
	l.err = errors.Join(l.err, err)
	l.amount++
	if l.raw += len(line); l.raw >= 8*rejectChunk {
		l.cut()
	}
}

// cut ends a chunk.
func (l *rejectLog) cut() {
	if l.amount == 0 {
		return
	}
	l.err = errors.Join(l.err, l.zip.Close())
	l.chunks = append(l.chunks, packedRejects{l.amount, bytes.Clone(l.buf.Bytes())})
	l.size += l.buf.Len()
	l.buf.Reset()
	l.zip.Reset(&l.buf)
	l.amount, l.raw = 0, 0
}

func (l *rejectLog) close() error {
	if l.more > 0 {
		l.write(ImportReject{Code: "more", Arg: fmt.Sprint(l.more), Values: l.more})
		l.more = 0
	}
	l.cut()
	return l.err
}

// fork is a closed log that goes on by itself; the other stays as it is.
func (l *rejectLog) fork() *rejectLog {
	return &rejectLog{chunks: slices.Clip(l.chunks), size: l.size, lines: slices.Clone(l.lines), rows: l.rows, err: l.err}
}

// save replaces the rejects of an import.
func (l *rejectLog) save(ctx context.Context, tx *store.Tx, id int64) error {
	if _, err := tx.Exec(ctx, "DELETE FROM import_reject WHERE import_id = $1", id); err != nil {
		return err
	}
	for i, c := range l.chunks {
		_, err := tx.Exec(ctx, "INSERT INTO import_reject (import_id, chunk, amount, body) VALUES ($1, $2, $3, $4)", id, i, c.amount, c.body)
		if err != nil {
			return err
		}
	}
	return nil
}

// eachReject gives the rejects of an import in file order until fn says stop.
func eachReject(ctx context.Context, tx *store.Tx, id int64, fn func(ImportReject) bool) error {
	for chunk := 0; ; chunk++ {
		var body []byte
		err := tx.QueryRow(ctx, "SELECT body FROM import_reject WHERE import_id = $1 AND chunk = $2", id, chunk).Scan(&body)
		if isMissing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		more, err := unpackRejects(body, fn)
		if err != nil || !more {
			return err
		}
	}
}

func unpackRejects(body []byte, fn func(ImportReject) bool) (more bool, err error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	dec := json.NewDecoder(bufio.NewReader(z))
	for {
		var x ImportReject
		switch err := dec.Decode(&x); {
		case errors.Is(err, io.EOF):
			return true, nil
		case err != nil:
			return false, err
		case !fn(x):
			return false, nil
		}
	}
}
