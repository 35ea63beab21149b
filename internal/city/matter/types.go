// Package matter is the one engine of the loop: a problem or task becomes a matter with a
// holder and lawful clocks, moves only by the transitions of its kind, is closed by somebody
// who did not do it, and comes back when it recurs. Kinds are data (package kind); this room
// adds who somebody is to a matter, the record, and the one transaction of a move.
package matter

import (
	"encoding/json"
	"math"
	"strings"

	"qingshan/internal/city/matter/kind"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/geo"
	"qingshan/internal/rules/region"
)

// Never is the due time of a matter without a running clock.
const Never int64 = math.MaxInt64

// The relations that are kept as parties.
const (
	Reporter = "reporter"
	Owner    = "owner"
	Assigner = "assigner"
	Checker  = "checker"
	HolderOf = "holder"
	Watcher  = "watcher"
)

// Party is who stands in a relation: a post, a unit as a whole, or an account.
type Party struct {
	Relation            string
	Post, Unit, Account int64
	Since, Until        int64 // ms UTC; Until 0: still
}

// Matter is a matter as stored (事项). Times are ms UTC, 0 none.
type Matter struct {
	ID                           int64
	Number                       string
	Kind, Edition                string
	Category, Class              string
	Title, Description           string
	State                        string
	Type                         kind.StateType
	Region                       region.Code
	Cell                         int64 // 0 none
	Place                        string
	Site                         string
	Subject                      int64 // unit that the problem is about, 0 none
	At                           *geo.Point
	Accuracy                     int64 // metres
	Source, SourceNumber         string
	HolderToken                  string // relation that holds the ball, "" in final states
	HolderPost, HolderUnit       int64
	HolderClimb                  string // tokens passed over because they had nobody
	FoundAt, OpenedAt, ActedAt   int64
	DoneAt, ClosedAt, UpdatedAt  int64
	DueAt                        int64 // Never without a running clock
	DueClock                     string
	Late                         bool
	Reworks, Recurrences, Childs int64
	MergedInto                   int64
	Fields                       map[string]string
	ClientID                     string
	ClientBy                     int64
	SignalKey                    string
	Seq                          int64
	Head                         []byte
	Version                      int64

	stored []any // its columns as they were read for a change, in the order of insertColumns
}

// Open tells whether somebody still has to act.
func (m *Matter) Open() bool { return !m.Type.Final() }

// Opening is what a report brings.
type Opening struct {
	Kind, Category     string
	Transition         string // of the kind's starts; "" takes the first that the actor may
	Title, Description string
	Region             region.Code // "" from the place, or the actor's own
	At                 *geo.Point
	Accuracy           int64
	Place              string
	Site               string
	Subject            int64
	Source             string
	SourceNumber       string
	Fields             map[string]string
	Evidence           []int64
	ClientID           string // made by the phone; the same report sent twice is one matter
	FoundAt            int64  // 0: now
	AssignUnit         int64
	AssignPost         int64
	Opinion            string
	// AcknowledgeDuplicates opens the matter although likely duplicates are there.
	AcknowledgeDuplicates bool

	parent    int64
	signalKey string
	apart     bool // never takes up a closed matter again
}

// Step is what somebody brings to a move.
type Step struct {
	Transition             string
	Fields                 map[string]string
	Evidence               []int64
	Opinion                string
	AssignUnit, AssignPost int64
	Due                    int64 // asked end of the main clock, 0 by the kind
}

// Exhibit is a piece of evidence as the record holds it.
type Exhibit struct {
	ID         int64  `json:"id"`
	Kind       string `json:"kind"`
	SHA256     string `json:"sha256"`
	CapturedAt int64  `json:"capturedAt,omitempty"` // ms UTC, when not known the arrival
}

// Event is one entry of a matter's record. Body is the JSON that was hashed.
type Event struct {
	Matter, Seq, At int64
	Act, Transition string
	State           string
	Account, Post   int64
	Body            json.RawMessage
	Hash            []byte
	Told            Told // Body read
}

// Told is the body of an event. Field order is the order in the record: never change it.
type Told struct {
	Matter     string            `json:"matter"` // number
	Seq        int64             `json:"seq"`
	At         int64             `json:"at"`
	Act        string            `json:"act"`
	Transition string            `json:"transition,omitempty"`
	Name       string            `json:"name"`
	From       string            `json:"from,omitempty"`
	To         string            `json:"to"`
	Account    int64             `json:"account"`
	Person     int64             `json:"person,omitempty"`
	Display    string            `json:"display"`
	Post       int64             `json:"post,omitempty"`
	PostName   string            `json:"postName,omitempty"`
	Unit       int64             `json:"unit,omitempty"`
	UnitName   string            `json:"unitName,omitempty"`
	Opinion    string            `json:"opinion,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Evidence   []Exhibit         `json:"evidence,omitempty"`
	AssignPost int64             `json:"assignPost,omitempty"`
	AssignUnit int64             `json:"assignUnit,omitempty"`
	Holder     string            `json:"holder,omitempty"` // relation
	HolderPost int64             `json:"holderPost,omitempty"`
	HolderUnit int64             `json:"holderUnit,omitempty"`
	Climb      string            `json:"climb,omitempty"` // relations that had nobody
	More       map[string]string `json:"more,omitempty"`
}

const (
	maxTitle       = 120
	maxDescription = 4000
	maxOpinion     = 2000
	maxPlace       = 200
	maxEvidence    = 50
)

// cleanLine makes a text fit for one line of a list.
func cleanLine(field, what string, most int, text *string) error {
	*text = strings.Join(strings.Fields(strings.ToValidUTF8(*text, "")), " ")
	return checkText(field, what, most, text)
}

// checkText drops what no page can show and bounds the length. Text stays text: it is never
// taken for markup, so nothing is escaped here.
func checkText(field, what string, most int, text *string) error {
	*text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1 // control characters, and those that turn the reading direction
		}
		return r
	}, strings.ToValidUTF8(*text, "")))
	if n := len([]rune(*text)); n > most {
		return fault.Newf(fault.Invalid, "too_long", "%s不超过 %d 个字，现为 %d 个", what, most, n).WithField("body."+field, "过长", "")
	}
	return nil
}

func invalid(field, code, message, value string) *fault.Error {
	return fault.New(fault.Invalid, code, message).WithField("body."+field, message, value)
}

// cut gives the county and town keys of a region.
func cut(r region.Code) (county, town string) {
	if r.Level() >= region.County {
		county = string(r[:6])
	}
	if r.Level() >= region.Town {
		town = string(r[:9])
	}
	return county, town
}
