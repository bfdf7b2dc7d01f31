package activities

import (
	"slices"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// ListAccountsOut has the configured accounts, in the order of the configuration.
type ListAccountsOut struct {
	Accounts []resource.Account `json:"accounts"`
}

// AccountCheck is what a check found of an account.
type AccountCheck struct {
	resource.Account
	// Identity is the provider's own id of the account. It is empty if the account
	// needs no credential, like the mock, or if Error says why.
	Identity string `json:"identity,omitempty"`
	// CloudName is what the cloud calls the account, if it was found in an organisation.
	CloudName string `json:"cloudName,omitempty"`
	// Members are how many accounts an organisation has, by their state; nil for an account
	// that finds none. They are checked as accounts of their own.
	Members map[cloud.MemberState]int64 `json:"members,omitempty"`
	// Regions is how many are listed, as configured or discovered.
	Regions int `json:"regions"`
	// NotEnabled are configured regions that the account has not enabled, NotListed
	// enabled ones that the configuration leaves out.
	NotEnabled []string `json:"notEnabled,omitempty"`
	NotListed  []string `json:"notListed,omitempty"`
	// Kinds are the configured kinds that the provider has.
	Kinds []KindCheck `json:"kinds"`
	// Error is why the account cannot be entered, or its regions not be found.
	Error string `json:"error,omitempty"`
}

// KindCheck is what can be read of a kind.
type KindCheck struct {
	Kind     string        `json:"kind"`
	Readable int           `json:"readable"`           // regions
	Failed   int           `json:"failed"`             // regions
	Failures []RegionCheck `json:"failures,omitempty"` // the first of them
}

// RegionCheck is a region that cannot be read.
type RegionCheck struct {
	Region string `json:"region"`
	Error  string `json:"error"`
}

// Cut returns the check with at most so many bytes of text. It cuts each list at its
// end; the counts stay whole.
func (c AccountCheck) Cut(bytes int) AccountCheck {
	left := bytes
	c.Error = take(&left, c.Error)
	c.Kinds = slices.Clone(c.Kinds)
	for i := range c.Kinds {
		var told []RegionCheck
		for _, failure := range c.Kinds[i].Failures {
			if len(failure.Region)+len(failure.Error) <= left {
				left -= len(failure.Region) + len(failure.Error)
				told = append(told, failure)
			}
		}
		c.Kinds[i].Failures = told
	}
	c.NotEnabled, c.NotListed = takeAll(&left, c.NotEnabled), takeAll(&left, c.NotListed)
	return c
}

// Bytes is how much text the check has.
func (c AccountCheck) Bytes() int {
	bytes := len(c.Error)
	for _, kind := range c.Kinds {
		for _, failure := range kind.Failures {
			bytes += len(failure.Region) + len(failure.Error)
		}
	}
	for _, region := range slices.Concat(c.NotEnabled, c.NotListed) {
		bytes += len(region)
	}
	return bytes
}

// take is the text, or as much of it as is left.
func take(left *int, text string) string {
	text = cutAt(text, min(len(text), max(*left-len("…"), 0)))
	*left -= len(text)
	return text
}

func takeAll(left *int, names []string) (taken []string) {
	for _, name := range names {
		if len(name) > *left {
			return append(taken, "…")
		}
		*left -= len(name)
		taken = append(taken, name)
	}
	return taken
}

// OK says that all of the account can be read.
func (c AccountCheck) OK() bool {
	for _, kind := range c.Kinds {
		if kind.Failed > 0 {
			return false
		}
	}
	return c.Error == ""
}

// Readable says that something of the account can be read.
func (c AccountCheck) Readable() bool {
	for _, kind := range c.Kinds {
		if kind.Readable > 0 {
			return true
		}
	}
	return false
}
