package adapter

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"cloudsync/cloud"
)

// Organised is a session of an account that knows the accounts of its organisation. Where
// an account is opened with Through, its adapter enters it by that session.
type Organised interface {
	Session
	// Members are all accounts of the organisation below its parent, or all of it.
	Members(ctx context.Context, discover cloud.Discover) ([]cloud.Member, error)
}

// organisation implements cloud.Organisation.
type organisation struct {
	*provider

	mu      sync.Mutex
	members map[string]*provider // by the member's id
}

func newOrganisation(p *provider) cloud.Provider {
	return &organisation{provider: p, members: map[string]*provider{}}
}

// Discovers implements cloud.Organisation.
func (o *organisation) Discovers() cloud.Discover { return *o.settings.Discover }

// Members implements cloud.Organisation.
func (o *organisation) Members(ctx context.Context) ([]cloud.Member, error) {
	session, err := o.enter(ctx)
	if err != nil {
		return nil, err
	}
	organised, can := session.(Organised)
	if !can {
		return nil, BadAnswer(o.finding(), "accounts of this cloud cannot be found")
	}
	members, err := organised.Members(ctx, *o.settings.Discover)
	if err == nil {
		err = o.faultOf(members)
	}
	return members, o.masked(OfAccount(err))
}

func (o *organisation) finding() string { return "find the accounts of " + o.settings.Place() }

// faultOf is what keeps a list of members from being one. No organisation is without
// accounts: an empty list is a missing right.
func (o *organisation) faultOf(members []cloud.Member) error {
	known := map[string]bool{}
	for _, member := range members {
		switch {
		case member.ID == "":
			return BadAnswer(o.finding(), "one of the %d accounts in the answer has no id", len(members))
		case known[member.ID]:
			return BadAnswer(o.finding(), "the answer has account %s twice", member.ID)
		}
		known[member.ID] = true
	}
	if len(members) == 0 {
		return &cloud.Error{Class: cloud.Denied, Doing: o.finding(),
			Err: fmt.Errorf("the answer has no account, not even its own: the credential may not be allowed to list them")}
	}
	return nil
}

// Member implements cloud.Organisation. The organisation's own account is a member, too,
// and needs no role.
func (o *organisation) Member(id string) cloud.Provider {
	o.mu.Lock()
	defer o.mu.Unlock()
	member, ok := o.members[id]
	if !ok {
		member = o.adapter.newProvider(o.memberSettings(id))
		member.through = o.provider
		o.members[id] = member
	}
	return member
}

// memberSettings are those of an account that nobody wrote down.
func (o *organisation) memberSettings(id string) cloud.Settings {
	settings := o.settings
	settings.AccountID = id
	settings.Name = cloud.MemberAccount(o.settings.Account(), id).Name
	return settings
}

// Finds says that the account finds others. Where no role is assumed, it is an organisation, or
// a part of one, and itself no account with resources.
func (a Account) Finds() bool { return a.Discover != nil && a.Through == nil }

// IsMember says that the account is a member of an organisation that is entered by the
// organisation's session, and not the organisation's own account.
func (a Account) IsMember() bool {
	return a.Through != nil && a.AccountID != a.organisation
}

// MemberRole is the name of the role, or agency, by which the member is entered.
func (a Account) MemberRole() string {
	return strings.ReplaceAll(a.Discover.Role, cloud.AccountInRole, a.AccountID)
}

// MembersBelow are those of a list of the whole organisation that are in the parent, or in a
// unit in it. Without a parent they are all, and the organisation's own account, which some
// lists lack.
func (a Account) MembersBelow(parent string, listed []cloud.Member) ([]cloud.Member, error) {
	isOwn := func(m cloud.Member) bool { return m.ID == a.AccountID }
	switch {
	case len(listed) == 0: // a missing right
		return nil, nil
	case parent == "" && slices.ContainsFunc(listed, isOwn):
		return listed, nil
	case parent == "":
		return append(listed, cloud.Member{ID: a.AccountID, State: cloud.Active}), nil
	}
	below := slices.DeleteFunc(listed, func(m cloud.Member) bool { return !slices.Contains(m.Units, parent) })
	if len(below) == 0 {
		return nil, &cloud.Error{Class: cloud.NotFound, Doing: "find the accounts of " + a.Place(),
			Err: fmt.Errorf("none of the organisation's accounts is in the parent %q, or in a unit in it", Clip(parent, maxShown))}
	}
	return below, nil
}

// Descend gathers the accounts that are in a unit of an organisation and in the units in it.
// units are the unit and what it is in, the nearest first; none stand for what the roots are
// in. in says what is directly in the first of them: accounts, and the ids of units, which the
// action lists.
func Descend(ctx context.Context, action string, units []string, in func(ctx context.Context, units []string) (members []cloud.Member, inside []string, err error)) ([]cloud.Member, error) {
	members, inside, err := in(ctx, units)
	if err != nil {
		return nil, err
	}
	for _, unit := range inside {
		if slices.Contains(units, unit) {
			return nil, BadAnswer(action, "%s is in itself", unit)
		}
		below, err := Descend(ctx, action, append([]string{unit}, units...), in)
		if err != nil {
			return nil, err
		}
		members = append(members, below...)
	}
	return members, nil
}

// AddTags asks for the tags of each active member, where no list has them.
func AddTags(members []cloud.Member, tagsOf func(id string) ([]Tag, error)) error {
	for i := range members {
		if members[i].State != cloud.Active {
			continue
		}
		tags, err := tagsOf(members[i].ID)
		if err != nil {
			return err
		}
		members[i].Tags = TagsOf(tags)
	}
	return nil
}
