package cli

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/resource"
)

var checked = []activities.AccountCheck{
	{
		Account: resource.Account{Provider: "aws", Name: "prod"}, Identity: "123456789012", Regions: 3,
		NotEnabled: []string{"ap-east-1"}, NotListed: []string{"eu-west-1", "us-west-2"},
		Kinds: []activities.KindCheck{
			{Kind: "resource_host", Readable: 3},
			{Kind: "resource_disk", Readable: 1, Failed: 2, Failures: []activities.RegionCheck{
				{Region: "us-east-1", Error: "aws/prod: DescribeVolumes of us-east-1: denied: you are not authorized to perform this operation"},
			}},
		},
	},
	{
		Account: resource.Account{Provider: "azure", Name: "lab"}, Kinds: []activities.KindCheck{},
		Error: "enter azure/lab: invalid_credential: the credential is of account a, the configuration says account_id b: correct one of them",
	},
}

func TestAccountsText(t *testing.T) {
	t.Parallel()
	b := newBench()
	b.showAccounts(checked)
	golden(t, `
ACCOUNT    ID            KIND           REGIONS READ
aws/prod   123456789012  resource_host        3 of 3
                         resource_disk        1 of 3
    us-east-1: aws/prod: DescribeVolumes of us-east-1: denied: you are not
    authorized to perform this operation
    … and 1 region more
    not enabled in the account: ap-east-1
    enabled, not configured: eu-west-1, us-west-2
azure/lab                –                         –
    enter azure/lab: invalid_credential: the credential is of account a, the
    configuration says account_id b: correct one of them
`, b.stdout.String())
}

func TestAccountsResult(t *testing.T) {
	t.Parallel()
	require.Equal(t, outcomeError{outcome: activities.Partial}, accountsResult(checked))
	require.Equal(t, outcomeError{outcome: activities.Failed}, accountsResult(checked[1:]))
	require.NoError(t, accountsResult([]activities.AccountCheck{{Kinds: checked[0].Kinds[:1]}}))
	require.NoError(t, accountsResult(nil))
}
