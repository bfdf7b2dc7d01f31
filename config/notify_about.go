package config

import (
	"path"
	"slices"
	"strings"

	"cloudsync/notice"
	"cloudsync/spelling"
)

// checkAbout refuses receivers of kinds and accounts that are not synchronised: nobody would see
// why they are told nothing.
func (doc *document) checkAbout(r *report) {
	var kinds, accounts []string
	for _, entry := range doc.Sync.Resources {
		kinds = append(kinds, entry.Kind)
	}
	for i, entry := range doc.Sync.Accounts {
		at := item("public_cloud_sync.accounts", i)
		if !r.fromEnv[child(at, "provider")] && !r.fromEnv[child(at, "name")] { // else it is not shown
			accounts = append(accounts, entry.Provider+"/"+entry.Name)
		}
	}
	for _, receiver := range doc.Notify.Receivers {
		at := child(child(notifyPath, "receivers"), receiver.Name)
		for i, kind := range receiver.Kinds {
			if len(kinds) > 0 && !slices.Contains(kinds, kind) {
				r.showing(item(child(at, "kinds"), i), "%.64q is not under public_cloud_sync.resources, so that nothing is told of it: write some of %s, or add it there", kind, strings.Join(kinds, ", "))
			}
		}
		for i, pattern := range receiver.Accounts {
			if len(doc.Sync.Accounts) > 0 && !slices.ContainsFunc(doc.Sync.Accounts, func(e accountEntry) bool { return e.isOf(pattern) }) {
				r.showing(item(child(at, "accounts"), i), "%.64q is no account of public_cloud_sync.accounts, so that nothing is told of it%s", pattern, insteadOf(pattern, accounts))
			}
		}
	}
}

// isOf says that the account, or a member that it may find, is one of the pattern's.
func (e accountEntry) isOf(pattern string) bool {
	if notice.IsOf(pattern, notice.Place{Provider: e.Provider, Account: e.Name}) {
		return true
	}
	parts := strings.SplitN(pattern, "/", 3)
	if len(parts) < 3 || !e.Discover.isGiven {
		return false
	}
	ok, err := path.Match(parts[0]+"/"+parts[1], e.Provider+"/"+e.Name)
	return err == nil && ok
}

// insteadOf says what to write instead of a pattern.
func insteadOf(pattern string, accounts []string) string {
	if meant := spelling.Nearest(pattern, accounts); meant != "" {
		return ": did you mean " + meant + "?"
	}
	if len(accounts) == 0 {
		return ": write provider/account as they are there"
	}
	return ": write provider/account as they are there, such as " + accounts[0]
}
