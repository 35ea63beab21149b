// Package kind is the language in which kinds of matters are written: fields,
// states, transitions and clocks as data (TOML), checked when loaded, and the
// pure decision whether somebody may make a transition now.
//
// A kind says who may do what, what they must bring, and who holds the ball in
// each state. No kind can be loaded on which the one who did the work also
// closes it, and Decide refuses it again for accounts, persons, posts and, when
// the kind asks for it, units.
package kind

import "qingshan/internal/rules/calendar"

// Kind is one kind of matter in one edition.
type Kind struct {
	ID, Name, NameEn string
	Prefix           string // begins the matter's number: 网格
	Edition          string // civil day 2006-01-02 from which the kind is in force
	Source           string
	Confidence       string // V verified, M from memory, U unsure, D design default
	Categories       []Category
	Fields           []Field
	States           []State
	Transitions      []Transition
	Clocks           []Clock
	Recurrence       Recurrence
	Merge            Merge
	Apart            string   // "person" or "unit": how far checker and doer are apart
	Start            []string // transitions that create a matter (From empty)
	Hash             string   // SHA-256 of the file, hex

	from calendar.Day   // Edition
	file string         // name of the file, for errors
	at   map[string]int // line of each part, for errors
}

// Category is a primary category; a matter has exactly one.
type Category struct {
	ID, Name, NameEn string
	Class            string // chooses the clocks' terms
	Code             string // code of GB/T 30428.2 or of a city's extension
	Tile             int    // place among the field app's tiles, 0 for none
	Roadside         bool   // visible from the road
	Patrol           bool   // on the patrol's list
}

// Choice is one value of a field of type choice.
type Choice struct{ ID, Name, NameEn string }

// FieldType is the type of a field.
type FieldType string

// The types of fields.
const (
	Text     FieldType = "text"
	LongText FieldType = "longtext"
	ChoiceOf FieldType = "choice"
	Number   FieldType = "number"
	DayOf    FieldType = "day"  // 2006-01-02
	TimeOf   FieldType = "time" // 2006-01-02T15:04
	Bool     FieldType = "bool" // true or false
	UnitRef  FieldType = "unit" // id of a unit
	PostRef  FieldType = "post" // id of a post
	SiteRef  FieldType = "site" // id of a site
)

// Field is something a matter of the kind may hold. Values travel as text.
type Field struct {
	ID, Name, NameEn string
	Type             FieldType
	Choices          []Choice
	Unit             string   // of a number
	Visible          []string // relations that may read it; empty: everybody who reads the matter
	Write            []string // relations that may fill it in; empty: whoever makes a transition that asks for it
	Max              int      // characters of a text (default 200, longtext 4000); largest number when set
}

// StateType is the closed set that local states are mapped to.
type StateType string

// The types of states.
const (
	Open      StateType = "open"
	Assigned  StateType = "assigned"
	Working   StateType = "working"
	Submitted StateType = "submitted"
	Checking  StateType = "checking"
	Closed    StateType = "closed"
	Suspended StateType = "suspended"
	Returned  StateType = "returned"
	Void      StateType = "void"
)

// StateTypes lists the closed set in the order of a matter's life.
func StateTypes() []StateType {
	return []StateType{Open, Assigned, Working, Submitted, Checking, Closed, Suspended, Returned, Void}
}

// Final reports whether nobody has to act any more.
func (t StateType) Final() bool { return t == Closed || t == Void }

// State is a local state.
type State struct {
	ID, Name, NameEn string
	Type             StateType
	Holder           string // relation that holds the ball, "" only in final states
	Stage            string // stage of the progress bar it belongs to, shown in Chinese
}

// Act is what a transition is, whatever its local name.
type Act string

// The acts of transitions.
const (
	Report   Act = "report"
	Verify   Act = "verify"
	Assign   Act = "assign"
	Accept   Act = "accept"
	Do       Act = "do"
	Check    Act = "check"
	Approve  Act = "approve"
	Return   Act = "return"
	Pause    Act = "pause"
	Resume   Act = "resume"
	Withdraw Act = "withdraw"
	VoidAct  Act = "void"
	Note     Act = "note"
)

// Acts lists the closed set.
func Acts() []Act {
	return []Act{Report, Verify, Assign, Accept, Do, Check, Approve, Return, Pause, Resume, Withdraw, VoidAct, Note}
}

// Transition is one allowed step. From is empty for those that create a matter.
type Transition struct {
	ID, Name, NameEn string
	From             []string
	To               string
	By               []string // relations, any of which suffices
	NotBy            []string // relations that exclude, though one of By holds
	Act              Act
	Need             Need
	Wait             Wait
	Effects          []Effect
	Assigns          string // "owner" or "checker": set from the request
	Rework           bool   // counts as a return for rework
	Limit            int    // times per matter, 0 = any number
	LimitText        string // why no more, for people
	LimitTextEn      string
	Consequence      string // what follows, told before it is done
	Reopen           bool   // leaves a closed state: the matter recurred
}

// Wait holds a transition back until a term has passed since the matter entered its state, and,
// where a field is named, since that day too.
type Wait struct {
	Term  calendar.Term // zero: at once
	Field string        // of type day
	Basis
}

// Starts reports whether the transition creates a matter.
func (t *Transition) Starts() bool { return len(t.From) == 0 }

// Need is what a transition must bring, and what else it may.
type Need struct {
	Fields   []string
	Optional []string // fields that may be filled in besides; no others
	Evidence []EvidenceNeed
	Opinion  bool
}

