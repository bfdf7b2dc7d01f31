package adapter

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"cloudsync/cloud"
)

// Codes are the classes of a cloud's error codes. A code stands for itself and for all
// that go on after it with a dot, one with a * for all that have anything in its place, such as
// "Throttl*" or "*Token*": the longest that fits counts. A code that fits none has the class
// of its HTTP status.
type Codes map[string]cloud.Class

// Class is that of a code, "" for one that fits none.
func (c Codes) Class(code string) cloud.Class {
	longest, class := "", cloud.Class("")
	for pattern, of := range c {
		longer := cmp.Or(len(pattern)-len(longest), strings.Compare(pattern, longest)) > 0
		if longer && fits(code, pattern) {
			longest, class = pattern, of
		}
	}
	return class
}

func fits(code, pattern string) bool {
	if !strings.Contains(pattern, "*") {
		return code == pattern || strings.HasPrefix(code, pattern+".")
	}
	matched, err := path.Match(pattern, code) // in which a * stands for no /
	return matched && err == nil
}

// Answered is what an SDK's error says of a cloud's answer; zero for an error that is of
// none.
type Answered struct {
	Code   string
	Status int // of HTTP, 0 where it says nothing
	// Message is in the cloud's words, without what quotes the request or the answer;
	// RequestID is what the cloud's support asks for.
	Message, RequestID string
	Wait               time.Duration // that the cloud asks for, 0 where it does not say
}

// maxMessage is how much of a cloud's message an error tells, in bytes.
const maxMessage = 500

// text is what an error says of the answer: the SDK's own text may have the request, the
// whole answer, and several lines.
func (a Answered) text() string {
	text := a.Code
	if a.Status != 0 {
		text = strings.TrimLeft(fmt.Sprintf("%s (HTTP %d)", a.Code, a.Status), " ")
	}
	if message := Clip(strings.Join(strings.Fields(a.Message), " "), maxMessage); message != "" {
		text += ": " + message
	}
	if a.RequestID != "" {
		text += " (request " + a.RequestID + ")"
	}
	return text
}

// refusal is an error that a cloud answered.
type refusal struct {
	text  string
	known bool // its code is in the adapter's table
}

// Error implements error.
func (r refusal) Error() string { return r.text }

// outdated is err of a call that goes on with a listing. What the first page was given
// for and the next is refused for is its position: the resource that it names is gone, or
// the numbers have changed their meaning. The listing has to begin anew.
func outdated(q Query, err error) error {
	var known *cloud.Error
	var answered refusal
	if q.Begins() || !errors.As(err, &known) || !errors.As(known.Err, &answered) || answered.known ||
		known.Class != cloud.BadAnswer && known.Class != cloud.NotFound {
		return err
	}
	outdated := *known
	outdated.Class = cloud.ExpiredCursor
	return &outdated
}

// Classed is an error of ours that knows its class. What it says may be shown.
type Classed interface{ Class() cloud.Class }

// WithClass is an error of the class.
func WithClass(class cloud.Class, err error) error { return classed{class, err} }

type classed struct {
	class cloud.Class
	error
}

// Class implements Classed.
func (c classed) Class() cloud.Class { return c.class }

// classify is the class of an SDK's error, "" for one that nothing is known of, how long
// to wait, and the error in words that may be shown but for secrets.
func (a Adapter) classify(err error) (cloud.Class, time.Duration, error) {
	var classed Classed
	if errors.As(err, &classed) {
		return classed.Class(), 0, err
	}
	answered := a.Answered(err)
	class := a.Codes.Class(answered.Code)
	if text := answered.text(); text != "" {
		err = refusal{text: text, known: class != ""}
	}
	if class == "" && answered.Status != 0 {
		class = StatusClass(answered.Status)
	}
	return class, answered.Wait, err
}

// StatusClass is the class of an HTTP status whose answer says nothing else. One below 400
// is of a document that cannot be read.
func StatusClass(status int) cloud.Class {
	switch {
	case status == http.StatusUnauthorized:
		return cloud.InvalidCredential
	case status == http.StatusForbidden:
		return cloud.Denied
	case status == http.StatusNotFound:
		return cloud.NotFound
	case status == http.StatusTooManyRequests:
		return cloud.Throttled
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return cloud.Timeout
	case status >= http.StatusInternalServerError:
		return cloud.Unavailable
	default:
		return cloud.BadAnswer
	}
}
