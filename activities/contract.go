package activities

import (
	"time"

	"cloudsync/diff"
	"cloudsync/resource"
	"cloudsync/store"
)

// What travels through a workflow's history: references, counts and digests,
// never rows. The largest, 100 scopes, stays under 64 KiB; a payload may have
// 2 MiB (https://docs.temporal.io/cloud/limits#per-message-grpc-limit).

// RunRef names a run. The names here are all that the workflow knows of the store.
type RunRef = store.RunRef

// Counts is what became of the rows of an operation.
type Counts = store.Counts

// Stats are the figures of a run or of one of its scopes.
type Stats = store.Stats

// Outcome is what became of a run or of a scope.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"        // the inventory equals the cloud, and rows were written for it
	Unchanged Outcome = "unchanged" // the inventory equalled the cloud
	Partial   Outcome = "partial"   // of a run: a scope failed, or rows did; of a scope: rows failed
	Held      Outcome = "held"      // deletions wait for an operator
	Failed    Outcome = "failed"    // nothing could be synced
)

// ListScopesIn asks for the scopes of a kind, on behalf of a run that begins.
type ListScopesIn struct {
	Kind       string    `json:"kind"`
	RunID      string    `json:"runId"`
	WorkflowID string    `json:"workflowId"`
	StartedAt  time.Time `json:"startedAt"`
	// Plan asks for a plan: nothing is recorded.
	Plan bool `json:"plan,omitempty"`
	// Only names the places, as provider/account/region, to narrow a plan to.
	Only []string `json:"only,omitempty"`
}

// ListScopesOut is what a run works on and how.
type ListScopesOut struct {
	Run      RunRef          `json:"run"`
	Scopes   []AccountScopes `json:"scopes"`
	Unlisted []UnlistedScope `json:"unlisted,omitempty"`
	Orphans
	Policy diff.Policy `json:"policy"`
	// AccountPolicies are those of accounts that have one of their own.
	AccountPolicies []AccountPolicy `json:"accountPolicies,omitempty"`
	MaxParallel     int             `json:"maxParallel"` // scopes worked on at once
}

// AccountScopes are the scopes of one account.
type AccountScopes struct {
	resource.Account
	IDs IDs `json:"ids"`
}

// AccountPolicy is the policy of one account.
type AccountPolicy struct {
	Provider string      `json:"provider"`
	Account  string      `json:"account"`
	Policy   diff.Policy `json:"policy"`
}

// UnlistedScope is an account whose regions could not be found out.
type UnlistedScope struct {
	Place string `json:"place"` // provider/account
	Error string `json:"error"`
	// AccountName is what the cloud calls the account, if it was found in an organisation.
	AccountName string `json:"accountName,omitempty"`
}

// LoadLocalHashesIn asks to claim scopes, at most 100, and to fold what the
// inventory has of them.
type LoadLocalHashesIn struct {
	Kind     string `json:"kind"`
	Run      RunRef `json:"run"`
	ScopeIDs IDs    `json:"scopeIds"`
}

// LoadLocalHashesOut has the claimed scopes.
type LoadLocalHashesOut struct {
	Scopes []LocalScope `json:"scopes"`
}

// LocalScope is a scope and the digest of the inventory's side of it.
type LocalScope struct {
	ID       int64           `json:"id"`
	Provider string          `json:"provider"`
	Account  string          `json:"account"`
	Region   string          `json:"region"`
	Local    resource.Digest `json:"local"`
	// Holds says that deletions of the scope wait for a decision.
	Holds bool `json:"holds,omitempty"`
	// AccountName is what the cloud calls the account, if it was found in an organisation.
	AccountName string `json:"accountName,omitempty"`
}

// Owner is the account that the scope is of.
func (s LocalScope) Owner() resource.Account { return s.of("").Owner() }

// Place names the scope without its kind.
func (s LocalScope) Place() string { return s.of("").Place() }

func (s LocalScope) of(kind string) resource.Scope {
	return resource.Scope{Kind: kind, Provider: s.Provider, Account: s.Account, Region: s.Region}
}

func (in ScopeIn) scope() resource.Scope { return in.Scope.of(in.Kind) }

func (in ScopeIn) lease() store.Lease {
	return store.Lease{RunID: in.Run.ID, ScopeID: in.Scope.ID, Fence: in.Run.Number}
}

// FetchCloudOut refers to a complete snapshot.
type FetchCloudOut struct {
	// Unchanged says that the snapshot equals the inventory: there is nothing to
	// compare.
	Unchanged bool  `json:"unchanged"`
	Listed    int64 `json:"listed"`    // rows, repeated ones included
	Announced int64 `json:"announced"` // rows the provider announced, 0 where it does not; the most of all pages
	// Moves is by how many rows the total changed from page to page, in all.
	Moves int64 `json:"moves,omitempty"`
	// Twice are rows that repeat one of their own page.
	Twice    int64           `json:"twice,omitempty"`
	Digest   resource.Digest `json:"digest"` // of the usable rows, repeated ones included
	Unusable int64           `json:"unusable,omitempty"`
	Staged   []store.Segment `json:"staged,omitempty"` // where the rows wait
}

// ComputeDiffIn asks to compare a snapshot with the inventory.
type ComputeDiffIn struct {
	ScopeIn
	Snapshot FetchCloudOut `json:"snapshot"`
}

