package cloud

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Class is what went wrong at a provider, in words that are the same for all.
type Class string

// The classes. Every adapter maps its SDK's errors to these once.
const (
	Denied            Class = "denied"             // the credential is valid but may not do this
	InvalidCredential Class = "invalid_credential" // unknown, expired or disabled
	Throttled         Class = "throttled"          // too many requests; RetryAfter may say how long to wait
	Timeout           Class = "timeout"            // no answer in time
	Unavailable       Class = "unavailable"        // the provider failed, or could not be reached
	ExpiredCursor     Class = "expired_cursor"     // the listing must start again
	NotFound          Class = "not_found"          // what was asked for does not exist
	RegionDisabled    Class = "region_disabled"    // the account has not enabled the region
	BadAnswer         Class = "bad_answer"         // the answer does not make sense
	Incomplete        Class = "incomplete"         // the listing ended before all that was announced
	Unproven          Class = "unproven"           // an empty list where a missing permission has one, too
)

// Error is a failure at a provider.
type Error struct {
	Class Class
	// Doing is what was asked, such as "list mock/demo/beijing".
	Doing string
	// RetryAfter is how long the provider asks to wait, 0 where it does not say.
	RetryAfter time.Duration
	// OfAccount says that what failed is the account's own, wherever it was met: its
	// keys, its role, its identity. What a region answers to a credential whose identity
	// is verified is the region's.
	OfAccount bool
	Err       error
}

// Error implements error.
func (e *Error) Error() string {
	text := string(e.Class)
	if e.Doing != "" {
		text = e.Doing + ": " + text
	}
	if e.Err == nil {
		return text
	}
	return fmt.Sprintf("%s: %v", text, e.Err)
}

// Unwrap returns the provider's own error.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err: that of the *Error in its chain, Timeout for
// a context's deadline, else Unavailable.
func ClassOf(err error) Class {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Class
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout
	default:
		return Unavailable
	}
}
