package cloud

import (
	"context"
	"strings"
	"time"

	"cloudsync/resource"
)

// Discover says which accounts of an organisation to sync, and how to enter them.
type Discover struct {
	// Parent is where in the organisation to begin: a management group (Azure), a folder or
	// an organisation (Google), a unit (AWS); empty: with all of it.
	Parent string
	// Role is the name of the role, or agency, to assume in each member, with AccountInRole. Empty where the credential itself is good for all
	// (Azure, Google).
	Role string
	// ExternalID is what the role's trust policy asks for.
	ExternalID string
	// Include are the accounts to sync; none: all. Exclude are those not to.
	Include, Exclude Selection
	// FreshFor is for how long what was found serves the runs of all kinds.
	FreshFor time.Duration
}

// NeedsUnits says that the choice of accounts looks at units.
func (d Discover) NeedsUnits() bool { return d.Include.needsUnits() || d.Exclude.needsUnits() }

// NeedsTags says that it looks at tags.
func (d Discover) NeedsTags() bool { return d.Include.needsTags() || d.Exclude.needsTags() }

// AccountInRole stands for a member's id in Discover.Role.
const AccountInRole = "{account_id}"

// MemberState is how an account of an organisation stands.
type MemberState string

const (
	// Active members are synced.
	Active MemberState = "active"
	// Suspended ones cannot be used, or not yet: what is in them is left as it is.
	Suspended MemberState = "suspended"
	// Excluded ones are not to be synced, says the configuration.
	Excluded MemberState = "excluded"
	// Left ones were found before, and the organisation does not have them any more.
	Left MemberState = "left"
)

// Member is an account of an organisation, as the organisation has it.
type Member struct {
	ID    string // the provider's own
	Name  string // what its people call it; it may change
	State MemberState
	// Units are the ids of what it is in, the nearest first: organisational units, folders,
	// management groups. Empty where nobody asked.
	Units []string
	Tags  map[string]string // nil where nobody asked
}

// Parent is the nearest unit, empty where it is not known.
func (m Member) Parent() string {
	if len(m.Units) == 0 {
		return ""
	}
	return m.Units[0]
}

// Organisation is a provider of an account that knows others.
type Organisation interface {
	Provider
	// Discovers is what the configuration says of its members.
	Discovers() Discover
	// Members are all accounts of the organisation, in whatever state, its own among them.
	// Errors are *Error; a list that is not whole is one.
	Members(ctx context.Context) ([]Member, error)
	// Member is the account of that id. It asks nobody. The same id has the same provider.
	Member(id string) Provider
}

// memberMark is between the name of an organisation's account and a member's id. No
// configured name has one.
const memberMark = "/"

// MemberAccount names a member of the organisation that an account knows.
func MemberAccount(of resource.Account, id string) resource.Account {
	return resource.Account{Provider: of.Provider, Name: of.Name + memberMark + id}
}

// SplitMember is the account that finds a member, and the member's id. ok says that the account
// is a member.
func SplitMember(account resource.Account) (organisation resource.Account, id string, ok bool) {
	name, id, ok := strings.Cut(account.Name, memberMark)
	return resource.Account{Provider: account.Provider, Name: name}, id, ok
}

// Synced are the members to sync, and the others with the state they have for us.
func (d Discover) Synced(members []Member) []Member {
	judged := make([]Member, len(members))
	for i, member := range members {
		if member.State == Active && !d.wants(member) {
			member.State = Excluded
		}
		judged[i] = member
	}
	return judged
}

func (d Discover) wants(m Member) bool {
	return (len(d.Include) == 0 || d.Include.Has(m)) && !d.Exclude.Has(m)
}
