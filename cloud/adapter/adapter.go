// Package adapter has what the adapters of real clouds share: one way to make,
// pace, class and cancel the calls of any SDK, the check that a credential is of
// the configured account, the engine that lists what a Listing declares, the lists
// that a listing is joined with, and one reader of values.
package adapter

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// Adapter describes a cloud to the rest of the program.
type Adapter struct {
	Provider string // "aws" …
	// Open makes the clients of an account with one credential; it asks nobody yet.
	Open func(account Account) (Session, error)
	// Listings are those of the kinds that the adapter lists.
	Listings []Declared
	// RequestsPerSecond is the pace in each region where the configuration sets none.
	RequestsPerSecond float64
	// CaselessTags says that the cloud makes no difference between the cases of a tag's name.
	CaselessTags bool
	// Codes is the adapter's one table of errors, Answered reads those of the SDK.
	Codes    Codes
	Answered func(err error) Answered
}

// Account is what an adapter opens: the settings, the credential as it is now, and
// the way to make calls.
type Account struct {
	cloud.Settings
	Keys  Keys
	Calls *Calls
	// Through is the session of the organisation that the account is a member of; nil: the
	// account was configured. Discover says how to go on from it.
	Through      Session
	organisation string // the organisation's own account, where there is Through
}

// URL is where the settings have a product asked in a region, nil for the provider's own
// place. http would show the credential to the network: it is for this machine alone.
func (a Account) URL(product, region string) (*url.URL, error) {
	text := a.EndpointFor(product, region)
	if text == "" {
		return nil, nil
	}
	parsed, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the endpoint: %w", err)
	case parsed.Host == "", parsed.Scheme != "https" && (parsed.Scheme != "http" || !a.OnLoopback()):
		return nil, fmt.Errorf("the endpoint %s is not of the form https://HOST, or http:// on this machine", parsed.Redacted())
	}
	return parsed, nil
}

// Keys are a credential's secrets. Empty ones stand for the SDK's default chain.
type Keys struct{ ID, Key, Token string }

// String implements fmt.Stringer, so that no format shows them.
func (Keys) String() string { return "[secret]" }

// GoString implements fmt.GoStringer.
func (Keys) GoString() string { return "[secret]" }

// IsZero says that the SDK's default chain is to be used.
func (k Keys) IsZero() bool { return k.ID == "" && k.Key == "" }

// Signer gives the keys to sign a call with. No error tells them from then on. Its own
// errors are the account's.
type Signer func(context.Context) (Keys, error)

// Signer is that of the account: with the given keys, else with those of the default chain.
func (a Account) Signer(chain *Chain[Keys]) Signer {
	return a.SignerOf(func(ctx context.Context) (Keys, error) {
		if a.Keys.IsZero() {
			return chain.Get(ctx)
		}
		return a.Keys, nil
	})
}

// SignerOf gives the keys of another Signer for calls of the account, such as those of its
// organisation's session.
func (a Account) SignerOf(other Signer) Signer {
	return func(ctx context.Context) (Keys, error) {
		keys, err := other(ctx)
		a.Calls.Hide(keys)
		return keys, OfAccount(err)
	}
}

// Session is an account at a cloud, entered with one credential. It is safe for
// concurrent use. Its calls go through Do, and its errors are those of Do, or
// *cloud.Error.
type Session interface {
	// Identity is the provider's own id of the account that the credential is of, "" where
	// the answer does not say.
	Identity(ctx context.Context) (string, error)
	// Regions are the regions that the account has enabled, as the answer has them. No
	// account has none.
	Regions(ctx context.Context) ([]string, error)
}

// Lister lists one kind of resource; see cloud.Provider.
type Lister interface {
	List(ctx context.Context, region, cursor string) (cloud.Page, error)
	Lookup(ctx context.Context, region string, nativeIDs []string) (existing []string, err error)
}

// New returns the account at the cloud. It asks nobody yet.
func (a Adapter) New(settings cloud.Settings) cloud.Provider {
	if settings.Discover != nil {
		return newOrganisation(a.newProvider(settings))
	}
	return a.newProvider(settings)
}

func (a Adapter) newProvider(settings cloud.Settings) *provider {
	perSecond := settings.RequestsPerSecond
	if perSecond == 0 {
		perSecond = a.RequestsPerSecond
	}
	return &provider{
		adapter: a, settings: settings, pace: cloud.NewPace(perSecond), entry: entry{one: semaphore.NewWeighted(1)},
		connections: sync.OnceValue(newTransport),
	}
}

