package activities

import "go.temporal.io/sdk/temporal"

// Bundle asks an activity for scopes of one account, each with what the activity needs
// to know of it. A large scope is a bundle by itself.
type Bundle[In any] struct {
	Kind   string `json:"kind"`
	Run    RunRef `json:"run"`
	Scopes []In   `json:"scopes"`
	// Approved are the digests that an operator approved for the run, where KeepHold is
	// asked: there can be many, and with each scope they would be more than a payload.
	Approved []string `json:"approved,omitempty"`
}

// Results are what became of the scopes of a bundle, in its order.
type Results[Out any] struct {
	Scopes []Result[Out] `json:"scopes"`
}

// Result is what became of one scope of a bundle: an output, or a failure that another
// attempt would not mend. The other scopes do not suffer from it.
type Result[Out any] struct {
	Out     Out      `json:"out,omitzero"`
	Failure *Failure `json:"failure,omitempty"`
}

// Failure is why an activity could not do its work for a scope.
type Failure struct {
	Type string `json:"type"` // a cloud.Class, or an ErrorType
	Text string `json:"text"`
	Refusal
}

// Err is the failure as an error, as if the activity had had no other scope; nil for none.
func (f *Failure) Err() error {
	if f == nil {
		return nil
	}
	options := temporal.ApplicationErrorOptions{NonRetryable: true}
	if f.OfAccount {
		options.Details = []any{f.Refusal}
	}
	return temporal.NewApplicationErrorWithOptions(f.Text, f.Type, options)
}

// ScopeIn is the part that all activities on scopes are given of each.
type ScopeIn struct {
	Scope LocalScope `json:"scope"`
	// Kind and Run are those of the bundle, which says them once.
	Kind string `json:"-"`
	Run  RunRef `json:"-"`
}

func (in *ScopeIn) of(kind string, run RunRef) { in.Kind, in.Run = kind, run }

func (in *ScopeIn) place() string { return in.Scope.Place() }

func (in *ScopeIn) weight() int64 { return in.Scope.weight() }

// weight is less for what has changed of a scope than for all of it.
func (in *ApplyIn) weight() int64 { return min(in.Scope.weight(), newWeight) }

// The weights of scopes say how many of a bundle an activity works on side by side: a large
// one alone, since it takes the memory, eight small ones, which mostly wait for the cloud,
// and three of which nothing is stored. Of those, four took 60 MiB more in the first load
// of a million hosts in large scopes, and no less time.
const (
	fullWeight  = 24
	smallWeight = fullWeight / 8
	newWeight   = fullWeight / 3
	// fullRows are the rows of a scope that is worked on alone.
	fullRows = 20_000
)

func (s LocalScope) weight() int64 {
	switch rows := s.Local.Count; {
	case rows == 0:
		return newWeight
	case rows >= fullRows:
		return fullWeight
	default:
		return max(smallWeight, fullWeight*rows/fullRows)
	}
}

// SideBySide is how many scopes like this one an activity works on at once.
func (s LocalScope) SideBySide() int { return int(fullWeight / s.weight()) }
