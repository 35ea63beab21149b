package rest

import (
	"context"
	"encoding/csv"
	"io"
	"iter"
	"strings"
)

// Kind says how a column's text is to be taken.
type Kind uint8

// The kinds of a column.
const (
	Text   Kind = iota // names and codes: never a number, or a spreadsheet eats leading zeros
	Number             // as printed by the standard: a number cell with the same decimals
)

// Column is one column of an export.
type Column struct {
	Name string // Chinese, with the unit: "PM2.5（µg/m³）"
	Kind Kind
}

// Table is the data of an export. Rows are texts exactly as the page shows them, "" for
// missing; Rows may fail in the middle, then nothing is sent.
type Table struct {
	Name    string // of the file, without ending: "全省排名 2026-08"
	Columns []Column
	Rows    iter.Seq2[[]string, error]
}

// Rows makes an iterator of a slice.
func Rows(rows [][]string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Export is what the audit chain learns of an export.
type Export struct {
	Operation string // id of the operation
	Name      string // of the file
	Query     string // the request's path and query: what was asked
	Format    string // "csv" or "xlsx"
	Rows      int
	SHA256    string // of the file, hex
}

// neutral makes a cell harmless that a spreadsheet would run as a formula: one that begins
// with = + - @ tab or carriage return gets an apostrophe, unless it is a plain number in a
// column of numbers, or a plain negative number anywhere.
func neutral(cell string, kind Kind) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
		return cell
	}
	if (kind == Number || cell[0] == '-') && isNumber(cell) {
		return cell
	}
	return "'" + cell
}

// isNumber tells whether s is a plain decimal: digits, at most one point, a sign.
func isNumber(s string) bool {
	digits, points := 0, 0
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '.':
			points++
		case i == 0 && (r == '-' || r == '+'):
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}

// writeCSV writes UTF-8 with a byte order mark, CRLF lines (RFC 4180): what a spreadsheet
// opens right without asking.
func writeCSV(ctx context.Context, w io.Writer, t *Table) (rows int, err error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return 0, err
	}
	cw := csv.NewWriter(w)
	cw.UseCRLF = true
	line := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		line[i] = neutral(c.Name, Text)
	}
	if err := cw.Write(line); err != nil {
		return 0, err
	}
	for row, err := range t.Rows {
		if err != nil {
			return rows, err
		}
		if err := ctx.Err(); err != nil {
			return rows, err
		}
		for i, c := range t.Columns {
			line[i] = ""
			if i < len(row) {
				line[i] = neutral(row[i], c.Kind)
			}
		}
		if err := cw.Write(line); err != nil {
			return rows, err
		}
		rows++
	}
	cw.Flush()
	return rows, cw.Error()
}
