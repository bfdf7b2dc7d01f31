package workflows

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"cloudsync/activities"
	"cloudsync/resource"
)

// AccountsReport is the result of CheckAccountsWorkflow.
type AccountsReport struct {
	Accounts []activities.AccountCheck `json:"accounts"`
	TimeTook float64                   `json:"timeTook"` // seconds
}

// AccountsProgress is how far a check of the accounts is.
type AccountsProgress struct {
	Accounts int64 `json:"accounts"`
	Done     int64 `json:"done"`
}

const (
	// accountsAtOnce is how many accounts are checked at the same time.
	accountsAtOnce = 4
	// maxReportText bounds the texts of a report, in bytes: of failures, errors and
	// regions, of all accounts together. It leaves room for the figures of a thousand
	// accounts.
	maxReportText = 40 << 10
	// accountLimit bounds the check of one account. Somebody waits for it.
	accountLimit = 10 * time.Minute
)

// CheckAccountsInput is the input of CheckAccountsWorkflow.
type CheckAccountsInput struct {
	// Only names the accounts, as provider/account; all where it is empty.
	Only []string `json:"only,omitempty"`
}

// CheckAccountsWorkflow checks that a worker can read the configured accounts: whose
// credential it has, which regions there are, and what may be listed in them. A
// worker does it, since it is the workers' configuration, network and roles that
// count. It reads only.
func CheckAccountsWorkflow(ctx workflow.Context, in CheckAccountsInput) (AccountsReport, error) {
	var progress AccountsProgress
	err := workflow.SetQueryHandler(ctx, ProgressQuery, func() (AccountsProgress, error) { return progress, nil })
	if err != nil {
		return AccountsReport{}, err
	}
	accounts, err := listAccounts(ctx, in.Only)
	if err != nil {
		return AccountsReport{}, err
	}
	progress.Accounts = int64(len(accounts))
	report := AccountsReport{Accounts: make([]activities.AccountCheck, len(accounts))}
	some := turns{atOnce: accountsAtOnce, name: func(i int) string { return accounts[i].String() }}
	some.each(ctx, len(accounts), func(ctx workflow.Context, i int) {
		report.Accounts[i] = checkAccount(ctx, accounts[i])
		progress.Done++
	})
	fitReport(report.Accounts)
	report.TimeTook = since(ctx).Seconds()
	return report, ctx.Err()
}

// fitReport cuts the texts of checks until they fit a report together. Each has the same
// share, of which most need nothing: the others share what is left over.
func fitReport(checks []activities.AccountCheck) {
	byBytes := make([]*activities.AccountCheck, len(checks))
	for i := range checks {
		byBytes[i] = &checks[i]
	}
	slices.SortStableFunc(byBytes, func(a, b *activities.AccountCheck) int { return cmp.Compare(a.Bytes(), b.Bytes()) })
	left := maxReportText
	for i, check := range byBytes {
		*check = check.Cut(left / (len(byBytes) - i))
		left -= check.Bytes()
	}
}

func listAccounts(ctx workflow.Context, only []string) ([]resource.Account, error) {
	var listed activities.ListAccountsOut
	err := workflow.ExecuteActivity(bookkeeping(ctx, "list the accounts"), a.ListAccounts).Get(ctx, &listed)
	if err != nil || len(only) == 0 {
		return listed.Accounts, err
	}
	var accounts []resource.Account
	for _, place := range only {
		i := slices.IndexFunc(listed.Accounts, func(account resource.Account) bool { return account.String() == place })
		if i < 0 {
			return nil, temporal.NewNonRetryableApplicationError(
				fmt.Sprintf("the workers have no account %q: the accounts are %s", place, places(listed.Accounts)), string(activities.BadInputType), nil)
		}
		accounts = append(accounts, listed.Accounts[i])
	}
	return accounts, nil
}

// maxAccountsNamed is how many accounts an error names.
const maxAccountsNamed = 40

func places(accounts []resource.Account) string {
	var places []string
	for _, account := range accounts[:min(len(accounts), maxAccountsNamed)] {
		places = append(places, account.String())
	}
	text := strings.Join(places, ", ")
	if more := len(accounts) - len(places); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func checkAccount(ctx workflow.Context, account resource.Account) (out activities.AccountCheck) {
	ctx = withLimit(ctx, accountLimit, "check "+account.String())
	if err := workflow.ExecuteActivity(ctx, a.CheckAccount, account).Get(ctx, &out); err != nil {
		return activities.AccountCheck{Account: account, Kinds: []activities.KindCheck{}, Error: explain(err)}
	}
	return out
}
