package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"qingshan/internal/rules/num"
)

// Every evaluation command is a filter over a table:
//
//	in, err := openInput(e, opts, rest, cols)   // cols: what the command reads
//	for in.next() { …in.text(i), in.number(i)…; in.reject(i, "why") }
//	return in.finish(out)
//
// A row counts as accepted unless reject was called for it.

// column is one input column a command reads.
type column struct {
	name     string
	optional bool
}

func need(names ...string) (c []column) {
	for _, n := range names {
		c = append(c, column{name: n})
	}
	return c
}

func optional(names ...string) (c []column) {
	for _, n := range names {
		c = append(c, column{name: n, optional: true})
	}
	return c
}

// filterOptions are the flags every filter has.
type filterOptions struct {
	format  string
	rejects string
}

func (o *filterOptions) register(fs *flag.FlagSet) {
	fs.StringVar(&o.format, "format", "csv", "`csv` or json (JSON lines)")
	fs.StringVar(&o.rejects, "rejects", "", "write rejected rows with their reason to `FILE`")
}

func (o *filterOptions) check() error {
	if o.format != "csv" && o.format != "json" {
		return fmt.Errorf("--format is csv or json, not %q", o.format)
	}
	return nil
}

// input is an open table.
type input struct {
	e        *env
	file     string // as printed in messages; "-" for standard input
	scan     *csvScanner
	cols     []column
	at       []int // position of cols[i] in the record, -1 when absent
	width    int
	read     int
	rejected int
	bad      bool // current row is rejected already
	sink     *bufio.Writer
	sinkFile *os.File
	line     []byte
}

// openInput opens rest[0] (or standard input for "-" and nothing), reads the header and
// finds the columns. Its errors mean wrong usage or unreadable input: exit code 2.
func openInput(e *env, o filterOptions, rest []string, cols []column) (*input, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(rest) > 1 {
		return nil, fmt.Errorf("one FILE at most, not %d", len(rest))
	}
	in := &input{e: e, file: "-", cols: cols}
	if len(rest) == 1 {
		in.file = rest[0]
	}
	data, err := readAll(e, in.file)
	if err != nil {
		return nil, err
	}
	in.scan = newCSVScanner(data)
	if err := in.header(); err != nil {
		return nil, err
	}
	if o.rejects != "" {
		if in.sinkFile, err = os.Create(o.rejects); err != nil {
			return nil, err
		}
		in.sink = bufio.NewWriter(in.sinkFile)
		in.sink.Write(in.scan.raw)
		in.sink.WriteString(",reason\n")
	}
	return in, nil
}

// readAll reads a file or standard input, unpacking gzip.
func readAll(e *env, file string) ([]byte, error) {
	r, size := e.stdin, int64(0)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if st, err := f.Stat(); err == nil {
			size = st.Size()
		}
		r = f
	}
	br := bufio.NewReaderSize(r, 1<<16)
	r = br
	if magic, _ := br.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(br)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		r, size = z, 6*size
	}
	var b bytes.Buffer
	b.Grow(int(min(max(size, 0), 1<<28)) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(r, maxInput+1)); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if b.Len() > maxInput {
		return nil, fmt.Errorf("%s: more than %d MB", file, maxInput>>20)
	}
	return b.Bytes(), nil
}

// maxInput bounds what a filter takes into memory; a nation-year of hours has 126 MB, a
// compressed file may claim to be anything.
const maxInput = 1 << 30

func (in *input) header() error {
	err := in.scan.next()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: no header", in.file)
	}
	if err != nil {
		return fmt.Errorf("%s:%d: header: %w", in.file, in.scan.start, err)
	}
	in.width = len(in.scan.fields)
	pos := map[string]int{}
	for i, f := range in.scan.fields {
		name := strings.ToLower(strings.TrimSpace(string(f)))
		if _, twice := pos[name]; twice {
			for _, c := range in.cols {
				if c.name == name {
					return fmt.Errorf("%s:%d: column %s stands twice in the header", in.file, in.scan.start, name)
				}
			}
		}
		pos[name] = i
	}
	var missing []string
	for _, c := range in.cols {
		i, ok := pos[c.name]
		if !ok {
			i = -1
			if !c.optional {
				missing = append(missing, c.name)
			}
		}
		in.at = append(in.at, i)
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s:%d: the header lacks %s", in.file, in.scan.start, strings.Join(missing, ", "))
	}
	return nil
}

