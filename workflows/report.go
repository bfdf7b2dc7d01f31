package workflows

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudsync/activities"
	"cloudsync/untrusted"
)

// Report is the result of a run.
type Report struct {
	Kind    string             `json:"kind"`
	RunID   string             `json:"runId"`
	Outcome activities.Outcome `json:"outcome"`
	activities.Stats
	TimeTook     float64 `json:"timeTook"` // seconds from the workflow's start to its outcome
	Scopes       int64   `json:"scopes"`
	ScopesFailed int64   `json:"scopesFailed"`
	ScopesHeld   int64   `json:"scopesHeld"`
	activities.Orphans
	// Left are rows that the cloud no longer lists and that were neither deleted nor
	// held: by the configuration, or since they changed in the meantime.
	Left int64 `json:"leftNum,omitempty"`
	// Attention has the scopes that failed, are held, have refused rows, or left
	// some alone: maxAttention of them, the most urgent ones.
	Attention []ScopeReport `json:"attention,omitempty"`
	// ApprovedBy approved deletions that the run let go; Approved are their digests,
	// UnusedApprovals those of the approved sets that no scope had to delete.
	// ApprovalNote is why.
	ApprovedBy      string   `json:"approvedBy,omitempty"`
	ApprovalNote    string   `json:"approvalNote,omitempty"`
	Approved        []string `json:"approved,omitempty"`
	UnusedApprovals []string `json:"unusedApprovals,omitempty"`
	// ApprovalExpired is when the approval in the run's input had ended, where the
	// run began after that: it counted for nothing.
	ApprovalExpired time.Time `json:"approvalExpired,omitzero"`
	// Planned are the first changes of a plan.
	Planned []activities.PlannedChange `json:"planned,omitempty"`
	// Lost are the accounts that a part of a run has given up.
	Lost []LostAccount `json:"lost,omitempty"`
	// Entered says that a part of a run has entered an account.
	Entered bool `json:"entered,omitempty"`
	// Error is why nothing at all could be synced.
	Error string `json:"error,omitempty"`
}

// ScopeReport is what became of a scope that needs attention.
type ScopeReport struct {
	Place      string             `json:"place"` // provider/account/region
	Outcome    activities.Outcome `json:"outcome"`
	Held       int64              `json:"held,omitempty"`
	FailedRows int64              `json:"failedRows,omitempty"`
	HoldDigest string             `json:"holdDigest,omitempty"`
	Reason     string             `json:"reason,omitempty"`
	// AccountName is what the cloud calls the account, if it was found in an organisation.
	AccountName string `json:"accountName,omitempty"`
}

// where is the place, with the cloud's name of the account.
func (s ScopeReport) where() string {
	if s.AccountName == "" {
		return s.Place
	}
	return fmt.Sprintf("%s (%s)", s.Place, s.AccountName)
}

// maxAttention bounds the scopes in a report; the record has them all.
const maxAttention = 20

// addScope adds one scope's record to the report.
func (r *Report) addScope(record activities.ScopeRecord) {
	r.Stats.Add(record.Stats)
	r.Scopes++
	r.Left += record.Left
	switch record.Outcome {
	case activities.Failed:
		r.ScopesFailed++
	case activities.Held:
		r.ScopesHeld++
	case activities.OK, activities.Unchanged:
		if record.Left == 0 {
			return
		}
	}
	report := ScopeReport{
		Place: record.Place, Outcome: record.Outcome, Held: record.Stats.Held, FailedRows: record.Stats.FailedRows, Reason: record.Reason,
		AccountName: record.AccountName,
	}
	if record.Stats.Held > 0 { // else it was approved
		report.HoldDigest = record.HoldDigest
	}
	r.attend(report)
}

// maxPlanBytes bounds a plan's description in one payload, and maxPlannedScopes
// the scopes among which it is divided; should more have changes, the first ones
// are shown.
const (
	maxPlanBytes     = 48 << 10
	maxPlannedScopes = 20
	maxPlanned       = 400
)

