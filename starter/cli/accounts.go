package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudsync/activities"
	"cloudsync/cloud"
	"cloudsync/starter/output"
	"cloudsync/workflows"
)

const accountsHelp = `Checks that the accounts can be synced: a worker enters each with its credential,
compares whose it is with the configured account_id, and reads the first page of
each configured kind in each region. Nothing is written. What counts are the
configuration, the network and the roles of the workers. An account with discover is
followed by the accounts that it finds; --found shows those of earlier runs, whatever
their state, and asks nobody but the inventory. If no worker comes within two minutes,
the check ends.

Exit status: 0 everything can be read, 3 something cannot, 5 nothing can, 1 any
other error.`

// accountsLonely is how long a check of the accounts waits for a worker: one that is restarted is
// back by then.
const accountsLonely = 2 * time.Minute

func (p *Program) accountsCommand() *cobra.Command {
	found := false
	cmd := &cobra.Command{
		Use: "accounts [PROVIDER/ACCOUNT…]", Short: "Check credentials, regions and permissions", Long: accountsHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if found {
				return p.foundAccounts(cmd.Context(), args)
			}
			if p.configPath() != "" { // a mistake there is the workers', too
				if _, err := p.loadConfig(); err != nil {
					return err
				}
			}
			return p.withTemporal(cmd.Context(), func(c connection) error { return p.accounts(cmd.Context(), c, args) })
		},
	}
	cmd.Flags().BoolVar(&found, "found", false, "show the accounts that runs have found in organisations")
	return cmd
}

func (p *Program) accounts(ctx context.Context, c connection, only []string) error {
	start := upkeepStart{
		id: "accounts", summary: "check of the accounts", workflow: workflows.CheckAccountsName,
		input: workflows.CheckAccountsInput{Only: only}, lonely: accountsLonely,
	}
	var report workflows.AccountsReport
	_, err := runUpkeep(ctx, p, c, start, accountsText, &report)
	if err != nil {
		return err
	}
	if err := p.show(report, func() { p.showAccounts(report.Accounts) }); err != nil {
		return err
	}
	return accountsResult(report.Accounts)
}

func accountsText(progress workflows.AccountsProgress) string {
	if progress.Accounts == 0 {
		return "finding the accounts"
	}
	return fmt.Sprintf("%d of %s", progress.Done, plural(progress.Accounts, "account"))
}

func accountsResult(accounts []activities.AccountCheck) error {
	switch {
	case !slices.ContainsFunc(accounts, func(c activities.AccountCheck) bool { return !c.OK() }):
		return nil
	case slices.ContainsFunc(accounts, activities.AccountCheck.Readable):
		return outcomeError{outcome: activities.Partial}
	default:
		return outcomeError{outcome: activities.Failed}
	}
}

func (p *Program) showAccounts(accounts []activities.AccountCheck) {
	table := output.NewTable(
		output.Column{Title: "ACCOUNT", Min: 12, Tail: true}, output.Column{Title: "ID", Min: 12, Tail: true},
		output.Column{Title: "KIND", Min: 12, Tail: true}, output.Column{Title: "REGIONS READ", Right: true},
	)
	for _, account := range accounts {
		addAccount(table, account)
	}
	p.out.Table(table)
}

func addAccount(table *output.Table, account activities.AccountCheck) {
	place, id := account.String(), account.Identity
	if account.CloudName != "" {
		place += " (" + account.CloudName + ")"
	}
	if len(account.Kinds) == 0 {
		table.Row(output.Text(place), output.Text(id), output.Text("–"), output.Text("–"))
	}
	for _, kind := range account.Kinds {
		table.Row(output.Text(place), output.Text(id), output.Text(kind.Kind), kindCell(kind))
		for _, failure := range kind.Failures {
			table.Remark(output.Bad, failure.Region+": "+failure.Error)
		}
		if more := kind.Failed - len(kind.Failures); more > 0 {
			table.Remark(output.Bad, fmt.Sprintf("… and %s more", plural(int64(more), "region")))
		}
		place, id = "", ""
	}
	if account.Error != "" {
		table.Remark(output.Bad, account.Error)
	}
	if account.Members != nil {
		table.Remark(output.Plain, membersText(account.Members))
	}
	if len(account.NotEnabled) > 0 {
		table.Remark(output.Warn, "not enabled in the account: "+strings.Join(account.NotEnabled, ", "))
	}
	if len(account.NotListed) > 0 {
		table.Remark(output.Faint, "enabled, not configured: "+strings.Join(account.NotListed, ", "))
	}
}

// membersText says how the accounts of an organisation stand.
func membersText(members map[cloud.MemberState]int64) string {
	all, parts := int64(0), []string{}
	for _, state := range []cloud.MemberState{cloud.Active, cloud.Suspended, cloud.Excluded} {
		if n := members[state]; n > 0 {
			all += n
			parts = append(parts, fmt.Sprintf("%d %s", n, state))
		}
	}
	return fmt.Sprintf("finds %s: %s", plural(all, "account"), strings.Join(parts, ", "))
}

func kindCell(kind activities.KindCheck) output.Cell {
	style := output.Good
	if kind.Failed > 0 {
		style = output.Bad
	}
	return output.Cell{Text: fmt.Sprintf("%d of %d", kind.Readable, kind.Readable+kind.Failed), Style: style}
}
