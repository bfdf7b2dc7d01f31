package activities

// LookForNoticesIn asks what people may want to know.
type LookForNoticesIn struct {
	// Last says that no other look comes: the configuration tells nobody anything.
	Last bool `json:"last,omitempty"`
}

// LookForNoticesOut is what a look for events did.
type LookForNoticesOut struct {
	Opened int64 `json:"opened"` // events that began
	Closed int64 `json:"closed"` // events that are over
	Queued int   `json:"queued"` // notices of them
	// Waiting are the names of receivers for whom notices wait, and who may be told now.
	Waiting []string `json:"waiting,omitempty"`
}

// DeliverNoticesIn asks to send a receiver the notices that wait for it.
type DeliverNoticesIn struct {
	Receiver string `json:"receiver"`
}

// DeliverNoticesOut is what became of them.
type DeliverNoticesOut struct {
	Sent    int64 `json:"sent"`
	Dropped int64 `json:"dropped"` // given up
}
