package main

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"

	"qingshan/internal/rules/num"
)

// output writes result rows as CSV or as JSON lines: one call per column in the order of
// cols, then end. In JSON a number that is missing is null.
type output struct {
	w    *bufio.Writer
	cols []string
	json bool
	row  []byte
	i    int
	err  error
}

func newOutput(w io.Writer, o filterOptions, cols []string) *output {
	out := &output{w: bufio.NewWriterSize(w, 1<<16), cols: cols, json: o.format == "json"}
	if !out.json {
		for _, c := range cols {
			out.text(c)
		}
		out.end()
	}
	return out
}

func (o *output) begin() {
	switch {
	case !o.json && o.i > 0:
		o.row = append(o.row, ',')
	case o.json:
		o.row = append(o.row, "{,"[min(o.i, 1)])
		o.row = strconv.AppendQuote(o.row, o.cols[o.i])
		o.row = append(o.row, ':')
	}
	o.i++
}

// text writes a text column.
func (o *output) text(s string) {
	o.begin()
	if !o.json {
		o.row = appendCSV(o.row, s)
		return
	}
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			plain = false
			break
		}
	}
	if plain {
		o.row = append(o.row, '"')
		o.row = append(o.row, s...)
		o.row = append(o.row, '"')
		return
	}
	b, err := json.Marshal(s)
	if err != nil && o.err == nil {
		o.err = err
	}
	o.row = append(o.row, b...)
}

// integer writes a whole number.
func (o *output) integer(n int64) {
	o.begin()
	o.row = strconv.AppendInt(o.row, n, 10)
}

// decimal writes d with exactly its decimals.
func (o *output) decimal(d num.Decimal) {
	o.begin()
	o.row = d.Append(o.row)
}

// blank writes a number that is missing.
func (o *output) blank() {
	o.begin()
	if o.json {
		o.row = append(o.row, "null"...)
	}
}

// integerOr writes n, or blank when n is negative.
func (o *output) integerOr(n int64) {
	if n < 0 {
		o.blank()
	} else {
		o.integer(n)
	}
}

// decimalOr writes d, or blank when it is not known.
func (o *output) decimalOr(d num.Decimal, known bool) {
	if known {
		o.decimal(d)
	} else {
		o.blank()
	}
}

// end finishes the row. A row with the wrong number of columns is a programming error.
func (o *output) end() {
	if o.i != len(o.cols) {
		panic("output row has " + strconv.Itoa(o.i) + " columns, want " + strconv.Itoa(len(o.cols)))
	}
	if o.json {
		o.row = append(o.row, '}')
	}
	o.row = append(o.row, '\n')
	if _, err := o.w.Write(o.row); err != nil && o.err == nil {
		o.err = err
	}
	o.row, o.i = o.row[:0], 0
}

func (o *output) flush() error {
	if err := o.w.Flush(); o.err == nil {
		o.err = err
	}
	return o.err
}
