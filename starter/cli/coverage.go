package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudsync/cloud"
	"cloudsync/config"
	"cloudsync/store"
)

const coverageHelp = `Shows how much of the clouds the inventory has: for each cloud and kind the
accounts, the scopes of which a run had a complete listing, the rows, and how
old the oldest of these listings is. A kind that the configuration does not
sync, or that the cloud is not listed for, is told apart from one that has no
rows. --by account or --by region shows smaller places.

--supported shows which kinds are listed at which cloud, and why the others are
not. It needs neither configuration nor database.`

// coverageOptions are what the command's flags ask for.
type coverageOptions struct {
	by        string
	supported bool
}

// What a line of the coverage is of.
const (
	byCloud   = "cloud"
	byAccount = "account"
	byRegion  = "region"
)

func (p *Program) coverageCommand() *cobra.Command {
	var opts coverageOptions
	cmd := &cobra.Command{
		Use: "coverage [PROVIDER | PROVIDER/ACCOUNT…]", Short: "Show which kinds of which places the inventory has", Long: coverageHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains([]string{byCloud, byAccount, byRegion}, opts.by) {
				return fmt.Errorf("--by %q: write cloud, account or region", opts.by)
			}
			if opts.supported {
				if len(args) > 0 {
					return errors.New("--supported is of all clouds: leave out the places")
				}
				lines := supportedKinds(p.kinds)
				return p.show(lines, func() { p.showSupported(lines) })
			}
			return p.coverage(cmd.Context(), opts, args)
		},
	}
	cmd.Flags().StringVar(&opts.by, "by", byCloud, "`PLACE` that a line is of: cloud, account or region")
	cmd.Flags().BoolVar(&opts.supported, "supported", false, "which kinds are listed at which cloud")
	return cmd
}

// coverage shows what the inventory has of the places, or of all.
func (p *Program) coverage(ctx context.Context, opts coverageOptions, places []string) error {
	cfg, err := p.loadConfig()
	if err != nil {
		return err
	}
	return p.withStore(ctx, func(s *store.Store) error {
		found, err := s.FoundAccounts(ctx)
		if err != nil {
			return err
		}
		accounts, err := chooseAccounts(withMembers(cfg.Sync.Accounts, found), places)
		if err != nil {
			return err
		}
		report := newCoverageReport(opts.by, cfg.Sync)
		for _, name := range p.kinds.Names() {
			kind, err := p.kinds.Kind(name)
			if err != nil {
				return err
			}
			scopes, err := s.RowsByScope(ctx, kind)
			if err != nil {
				return err
			}
			report.add(name, accounts, scopes)
		}
		return p.show(report.lines, func() { p.showCoverage(report.lines) })
	})
}

// withMembers are the configured accounts, with the members in the place of those that
// find them. An account that has found none yet stands for those that it will find.
func withMembers(configured []config.Account, found []store.FoundAccount) (accounts []config.Account) {
	for _, account := range configured {
		members := membersOf(account, found)
		if len(members) == 0 {
			members = []config.Account{account}
		}
		accounts = append(accounts, members...)
	}
	return accounts
}

// membersOf are the active accounts that an account has found.
func membersOf(account config.Account, found []store.FoundAccount) (members []config.Account) {
	if account.Discover == nil {
		return nil
	}
	for _, member := range found {
		if member.Provider == account.Provider && member.Organisation == account.Name && member.State == string(cloud.Active) {
			of := account
			of.Name = member.Account
			members = append(members, of)
		}
	}
	return members
}

// isAt says that an account, as provider/name, is at one of the places: a provider, an
// account, or an account that finds others.
func isAt(account string, places []string) bool {
	return slices.ContainsFunc(places, func(place string) bool {
		return account == place || strings.HasPrefix(account, strings.TrimSuffix(place, "/")+"/")
	})
}

// chooseAccounts are the configured accounts that the places name, all if they name none.
func chooseAccounts(accounts []config.Account, places []string) (chosen []config.Account, err error) {
	if len(places) == 0 {
		return accounts, nil
	}
	for _, place := range places {
		of := func(a config.Account) bool { return isAt(a.Provider+"/"+a.Name, []string{place}) }
		if !slices.ContainsFunc(accounts, of) {
			return nil, fmt.Errorf("the configuration has no account %q: name a provider, or one of its accounts as PROVIDER/ACCOUNT", place)
		}
		for _, account := range accounts {
			if of(account) && !slices.ContainsFunc(chosen, func(c config.Account) bool { return c.Provider == account.Provider && c.Name == account.Name }) {
				chosen = append(chosen, account)
			}
		}
	}
	return chosen, nil
}
