package importer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"qingshan/internal/rules/calendar"
)

// Parser reads one file.
type Parser struct {
	src  *Source
	scan *scanner
	plan *Plan
	opt  Options

	places   Places
	sink     Sink
	times    timeReader
	seen     seen
	step     int64
	cells    [][]byte // scratch: the texts of the time
	roles    []Role
	block    *builder
	names    map[string]*placeEntry
	lastKey  []byte // place texts of the last row, with the place they mean
	last     *placeEntry
	spareKey []byte
	columns  []*placeEntry // Wide: the place of each column
	rowVals  []int64       // scratch: values of a long row
	rowBad   bool
	max      []int64 // largest plausible value of each field, thousandths
	text     string  // the record number textOf as text
	textOf   int64
	counts   Counts
	rows     atomic.Int64
}

type placeEntry struct {
	name  Name
	place int
	ok    bool
	why   Reason
}

// dated tells a name that means different stations on different days.
func (e *placeEntry) dated() bool { return e.why.Code == ambiguous }

const ambiguous = "ambiguous_place"

// NewParser reads the header and decides how the file is read. Errors are *FileError.
func NewParser(src *Source, opt Options) (*Parser, error) {
	p := &Parser{src: src, scan: newScanner(src), opt: opt}
	head, err := p.scan.header()
	if err != nil {
		return nil, err
	}
	plan, bad := makePlan(head, opt)
	if bad != nil {
		bad.File, bad.Line = src.name, p.scan.start
		return nil, bad
	}
	p.plan = plan
	p.roles = plan.timeRoles()
	p.step = calendar.MsPerHour
	if plan.Kind.Step == "day" {
		p.step = calendar.MsPerDay
	}
	p.times = timeReader{plan: plan, daily: plan.Kind.Step == "day", now: opt.Now.UnixMilli()}
	p.names = map[string]*placeEntry{}
	p.cells = make([][]byte, len(p.roles))
	p.rowVals = make([]int64, len(plan.Values))
	for _, f := range plan.Values {
		limit := f.Max
		if opt.Max != nil && opt.Max(f.Factor) > 0 && f.Unit != "h" {
			limit = opt.Max(f.Factor)
		}
		p.max = append(p.max, limit*1000)
	}
	return p, nil
}

// Plan is how the file is read.
func (p *Parser) Plan() *Plan { return p.plan }

// Source is the file.
func (p *Parser) Source() *Source { return p.src }

// Comma is the character between the columns.
func (p *Parser) Comma() byte { return p.scan.comma }

// Rows is how many records were read so far; it may be asked while Run runs.
func (p *Parser) Rows() int64 { return p.rows.Load() }

// Counts accounts for what Run read.
func (p *Parser) Counts() Counts { return p.counts }

// Run reads all rows and gives values and rejects to the sink. An error is a
// *FileError, ctx's error or the sink's; then nothing of the file may be stored.
func (p *Parser) Run(ctx context.Context, places Places, sink Sink) error {
	p.places, p.sink = places, sink
	p.block = newBuilder(p)
	if p.plan.Layout == Wide {
		p.resolveColumns()
	}
	row := p.longRow
	if p.plan.Layout == Wide {
		row = p.wideRow
	}
	if err := p.each(ctx, row); err != nil {
		return err
	}
	return p.block.flush()
}

