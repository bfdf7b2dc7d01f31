package activities

import (
	"fmt"
	"strings"
	"time"

	"cloudsync/resource"
)

// Pruned is the outcome of a run that deleted the rows of orphan scopes, and of
// each such scope.
const Pruned Outcome = "pruned"

// Orphans are rows that no run looks after: the configuration has their scopes no
// longer.
type Orphans struct {
	OrphanScopes int64 `json:"orphanScopes,omitempty"` // that have rows
	OrphanRows   int64 `json:"orphanRows,omitempty"`
}

// PlanPruneIn asks what could be pruned.
type PlanPruneIn struct {
	// Kind is the one kind to look at; all, where it is empty.
	Kind string `json:"kind,omitempty"`
	// Only are places as provider/account/region, with * for any; none is all.
	Only []string `json:"only,omitempty"`
}

// PlanPruneOut is what a pruning would delete.
type PlanPruneOut struct {
	Orphans []OrphanScope `json:"orphans"`
	// More is how many orphan scopes there are besides.
	More int64 `json:"more,omitempty"`
	// Refused are scopes that were asked for and are no orphans, the first of them.
	Refused []RefusedScope `json:"refused,omitempty"`
}

// MaxOrphans is how many scopes a plan shows, and a run prunes. With the limits of
// the texts, payloads stay under 64 KiB.
const MaxOrphans = 50

const (
	maxRefused      = 20
	maxOrphanSample = 3 // rows of a scope
	maxOrphanRows   = 60
)

// OrphanScope is a scope with rows that the configuration no longer has.
type OrphanScope struct {
	Kind   string `json:"kind"`
	ID     int64  `json:"id"`
	Place  string `json:"place"`  // provider/account/region
	Why    string `json:"why"`    // it is no longer configured
	Digest string `json:"digest"` // of its rows: a pruning deletes exactly these
	Rows   int64  `json:"rows"`
	// Sample has the first of the rows.
	Sample []OrphanRow `json:"sample,omitempty"`
}

// OrphanRow is a row of an orphan scope.
type OrphanRow struct {
	NativeID  string    `json:"nativeId"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// RefusedScope is a scope that a pruning does not touch.
type RefusedScope struct {
	Kind  string `json:"kind"`
	Place string `json:"place"`
	Why   string `json:"why"`
}

// ClaimOrphansIn asks to begin a run that prunes orphan scopes of a kind, at most
// MaxOrphans.
type ClaimOrphansIn struct {
	Kind       string       `json:"kind"`
	RunID      string       `json:"runId"`
	WorkflowID string       `json:"workflowId"`
	StartedAt  time.Time    `json:"startedAt"`
	Scopes     []PruneScope `json:"scopes"`
}

// PruneScope is a scope to prune, as a plan showed it.
type PruneScope struct {
	ID     int64  `json:"id"`
	Digest string `json:"digest"` // of the rows seen; other rows are not deleted
}

// ClaimOrphansOut has the run and its scopes, in the order asked for.
type ClaimOrphansOut struct {
	Run    RunRef          `json:"run"`
	Scopes []ClaimedOrphan `json:"scopes"`
}

// ClaimedOrphan is a scope that is claimed for pruning, or why it is not.
type ClaimedOrphan struct {
	ID      int64  `json:"id"`
	Place   string `json:"place"`
	Rows    int64  `json:"rows"`
	Refused string `json:"refused,omitempty"`
	// Seen is the last change that the history had before the rows were counted.
	Seen int64 `json:"seen,omitempty"`
}

// PruneScopeIn asks to delete the rows of a claimed scope.
type PruneScopeIn struct {
	Kind    string `json:"kind"`
	Run     RunRef `json:"run"`
	ScopeID int64  `json:"scopeId"`
	// Seen is from the claim: rows that were put back later stay. Without it, as from
	// an earlier version, all rows stay that were ever put back.
	Seen int64 `json:"seen,omitempty"`
}

// PruneScopeOut are the rows of the scope that were left.
type PruneScopeOut struct {
	Restored  int64 `json:"restored,omitempty"`  // put back since the claim
	Elsewhere int64 `json:"elsewhere,omitempty"` // edited by hand: they are another scope's
}

// Left says how many rows were left and why; "" where none were.
func (o PruneScopeOut) Left() string {
	var left []string
	if o.Restored > 0 {
		left = append(left, fmt.Sprintf("%d restored meanwhile", o.Restored))
	}
	if o.Elsewhere > 0 {
		left = append(left, fmt.Sprintf("%d edited by hand that belong elsewhere (see `starter verify`)", o.Elsewhere))
	}
	if left == nil {
		return ""
	}
	return "rows stay: " + strings.Join(left, ", ")
}

// RecordPruneOut has what a pruning deleted in each scope, as the history counts
// it.
type RecordPruneOut struct {
	Deleted []int64 `json:"deleted"` // in the order of the records
}

func orphanRow(nativeID string, updated time.Time) OrphanRow {
	return OrphanRow{NativeID: cutText(nativeID), UpdatedAt: updated}
}

// place of a scope, short enough for a payload.
func placeText(scope resource.Scope) string { return cutText(scope.Place()) }
