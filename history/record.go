package history

import (
	"context"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/store"
)

// Record is all that the database has about a run.
type Record struct {
	Run      store.Run
	Scopes   []store.RunScope
	Failures []store.Failure
	Restore  *store.RestoreRecord // where the run is a restore
	Holds    Holds
	Names    map[resource.Account]string // what the clouds call accounts that were found
}

// ReadRecord reads what is recorded of a run, with as many of its refused rows.
func ReadRecord(ctx context.Context, s *store.Store, run store.Run, failures int64) (r Record, err error) {
	r.Run = run
	if r.Restore, err = readRestore(ctx, s, run.RunID); err != nil {
		return r, err
	}
	if r.Scopes, err = s.RunScopes(ctx, run.RunID); err != nil {
		return r, err
	}
	if r.Names, err = accountNames(ctx, s); err != nil {
		return r, err
	}
	if r.Holds, err = ReadHolds(ctx, s, run); err != nil {
		return r, err
	}
	r.Failures, err = s.RunFailures(ctx, run.RunID, failures)
	return r, err
}

// RecordView is the record in JSON.
type RecordView struct {
	RunView
	ScopeRecords []ScopeView     `json:"scopeRecords"`
	RefusedRows  []store.Failure `json:"refusedRows"`
	// Restore is what was asked for, where the run is a restore.
	Restore *store.RestoreRecord `json:"restore,omitempty"`
}

// ScopeView is the record of a scope in JSON.
type ScopeView struct {
	ScopeID int64  `json:"scopeId"`
	Place   string `json:"place"` // provider/account/region
	Outcome string `json:"outcome"`
	activities.Stats
	AccountName    string `json:"accountName,omitempty"` // the cloud's, of an account that was found
	HoldDigest     string `json:"holdDigest,omitempty"`
	ApprovedDigest string `json:"approvedDigest,omitempty"` // of deletions that an approval let go
	Reason         string `json:"reason,omitempty"`
}

// View is the record in JSON.
func (r Record) View() RecordView {
	view := RecordView{RunView: newRunView(r.Run, r.Holds), ScopeRecords: []ScopeView{}, RefusedRows: append([]store.Failure{}, r.Failures...), Restore: r.Restore}
	for _, scope := range r.Scopes {
		view.ScopeRecords = append(view.ScopeRecords, ScopeView{
			ScopeID: scope.ScopeID, Place: ScopePlace(scope), Outcome: scope.Outcome, Stats: scope.Stats, AccountName: r.Names[Owner(scope)],
			HoldDigest: scope.HeldDigest(), ApprovedDigest: scope.ApprovedDigest(), Reason: scope.Reason,
		})
	}
	return view
}

// ScopePlace is provider/account/region of a run's scope.
func ScopePlace(scope store.RunScope) string { return Owner(scope).String() + "/" + scope.Region }

// Owner is the account of a run's scope.
func Owner(scope store.RunScope) resource.Account {
	return resource.Account{Provider: scope.Provider, Name: scope.Account}
}

// accountNames are what the clouds call the accounts that were found.
func accountNames(ctx context.Context, s *store.Store) (map[resource.Account]string, error) {
	found, err := s.FoundAccounts(ctx)
	names := map[resource.Account]string{}
	for _, account := range found {
		names[account.Owner()] = account.Name
	}
	return names, err
}
