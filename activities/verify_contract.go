package activities

import "cloudsync/resource"

// FindVerifyScopesIn asks which scopes a verification has to read.
type FindVerifyScopesIn struct {
	Kind string `json:"kind"`
	// Only are places as provider/account/region, with * for any; none is all.
	Only []string `json:"only,omitempty"`
}

// FindVerifyScopesOut has each scope_id that a row carries, whether it is a scope's or
// not.
type FindVerifyScopesOut struct {
	ScopeIDs []int64 `json:"scopeIds"`
}

// VerifyScopesIn asks to verify the rows of scopes, some at a time.
type VerifyScopesIn struct {
	Kind     string  `json:"kind"`
	RunID    string  `json:"runId"` // of the verification
	ScopeIDs []int64 `json:"scopeIds"`
	Repair   bool    `json:"repair,omitempty"`
}

// Verified is what a verification found.
type Verified struct {
	Rows    int64 `json:"rows"`    // read
	Drifted int64 `json:"drifted"` // whose columns do not give their uid and hash
	Marked  int64 `json:"marked"`  // of those, rows that the next sync rewrites
	// Outdated are rows that an earlier version of the kind hashed: they cannot be
	// judged until a sync has rehashed them.
	Outdated int64 `json:"outdated"`
	// Sample has the first of the drifted rows; sync_drift has them all.
	Sample []DriftedRow `json:"sample,omitempty"`
}

// maxDriftSample bounds the rows in a sample: with the limits of their texts, it
// stays under 48 KiB.
const maxDriftSample = 50

// Add adds what was found in other rows.
func (v *Verified) Add(other Verified) {
	v.Rows += other.Rows
	v.Drifted += other.Drifted
	v.Marked += other.Marked
	v.Outdated += other.Outdated
	v.Sample = append(v.Sample, other.Sample[:min(len(other.Sample), maxDriftSample-len(v.Sample))]...)
}

// DriftedRow is a row whose columns do not give its uid and hash.
type DriftedRow struct {
	UID      resource.UID `json:"uid"`
	NativeID string       `json:"nativeId"`
	Place    string       `json:"place"` // provider/account/region of its scope
	What     DriftType    `json:"what"`
	Reason   string       `json:"reason"`
	Marked   bool         `json:"marked,omitempty"` // the next sync rewrites the row
}

// DriftType is what does not fit in a row.
type DriftType string

// The types of drift.
const (
	DriftContent    DriftType = "content"    // the watched columns do not give the hash
	DriftIdentity   DriftType = "identity"   // the native id does not give the uid
	DriftPlace      DriftType = "place"      // scope_id, provider, account and region contradict each other
	DriftUnreadable DriftType = "unreadable" // a column holds what its kind cannot have
	DriftMarked     DriftType = "marked"     // an earlier repair marked it, and no sync has rewritten it since
)
