package inventory

import (
	"errors"
	"time"

	"cloudsync/resource"
)

// ErrNotLoaded is the error of a question that a Reader cannot answer yet, because it has
// not read all rows of a kind.
var ErrNotLoaded = errors.New("the inventory is still being loaded")

// NotLoadedType is the type of the problem with which a server tells of ErrNotLoaded.
const NotLoadedType = "urn:cloudsync:not-loaded"

// State is what a Reader that has rows of its own has, and how fresh it is.
type State struct {
	Kinds []KindState `json:"kinds"`
	// AsOf is the last moment at which it had everything that MySQL had.
	AsOf    time.Time `json:"asOf"`
	Problem string    `json:"problem,omitempty"` // why it is not up to date; empty if it is
}

// KindState is what a Reader has of a kind.
type KindState struct {
	Kind   string `json:"kind"`
	Loaded bool   `json:"loaded"`
	Rows   int64  `json:"rows"`
	// Version changes whenever the rows do. It means nothing to another process.
	Version string `json:"version"`
}

// Loaded says that all kinds are.
func (s State) Loaded() bool {
	for _, kind := range s.Kinds {
		if !kind.Loaded {
			return false
		}
	}
	return true
}

// Versions are those of some kinds; ok says that each of them is loaded and has one.
func (s State) Versions(kinds []string) (versions []string, ok bool) {
	for _, name := range kinds {
		version := ""
		for _, kind := range s.Kinds {
			if kind.Kind == name && kind.Loaded {
				version = kind.Version
			}
		}
		if version == "" {
			return nil, false
		}
		versions = append(versions, version)
	}
	return versions, true
}

// Verification is what a comparison of a Reader's own rows with a table has found.
type Verification struct {
	Kind string `json:"kind"`
	Rows int64  `json:"rows"` // of the table
	// Wrong are the rows of which the Reader had other values, or which only one side had.
	// They have been read again.
	Wrong []resource.UID `json:"wrong"`
}
