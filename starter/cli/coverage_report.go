package cli

import (
	"slices"
	"time"

	"cloudsync/config"
	"cloudsync/coverage"
	"cloudsync/resource"
	"cloudsync/store"
)

// What the inventory has of a kind in a place.
const (
	covered       = "listed"         // each scope was listed completely at least once
	partlyCovered = "incomplete"     // some scope never was
	notYetCovered = "not yet listed" // none was
	notConfigured = "not configured" // no run syncs the kind
	notSupported  = "not supported"  // the cloud is not listed for the kind
)

// coverageLine is what the inventory has of a kind in a place.
type coverageLine struct {
	Place    string     `json:"place"` // provider, provider/account, or provider/account/region
	Kind     string     `json:"kind"`
	State    string     `json:"state"`
	Why      string     `json:"why,omitempty"` // it is not supported
	Accounts int64      `json:"accounts"`
	Scopes   int64      `json:"scopes"`
	Complete int64      `json:"complete"` // scopes that were listed completely at least once
	Rows     int64      `json:"rows"`
	Oldest   *time.Time `json:"oldest,omitempty"` // the complete listing of the scope that has waited longest for a new one
}

// coverageReport is the coverage of places, by cloud, account or region.
type coverageReport struct {
	by     string
	synced map[string]bool // kinds
	lines  []*coverageLine // by place in the order of the configuration, then by kind
	placed map[[2]string]*coverageLine
}

func newCoverageReport(by string, sync config.Sync) *coverageReport {
	report := &coverageReport{by: by, synced: map[string]bool{}, placed: map[[2]string]*coverageLine{}}
	for _, configured := range sync.Resources {
		report.synced[configured.Kind] = true
	}
	return report
}

// add adds what there is of a kind in the accounts.
func (r *coverageReport) add(kind string, accounts []config.Account, scopes []store.ScopeRows) {
	of := map[resource.Account][]store.ScopeRows{}
	for _, scope := range scopes {
		of[scope.Scope.Owner()] = append(of[scope.Scope.Owner()], scope)
	}
	for _, configured := range accounts {
		account := resource.Account{Provider: configured.Provider, Name: configured.Name}
		r.addAccount(kind, account, ofRegions(configured.Regions, of[account]))
	}
}

// ofRegions are the scopes of the configured regions, all if the configuration names none.
// No run syncs the others any more: `starter prune` tells of their rows.
func ofRegions(regions []string, scopes []store.ScopeRows) []store.ScopeRows {
	if len(regions) == 0 {
		return scopes
	}
	return slices.DeleteFunc(scopes, func(s store.ScopeRows) bool { return !slices.Contains(regions, s.Scope.Region) })
}

func (r *coverageReport) addAccount(kind string, account resource.Account, scopes []store.ScopeRows) {
	if r.by == byRegion && len(scopes) > 0 {
		for _, scope := range scopes {
			r.line(scope.Scope.Place(), kind, account.Provider).addScopes(scope)
		}
		return
	}
	place := account.String()
	if r.by == byCloud {
		place = account.Provider
	}
	r.line(place, kind, account.Provider).addScopes(scopes...)
}

// line is that of a place and kind, which is made if there is none.
func (r *coverageReport) line(place, kind, provider string) *coverageLine {
	key := [2]string{place, kind}
	if line, ok := r.placed[key]; ok {
		return line
	}
	line := &coverageLine{Place: place, Kind: kind, State: notYetCovered, Why: coverage.Gap(provider, kind)}
	switch {
	case line.Why != "":
		line.State = notSupported
	case !r.synced[kind]:
		line.State = notConfigured
	}
	r.placed[key] = line
	r.lines = append(r.lines, line)
	return line
}

// addScopes adds those of one more account.
func (l *coverageLine) addScopes(scopes ...store.ScopeRows) {
	l.Accounts++
	for _, scope := range scopes {
		l.Scopes++
		l.Rows += scope.Rows
		if at := scope.CompleteAt; !at.IsZero() {
			l.Complete++
			if l.Oldest == nil || at.Before(*l.Oldest) {
				l.Oldest = &at
			}
		}
	}
	switch {
	case l.State == notSupported || l.State == notConfigured || l.Complete == 0:
	case l.Complete < l.Scopes:
		l.State = partlyCovered
	default:
		l.State = covered
	}
}
