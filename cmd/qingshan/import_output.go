package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/importer"
)

// importOutput is what people see of an import: refused rows and progress on standard
// error, the account on standard output, refused rows in a file.
type importOutput struct {
	e        *env
	terminal bool
	file     string // being imported
	line     clock.Stopwatch

	mu    sync.Mutex
	err   *bufio.Writer // standard error
	bar   bool          // a progress bar stands in the current line
	sink  *os.File
	rows  *bufio.Writer
	begin int64 // where this file's rejects begin in sink
	comma byte
	width int
	last  importer.Reject // the row whose reasons are being collected
	why   []string
}

func newImportOutput(e *env, rejects string) (*importOutput, error) {
	o := &importOutput{e: e, terminal: isTerminal(e.stderr), err: bufio.NewWriter(e.stderr)}
	if rejects == "" {
		return o, nil
	}
	var err error
	if o.sink, err = os.Create(rejects); err != nil {
		return nil, err
	}
	o.rows = bufio.NewWriter(o.sink)
	return o, nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// run imports one file and prints its account.
func (o *importOutput) run(ctx context.Context, m *telemetry.Imports, path string, f importFlags) (telemetry.ImportReport, error) {
	file, err := importFile(path)
	if err != nil {
		return telemetry.ImportReport{}, err
	}
	o.file, o.line = path, clock.Start()
	if err := o.header(file, f); err != nil {
		return telemetry.ImportReport{}, err
	}
	rep, err := m.Run(ctx, file, f.ImportOptions, o.progress, o.reject)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clearBar()
	o.flushRow()
	if ferr := o.err.Flush(); err == nil {
		err = ferr
	}
	if err != nil {
		return rep, err
	}
	if rep.Note != "" {
		fmt.Fprintf(o.e.stderr, "%s: %s\n", path, rep.Note)
	}
	if rep.Suspect > 0 {
		fmt.Fprintf(o.e.stderr, "%s: %d values stand out from their neighbours and were marked\n", path, rep.Suspect)
	}
	_, err = fmt.Fprintln(o.e.stdout, rep.ImportCounts.String())
	return rep, err
}

// header begins the file's part of the rejects: its header with a reason column. A file that
// has none is left to Run to refuse.
func (o *importOutput) header(file telemetry.ImportFile, f importFlags) error {
	if o.sink == nil {
		return nil
	}
	r, err := file.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	src, err := importer.Open(file.Name, r, file.Size, importer.Limits{})
	if err != nil {
		return nil
	}
	p, err := importer.NewParser(src, importer.Options{Kind: f.Kind, Profile: f.Profile, Map: f.Map, Set: f.Set, Now: clock.System().Now()})
	if err != nil {
		return nil
	}
	var line []byte
	for _, h := range p.Plan().Header {
		line = append(appendCSV(line, h), p.Comma())
	}
	o.comma, o.width = p.Comma(), len(p.Plan().Header)
	o.rows.Write(append(line, "reason\n"...))
	if err := o.rows.Flush(); err != nil {
		return err
	}
	o.begin, err = o.sink.Seek(0, io.SeekCurrent)
	return err
}

// reject prints a refused value. The zero value says that the file is read once more.
func (o *importOutput) reject(x importer.Reject) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.clearBar()
	if x.Reason.Code == "" {
		o.again()
		return
	}
	where := x.Column
	if where == "" {
		where = "row"
	}
	fmt.Fprintf(o.err, "%s:%d: %s: %s\n", o.file, x.Line, where, x.Reason)
	if o.sink == nil {
		return
	}
	if x.Line != o.last.Line || x.Row != o.last.Row {
		o.flushRow()
		o.last = x
	}
	o.why = append(o.why, where+": "+x.Reason.String())
}

func (o *importOutput) again() {
	fmt.Fprintf(o.err, "%s: the database was busy; reading the file again\n", o.file)
	o.last, o.why = importer.Reject{}, nil
	if o.sink == nil {
		return
	}
	o.rows.Reset(o.sink)
	if err := o.sink.Truncate(o.begin); err == nil {
		_, _ = o.sink.Seek(o.begin, io.SeekStart) // a failure shows at the next write
	}
}

// flushRow writes the collected row with all reasons that its values were refused for. A row
// that cannot be split, or that came from the store, is one cell, so that the file stays
// readable.
func (o *importOutput) flushRow() {
	if len(o.why) == 0 || o.sink == nil {
		return
	}
	row := []byte(o.last.Row)
	if n := strings.Count(o.last.Row, string(o.comma)) + 1; strings.ContainsAny(o.last.Row, "\"\n\r") || n != o.width {
		row = quoteAll(o.last.Row)
		for range o.width - 1 {
			row = append(row, o.comma)
		}
	}
	row = append(row, o.comma)
	row = append(row, quoteAll(strings.Join(o.why, "; "))...)
	o.rows.Write(append(row, '\n'))
	o.why = nil
}

func quoteAll(s string) []byte {
	return []byte(`"` + strings.ReplaceAll(s, `"`, `""`) + `"`)
}

// plainEvery is how often a line of progress comes when nobody watches a bar.
const plainEvery = 10 * time.Second

func (o *importOutput) progress(p telemetry.ImportProgress) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := fmt.Sprintf("%3.0f %%  %d rows  %.0f rows/s", 100*p.Share, p.Rows, p.RowsPerSecond)
	if p.SecondsLeft > 0 {
		text += fmt.Sprintf("  %.0f s left", p.SecondsLeft)
	}
	if !o.terminal {
		if o.line.Elapsed() >= plainEvery {
			o.line = clock.Start()
			fmt.Fprintf(o.err, "%s: %s\n", o.file, strings.TrimSpace(text))
			_ = o.err.Flush() // shown again at the end of the file
		}
		return
	}
	const width = 30
	full := min(width, int(p.Share*width))
	fmt.Fprintf(o.err, "\r\x1b[K%s [%s%s] %s", shortName(o.file), strings.Repeat("#", full), strings.Repeat(".", width-full), text)
	o.bar = true
	_ = o.err.Flush() // shown again at the end of the file
}

// clearBar takes the bar off the terminal's line before something else is written.
func (o *importOutput) clearBar() {
	if o.bar {
		_, _ = o.err.WriteString("\r\x1b[K") // shown again at the end of the file
		o.bar = false
	}
}

func shortName(path string) string {
	r := []rune(path)
	if len(r) > 24 {
		return "…" + string(r[len(r)-23:])
	}
	return path
}

func (o *importOutput) close() error {
	if o.sink == nil {
		return nil
	}
	return errors.Join(o.rows.Flush(), o.sink.Close())
}
