package activities

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"cloudsync/cloud"
	"cloudsync/resource"
	"cloudsync/store"
)

// known is the accounts that a run of a kind has to do with, and what is not known of them.
type known struct {
	accounts []cloud.Account
	// states are those of members of organisations, whether they are among the accounts or
	// not.
	states   map[resource.Account]cloud.MemberState
	names    map[resource.Account]string // of members, the cloud's
	unlisted []UnlistedScope
}

// knownAccounts are the configured accounts that have the kind, in their order, each
// organisation's members in its place. A plan records nothing of what it finds.
func (a *Activities) knownAccounts(ctx context.Context, kind string, isPlan bool) known {
	var having []cloud.Account
	for _, account := range a.deps.Accounts {
		if account.Client.Lists(kind) {
			having = append(having, account)
		}
	}
	found := make([]known, len(having))
	var group errgroup.Group
	group.SetLimit(accountsAtOnce)
	for i, account := range having {
		of, isOrganisation := account.Client.(cloud.Organisation)
		if !isOrganisation {
			found[i].accounts = []cloud.Account{account}
			continue
		}
		group.Go(func() error {
			found[i] = a.membersOf(ctx, account, of, isPlan)
			return nil
		})
	}
	_ = group.Wait() // each error is the organisation's
	all := known{states: map[resource.Account]cloud.MemberState{}, names: map[resource.Account]string{}}
	for _, some := range found {
		all.accounts = append(all.accounts, some.accounts...)
		all.unlisted = append(all.unlisted, some.unlisted...)
		maps.Copy(all.states, some.states)
		maps.Copy(all.names, some.names)
	}
	return a.withoutTwice(all)
}

// membersOf are the members of an organisation: as they were found a while ago by the run
// of any kind, else as they are found now. Where they cannot be found, those that are known
// go on.
func (a *Activities) membersOf(ctx context.Context, account cloud.Account, of cloud.Organisation, isPlan bool) known {
	discovers := of.Discovers()
	last, stored, err := a.deps.Store.Discovered(ctx, account.Account)
	if err == nil && a.isFresh(last, account, of) {
		return membersKnown(of, stored)
	}
	if err == nil {
		var found []store.FoundAccount
		if found, err = a.findOnce(ctx, account, of, isPlan); err == nil {
			return membersKnown(of, withLeft(found, stored))
		}
	}
	failed := membersKnown(of, withExcluded(discovers, stored))
	failed.unlisted = []UnlistedScope{{
		Place: account.String(),
		Error: fmt.Sprintf("the accounts of the organisation could not be found, %s: %s", goesOn(len(failed.accounts)), shortText(err)),
	}}
	return failed
}

