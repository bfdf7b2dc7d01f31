package activities_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/resource"
)

// checkedCloud is an account that is entered with a credential; some regions deny.
type checkedCloud struct {
	cloud.Provider
	regions, enabled []string
	denied           map[string]bool
	identityErr      error
	enabledErr       error
	lost             bool // what is listed is not found by its id
}

func (c *checkedCloud) Identity(context.Context) (string, error) { return "42", c.identityErr }

func (c *checkedCloud) EnabledRegions(context.Context) ([]string, error) {
	return c.enabled, c.enabledErr
}

func (c *checkedCloud) Regions(context.Context) ([]string, error) { return c.regions, nil }

func (c *checkedCloud) Lists(kind string) bool { return kind == "resource_host" }

func (c *checkedCloud) List(_ context.Context, scope resource.Scope, _ string) (cloud.Page, error) {
	if c.denied[scope.Region] {
		return cloud.Page{}, &cloud.Error{Class: cloud.Denied, Doing: "list " + scope.Region}
	}
	if scope.Region == "empty" {
		return cloud.Page{}, nil
	}
	return cloud.Page{Rows: []resource.Row{host("i-1")}}, nil
}

func (c *checkedCloud) Lookup(_ context.Context, _ resource.Scope, ids []string) ([]string, error) {
	if c.lost {
		return nil, nil
	}
	return ids, nil
}

func (c *checkedCloud) LookupLimit(string) int { return 10 }

func TestCheckAccount(t *testing.T) {
	t.Parallel()
	refused := &cloud.Error{Class: cloud.InvalidCredential, Doing: "enter mock/demo"}
	for name, test := range map[string]struct {
		client *checkedCloud
		want   activities.AccountCheck
		ok     bool
	}{
		"all can be read": {
			client: &checkedCloud{regions: []string{"a", "empty"}, enabled: []string{"a", "empty", "c"}},
			want: activities.AccountCheck{Identity: "42", Regions: 2, NotListed: []string{"c"},
				Kinds: []activities.KindCheck{{Kind: "resource_host", Readable: 2}}},
			ok: true,
		},
		"a region is denied, another not enabled": {
			client: &checkedCloud{regions: []string{"a", "b"}, enabled: []string{"a"}, denied: map[string]bool{"b": true}},
			want: activities.AccountCheck{Identity: "42", Regions: 2, NotEnabled: []string{"b"},
				Kinds: []activities.KindCheck{{Kind: "resource_host", Readable: 1, Failed: 1, Failures: []activities.RegionCheck{{Region: "b", Error: "list b: denied"}}}}},
		},
		"the credential is refused": {
			client: &checkedCloud{regions: []string{"a"}, identityErr: refused},
			want:   activities.AccountCheck{Kinds: []activities.KindCheck{}, Error: "enter mock/demo: invalid_credential"},
		},
		"the regions may not be asked for": {
			client: &checkedCloud{regions: []string{"a"}, enabledErr: &cloud.Error{Class: cloud.Denied}},
			want:   activities.AccountCheck{Identity: "42", Regions: 1, Kinds: []activities.KindCheck{{Kind: "resource_host", Readable: 1}}},
			ok:     true,
		},
		"the regions cannot be had": {
			client: &checkedCloud{regions: []string{"a"}, enabledErr: errors.New("connection reset")},
			want: activities.AccountCheck{Identity: "42", Regions: 1, Kinds: []activities.KindCheck{},
				Error: "list the regions of mock/demo: unavailable: connection reset"},
		},
		"what is listed is not found": {
			client: &checkedCloud{regions: []string{"a"}, enabled: []string{"a"}, lost: true},
			want: activities.AccountCheck{Identity: "42", Regions: 1, Kinds: []activities.KindCheck{{Kind: "resource_host", Failed: 1,
				Failures: []activities.RegionCheck{{Region: "a", Error: "look up ids in mock/demo/a: bad_answer: i-1 and others were listed and are not found by their ids"}}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ref := resource.Account{Provider: "mock", Name: "demo"}
			a := activities.New(activities.Deps{
				Kinds: resource.Standard(), Settings: map[string]activities.Settings{"resource_host": {}, "resource_disk": {}},
				Accounts: cloud.Accounts{{Account: resource.Account{Provider: "mock", Name: "demo"}, Client: test.client}},
			})
			out, err := execute(t, attempt{}, a.CheckAccount, ref)
			require.NoError(t, err)
			test.want.Account = ref
			require.Equal(t, test.want, out)
			require.Equal(t, test.ok, out.OK())
		})
	}
}
