package activities

import "time"

// ExpireIn asks to remove what is from before a time.
type ExpireIn struct {
	Before time.Time `json:"before"`
}

// ExpireRunsIn asks to remove the records of old runs.
type ExpireRunsIn struct {
	// Now is when the removal was decided; the limits count from there.
	Now time.Time `json:"now"`
	// Changed is the time before which the records go of runs that changed
	// something, Unchanged of the others. The zero time keeps them.
	Changed   time.Time `json:"changed"`
	Unchanged time.Time `json:"unchanged"`
}

// ExpireOut is how much was removed: at least this much, where an attempt was
// killed.
type ExpireOut struct {
	Removed int64 `json:"removed"`
}
