package rest

import (
	"context"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"qingshan/internal/platform/fault"
)

// maxXLSXRows is the format's limit of a sheet, less the head.
const maxXLSXRows = 1<<20 - 1

// writeXLSX streams the table into one sheet. A number keeps its printed decimals by a
// number format; everything else is a text cell, so that codes keep their zeros.
func writeXLSX(ctx context.Context, w io.Writer, t *Table) (rows int, err error) {
	f := excelize.NewFile()
	defer f.Close() // removes the temporary files
	const sheet = "Sheet1"
	sw, err := f.NewStreamWriter(sheet)
	if err != nil {
		return 0, err
	}
	// The order is fixed by the stream: widths, panes, then rows from the top.
	for i, c := range t.Columns {
		if err := sw.SetColWidth(i+1, i+1, width(c)); err != nil {
			return 0, err
		}
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return 0, err
	}
	styles := &numberStyles{file: f, byDecimals: map[int]int{}}
	if err := writeHead(f, sw, t.Columns); err != nil {
		return 0, err
	}
	cells := make([]any, len(t.Columns))
	for row, err := range t.Rows {
		switch {
		case err != nil:
			return rows, err
		case ctx.Err() != nil:
			return rows, ctx.Err()
		case rows == maxXLSXRows:
			return rows, fault.New(fault.Invalid, "too_many_rows", "超过 1048575 行，请缩小范围或改用 CSV")
		}
		for i, c := range t.Columns {
			cells[i] = nil
			if i < len(row) && row[i] != "" {
				if cells[i], err = styles.cell(row[i], c.Kind); err != nil {
					return rows, err
				}
			}
		}
		rows++
		if err := sw.SetRow("A"+strconv.Itoa(rows+1), cells); err != nil {
			return rows, err
		}
	}
	if err := sw.Flush(); err != nil {
		return rows, err
	}
	_, err = f.WriteTo(w)
	return rows, err
}

func writeHead(f *excelize.File, sw *excelize.StreamWriter, columns []Column) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = excelize.Cell{StyleID: bold, Value: neutral(c.Name, Text)}
	}
	return sw.SetRow("A1", head)
}

func width(c Column) float64 {
	n := 0
	for _, r := range c.Name {
		if n++; utf8.RuneLen(r) > 1 {
			n++
		}
	}
	return float64(min(max(n+2, 10), 40))
}

// numberStyles makes one style per count of decimals.
type numberStyles struct {
	file       *excelize.File
	byDecimals map[int]int
}

func (s *numberStyles) cell(text string, kind Kind) (any, error) {
	if kind != Number || !isNumber(text) {
		return neutral(text, kind), nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return neutral(text, Text), nil
	}
	decimals := 0
	if i := strings.IndexByte(text, '.'); i >= 0 {
		decimals = len(text) - i - 1
	}
	id, ok := s.byDecimals[decimals]
	if !ok {
		format := "0"
		if decimals > 0 {
			format = "0." + strings.Repeat("0", decimals)
		}
		if id, err = s.file.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return nil, err
		}
		s.byDecimals[decimals] = id
	}
	return excelize.Cell{StyleID: id, Value: v}, nil
}
