package importer

import (
	"errors"
	"io"
	"strings"
)

// PreviewRows is how many rows a preview shows.
const PreviewRows = 20

// sampleCount is how many different values of a column a preview shows.
const sampleCount = 3

// PreviewColumn is a column of a file with what it was taken for.
type PreviewColumn struct {
	Name   string   // header text
	Field  string   // "" = not read; "place" = a place of a wide file
	Label  string   // Chinese name of the field
	Unit   string   // of the values in the system
	Sample []string // up to three different values
}

// Preview is the beginning of a file and how it would be read.
type Preview struct {
	Kind     string
	Layout   Layout
	Profile  string
	Note     string // what must be known about such a file, in Chinese
	Encoding string
	Packed   bool
	Columns  []PreviewColumn
	Unmapped []string
	Rows     [][]string // at most PreviewRows, cells cut at 60 bytes
	Broken   []Reject   // rows among them that cannot be split
}

// Preview reads the first rows. The parser cannot Run afterwards; open the file again.
func (p *Parser) Preview() (*Preview, error) {
	out := &Preview{Kind: p.plan.Kind.ID, Layout: p.plan.Layout, Packed: p.src.Packed(), Unmapped: p.plan.Unmapped()}
	if p.plan.Profile != nil {
		out.Profile, out.Note = p.plan.Profile.ID, p.plan.Profile.Note
	}
	for i, h := range p.plan.Header {
		c := PreviewColumn{Name: h, Field: p.plan.Field[i]}
		if f := p.plan.Kind.field(c.Field); f != nil {
			c.Label, c.Unit = f.Name, f.Unit
		}
		out.Columns = append(out.Columns, c)
	}
	var bad *malformed
	for len(out.Rows)+len(out.Broken) < PreviewRows {
		err := p.scan.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.As(err, &bad) {
			out.Broken = append(out.Broken, Reject{Line: p.scan.start, Reason: bad.why, Row: p.rowText()})
			continue
		}
		if err != nil {
			return nil, err
		}
		row := make([]string, len(p.scan.fields))
		for i, f := range p.scan.fields {
			row[i] = short(f)
			if i < len(out.Columns) {
				out.Columns[i].sample(row[i])
			}
		}
		out.Rows = append(out.Rows, row)
	}
	out.Encoding = p.src.Encoding()
	return out, nil
}

func (c *PreviewColumn) sample(v string) {
	if len(c.Sample) >= sampleCount || strings.TrimSpace(v) == "" {
		return
	}
	for _, s := range c.Sample {
		if s == v {
			return
		}
	}
	c.Sample = append(c.Sample, v)
}