// ComputeDiffOut is what the comparison found; its batches are in staging.
type ComputeDiffOut struct {
	Writer       int             `json:"writer"` // names the batches, together with run, scope and operation
	CloudNum     int64           `json:"cloudNum"`
	DBNum        int64           `json:"dbNum"`
	ToAdd        int64           `json:"toAdd"`
	ToMod        int64           `json:"toMod"`
	ToDel        int64           `json:"toDel"`
	Unusable     int64           `json:"unusable"`     // listed rows that cannot be stored
	Unidentified int64           `json:"unidentified"` // of those, rows without a usable id
	Deletions    resource.Digest `json:"deletions"`    // of the rows to delete
	// Standing is the hold of an earlier run, where rows of it are among those to
	// delete.
	Standing *StandingHold `json:"standing,omitempty"`
	// Back is how many rows of such a hold are stored and listed again.
	Back int64 `json:"back,omitempty"`
	// Moved says what the listing is short of, since the cloud moved while it was read.
	Moved string `json:"moved,omitempty"`
}

// StandingHold is a hold of an earlier run that stands. Its rows and the others to
// delete wait in batches of their own (diff.HeldCandidates, FreshCandidates), unless
// its rows are all that is to be deleted.
type StandingHold struct {
	diff.Standing
	Digest resource.Digest `json:"digest"` // of its rows that are gone
	Fresh  resource.Digest `json:"fresh"`  // of the rows that went since
}

// ApplyIn asks to apply the batches of one operation.
type ApplyIn struct {
	ScopeIn
	Writer int `json:"writer"`
}

// ConfirmAbsentIn asks to confirm the deletions of one set of candidates.
type ConfirmAbsentIn struct {
	ApplyIn
	// Op names the set; empty is diff.Candidates, which has all of them.
	Op diff.Op `json:"op,omitempty"`
	// EndsHold says that nothing of the scope waits any more: an approval lets go what
	// an earlier run held, or the cloud has listed it again.
	EndsHold bool `json:"endsHold,omitempty"`
}

// CountAppliedIn asks what became of the rows of one operation.
type CountAppliedIn struct {
	ApplyIn
	Op diff.Op `json:"op"`
}

// RecordRunIn asks to record scopes of a run, at most 100, and with Final, the
// run itself.
type RecordRunIn struct {
	Kind   string        `json:"kind"`
	Run    RunRef        `json:"run"`
	Scopes []ScopeRecord `json:"scopes,omitempty"`
	// Unchanged are scopes of which there is nothing else to say. A payload has room for
	// twenty of them in the place of one of Scopes.
	Unchanged UnchangedScopes `json:"unchanged,omitempty"`
	Final     *RunRecord      `json:"final,omitempty"`
}

// ScopeRecord is what became of a scope.
type ScopeRecord struct {
	ID         int64   `json:"id"`
	Place      string  `json:"place"`
	Outcome    Outcome `json:"outcome"`
	Stats      Stats   `json:"stats"`
	HoldDigest string  `json:"holdDigest,omitempty"` // of the deletions, where they are held (Stats.Held) or were approved
	Reason     string  `json:"reason,omitempty"`
	// Left is how many rows the cloud no longer lists and the run left alone without
	// holding them; Reason says why.
	Left int64 `json:"left,omitempty"`
	// AccountName is that of LocalScope, for reports.
	AccountName string `json:"-"`
}

// RunRecord is what became of a run.
type RunRecord struct {
	WorkflowID   string        `json:"workflowId"`
	StartedAt    time.Time     `json:"startedAt"`
	FinishedAt   time.Time     `json:"finishedAt"`
	Took         time.Duration `json:"took"`
	Outcome      Outcome       `json:"outcome"`
	Scopes       int64         `json:"scopes"`
	ScopesFailed int64         `json:"scopesFailed"`
	ScopesHeld   int64         `json:"scopesHeld"`
	Stats        Stats         `json:"stats"`
	Orphans
	ApprovedBy   string `json:"approvedBy,omitempty"`   // who approved deletions that the run let go
	ApprovalNote string `json:"approvalNote,omitempty"` // why
	Error        string `json:"error,omitempty"`
}

// RecordRunOut has what is on record of a run.
type RecordRunOut struct {
	Recorded *Recorded `json:"recorded,omitempty"` // of a RecordRunIn with Final
}

// Recorded is what a run did, as the history has it.
type Recorded struct {
	Outcome  Outcome `json:"outcome"`
	SuAdd    int64   `json:"suAddNum"`
	SuMod    int64   `json:"suModNum"`
	SuDel    int64   `json:"suDelNum"`
	Rehashed int64   `json:"rehashedNum"`
}

// Stats returns stats with the figures of what the run did, as they are on record.
func (r Recorded) Stats(stats Stats) Stats {
	stats.SuAdd, stats.SuMod, stats.SuDel, stats.Rehashed = r.SuAdd, r.SuMod, r.SuDel, r.Rehashed
	return stats
}

func (r Recorded) correct(run RunRecord) *RunRecord {
	run.Outcome, run.Stats = r.Outcome, r.Stats(run.Stats)
	return &run
}

// CleanStagingIn asks to remove what a run has in flight.
type CleanStagingIn struct {
	Run RunRef `json:"run"`
}
