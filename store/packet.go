package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
)

const (
	// minPacket is the least max_allowed_packet that the program works with: a statement
	// names up to BatchRows rows.
	minPacket = 256 << 10
	// packetRoom is for what a packet has beside a payload.
	packetRoom = 16 << 10
)

// payloadBytes is how much of encoded items goes into one payload: compressed, it fits
// into a packet even where nothing can be compressed.
func (s server) payloadBytes() int { return min(BatchBytes, s.packetBytes()) }

// packetBytes is how large a payload can be.
func (s server) packetBytes() int { return s.maxPacket - packetRoom }

// checkPacket refuses a server that takes nearly nothing.
func (s server) checkPacket() error {
	if s.maxPacket >= minPacket {
		return nil
	}
	return fmt.Errorf("max_allowed_packet of the server is %d bytes: set it to 16M, and to %d at least", s.maxPacket, minPacket)
}

// checkPayload refuses a payload that the server would refuse, since the server would
// answer with a number that means many things.
func (s server) checkPayload(payload []byte) error {
	if len(payload) <= s.packetBytes() {
		return nil
	}
	return &packetError{bytes: len(payload) + packetRoom, limit: s.maxPacket}
}

// packetError is about one thing that cannot be divided.
type packetError struct{ bytes, limit int }

func (e *packetError) Error() string {
	return fmt.Sprintf("it takes up to %d bytes, and max_allowed_packet of the server is %d: set that to more, and restart the workers", e.bytes, e.limit)
}

// isTooLarge says that a statement, or a value of it, is larger than the server's
// max_allowed_packet. The driver says so of a statement. The server says so of a value,
// with the number that it has for all errors without one of their own.
func isTooLarge(err error) bool {
	var own *packetError
	var answer *mysql.MySQLError
	switch {
	case errors.As(err, &own), errors.Is(err, mysql.ErrPktTooLarge):
		return true
	case errors.As(err, &answer):
		return answer.Number == erNetPacketTooLarge || answer.Number == erAllowedPacketOverflowed ||
			answer.Number == erUnknown && strings.Contains(answer.Message, "max_allowed_packet")
	}
	return false
}

// tooLargeReason is what to do about one row that is too large by itself.
const tooLargeReason = "the row is larger than max_allowed_packet of the server lets through: set that to more, and restart the workers"

// inHalves writes rows with one statement, and those that are too large for one with
// several. What the driver finds too large was not sent.
func inHalves[T any](rows []T, write func([]T) error) error {
	if len(rows) == 0 {
		return nil
	}
	err := write(rows)
	half := len(rows) / 2
	if half == 0 || !isTooLarge(err) {
		return err
	}
	if err := inHalves(rows[:half], write); err != nil {
		return err
	}
	return inHalves(rows[half:], write)
}