// findOnce finds the members, once for all kinds that need them at the same time. That one of
// them does not wait any longer is nothing to the others.
func (a *Activities) findOnce(ctx context.Context, account cloud.Account, of cloud.Organisation, isPlan bool) ([]store.FoundAccount, error) {
	found := a.finding.DoChan(fmt.Sprintf("%s %t", account, isPlan), func() (any, error) {
		return a.find(context.WithoutCancel(ctx), account, of, isPlan)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-found:
		return result.Val.([]store.FoundAccount), result.Err
	}
}

// isFresh says that what was found serves another run.
func (a *Activities) isFresh(last store.Discovery, account cloud.Account, of cloud.Organisation) bool {
	return last.Settings == settingsOf(account, of) && a.age(last.FoundAt) < of.Discovers().FreshFor
}

// find looks again whether somebody has found them since the caller looked.
func (a *Activities) find(ctx context.Context, account cloud.Account, of cloud.Organisation, isPlan bool) ([]store.FoundAccount, error) {
	last, stored, err := a.deps.Store.Discovered(ctx, account.Account)
	if err != nil || a.isFresh(last, account, of) {
		return stored, err
	}
	members, err := findMembers(ctx, account.Account, of)
	if err != nil {
		return nil, err
	}
	rows := rowsOf(account.Account, of.Discovers().Synced(members))
	if !isPlan {
		err = a.deps.Store.RecordAccounts(ctx, account.Account, settingsOf(account, of), rows)
	}
	return rows, err
}

// withExcluded are the accounts that were found by other settings, perhaps: what is excluded
// by now is not entered, whether the organisation can be asked or not.
func withExcluded(discovers cloud.Discover, stored []store.FoundAccount) []store.FoundAccount {
	rows := slices.Clone(stored)
	for i, row := range rows {
		member := cloud.Member{ID: row.NativeID, Name: row.Name, Units: []string{row.Parent}}
		if row.State == string(cloud.Active) && discovers.Exclude.Has(member) {
			rows[i].State = string(cloud.Excluded)
		}
	}
	return rows
}

// goesOn says what is synced where an organisation's accounts could not be found.
func goesOn(known int) string {
	if known == 0 {
		return "and none are known yet"
	}
	return fmt.Sprintf("so that the %d known ones go on alone", known)
}

// age is how long ago something was by this machine's clock; what is yet to come is not
// fresh.
func (a *Activities) age(at time.Time) time.Duration {
	age := time.Since(at)
	if age < 0 {
		return time.Duration(1<<63 - 1)
	}
	return age
}

const (
	// findingTimeout bounds the search for an organisation's accounts, some hundred calls.
	findingTimeout = 5 * time.Minute
	// maxMember is how many characters the name of a member can have with its
	// organisation's: the length of the columns of accounts.
	maxMember = 64
)

// memberID is what ids of accounts are made of. They become parts of names.
var memberID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]*$`)

// findMembers asks the organisation, and asks again if that may help.
func findMembers(ctx context.Context, account resource.Account, of cloud.Organisation) (members []cloud.Member, err error) {
	doing := "find the accounts of " + account.String()
	err = askAgain(ctx, func() error {
		finding, cancel := context.WithTimeout(ctx, findingTimeout)
		defer cancel()
		members, err = traced(finding, membersSpan, ofAccount(account), of.Members)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, member := range members {
		if name := cloud.MemberAccount(account, member.ID).Name; !memberID.MatchString(member.ID) || len(name) > maxMember {
			return nil, &cloud.Error{Class: cloud.BadAnswer, Doing: doing, Err: fmt.Errorf("%.64q is no id of an account, or too long a one", member.ID)}
		}
	}
	return members, nil
}

// settingsOf tells what the configuration says of an organisation from what it said: another
// one may have its name.
func settingsOf(account cloud.Account, of cloud.Organisation) (digest [16]byte) {
	discovers := of.Discovers()
	discovers.FreshFor = 0
	text, _ := json.Marshal([]any{account.ID, discovers}) // of texts
	sum := sha256.Sum256(text)
	copy(digest[:], sum[:])
	return digest
}

func rowsOf(of resource.Account, members []cloud.Member) (rows []store.FoundAccount) {
	for _, member := range members {
		rows = append(rows, store.FoundAccount{
			Provider: of.Provider, Account: cloud.MemberAccount(of, member.ID).Name, Organisation: of.Name,
			NativeID: member.ID, Name: member.Name, State: string(member.State), Parent: member.Parent(),
		})
	}
	return rows
}

// withLeft are the accounts that were found, and those that were before.
func withLeft(found, before []store.FoundAccount) []store.FoundAccount {
	has := map[string]bool{}
	found = slices.Clip(found) // others have it, too
	for _, row := range found {
		has[row.Account] = true
	}
	for _, row := range before {
		if !has[row.Account] {
			row.State = string(cloud.Left)
			found = append(found, row)
		}
	}
	return found
}

// membersKnown are the members that are active, and the states of all.
func membersKnown(of cloud.Organisation, rows []store.FoundAccount) known {
	found := known{states: map[resource.Account]cloud.MemberState{}, names: map[resource.Account]string{}}
	for _, row := range rows {
		found.names[row.Owner()] = row.Name
		found.states[row.Owner()] = cloud.MemberState(row.State)
		if row.State == string(cloud.Active) {
			found.accounts = append(found.accounts, cloud.Account{Account: row.Owner(), ID: row.NativeID, Client: of.Member(row.NativeID)})
		}
	}
	return found
}

// withoutTwice leaves out members that are configured, too, or found twice: their rows
// would stand twice. It says what to write. Ids have no case where they have letters.
func (a *Activities) withoutTwice(all known) known {
	type identity struct{ provider, id string }
	first := map[identity]resource.Account{}
	for _, account := range a.deps.Accounts {
		if _, isOrganisation := account.Client.(cloud.Organisation); !isOrganisation && account.ID != "" {
			first[identity{account.Provider, strings.ToLower(account.ID)}] = account.Account
		}
	}
	kept := all.accounts[:0:0]
	for _, account := range all.accounts {
		organisation, id, isMember := cloud.SplitMember(account.Account)
		if !isMember {
			kept = append(kept, account)
			continue
		}
		same := identity{account.Provider, strings.ToLower(id)}
		other, twice := first[same]
		if !twice {
			first[same] = account.Account
			kept = append(kept, account)
			continue
		}
		all.states[account.Account] = cloud.Excluded
		all.unlisted = append(all.unlisted, UnlistedScope{
			Place: account.String(), AccountName: all.names[account.Account],
			Error: fmt.Sprintf("skipped: it is the account %s, too, and its rows would stand twice: add %q to exclude of the account %s, or take the other out of the configuration",
				other, id, organisation),
		})
	}
	all.accounts = kept
	return all
}

// maxAccountName bounds the cloud's name of an account in payloads, in bytes.
const maxAccountName = 100

// memberNames are what the clouds call those of the accounts that were found in
// organisations.
func (a *Activities) memberNames(ctx context.Context, accounts ...resource.Account) (map[resource.Account]string, error) {
	var members []resource.Account
	for _, account := range accounts {
		if _, _, isMember := cloud.SplitMember(account); isMember && !slices.Contains(members, account) {
			members = append(members, account)
		}
	}
	names, err := a.deps.Store.AccountNames(ctx, members)
	for account, name := range names {
		names[account] = cutAt(name, maxAccountName)
	}
	return names, err
}
