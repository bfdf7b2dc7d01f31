package config

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"cloudsync/cloud"
)

// defaultFreshFor is for how long the accounts that were found serve all kinds.
const defaultFreshFor = 10 * time.Minute

// discoverEntry is which accounts of an organisation to sync, and how to enter them.
type discoverEntry struct {
	// The unit, folder or management group to begin at.
	Parent string `yaml:"parent"`
	// The name of the role to assume in each account.
	Role string `yaml:"role"`
	// What the role asks for.
	ExternalID string `yaml:"external_id"`
	// Only these: ids, name:PATTERN, unit:ID, tag:KEY=VALUE.
	Include []string `yaml:"include"`
	// Not these, of those included.
	Exclude []string `yaml:"exclude"`
	// For how long a list of accounts serves all kinds.
	FreshFor time.Duration `yaml:"fresh_for"`

	isGiven bool
}

func (e *discoverEntry) setDefaults() { e.FreshFor, e.isGiven = defaultFreshFor, true }

// organisation says how a cloud's organisation is written.
type organisation struct {
	// account is what account_id is of an account that finds others, id its form.
	account string
	id      *regexp.Regexp
	// idLength is how long the id of a member can be, in characters.
	idLength int
	// role says that a role is assumed in each member, externalID that it may ask for one.
	role, externalID bool
	// noTags says that nothing tells the tags of members.
	noTags bool
	// parent is where to begin; empty: it cannot be said.
	parent string
}

var organisations = map[string]organisation{
	"aws": {
		account:  "the 12 digits of the organisation's management account, or of a delegated administrator",
		id:       accountIDs["aws"],
		idLength: 12, role: true, externalID: true,
		parent: "the id of an organisational unit or root, such as ou-ab12-11111111",
	},
	"alibaba": {
		account:  "the 16 digits of the Alibaba Cloud account that manages the resource directory, or of a delegated administrator",
		id:       accountIDs["alibaba"],
		idLength: 20, role: true, externalID: true,
		parent: "the id of a folder, such as fd-bVaRIG1234",
	},
	"huawei": {
		account:  "the id of the Huawei Cloud account (domain) that manages the organisation, or of a delegated administrator, 32 hexadecimal digits",
		id:       accountIDs["huawei"],
		idLength: 32, role: true, externalID: true,
		parent: "the id of an organisational unit or root, such as ou-1a2b3c4d",
	},
	"tencent": {
		account:  "the id (Uin) of the Tencent Cloud account that manages the organisation, digits",
		id:       accountIDs["tencent"],
		idLength: 20, role: true, externalID: true, noTags: true,
		parent: "the id of a department, such as 1001",
	},
	"azure": {
		account:  "the id of the tenant (directory) that the subscriptions are in, such as 11111111-2222-3333-4444-555555555555",
		id:       accountIDs["azure"],
		idLength: 36,
		parent:   "the id of a management group, which is not its display name; the root group has the tenant's id",
	},
	"google": {
		account:  "the organization or folder that the projects are in, such as organizations/123456789012 or folders/123456789012",
		id:       regexp.MustCompile(`^(?:organizations|folders)/[0-9]{1,20}$`),
		idLength: 30, // the oldest are of a domain, and longer
		parent:   "a folder to begin at, such as folders/123456789012",
	},
}

// memberRole is how roles and agencies are named, with paths (AWS).
var memberRole = regexp.MustCompile(`^[\w+=,.@/{}-]+$`)

// checkDiscover is the check of how an account finds others.
func (e accountEntry) checkDiscover(path string, r *report) {
	if !e.Discover.isGiven {
		return
	}
	at := child(path, "discover")
	of, can := organisations[e.Provider]
	if !can {
		r.at(at, "accounts of %s cannot be found: write an entry for each account, and remove the key", e.Provider)
		return
	}
	e.Discover.checkRole(of, at, r)
	if include := child(at, "include"); r.has(include) && len(e.Discover.Include) == 0 {
		r.at(include, "empty: write which accounts to sync, or remove the key to sync all")
	}
	of.checkSelection(child(at, "include"), e.Discover.Include, r)
	of.checkSelection(child(at, "exclude"), e.Discover.Exclude, r)
	if r.has(child(at, "parent")) && of.parent == "" {
		r.at(child(at, "parent"), "no key of an account at %s: all of the organisation is looked at; write include or exclude", e.Provider)
	} else if r.has(child(at, "parent")) {
		checkText(child(at, "parent"), e.Discover.Parent, of.parent, r)
	}
	if e.Discover.FreshFor < 0 || e.Discover.FreshFor > maxInterval {
		r.showing(child(at, "fresh_for"), "%v is outside 0s to %v: write for how long the accounts that were found serve all kinds, such as %v", e.Discover.FreshFor, maxInterval, defaultFreshFor)
	}
	if longest := maxName - 1 - of.idLength; utf8.RuneCountInString(e.Name) > longest {
		r.at(child(path, "name"), "longer than %d characters, so that no member's id fits behind it, as in %s/%s: write a shorter name",
			longest, "corp", strings.Repeat("1", of.idLength))
	}
}

func (e discoverEntry) checkRole(of organisation, path string, r *report) {
	role, external := child(path, "role"), child(path, "external_id")
	switch {
	case !of.role && r.has(role):
		r.at(role, "no role is assumed at this cloud: give the credential its rights at the parent, and remove the key")
	case of.role && !r.has(role):
		r.at(role, "missing: write the name of the role to assume in each account, such as cloudsync-reader")
	case of.role && strings.Contains(e.Role, ":"):
		r.at(role, "a whole name of one account's role: write the role's own name, such as cloudsync-reader, which is made whole with each member's id")
	case of.role && !memberRole.MatchString(strings.ReplaceAll(e.Role, cloud.AccountInRole, "")+"x"):
		r.showing(role, "%.64q is no name of a role: write its name, such as cloudsync-reader; %s in it stands for the member's id", e.Role, cloud.AccountInRole)
	case of.role && strings.TrimSpace(e.Role) == "":
		r.at(role, "empty: write the name of the role to assume in each account, such as cloudsync-reader")
	}
	if r.has(external) && !of.externalID {
		r.at(external, "no role of this cloud asks for an external id: remove the key")
	}
}

func (o organisation) checkSelection(path string, patterns []string, r *report) {
	for i, text := range patterns {
		pattern, err := cloud.ParsePattern(text)
		switch {
		case err != nil:
			r.showing(item(path, i), "%s", err)
		case pattern.Tag != "" && o.noTags:
			r.at(item(path, i), "the tags of accounts cannot be asked for at this cloud: write an id, name:PATTERN or unit:ID")
		}
	}
}

// discover is the checked entry in the form the program uses, nil where there is none.
func (e discoverEntry) discover() *cloud.Discover {
	if !e.isGiven {
		return nil
	}
	return &cloud.Discover{
		Parent: e.Parent, Role: e.Role, ExternalID: e.ExternalID,
		Include: selection(e.Include), Exclude: selection(e.Exclude), FreshFor: e.FreshFor,
	}
}

func selection(patterns []string) (chosen cloud.Selection) {
	for _, text := range patterns {
		if pattern, err := cloud.ParsePattern(text); err == nil {
			chosen = append(chosen, pattern)
		}
	}
	return chosen
}