// EvidenceNeed asks for evidence with the move itself.
type EvidenceNeed struct {
	Kind  string // photo, document, reading or statement
	Min   int
	Fresh bool // captured since the last act "do"
}

// Effect is what a transition causes besides the move.
type Effect struct {
	Do     string // notify, child, clock, order
	To     string // notify: relation
	Kind   string // child: kind id; order: order kind
	Clock  string // clock: id
	Action string // clock: start, stop, restart
}

// Basis is where a value comes from and how sure it is.
type Basis struct{ Source, Confidence string }

// Clock is a time limit of a kind. It starts on entering a state of Start,
// stops on entering one of Stop (always on entering a final state), and stands
// still in those of Pause. A clock that was stopped runs anew from the next
// state of Start.
type Clock struct {
	ID, Name, NameEn   string
	Start, Stop, Pause []string
	Terms              map[string]calendar.Term // by category class, "" for the others; a class may be without limit by a zero term
	Bases              map[string]Basis         // source and confidence of each term
	Rolls              bool                     // an end on a day off rolls on (民法典 §203)
	Rework             string                   // after a return for rework: "" goes on, "restart", "half"
	Remind             []calendar.Term          // before the end
	Escalate           []Step
	Extend             []Extend // one for each extension that may be granted, in order
	Disposes           bool     // the term of the handling, that figures go by; without one it is the first that can be extended
	Pauses             Pauses
	Dated              bool   // whoever hands the matter over may set an end beyond the term, with a reason
	Until              string // field of type day on which the clock ends; the term is then the latest
	Then               string // transition that the system makes when the clock has ended
	Source, Confidence string

	classes []string // of Terms, in the order of the file
}

// Term is the clock's term for a category class and where it comes from. The
// zero term means that the clock does not run for the class.
func (c *Clock) Term(class string) (calendar.Term, Basis) {
	if t, ok := c.Terms[class]; ok {
		return t, c.Bases[class]
	}
	return c.Terms[""], c.Bases[""]
}

// Step is one step upward after the end.
type Step struct {
	After calendar.Term // after the end; zero: at the end
	Every bool          // again after each further After
	Light string        // yellow or red
	To    string        // relation that is told
	Basis
}

// Extend is one extension: who may grant it, and by how much at most. The
// approver is never the one who asked.
type Extend struct {
	By   string        // relation
	Most calendar.Term // zero: the clock's own term
	Basis
}

// Pauses says how a clock may be stopped by request.
type Pauses struct {
	By     []string      // relations that may grant a pause
	Fixed  calendar.Term // longest pause with a fixed end (缓办)
	Review calendar.Term // latest review of a pause with a condition (挂账)
	Times  int           // pauses that may be granted for one clock, of either sort
	Sum    calendar.Term // calendar days that all pauses with a fixed end may take; zero: Times × Fixed
	Basis
}

// Recurrence says when a new finding is the old problem come back.
type Recurrence struct {
	Days         int // calendar days after the closure
	Metres       int // distance
	SameCategory bool
	Reopen       bool // re-open the old matter; otherwise link to it
	Basis
}

// Merge says which reports are about the same: nearer than Metres, less than Within apart, and
// told by another source, which is the value of the field Other or else the report's source.
type Merge struct {
	Metres int // 0: every report is a matter of its own
	Within calendar.Term
	Other  string
	Basis
}

// Who is somebody who wants to move a matter. The relations are resolved by the
// room: "owner", "county", "role:ID", "cell:officer" … of this very matter.
type Who struct {
	Account, Post, Unit int64
	Person              string // identity of the human, the same for each of their accounts; "" unknown
	// Posts and Units are all that somebody has besides the ones acted in: who holds two posts
	// is as near to the work in either.
	Posts, Units []int64
	Relations    map[string]bool
}

// EvidenceSeen is one piece of evidence brought with a move.
type EvidenceSeen struct {
	Kind  string // photo, document, reading, statement
	Fresh bool   // captured after the last act "do" of the matter (or after its start)
}

// Doing is where a matter stands and what is brought to the move.
type Doing struct {
	State     string         // "" when a matter is being created
	LastDoers []Who          // everybody who ever did an act accept or do on the matter; Relations are not read
	Counts    map[string]int // times each transition was made, over the matter's whole life
	Evidence  []EvidenceSeen
	Fields    map[string]string // brought with the move or standing already, by field id
	Brought   map[string]string // brought with the move
	Opinion   string
	Early     map[string]int64 // transitions that wait, by id: from when (ms UTC) they may be made
	Assignee  *Who             // the post or unit named when the transition assigns, nil when none was named
}

// Refusal says to a person why not and what to do instead.
type Refusal struct{ Code, Message, MessageEn string }

// The codes of refusals.
const (
	NotFromState  = "not_from_state"
	NotYours      = "not_yours"
	DoerExcluded  = "doer_excluded"
	LimitReached  = "limit_reached"
	WorkWasDone   = "work_was_done"
	NeedsField    = "needs_field"
	BadField      = "bad_field"
	NeedsEvidence = "needs_evidence"
	NeedsOpinion  = "needs_opinion"
	NeedsAssignee = "needs_assignee"
	TooEarly      = "too_early"
)

func (r *Refusal) Error() string { return r.MessageEn }

// Move is a transition from the matter's state, allowed when Refusal is nil.
type Move struct {
	Transition *Transition
	Refusal    *Refusal
}
