package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of refusal an error is. The dialects turn it into a status; nobody else needs to.
type Kind uint8

// The kinds. Adding one is a decision of its own (docs/adr).
const (
	Internal        Kind = iota // our fault; the caller learns nothing more
	Invalid                     // the request is wrong and will be wrong again
	Unauthenticated             // no token, or one that does not hold
	Forbidden                   // known, but not allowed
	NotFound                    // no such thing, or not yours
	Conflict                    // the state of things is against it
	Gone                        // it was here once
	RateLimited                 // too often; see RetryAfter
	Unavailable                 // try again: a part that is needed is away
	Unimplemented               // needs an engine that this Foyer does not have
)

// String is the kind's name in logs.
func (k Kind) String() string {
	names := [...]string{
		"internal", "invalid", "unauthenticated", "forbidden", "not found",
		"conflict", "gone", "rate limited", "unavailable", "unimplemented",
	}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown"
}

// Error is the only error whose text reaches a caller. Message and Details are public and hold no secret, token or code; Err is
// private and goes to the log. It is immutable once returned.
type Error struct {
	Kind       Kind
	Message    string
	Details    []string
	RetryAfter time.Duration // for RateLimited and Unavailable; 0 means not said
	Err        error
}

// Error is the text for the log: the message and the private cause.
func (e *Error) Error() string {
	if e.Err == nil {
		return e.Message
	}
	return e.Message + ": " + e.Err.Error()
}

// Unwrap gives the private cause.
func (e *Error) Unwrap() error { return e.Err }

// New is an error of a kind with a public message and, if given, public details.
func New(kind Kind, message string, details ...string) error {
	return &Error{Kind: kind, Message: message, Details: details}
}

// Invalidf is an error of kind Invalid. The message names the cause only ("size must be an integer"); a dialect may put
// its own words in front.
func Invalidf(format string, args ...any) error {
	return &Error{Kind: Invalid, Message: fmt.Sprintf(format, args...)}
}

// Wrap is an error of a kind with a public message and a private cause.
func Wrap(kind Kind, message string, cause error) error {
	return &Error{Kind: kind, Message: message, Err: cause}
}

// KindOf is the kind of err, Internal when it is none of ours.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
