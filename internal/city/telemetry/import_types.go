package telemetry

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/importer"
	"qingshan/internal/rules/region"
)

// ImportStatus is where an import stands.
type ImportStatus string

// The states of an import.
const (
	ImportPreview ImportStatus = "preview" // uploaded, waits for a person's decision
	ImportQueued  ImportStatus = "queued"
	ImportRunning ImportStatus = "running"
	ImportDone    ImportStatus = "done"
	ImportFailed  ImportStatus = "failed" // nothing was stored
)

// ImportFile is a file to import. Open is called at least once for each attempt; each
// time it gives the same bytes.
type ImportFile struct {
	Name string
	Size int64 // bytes, 0 when unknown
	Open func() (io.ReadCloser, error)
}

// ImportOptions say how to read and what to do.
type ImportOptions struct {
	Kind    string            `json:"kind"`
	Profile string            `json:"profile,omitempty"`
	Map     map[string]string `json:"mapping,omitempty"` // header text → field, "-" ignores
	Set     map[string]string `json:"set,omitempty"`     // field → constant
	Missing []string          `json:"missing,omitempty"`
	// CreateStations registers unknown stations of known cities by their name. Cities of the
	// table of prefectures are always registered when they first appear.
	CreateStations bool `json:"createStations,omitempty"`
	DryRun         bool `json:"-"`
}

// ImportCounts account for an import, in values: Received = Stored + Unchanged + Rejected.
type ImportCounts struct {
	Rows         int64
	RejectedRows int64
	Received     int64
	Stored       int64
	Revised      int64 // of Stored
	Unchanged    int64
	Rejected     int64
	Missing      int64
	Suspect      int64
}

// String is the account in the form that every place prints.
func (c ImportCounts) String() string {
	return fmt.Sprintf("received %d = stored %d + unchanged %d + rejected %d (missing %d)",
		c.Received, c.Stored, c.Unchanged, c.Rejected, c.Missing)
}

func (c ImportCounts) balanced() bool { return c.Received == c.Stored+c.Unchanged+c.Rejected }

// ImportReport is the result of an import.
type ImportReport struct {
	ID      int64 // of the history; 0 for a dry run from the command line
	Batch   int64 // origin of the stored points; 0 for station lists and dry runs
	Kind    string
	Profile string
	Note    string // what must be known about such a file, in Chinese
	SHA256  string
	Size    int64
	Region  region.Code
	DryRun  bool
	ImportCounts
}

// ImportProgress is how far a running import is.
type ImportProgress struct {
	Rows          int64   `json:"rows"`
	Share         float64 `json:"share"` // 0 to 1; 0 when the size is unknown
	RowsPerSecond float64 `json:"rowsPerSecond"`
	SecondsLeft   float64 `json:"secondsLeft"` // 0 when unknown
}

// Import is an entry of the history.
type Import struct {
	ID         int64
	Status     ImportStatus
	DryRun     bool
	Kind       string
	File       string
	Size       int64
	SHA256     string
	Path       string
	Options    ImportOptions
	Preview    *importer.Preview
	Grants     []access.Grant
	Account    int64
	Actor      string
	Display    string
	Region     region.Code
	Batch      int64
	Error      string
	CreatedAt  time.Time
	StartedAt  time.Time // zero: not yet
	FinishedAt time.Time
	ImportCounts
}

// ImportReject is one refused value or row of an import.
type ImportReject struct {
	Line   int    `json:"line"`
	Column string `json:"column"`
	Code   string `json:"code"`
	Arg    string `json:"arg,omitempty"`
	Row    string `json:"row"`
	Values int64  `json:"values"`
}

// Reason is why it was refused.
func (r ImportReject) Reason() importer.Reason { return importer.Reason{Code: r.Code, Arg: r.Arg} }

// toJSON makes the text of a column; its types always marshal.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("telemetry: %T: %v", v, err))
	}
	return string(b)
}
