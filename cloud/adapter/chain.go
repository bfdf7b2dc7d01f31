package adapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/singleflight"

	"cloudsync/cloud"
)

// Chain is the default chain of an SDK: environment, profile, role of the machine. C is
// a credential as the SDK has it. The SDKs ask a machine's metadata without regard to a
// context, and some for ever, so that a chain is asked beside the callers, once at a
// time. It is safe for concurrent use.
type Chain[C any] struct {
	// Find asks the SDK. It may hang, and panic.
	Find func() (Found[C], error)
	// Patience is how long one search may take before it is left alone; 0: 10 seconds.
	Patience time.Duration
	// Say is what may be shown of an SDK's error of Find; nil: nothing. SDKs quote what they
	// read and what they were answered, with keys in it.
	Say func(error) string

	flight singleflight.Group

	// Only search touches what follows.
	gave   bool // a credential, since the process began
	held   Found[C]
	at     time.Time // when it was found
	failed time.Time // when nothing new was found after that
}

// Found is what a chain gave.
type Found[C any] struct {
	Credential C
	// Fresh is how long it serves before the chain is asked again, Kept how long where
	// the chain gives nothing new then; 0: not at all. As long as it is kept, the chain is
	// asked no more often than when it gives something new.
	Fresh, Kept time.Duration
}

const defaultPatience = 10 * time.Second

// Get gives a credential, or ends with ctx. Its other errors are *NoCredential.
func (c *Chain[C]) Get(ctx context.Context) (credential C, err error) {
	select {
	case result := <-c.flight.DoChan("", c.search):
		if result.Err != nil {
			return credential, result.Err
		}
		return result.Val.(C), nil
	case <-ctx.Done():
		return credential, ctx.Err()
	}
}

// search is called by one at a time.
func (c *Chain[C]) search() (any, error) {
	began := time.Now()
	if c.gave && (began.Sub(c.at) < c.held.Fresh || c.isKept() && began.Sub(c.failed) < c.held.Fresh) {
		return c.held.Credential, nil
	}
	found, err := c.find()
	switch {
	case err == nil:
		c.gave, c.held, c.at = true, found, began
	case c.isKept():
		c.failed = began
	default:
		return nil, c.none(err)
	}
	return c.held.Credential, nil
}

// isKept says that the credential may serve though the chain gives nothing new.
func (c *Chain[C]) isKept() bool { return c.gave && time.Since(c.at) < c.held.Kept }

// find asks the SDK, and leaves it alone where it hangs.
func (c *Chain[C]) find() (Found[C], error) {
	type outcome struct {
		found Found[C]
		err   error
	}
	patience := c.Patience
	if patience == 0 {
		patience = defaultPatience
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if cause := recover(); cause != nil { // on an answer that is the JSON null, say
				o = outcome{err: errors.New("the SDK cannot read what it was answered")}
			}
			done <- o
		}()
		o.found, o.err = c.Find()
	}()
	select {
	case o := <-done:
		return o.found, o.err
	case <-time.After(patience):
		return Found[C]{}, WithClass(cloud.InvalidCredential, fmt.Errorf("it took longer than %v", patience))
	}
}

func (c *Chain[C]) none(err error) error {
	none := &NoCredential{Err: err, GaveBefore: c.gave}
	var ours Classed
	switch {
	case errors.As(err, &ours):
		none.shown = err.Error()
	case c.Say != nil:
		none.shown = Clip(c.Say(err), maxMessage)
	}
	return none
}

// NoCredential is the error of a default chain that gives no credential.
type NoCredential struct {
	Err        error
	GaveBefore bool   // one, since the process began
	shown      string // of Err
}

// Class implements Classed. Where the chain never gave a credential, there is none, unless
// Find's error knows its class: an SDK tells a machine without a role from metadata that
// fails in no way, and asking again would tell nothing new. Where it gave one before, what
// gave it fails for the moment.
func (e *NoCredential) Class() cloud.Class {
	var known Classed
	switch {
	case e.GaveBefore:
		return cloud.Unavailable
	case errors.As(e.Err, &known):
		return known.Class()
	default:
		return cloud.InvalidCredential
	}
}

// Error implements error.
func (e *NoCredential) Error() string {
	text := "no credential is configured, and the default chain has none: check the environment, the profile or the role of the machine that it is to come from"
	if e.GaveBefore {
		text = "the default chain gives no credential at the moment"
	}
	if e.shown == "" {
		return text
	}
	return text + ": " + e.shown
}

// Unwrap returns the SDK's error.
func (e *NoCredential) Unwrap() error { return e.Err }
