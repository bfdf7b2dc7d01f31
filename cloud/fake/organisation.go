package fake

import (
	"fmt"
	"slices"
	"time"

	"cloudsync/cloud"
)

// Organisation is the accounts that one of them knows of.
type Organisation struct {
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
	i := slices.IndexFunc(c.accounts, func(a *Account) bool { return a.ID == id })
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
	i := slices.IndexFunc(c.accounts, func(a *Account) bool { return a.ID == entered.account })
	if !ok || i < 0 {
		return nil, false
	}
	return c.accounts[i], time.Now().After(entered.ends)
}
