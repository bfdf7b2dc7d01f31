package google

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// session is a project, or what projects are in, entered with one credential.
type session struct {
	adapter.Shelf // the lists of the whole project

	account adapter.Account
	client  *http.Client
	tokens  *tokens
	sizes   adapter.Sizes // of machine types, by zone
	tiers   adapter.Sizes // of databases
}

// readableState is that of a project whose resources can be listed
// (https://cloud.google.com/resource-manager/reference/rest/v3/projects#State). The other is
// that of one that is to be deleted, whose resources are shut down.
const readableState = "ACTIVE"

// Identity implements adapter.Session. A credential is of no project, whichever its service
// account was made in: that it sees the configured one is what can be asked. The same is true
// of an organisation and its folders.
func (s *session) Identity(ctx context.Context) (string, error) {
	if s.account.Finds() {
		return s.sees(ctx, nodeGet(s.account.AccountID), s.account.AccountID, func(i *self) string { return i.Name })
	}
	return s.sees(ctx, projectGet, "project "+s.account.AccountID, func(i *self) string { return i.ProjectID })
}

// self is what an account is: a project, or what projects are in.
type self struct{ Name, ProjectID, State string }

// nodeGet is the action that gets what has that name.
func nodeGet(name string) string {
	if strings.HasPrefix(name, "folders/") {
		return folderGet
	}
	return organizationGet
}

// sees is the id of what the account is, which is what in words, as the credential sees it.
func (s *session) sees(ctx context.Context, action, what string, id func(*self) string) (string, error) {
	disabled := false
	seen, err := call(ctx, s, "", action, func(ctx context.Context) (self, error) {
		seen, err := read[self](ctx, s, adapter.Query{Action: action}, s.account.AccountID)
		disabled = isDisabled(err)
		return seen, err
	})
	var failure *cloud.Error
	switch {
	case errors.As(err, &failure) && !disabled && (failure.Class == cloud.Denied || failure.Class == cloud.NotFound):
		return "", &cloud.Error{Class: cloud.InvalidCredential, Doing: failure.Doing, Err: fmt.Errorf(
			"the credential does not see %s: correct account_id, or give the credential a role there (%s: %w)", what, failure.Class, failure.Err)}
	case err != nil:
		return "", err
	case id(&seen) != "" && seen.State != readableState:
		return "", &cloud.Error{Class: cloud.InvalidCredential, Doing: action, Err: fmt.Errorf("%s is in state %q", what, seen.State)}
	default:
		return id(&seen), nil
	}
}

// global is the region of what is of none, such as the rules of a global load balancer.
const global = "global"

// Regions implements adapter.Session.
func (s *session) Regions(ctx context.Context) ([]string, error) {
	return s.regions(ctx, true)
}

// enabled fails for a region that is none of the project's: a list of the whole project would
// have none of its resources, as if it were empty.
func enabled(ctx context.Context, s *session, region string, _ bool) error {
	regions, err := s.regions(ctx, false)
	if err != nil || slices.Contains(regions, region) {
		return err
	}
	return &cloud.Error{Class: cloud.RegionDisabled, Doing: regionList, Err: fmt.Errorf("project %s has no region %s", s.account.AccountID, region)}
}

func (s *session) regions(ctx context.Context, fresh bool) ([]string, error) {
	return adapter.Recent(ctx, s, regionList, fresh, func(ctx context.Context) ([]string, error) {
		names, err := s.names(ctx, regionList, func(r *named) string { return r.Name })
		return append(names, global), err
	})
}

// named is what a list of places has of one. Some write the id alone.
type named struct{ Name, LocationID string }

// names are those of a list of places, which is of no use where one of them makes no sense.
func (s *session) names(ctx context.Context, action string, name func(*named) string) (names []string, err error) {
	query := adapter.Query{Action: action, Path: questions[action].list}
	err = adapter.Each(ctx, s, query, ask[named], func(item *adapter.Item[named]) {
		names = append(names, name(&item.Value))
	})
	if err == nil && (len(names) == 0 || slices.Contains(names, "")) {
		err = adapter.BadAnswer(action, "one of the %d places in the answer has no name, or there is none", len(names))
	}
	return names, err
}
