// Package cloud is where the resources come from: the port that each provider
// implements, and the vocabulary of what can go wrong there.
package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudsync/resource"
)

// Page is one answer of a listing.
type Page struct {
	// Rows are the resources of the page, with their native ids and fields set;
	// the sync seals them.
	Rows []resource.Row
	// Problems are the resources of the page that exist and have no row that can be
	// relied on: their stored rows stay as they are.
	Problems []Problem
	// Next is the cursor of the following page; empty after the last one.
	Next string
	// Begins says that the page is the first of another list, where a listing is of several,
	// one after the other.
	Begins bool
	// Total is how many rows the provider announces for the whole list that the page is of, 0
	// where it announces nothing. A list that ends with fewer is not complete, unless
	// the total moved (activities/complete.go).
	Total int64
	// Others is how many resources of the page the total counts that are none of the
	// scope's: they are gone, or another region's.
	Others int64
}

// Problem is why a resource has no row.
type Problem struct {
	NativeID string
	Text     string
}

// Provider is one account at one cloud. It is safe for concurrent use.
type Provider interface {
	// Lists says whether the provider has resources of the kind.
	Lists(kind string) bool
	// Regions are the regions to list, discovered where the configuration says
	// "all". Errors are *Error.
	Regions(ctx context.Context) ([]string, error)
	// List returns the page of the scope that starts at cursor, "" for the first.
	// A page that cannot be had is an error, never an empty page; errors are
	// *Error.
	List(ctx context.Context, scope resource.Scope, cursor string) (Page, error)
	// Lookup asks for resources of the scope by their native ids, at most
	// LookupLimit, and returns the ids of those that exist. Only an answer that
	// says so makes a resource absent: whatever keeps from knowing is an *Error.
	Lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) (existing []string, err error)
	// LookupLimit is how many ids of the kind one Lookup takes.
	LookupLimit(kind string) int
}

// Caseless is a provider whose tag names have no case: Team and team are one tag.
type Caseless interface{ HasCaselessTags() bool }

// Account is a configured account with its provider.
type Account struct {
	resource.Account
	ID     string // the provider's own; empty where it has none, like the mock
	Client Provider
}

// Accounts are the accounts a process can reach.
type Accounts []Account

// Client returns the client for the scope's account, which may be a member of an
// organisation that one of the accounts knows. The error says what to configure.
func (a Accounts) Client(scope resource.Scope) (Provider, error) {
	owner := scope.Owner()
	if client := a.of(owner); client != nil {
		return client, nil
	}
	if organisation, id, isMember := SplitMember(owner); isMember {
		if of, isOrganisation := a.of(organisation).(Organisation); isOrganisation {
			return of.Member(id), nil
		}
	}
	return nil, fmt.Errorf("this worker has no account %s: add it to public_cloud_sync.accounts of its configuration (it has %s)",
		owner, a.names())
}

// of is the client of a configured account, nil where there is none.
func (a Accounts) of(account resource.Account) Provider {
	i := slices.IndexFunc(a, func(of Account) bool { return of.Account == account })
	if i < 0 {
		return nil
	}
	return a[i].Client
}

func (a Accounts) names() string {
	names := make([]string, len(a))
	for i, account := range a {
		names[i] = account.String()
	}
	return strings.Join(names, ", ")
}

// Entered is a provider that is entered with a credential.
type Entered interface {
	// Identity is the provider's own id of the account that the credential is of. A
	// credential of another account than the configured one is an error.
	Identity(ctx context.Context) (string, error)
	// EnabledRegions are the regions that the account has enabled, whatever the
	// configuration says.
	EnabledRegions(ctx context.Context) ([]string, error)
}