func (r *Report) addPlanned(changes []activities.PlannedChange) {
	if len(r.Planned) == 0 || len(r.Planned)+len(changes) <= maxPlanned && planBytes(r.Planned)+planBytes(changes) <= maxPlanBytes {
		r.Planned = append(r.Planned, changes...)
	}
}

func planBytes(changes []activities.PlannedChange) int {
	encoded, err := json.Marshal(changes)
	if err != nil { // it was decoded from JSON
		return maxPlanBytes
	}
	return len(encoded)
}

func (r *Report) addApproved(digest string) {
	if digest != "" {
		r.Approved = append(r.Approved, digest)
	}
}

// creditApproval says whose approval let deletions go, if any did, and why, and lists the
// digests that let nothing go.
func (r *Report) creditApproval(approval *Approval) {
	if approval == nil {
		return
	}
	if len(r.Approved) > 0 {
		r.ApprovedBy, r.ApprovalNote = approval.By, approval.Note
	}
	for _, digest := range approval.Digests {
		if !slices.Contains(r.Approved, digest) {
			r.UnusedApprovals = append(r.UnusedApprovals, digest)
		}
	}
}

// addPart adds the report of a part of the scopes.
func (r *Report) addPart(part Report) {
	r.Stats.Add(part.Stats)
	r.Scopes += part.Scopes
	r.ScopesFailed += part.ScopesFailed
	r.ScopesHeld += part.ScopesHeld
	r.Left += part.Left
	r.Approved = append(r.Approved, part.Approved...)
	r.addPlanned(part.Planned)
	for _, scope := range part.Attention {
		r.attend(scope)
	}
}

// addFailure adds n scopes of which nothing is known but that they failed.
func (r *Report) addFailure(place string, n int64, reason string) {
	r.addFailed(ScopeReport{Place: place, Reason: reason}, n)
}

// addUnlisted adds an account whose scopes are not known.
func (r *Report) addUnlisted(account activities.UnlistedScope) {
	r.addFailed(ScopeReport{Place: account.Place + "/*", Reason: account.Error, AccountName: account.AccountName}, 1)
}

func (r *Report) addFailed(scopes ScopeReport, n int64) {
	r.Scopes += n
	r.ScopesFailed += n
	scopes.Outcome = activities.Failed
	r.attend(scopes)
}

// attend adds a scope, in the place of the last one that can wait longer where
// there is no room: an operator has to decide about a held scope, and finds its
// digest here.
func (r *Report) attend(scope ScopeReport) {
	if len(r.Attention) < maxAttention {
		r.Attention = append(r.Attention, scope)
		return
	}
	for i := len(r.Attention) - 1; i >= 0; i-- {
		if r.Attention[i].urgency() < scope.urgency() {
			r.Attention = append(slices.Delete(r.Attention, i, i+1), scope)
			return
		}
	}
}

func (s ScopeReport) urgency() int {
	switch {
	case s.Held > 0:
		return 2
	case s.Outcome != activities.OK:
		return 1
	default:
		return 0
	}
}

// settle derives the outcome from the figures.
//
//	no scope could be synced             → failed
//	deletions wait for an operator       → held
//	a scope failed, or rows were refused → partial
//	rows were written, or left alone     → ok
//	else                                 → unchanged
func (r *Report) settle(took time.Duration) {
	r.TimeTook = took.Seconds()
	switch {
	case r.Error != "" || r.ScopesFailed == r.Scopes:
		r.Outcome = activities.Failed
	case r.Held > 0:
		r.Outcome = activities.Held
	case r.ScopesFailed > 0 || r.FailedRows > 0:
		r.Outcome = activities.Partial
	case r.Changes() > 0 || r.Rehashed > 0 || r.Left > 0:
		r.Outcome = activities.OK
	default:
		r.Outcome = activities.Unchanged
	}
}

