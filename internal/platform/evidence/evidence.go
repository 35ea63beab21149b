// Package evidence keeps the files that prove something: photos, documents, readings,
// statements. A file is stored under the SHA-256 of its bytes, once, and acknowledged only
// when it is durable; what it really is, is read from its content; what is odd about it
// (taken tomorrow, far away, used before) is marked and shown to whoever checks. The original
// is never shown: people see copies that carry no position and no camera data.
package evidence

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"qingshan/internal/platform/store"
)

// Kind says what a piece of evidence is for.
type Kind string

// The kinds.
const (
	Photo     Kind = "photo"
	Document  Kind = "document"
	Reading   Kind = "reading"
	Statement Kind = "statement"
)

// Where a time or a position comes from.
const (
	FromEXIF   = "exif"
	FromDevice = "device"
)

// Item is one piece of evidence.
type Item struct {
	ID             int64
	SHA256         string // hex
	Size           int64  // bytes
	Media          string // as found in the content
	Width, Height  int    // pixels; 0 for what is no picture
	Kind           Kind
	Name           string
	CapturedAt     time.Time // zero: unknown
	CapturedSource string    // "", FromEXIF, FromDevice
	Place          *Place    // nil: unknown
	PlaceSource    string    // "", FromEXIF, FromDevice
	Account, Post  int64     // who brought it in; 0 the system
	ReceivedAt     time.Time
	Marks          []Mark    // of the file; in a list of an object's evidence also those it has there
	UsedAt         time.Time // when it was put to the object of the list; zero elsewhere
}

// Place is a position in 1e-7 degrees, WGS 84.
type Place struct {
	Lng, Lat int64
	Accuracy int64 // metres, 0 unknown
}

// Degrees are the coordinates in degrees.
func (p Place) Degrees() (lng, lat float64) { return float64(p.Lng) / 1e7, float64(p.Lat) / 1e7 }

// Mark is something odd, in words for people. Evidence and Object name the other use of a
// photo that was used twice; an object is for those only who may see it.
type Mark struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	MessageEn string `json:"messageEn"`
	Evidence  int64  `json:"evidence,omitempty"`
	Object    string `json:"object,omitempty"`
	Distance  int    `json:"distance,omitempty"` // bits (a picture) or metres (a place)
}

// The codes of marks.
const (
	MarkFuture   = "future"         // taken after it was received
	MarkOld      = "old"            // taken long before the problem was reported
	MarkFar      = "far"            // taken far from the matter
	MarkClocks   = "time_conflict"  // camera and device disagree on the time
	MarkNoCamera = "no_camera_time" // the photo says no time: the device is believed
	MarkPlaces   = "place_conflict" // camera and device disagree on the place
	MarkTrailing = "trailing"       // bytes behind the end of the picture
	MarkMedia    = "media_differs"  // not the type it was declared as
	MarkSame     = "same_photo"     // the same file was used before
	MarkNear     = "near_photo"     // nearly the same picture was used before
)

// Config holds what an installation may change.
type Config struct {
	// Dir holds the files, the parts of uploads and the cached views.
	Dir string
	// Limits are the largest sizes by kind, in bytes.
	Limits map[Kind]int64
	// MaxPixels bounds width × height of a picture; MaxSide each of them.
	MaxPixels int64
	MaxSide   int
	// Near is the largest number of differing bits (of 64) at which two pictures count as
	// nearly the same; at most 11.
	Near int
	// Ahead is how far a camera's clock may be ahead before its photo is marked.
	Ahead time.Duration
	// Old is how long before the report a photo may have been taken without a mark.
	Old time.Duration
	// Far is the distance in metres from the matter beyond which a photo is marked.
	Far int64
	// Abandoned is the age at which an untouched upload is removed.
	Abandoned time.Duration
	// Open bounds the uploads that one account may have under way.
	Open int
	// Fault, when set, is called before each step that can fail ("write", "sync", "place",
	// "row", "view"); tests make a step fail with it.
	Fault func(step string) error
}

// Default is the configuration of a new installation.
func Default(dir string) Config {
	return Config{
		Dir:       dir,
		Limits:    map[Kind]int64{Photo: 25 << 20, Document: 50 << 20, Reading: 25 << 20, Statement: 25 << 20},
		MaxPixels: 50_000_000, MaxSide: 20_000, Near: 6,
		Ahead: 10 * time.Minute, Old: 72 * time.Hour, Far: 1000,
		Abandoned: 7 * 24 * time.Hour, Open: 200,
	}
}

// Store is the evidence of one installation.
type Store struct {
	db   *store.DB
	cfg  Config
	busy chan struct{} // bounds the pictures decoded at once

	mu    sync.Mutex
	locks map[string]*lock // by upload
}

// decoding bounds the memory that pictures take: each may need 4 bytes a pixel or more.
const decoding = 2

// New makes the store and its folders.
func New(db *store.DB, cfg Config) (*Store, error) {
	if cfg.Near < 0 || cfg.Near > maxNear {
		return nil, fmt.Errorf("evidence: near must lie in 0..%d, is %d", maxNear, cfg.Near)
	}
	for _, dir := range []string{cfg.Dir, filepath.Join(cfg.Dir, partFolder), filepath.Join(cfg.Dir, viewFolder)} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, fmt.Errorf("evidence: %w", err)
		}
	}
	return &Store{db: db, cfg: cfg, busy: make(chan struct{}, decoding), locks: map[string]*lock{}}, nil
}

// Limit is the largest size of a kind in bytes; 0 for an unknown kind.
func (s *Store) Limit(k Kind) int64 { return s.cfg.Limits[k] }

func (s *Store) fault(step string) error {
	if s.cfg.Fault == nil {
		return nil
	}
	return s.cfg.Fault(step)
}
