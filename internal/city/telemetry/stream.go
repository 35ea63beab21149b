package telemetry

import (
	"qingshan/internal/platform/importer"
	"qingshan/internal/platform/series"
	"qingshan/internal/rules/region"
)

// StreamKind is how a stream's observations arrive.
type StreamKind string

// The kinds of streams.
const (
	File   StreamKind = "file"   // imported files
	Feed   StreamKind = "feed"   // hourly publications, also the demonstration's simulator
	Device StreamKind = "device" // instruments
	Manual StreamKind = "manual" // people's corrections
)

var streamKinds = []StreamKind{File, Feed, Device, Manual}

// Stream is a source of observations and its account.
type Stream struct {
	ID          int64
	Code        string
	Name        string
	Kind        StreamKind
	Region      region.Code // the smallest region that holds all its sites
	LateAfter   int64       // ms after the label, 0: not judged
	SilentAfter int64       // ms without a new label, 0: not judged
	Received    int64       // = Stored + Unchanged + Rejected
	Stored      int64
	Unchanged   int64
	Rejected    int64
	LastTime    int64 // newest label stored, ms UTC
}

// Delivery says where a batch of observations comes from.
type Delivery struct {
	Stream     string // the stream's code; made on first use
	StreamName string // its name for people; "" keeps it or takes the code
	Kind       StreamKind
	File       string // name of the file, "" for none
	SHA256     string // of the file, lower-case hex
	// RecordedAt is the record time in ms when it is not now: loading history whose record
	// times are known. See series.Batch.
	RecordedAt int64
}

// Column is values of one factor at one site.
type Column struct {
	Site   string // code
	Factor string // as in the series, e.g. PM25
	Stat   string // as in the series, e.g. hour
	Times  []int64
	Values []int64       // thousandths of the factor's unit
	Flags  []series.Flag // nil: none
	Header string        // the file's column, for rejects
	// Line gives the line of a time in the file, for rejects; nil: none.
	Line func(t int64) int
}

// Reject is a value or row that was refused.
type Reject struct {
	Line   int
	Column string // header text, "" for a whole row
	Site   string // code when known
	Factor string
	Time   int64
	Reason importer.Reason
	Raw    string
	Values int64 // how many values it counts, at least 1
}

// Account is the result of a delivery: Received = Stored + Unchanged + Rejected.
type Account struct {
	Batch     int64 // the origin of the stored points; 0 when nothing was received
	Received  int64
	Stored    int64
	Revised   int64 // of Stored: replaced an earlier value
	Unchanged int64
	Rejected  int64
	Suspect   int64 // of Received: marked as suspect
	FirstTime int64 // labels stored, ms UTC; 0 when none
	LastTime  int64
}

func (a *Account) balanced() bool { return a.Received == a.Stored+a.Unchanged+a.Rejected }