// each gives every record that has the header's number of cells to fn.
func (p *Parser) each(ctx context.Context, fn func() error) error {
	var bad *malformed
	for {
		err := p.scan.next()
		if errors.Is(err, io.EOF) {
			break
		}
		p.counts.Rows++
		p.rowBad = false
		if p.counts.Rows&0xfff == 0 {
			p.rows.Store(p.counts.Rows)
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		switch {
		case errors.As(err, &bad):
			if p.scan.open {
				return p.cut()
			}
			err = p.rejectRow("", bad.why)
		case err != nil:
			return err
		case !p.fits():
			if p.scan.open && len(p.scan.fields) < len(p.plan.Header) {
				return p.cut()
			}
			err = p.rejectRow("", because("ragged", strconv.Itoa(len(p.scan.fields))+"|"+strconv.Itoa(len(p.plan.Header))))
		default:
			err = fn()
		}
		if err != nil {
			return err
		}
	}
	p.rows.Store(p.counts.Rows)
	if p.counts.Rows == 0 {
		return p.src.fail("no_rows", "", nil)
	}
	return ctx.Err()
}

func (p *Parser) cut() error {
	return p.src.fail("cut", strconv.Itoa(p.scan.start), nil)
}

// fits tells whether the record has the header's cells; empty ones too many are allowed.
func (p *Parser) fits() bool {
	n := len(p.plan.Header)
	if len(p.scan.fields) < n {
		return false
	}
	for _, f := range p.scan.fields[n:] {
		if len(bytes.TrimSpace(f)) > 0 {
			return false
		}
	}
	return true
}

// rejectRow refuses the whole record and counts its measured cells, at least one.
func (p *Parser) rejectRow(column string, why Reason) error {
	var n, missing int64
	count := func(i int) {
		switch {
		case i >= len(p.scan.fields):
		case p.blank(trim(p.scan.fields[i])):
			missing++
		default:
			n++
		}
	}
	if p.plan.Layout == Wide {
		for _, pl := range p.plan.places {
			count(pl[0])
		}
	} else {
		for _, i := range p.plan.column {
			count(i)
		}
	}
	p.counts.Missing += missing
	return p.reject(column, why, max(1, n))
}

func (p *Parser) reject(column string, why Reason, values int64) error {
	p.counts.Received += values
	p.counts.Rejected += values
	if !p.rowBad {
		p.rowBad = true
		p.counts.RejectedRows++
	}
	return p.sink.Reject(Reject{Line: p.scan.start, Column: column, Reason: why, Row: p.rowText(), Values: values})
}

// rowText is the record as text; many rejects of one record share it.
func (p *Parser) rowText() string {
	if p.textOf != p.counts.Rows {
		p.text, p.textOf = strings.ReplaceAll(strings.ToValidUTF8(string(p.scan.raw), "?"), "\x00", "?"), p.counts.Rows
	}
	return p.text
}

func trim(b []byte) []byte {
	if len(b) > 0 && (b[0] <= ' ' || b[0] >= 0x80 || b[len(b)-1] <= ' ' || b[len(b)-1] >= 0x80) {
		return bytes.TrimSpace(b)
	}
	return b
}

func (p *Parser) isMissing(b []byte) bool {
	return len(b) == 0 || (b[0] < '0' || b[0] > '9' || p.opt.Missing != nil) && p.plan.missing[string(b)]
}

// blank tells whether a cell of a row that is not read counts as missing.
func (p *Parser) blank(b []byte) bool {
	if p.isMissing(b) || !p.plan.zero {
		return p.isMissing(b)
	}
	v, _, ok := parseFixed(b, 3)
	return ok && v == 0
}

// cell reads a value: state says whether v counts, is missing, or was refused (why).
func (p *Parser) cell(field int, b []byte) (v int64, missing bool, why Reason) {
	b = trim(b)
	if p.isMissing(b) {
		return 0, true, Reason{}
	}
	f := &p.plan.Values[field]
	v, rounded, ok := parseFixed(b, p.plan.scale[field])
	if !ok {
		if v, rounded, ok = parseFixed([]byte(CleanName(string(b))), p.plan.scale[field]); !ok {
			return 0, false, because("not_a_number", short(b))
		}
	}
	switch {
	case p.plan.zero && v == 0:
		return 0, true, Reason{}
	case v < 0 || b[0] == '-' && v == 0 && rounded:
		return 0, false, because("negative", short(b))
	case v > p.max[field] && f.Unit == "mg/m³":
		return 0, false, because("unit_suspected", short(b))
	case v > p.max[field]:
		return 0, false, because("out_of_range", short(b))
	}
	if rounded {
		p.counts.Rounded++
	}
	return v, false, Reason{}
}

// rowTime reads the label of the current record; ok is false when the row was rejected.
func (p *Parser) rowTime() (t int64, ok bool, err error) {
	for i, r := range p.roles {
		if c := p.plan.role[r]; c >= 0 {
			p.cells[i] = trim(p.scan.fields[c])
		} else {
			p.cells[i] = []byte(p.plan.constant[r])
		}
	}
	t, why, ok := p.times.read(p.cells)
	if !ok {
		return 0, false, p.rejectRow(p.roleName(p.roles[0]), why)
	}
	return t, true, nil
}

func (p *Parser) roleName(r Role) string {
	if c, ok := p.plan.role[r]; ok && c >= 0 {
		return p.plan.Header[c]
	}
	return string(r)
}

func (p *Parser) slot(t int64) int64 { return (t + calendar.Offset) / p.step }
