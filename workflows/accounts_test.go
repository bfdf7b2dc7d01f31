package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cloudsync/activities"
	"cloudsync/resource"
	"cloudsync/workflows"
)

// accountsWorld answers for so many accounts.
type accountsWorld struct {
	accounts int
	failing  map[string]bool // those that cannot be read; nil: all
}

func (w *accountsWorld) ListAccounts(context.Context) (out activities.ListAccountsOut, err error) {
	for i := range w.accounts {
		out.Accounts = append(out.Accounts, resource.Account{Provider: "mock", Name: fmt.Sprint("a", i)})
	}
	return out, nil
}

func (w *accountsWorld) CheckAccount(_ context.Context, in resource.Account) (activities.AccountCheck, error) {
	if in.Name == "a1" {
		return activities.AccountCheck{}, denied()
	}
	if w.failing != nil && !w.failing[in.Name] {
		return activities.AccountCheck{Account: in, Kinds: []activities.KindCheck{{Kind: kind, Readable: 40}}}, nil
	}
	check := activities.AccountCheck{Account: in, Kinds: []activities.KindCheck{{Kind: kind, Failed: 40}}}
	for range 40 {
		check.Kinds[0].Failures = append(check.Kinds[0].Failures, activities.RegionCheck{Region: "r", Error: strings.Repeat("x", 300)})
		check.NotListed = append(check.NotListed, "region-of-some-length")
	}
	return check, nil
}

func checkAccounts(t *testing.T, accounts int, only ...string) (report workflows.AccountsReport, err error) {
	t.Helper()
	return checkWorld(t, &accountsWorld{accounts: accounts}, only...)
}

func checkWorld(t *testing.T, world *accountsWorld, only ...string) (report workflows.AccountsReport, err error) {
	t.Helper()
	env := newEnvironment()
	env.RegisterActivity(world)
	env.RegisterWorkflow(workflows.CheckAccountsWorkflow)
	env.ExecuteWorkflow(workflows.CheckAccountsWorkflow, workflows.CheckAccountsInput{Only: only})
	if err := env.GetWorkflowError(); err != nil {
		return report, err
	}
	return report, env.GetWorkflowResult(&report)
}

func TestCheckAccounts(t *testing.T) {
	t.Parallel()
	report, err := checkAccounts(t, 3)
	require.NoError(t, err)
	require.Len(t, report.Accounts, 3)
	require.Equal(t, "mock/a1", report.Accounts[1].Account.String())
	require.Equal(t, "list mock/demo/r2: denied", report.Accounts[1].Error)
	require.Len(t, report.Accounts[2].Kinds[0].Failures, 40)

	report, err = checkAccounts(t, 3, "mock/a2")
	require.NoError(t, err)
	require.Len(t, report.Accounts, 1)
	require.Equal(t, "mock/a2", report.Accounts[0].Account.String())

	_, err = checkAccounts(t, 3, "mock/a9")
	require.ErrorContains(t, err, `the workers have no account "mock/a9": the accounts are mock/a0, mock/a1, mock/a2`)
	_, err = checkAccounts(t, 100, "mock/b")
	require.ErrorContains(t, err, "mock/a38, mock/a39 and 60 more")
}

// The report of many accounts stays one that fits into a history.
func TestCheckOfManyAccountsIsCut(t *testing.T) {
	t.Parallel()
	report, err := checkAccounts(t, 100)
	require.NoError(t, err)
	require.Equal(t, 40, report.Accounts[99].Kinds[0].Failed)
	encoded, err := json.Marshal(report)
	require.NoError(t, err)
	require.Less(t, len(encoded), 64<<10)
}

// A few that fail among many are told as if they were alone.
func TestFewAccountsThatFailAmongManyAreTold(t *testing.T) {
	t.Parallel()
	report, err := checkWorld(t, &accountsWorld{accounts: 500, failing: map[string]bool{"a7": true, "a499": true}})
	require.NoError(t, err)
	for _, at := range []int{7, 499} {
		require.Len(t, report.Accounts[at].Kinds[0].Failures, 40)
		require.Len(t, report.Accounts[at].NotListed, 40)
	}
	require.Equal(t, "list mock/demo/r2: denied", report.Accounts[1].Error)
}
