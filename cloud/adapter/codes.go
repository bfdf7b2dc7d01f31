package adapter

import (
	"errors"
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
		if len(pattern) > len(longest) && fits(code, pattern) {
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
	Status int           // of HTTP, 0 where it says nothing
	Wait   time.Duration // that the cloud asks for, 0 where it does not say
}

// Classed is an error that knows its class.
type Classed interface{ Class() cloud.Class }

// classify is the class of an SDK's error, "" for one that nothing is known of.
func (a Adapter) classify(err error) (cloud.Class, time.Duration) {
	var classed Classed
	if errors.As(err, &classed) {
		return classed.Class(), 0
	}
	answered := a.Answered(err)
	class := a.Codes.Class(answered.Code)
	if class == "" && answered.Status != 0 {
		class = StatusClass(answered.Status)
	}
	return class, answered.Wait
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
