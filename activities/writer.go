package activities

import "math/rand/v2"

// newWriter names what one attempt stages. It is drawn, not counted: attempts
// start at one again when an operator resets an activity or a workflow, and an
// attempt that was given up may still be writing.
func newWriter() int { return int(rand.Uint32()) }