// differs says that the report is not what is on record.
func (r *Report) differs(recorded *activities.Recorded) bool {
	return recorded != nil && (r.Outcome != recorded.Outcome || r.Stats != recorded.Stats(r.Stats))
}

func (r *Report) correct(recorded activities.Recorded) {
	r.Outcome, r.Stats = recorded.Outcome, recorded.Stats(r.Stats)
}

// maxReasons bounds the reasons in one payload of records, in bytes of JSON.
const maxReasons = 24 << 10

// fitting cuts the reasons of records so that they fit a payload together.
func fitting(records []activities.ScopeRecord) []activities.ScopeRecord {
	for i := range records {
		records[i].Reason = cutJSON(records[i].Reason, maxReasons/len(records))
	}
	return records
}

// cutJSON cuts the text until it takes at most limit bytes as JSON, in which a
// character may take six.
func cutJSON(text string, limit int) string {
	for {
		encoded, err := json.Marshal(text)
		if err != nil || len(encoded) <= limit {
			return text
		}
		text = strings.ToValidUTF8(text[:len(text)*limit/(len(encoded)+1)], "")
	}
}

// maxReason bounds the reason in the run's record, in bytes.
const maxReason = 2000

// reason says in one text what the run is short of.
func (r *Report) reason() string {
	parts := make([]string, 0, 1+len(r.Attention))
	if r.Error != "" {
		parts = append(parts, r.Error)
	}
	for _, scope := range r.Attention {
		if scope.Outcome == activities.OK {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s: %s", scope.where(), scope.Outcome, scope.Reason))
	}
	text := strings.Join(parts, "; ")
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

// memo is the report in the form in which Temporal's UI shows it beside a run.
func (r *Report) memo() map[string]any {
	memo := map[string]any{
		"outcome":          string(r.Outcome),
		"public.cloud.num": r.CloudNum, "db.num": r.DBNum,
		"toAddNum": r.ToAdd, "toModNum": r.ToMod, "toDelNum": r.ToDel,
		"suAddNum": r.SuAdd, "suModNum": r.SuMod, "suDelNum": r.SuDel,
		"heldNum": r.Held, "failedRowNum": r.FailedRows, "pagingSkips": r.PagingSkips, "timeTook": r.TimeTook,
	}
	if r.OrphanRows > 0 {
		memo["orphanScopes"], memo["orphanRows"] = r.OrphanScopes, r.OrphanRows
	}
	return memo
}

// details is the report as Markdown, for the current details in Temporal's UI, with what is
// at work.
func (r *Report) details(done, total int64, atWork []string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "**%s** · %d of %d scopes\n\n", r.state(), done, total)
	if len(atWork) > 0 {
		fmt.Fprintf(&text, "at work: %s\n\n", untrusted.Markdown(strings.Join(atWork, ", ")))
	}
	text.WriteString("| | to do | done |\n| --- | ---: | ---: |\n")
	fmt.Fprintf(&text, "| add | %d | %d |\n| modify | %d | %d |\n| delete | %d | %d |\n",
		r.ToAdd, r.SuAdd, r.ToMod, r.SuMod, r.ToDel, r.SuDel)
	fmt.Fprintf(&text, "\ncloud %d · inventory before %d · held %d · refused rows %d\n", r.CloudNum, r.DBNum, r.Held, r.FailedRows)
	if r.OrphanRows > 0 {
		fmt.Fprintf(&text, "\norphans: %d rows of %d scopes that are no longer configured\n", r.OrphanRows, r.OrphanScopes)
	}
	for _, scope := range r.Attention {
		fmt.Fprintf(&text, "\n- %s **%s**: %s", untrusted.Markdown(scope.where()), scope.Outcome, untrusted.Markdown(scope.Reason))
	}
	return text.String()
}

func (r *Report) state() string {
	if r.Outcome == "" {
		return "running"
	}
	return string(r.Outcome)
}
