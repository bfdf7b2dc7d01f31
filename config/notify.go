package config

import (
	"time"

	"cloudsync/notice"
	"cloudsync/notice/send"
)

// Notify is who is told what happens.
type Notify struct {
	// Every is how often it is looked for what has happened. LateAfter is how old the inventory
	// of a kind may be at least before it is late.
	Every, LateAfter time.Duration
	Receivers        []Receiver // in the order of the file
}

// Receiver is who is told what, and how to reach them.
type Receiver struct {
	notice.Receiver
	Way send.Way
}
