package activities

import (
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"

	"cloudsync/cloud"
)

// AccountState is what was seen of an account whose scopes are listed, by a bundle or by a
// run. It keeps both from asking an account again and again whose own keys, role or
// identity fail: every scope would fail with them, and asking on can lock it. What a
// region refuses to a credential that is whose it should be is no sign of that. The zero
// value has seen nothing.
type AccountState struct {
	asking int    // scopes that are being listed
	known  bool   // its keys are sound: some scope was listed, or refused by its region alone
	lost   bool   // refused by its own keys, role or identity
	why    string // it is given up; empty: it is not
}

// GiveUp takes that the account was given up elsewhere.
func (s *AccountState) GiveUp(why string) {
	if !s.known {
		s.lost, s.why = true, why
	}
}

// Asks takes that a scope is being listed, until Note.
func (s *AccountState) Asks() { s.asking++ }

// Note takes the outcome of listing the scope at a place.
func (s *AccountState) Note(place string, err error) {
	s.asking--
	var failure *temporal.ApplicationError
	switch {
	case err == nil:
		s.Enter()
	case !errors.As(err, &failure), !isRefusal(failure):
	case !IsOfAccount(err):
		s.Enter()
	case !s.known && !s.lost:
		s.lost, s.why = true, fmt.Sprintf("skipped: the account was refused at %s: %s", place, failure.Message())
	}
}

// isRefusal says that the cloud refused what was asked, rather than failed.
func isRefusal(failure *temporal.ApplicationError) bool {
	class := cloud.Class(failure.Type())
	return class == cloud.Denied || class == cloud.InvalidCredential
}

// Enter takes that the account's keys, role and identity are sound, with some worker at
// least.
func (s *AccountState) Enter() { s.known, s.lost, s.why = true, false, "" }

// Entered says that the account's keys, role and identity were sound.
func (s *AccountState) Entered() bool { return s.known }

// InDoubt says that the account looks lost while some of its scopes are still being
// listed: with another worker's keys, one may be.
func (s *AccountState) InDoubt() bool { return s.lost && s.asking > 0 }

// Why is why the account's scopes are not to be listed; empty if they are.
func (s *AccountState) Why() string { return s.why }
