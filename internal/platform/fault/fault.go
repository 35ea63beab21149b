// Package fault holds the closed set of error kinds of the system (DESIGN §6). An error
// that reaches a person carries a kind, a stable code and a message in Chinese that says
// what to do; its cause goes to the log with the request id and never to the person.
package fault

import (
	"errors"
	"fmt"
)

// Kind is one of the seven things that can be wrong.
type Kind uint8

// The kinds, and the HTTP status the server gives each.
const (
	Internal        Kind = iota // 500: our mistake
	Invalid                     // 422: the input is wrong; says where
	Unauthenticated             // 401
	Forbidden                   // 403
	NotFound                    // 404: also for what the account may not know exists
	Conflict                    // 409, or 412 for a stale If-Match
	Unavailable                 // 503: try again
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "unavailable"}

func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", k)
}

// Field is one wrong place in the input.
type Field struct {
	Location string // e.g. "body.reason", "line 12 column pm25"
	Message  string // Chinese, says what to do
	Value    string // as received, shortened
}

// Error is an error with a kind.
type Error struct {
	Kind    Kind
	Code    string // stable, e.g. "password_too_short"
	Message string // Chinese, for people
	Fields  []Field
	After   int   // seconds after which another try may succeed; 0: not known
	Cause   error // for the log only
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s %s: %s: %v", e.Kind, e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s %s: %s", e.Kind, e.Code, e.Message)
}

func (e *Error) Unwrap() error { return e.Cause }

// New makes an error with a kind, a stable code and a message for people.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap gives a cause a kind, a code and a message for people.
func Wrap(cause error, kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, Cause: cause}
}

// WithField adds one wrong place and returns e.
func (e *Error) WithField(location, message, value string) *Error {
	e.Fields = append(e.Fields, Field{location, message, value})
	return e
}

// KindOf is the kind of err: Internal for an error that carries none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is tells whether err carries the kind.
func Is(err error, kind Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == kind
}
