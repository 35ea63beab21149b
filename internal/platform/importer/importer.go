// Package importer reads the monitoring files that cities really get: long and wide CSV,
// gzip or plain, UTF-8 or GB 18030, published hourly and daily values and station lists. It
// finds out the format and the meaning of the columns, turns every cell into an exact
// fixed-point value or a reject with line, column and reason, and accounts for each of them.
//
// It knows no database: places are resolved by the caller, values go to the caller in
// blocks. Memory is bounded by Options.BlockValues plus 8 bytes for every (place, time).
//
// Accounting is in values, not rows. A value is a measured cell that is not a missing token.
// A row that is refused as a whole counts its measured cells, at least one, so that no row
// leaves the books:
//
//	Received = accepted + Repeated + Rejected      (Missing is counted apart)
//
// where accepted are the values given to the sink and Repeated those of a row that stands
// twice in the file with the same values.
package importer

import (
	"time"

	"qingshan/internal/rules/calendar"
)

// Limits bound what a file may cost before it is refused.
type Limits struct {
	MaxBytes int64 // of text after unpacking; 0 = 4 GiB
	MaxRatio int64 // unpacked to packed size, once 16 MiB are unpacked; 0 = 200
	MaxLine  int   // bytes of one record; 0 = 64 KiB
}

func (l Limits) withDefaults() Limits {
	if l.MaxBytes <= 0 {
		l.MaxBytes = 4 << 30
	}
	if l.MaxRatio <= 0 {
		l.MaxRatio = 200
	}
	if l.MaxLine <= 0 {
		l.MaxLine = 64 << 10
	}
	return l
}

// Options say how to read a file where it does not say so itself.
type Options struct {
	Kind    string            // "" = find out
	Profile string            // "" = find out
	Map     map[string]string // header text → field; "-" ignores the column
	Set     map[string]string // field → text for every row: a file of one city has no city column
	Missing []string          // further tokens that mean "no value", e.g. "-999"
	Now     time.Time         // values that end later are in the future
	// Max gives the largest plausible value of a factor in its unit; nil, or 0: kinds.toml's.
	Max func(factor string) int64
	// BlockValues is how many values are collected before they go to the sink; 0 = 2 million.
	BlockValues int
}

// Counts account for a file.
type Counts struct {
	Rows         int64 // records after the header
	RejectedRows int64 // records with at least one reject
	Received     int64 // values, see the package text
	Rejected     int64
	Repeated     int64 // identical repeats inside the file
	Missing      int64
	Rounded      int64 // values with more decimals than are kept (GB/T 8170, half-even)
}

// Reject is one refused value or row.
type Reject struct {
	Line   int
	Column string // header text; "" for the whole row
	Reason Reason
	Row    string // as in the file, without its line end
	Values int64  // how many values it counts
}

// Name is what a file calls a place, cleaned (see CleanName).
type Name struct {
	City    string
	Station string // "" for a city's own values
	Code    string // station code, when the file gives codes
	// Published is the station as it stands in the file. Some feeds tell two stations of a
	// city apart by nothing but a full-width blank behind the name.
	Published string
}

// Places tells which place a name means. The number is the caller's own, from 0, dense.
// A name that is not known comes back with ok false, or a reason of its own. The answer
// holds for the whole file, unless it is ambiguous_place: then the name is asked again for
// each day. Day AnyDay asks for no particular one.
type Places interface {
	Place(n Name, day calendar.Day) (place int, ok bool, why Reason)
}

// AnyDay is no particular day.
const AnyDay calendar.Day = -1

// Sink takes what was read. Calls come from one goroutine, in the order of the file.
type Sink interface {
	// Values takes a block; it belongs to the sink until Release.
	Values(b *Block) error
	// Reject takes a refused value or row.
	Reject(r Reject) error
}

// Column is values of one field at one place; times are ms UTC END labels, in file order.
type Column struct {
	Place  int
	Field  int // index into Plan.Values
	Times  []int64
	Values []int64 // thousandths of the field's unit
}

// Block is a part of a file's values, by place and field.
type Block struct {
	Columns []Column
	Count   int
	free    chan *Block
}

// Release gives the block's memory back to the parser.
func (b *Block) Release() {
	select {
	case b.free <- b:
	default:
	}
}