// provider implements cloud.Provider over an adapter's sessions.
type provider struct {
	Shelf // what it keeps whatever the session

	adapter  Adapter
	settings cloud.Settings
	pace     *cloud.Pace
	through  *provider // the organisation's, where the account is a member
	entry    entry
	// connections are those of all its sessions.
	connections func() transport
}

// Lists implements cloud.Provider.
func (p *provider) Lists(kind string) bool { return p.LookupLimit(kind) > 0 }

// LookupLimit implements cloud.Provider.
func (p *provider) LookupLimit(kind string) int {
	if listing := p.listing(kind); listing != nil {
		return listing.About().LookupLimit
	}
	return 0
}

// Actions implements cloud.Actions.
func (p *provider) Actions(kind string) (actions []string) {
	listing := p.listing(kind)
	if listing == nil {
		return nil
	}
	about := listing.About()
	for _, one := range append([]About{about}, about.Rest...) {
		actions = append(append(actions, one.Action), one.Others...)
	}
	return actions
}

// listing is that of a kind, nil where there is none.
func (p *provider) listing(kind string) Declared {
	i := slices.IndexFunc(p.adapter.Listings, func(l Declared) bool { return l.About().Kind.Name() == kind })
	if i < 0 {
		return nil
	}
	return p.adapter.Listings[i]
}

// HasCaselessTags implements cloud.Caseless.
func (p *provider) HasCaselessTags() bool { return p.adapter.CaselessTags }

// Regions implements cloud.Provider. Configured ones need no credential.
func (p *provider) Regions(ctx context.Context) ([]string, error) {
	if len(p.settings.Regions) > 0 {
		return p.settings.Regions, nil
	}
	kept, err := get(ctx, p, regionsKey{}, "", func(l *loaded[[]string]) bool { return l.isWhole() && l.isWithin(regionsFor) },
		func(ctx context.Context, regions *[]string) (err error) {
			*regions, err = p.EnabledRegions(ctx)
			return err
		})
	return kept.value, err
}

// regionsFor is for how long the enabled regions serve the runs of all kinds: few accounts
// enable one twice a year.
const regionsFor = 5 * time.Minute

// regionsKey is that of the enabled regions on a provider's shelf.
type regionsKey struct{}

// EnabledRegions are those that the account has enabled, configured or not.
func (p *provider) EnabledRegions(ctx context.Context) ([]string, error) {
	session, err := p.enter(ctx)
	if err != nil {
		return nil, err
	}
	regions, err := session.Regions(ctx)
	if err == nil && (len(regions) == 0 || slices.Contains(regions, "")) {
		err = BadAnswer("list the regions of "+p.settings.Place(), "one of the %d regions in the answer has no name, or there is none", len(regions))
	}
	return Set(regions...), p.masked(err)
}

// Identity is the id of the account that the credential is of, which is the
// configured one; another is an error.
func (p *provider) Identity(ctx context.Context) (string, error) {
	_, err := p.enter(ctx)
	return p.settings.AccountID, err
}

// List implements cloud.Provider.
func (p *provider) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	began := time.Now()
	session, err := p.enter(ctx)
	if err != nil {
		return cloud.Page{}, err
	}
	page, err := p.listing(scope.Kind).bind(session, p.settings.Place()).List(ctx, scope.Region, cursor)
	for i := range page.Problems {
		page.Problems[i].Text = p.hide(page.Problems[i].Text)
	}
	return page, p.masked(p.refused(ctx, began, err))
}

// Lookup implements cloud.Provider.
func (p *provider) Lookup(ctx context.Context, scope resource.Scope, nativeIDs []string) ([]string, error) {
	session, err := p.enter(ctx)
	if err != nil {
		return nil, err
	}
	existing, err := p.listing(scope.Kind).bind(session, p.settings.Place()).Lookup(ctx, scope.Region, nativeIDs)
	return existing, p.masked(err)
}

// masked is the error without secrets. Those of calls have none; an adapter's own may
// quote what a server answered.
func (p *provider) masked(err error) error {
	var known *cloud.Error
	if !errors.As(err, &known) || known.Err == nil {
		return err
	}
	text := known.Err.Error()
	shown := p.hide(text)
	if shown == text {
		return err
	}
	masked := *known
	masked.Err = errors.New(shown)
	return &masked
}

// hide is the text without the secrets of the session.
func (p *provider) hide(text string) string {
	calls := p.entry.calls.Load()
	if calls == nil {
		return text
	}
	return calls.secrets.hide(text)
}
