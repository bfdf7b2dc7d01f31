package adapter_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// telltale is a session whose cloud quotes the key that it was asked with.
type telltale struct {
	adapter.Shelf
	account adapter.Account
	whose   func(adapter.Account) (string, error)
}

func (s *telltale) Identity(context.Context) (string, error) { return s.whose(s.account) }

func (s *telltale) Regions(context.Context) ([]string, error) { return []string{"north"}, nil }

// openTelltale is an account that finds others, and of which whose says whose a credential is.
func openTelltale(whose func(adapter.Account) (string, error), listings ...adapter.Declared) cloud.Organisation {
	given := settings("")
	given.Credential.Key = cloud.SecretText("planted-secret-key")
	given.Discover = &cloud.Discover{Role: "reader"}
	return adapter.Adapter{
		Provider: "thing", RequestsPerSecond: 1e6, Listings: listings,
		Open: func(account adapter.Account) (adapter.Session, error) {
			return &telltale{account: account, whose: whose}, nil
		},
		Answered: func(error) adapter.Answered { return adapter.Answered{} },
	}.New(given).(cloud.Organisation)
}

// A member has not been entered yet when its organisation cannot be, and knows no secrets.
func TestTheOrganisationsErrorsAreMaskedInItsMembers(t *testing.T) {
	t.Parallel()
	o := openTelltale(func(account adapter.Account) (string, error) {
		return "", adapter.BadAnswer("GetCallerIdentity", "it answered %q", account.Keys.Key)
	})

	_, err := o.Member("43").Regions(t.Context())

	require.ErrorContains(t, err, `it answered "[secret]"`)
}

// Problems of single resources are recorded in the tables.
func TestProblemsAreMasked(t *testing.T) {
	t.Parallel()
	id := func(l *lamp) string { return l.ID }
	lamps := &adapter.Listing[*telltale, lamp]{
		Kind: resource.HostKind, What: "lamp", Action: "Lamps", Pages: adapter.Tokens(2), IDs: adapter.Together(2), ID: id,
		Ask: func(context.Context, *telltale, adapter.Query) (adapter.Answer[lamp], error) {
			var answer adapter.Answer[lamp]
			err := json.Unmarshal([]byte(`[{"id": "l-1"}, {"id": "l-2"}]`), &answer.Items)
			return answer, err
		},
		Apiece: func(_ context.Context, s *telltale, _, id string) (func(*adapter.Item[lamp]), error) {
			if id == "l-1" {
				return func(*adapter.Item[lamp]) {}, nil
			}
			return nil, &cloud.Error{Class: cloud.BadAnswer, Err: errors.New("signed with " + s.account.Keys.Key)}
		},
		Row: func(*adapter.Fields, *lamp) resource.Row { return &resource.Host{} },
	}
	o := openTelltale(func(account adapter.Account) (string, error) { return account.AccountID, nil }, lamps)

	page, err := o.Member("43").List(t.Context(), scope, "")

	require.NoError(t, err)
	require.Len(t, page.Problems, 1)
	require.Contains(t, page.Problems[0].Text, "signed with [secret]")
}
