// Package send brings notices to their receivers: one file for each way to do so. It shows no
// address and no secret of a receiver in its errors, since an address of a chat's robot is one.
package send

import (
	"context"
	"errors"
	"time"

	"cloudsync/notice"
)

// Message is a notice with its words.
type Message struct {
	notice.Notice
	Text notice.Text
}

// Sender brings messages to one receiver. Send returns nil once the receiver has taken the
// message, and else a *Failure. It tries once.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Paced is a Sender whose receiver takes only so many messages.
type Paced interface {
	// Pace is the shortest time from one message to the next.
	Pace() time.Duration
	// Robot tells apart what takes the messages: senders with the same one share the pace. It is
	// "" as long as the address is not known, and no secret.
	Robot() string
}

// PaceOf is the shortest time from one message of a sender to the next; 0 if there is none.
func PaceOf(s Sender) time.Duration {
	if paced, ok := s.(Paced); ok {
		return paced.Pace()
	}
	return 0
}

// RobotOf is what takes the messages of a sender; "" if it has no pace to share.
func RobotOf(s Sender) string {
	if paced, ok := s.(Paced); ok {
		return paced.Robot()
	}
	return ""
}

// twentyAMinute is the pace at which any minute has fewer than 20 messages.
const twentyAMinute = 3500 * time.Millisecond

// Failure is why a message was not taken.
type Failure struct {
	// Reason is for operators. It has no secret.
	Reason string
	// Refused says that the receiver does not take this message, while it may take others.
	Refused bool
	// RetryAfter is how long the receiver asks to wait; 0 if it does not say.
	RetryAfter time.Duration
}

func (f *Failure) Error() string { return f.Reason }

// failureOf finds the failure in an error.
func failureOf(err error) (*Failure, bool) {
	var failure *Failure
	return failure, errors.As(err, &failure)
}

// IsRefused says that the receiver does not take this message.
func IsRefused(err error) bool {
	failure, ok := failureOf(err)
	return ok && failure.Refused
}

// RetryAfter is how long the receiver asks to wait; 0 if it does not say.
func RetryAfter(err error) time.Duration {
	if failure, ok := failureOf(err); ok {
		return failure.RetryAfter
	}
	return 0
}
