package fake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud"
)

// Organisation is the accounts that one of them knows of.
type Organisation struct {
	// ID is its own, where it is no account: a tenant, an organization or folder.
	ID string
	// Members are in the order of the list. Those that are no Account of the cloud cannot be
	// entered.
	Members []cloud.Member
	// PageSize is how many of them a page has.
	PageSize int
	// EmptyPage is the page, counted from 1, that has none of them and a next one; 0: none.
	EmptyPage int
}

// Page is the page of members that begins with a cursor of the form of an offset; next is
// that of the following one, -1 after the last.
func (o *Organisation) Page(members []cloud.Member, cursor, limit int) (page []cloud.Member, next int) {
	if o.PageSize > 0 {
		limit = min(limit, o.PageSize)
	}
	// The empty page is between two: it has the cursor of the second, negated.
	if first := limit * (o.EmptyPage - 1); o.EmptyPage > 0 && cursor == first && cursor > 0 {
		return nil, -cursor
	}
	if cursor < -1 {
		cursor = -cursor
	}
	end := min(cursor+limit, len(members))
	if end >= len(members) {
		return members[min(cursor, len(members)):], -1
	}
	return members[cursor:end], end
}

// session is an account that was entered by its role.
type session struct {
	account string
	ends    time.Time
}

// Assume enters the account of that id by a role. ok says that it has that role.
func (c *Cloud) Assume(id, role string) (keyID string, ends time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.index(id)
	if i < 0 || c.accounts[i].Role != "" && c.accounts[i].Role != role {
		return "", time.Time{}, false
	}
	lasts := c.SessionLasts
	if lasts == 0 {
		lasts = time.Hour
	}
	c.entered++
	keyID, ends = fmt.Sprintf("%s-session-%d", c.accounts[i].KeyID, c.entered), time.Now().Add(lasts)
	if c.sessions == nil {
		c.sessions = map[string]session{}
	}
	c.sessions[keyID] = session{account: id, ends: ends}
	return keyID, ends, true
}

// Opens says that the organisation's credential is good for a member, where no role is assumed.
func (c *Cloud) Opens(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.index(id)
	return i < 0 || c.accounts[i].Role == ""
}

// memberOf is the account of that id if it is a member that the organisation's credential is
// good for, else the organisation's own, and whether the credential is good no more.
func (c *Cloud) memberOf(own *Account, id string) (of *Account, hasEnded bool) {
	i := c.index(id)
	if own.Organisation == nil || i < 0 || c.accounts[i].Role != "" || !own.Organisation.has(id) {
		return own, false
	}
	return c.accounts[i], own.Expired
}

func (o *Organisation) has(id string) bool {
	return slices.ContainsFunc(o.Members, func(m cloud.Member) bool { return strings.EqualFold(m.ID, id) })
}

// index is that of the account of that id, -1 where there is none.
func (c *Cloud) index(id string) int {
	return slices.IndexFunc(c.accounts, func(a *Account) bool { return strings.EqualFold(a.ID, id) })
}

// EndSessions makes all roles that were assumed end at once.
func (c *Cloud) EndSessions() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for keyID, of := range c.sessions {
		of.ends = time.Time{}
		c.sessions[keyID] = of
	}
}

// accountOfSession is the account that a session's key is of, nil where it is none's, and
// whether the session has ended.
func (c *Cloud) accountOfSession(keyID string) (of *Account, hasEnded bool) {
	entered, ok := c.sessions[keyID]
	i := c.index(entered.account)
	if !ok || i < 0 {
		return nil, false
	}
	return c.accounts[i], time.Now().After(entered.ends)
}

// Chain are the units that a member is in, the nearest first, with the one at the top of its
// organisation.
func Chain(m cloud.Member, top string) []string {
	if slices.Contains(m.Units, top) {
		return m.Units
	}
	return append(slices.Clone(m.Units), top)
}