// next goes to the next well-formed row; malformed ones are rejected on the way.
func (in *input) next() bool {
	for {
		err := in.scan.next()
		if errors.Is(err, io.EOF) {
			return false
		}
		in.read++
		in.bad = false
		if err != nil {
			in.rejectAs("row", err.Error())
			continue
		}
		if n := len(in.scan.fields); n != in.width {
			in.rejectAs("row", fmt.Sprintf("%d fields where the header has %d", n, in.width))
			continue
		}
		return true
	}
}

// has says whether the table has column i.
func (in *input) has(i int) bool { return in.at[i] >= 0 }

// bytes is the trimmed text of column i, valid until the next row; nil when absent.
func (in *input) bytes(i int) []byte {
	if in.at[i] < 0 {
		return nil
	}
	return bytes.TrimSpace(in.scan.fields[in.at[i]])
}

// text is bytes as a string of its own.
func (in *input) text(i int) string { return string(in.bytes(i)) }

// id is text of column i, which must not be empty.
func (in *input) id(i int) (string, bool) {
	b := in.bytes(i)
	if len(b) == 0 {
		in.reject(i, "empty")
		return "", false
	}
	return string(b), true
}

// reject refuses the current row because of column i.
func (in *input) reject(i int, format string, args ...any) {
	in.rejectAs(in.cols[i].name, fmt.Sprintf(format, args...))
}

func (in *input) rejectAs(name, why string) {
	if in.bad {
		return
	}
	in.bad = true
	in.rejected++
	fmt.Fprintf(in.e.stderr, "%s:%d: %s: %s\n", in.file, in.scan.start, name, why)
	if in.sink != nil {
		in.line = in.line[:0]
		n := len(in.scan.fields)
		if n == 0 || n > in.width { // malformed or too wide: one field, so that the file of rejects stays readable
			in.line, n = appendCSV(in.line, in.scan.raw), 1
		} else {
			in.line = append(in.line, in.scan.raw...)
		}
		for ; n <= in.width; n++ {
			in.line = append(in.line, ',')
		}
		in.line = appendCSV(in.line, name+": "+why)
		in.sink.Write(append(in.line, '\n'))
	}
}

// finish flushes the answer, prints the count line and returns the exit code.
func (in *input) finish(out *output) int {
	if err := out.flush(); err != nil {
		fmt.Fprintf(in.e.stderr, "qingshan: the result could not be written: %v\n", err)
		return exitInternal
	}
	if in.sink != nil {
		if err := errors.Join(in.sink.Flush(), in.sinkFile.Close()); err != nil {
			fmt.Fprintf(in.e.stderr, "qingshan: the rejects could not be written: %v\n", err)
			return exitInternal
		}
	}
	fmt.Fprintf(in.e.stderr, "%d read, %d accepted, %d rejected\n", in.read, in.read-in.rejected, in.rejected)
	if in.rejected > 0 {
		return exitRejected
	}
	return exitOK
}

// cell is what a numeric column holds.
type cell struct {
	num.Decimal
	state cellState
}

type cellState uint8

const (
	cellMissing cellState = iota // empty, NA, NaN, -, --, *
	cellPlanned                  // "/": not monitored by plan
	cellNumber
)

// number reads column i. ok is false when the row was rejected.
func (in *input) number(i int) (c cell, ok bool) {
	b := in.bytes(i)
	switch string(b) {
	case "", "-", "--", "*", "NA", "NaN", "na", "nan":
		return c, true
	case "/":
		c.state = cellPlanned
		return c, true
	}
	d, err := num.Parse(b)
	if err != nil {
		in.reject(i, "%q is %v", short(b), err)
		return c, false
	}
	return cell{d, cellNumber}, true
}

// short keeps messages readable when a cell holds a page of text.
func short(b []byte) string {
	if len(b) > 40 {
		return strings.ToValidUTF8(string(b[:40]), "") + "…"
	}
	return string(b)
}
