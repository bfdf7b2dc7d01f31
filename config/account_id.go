package config

import "regexp"

// accountIDs are the forms of each cloud's account ids. Where the provider documents no
// length, any is taken.
var accountIDs = map[string]*regexp.Regexp{
	"aws":     regexp.MustCompile(`^[0-9]{12}$`),
	"alibaba": regexp.MustCompile(`^[0-9]{5,20}$`),
	"tencent": regexp.MustCompile(`^[0-9]{5,20}$`),
	"huawei":  regexp.MustCompile(`^[0-9a-fA-F]{32}$`),
	// https://cloud.google.com/resource-manager/docs/creating-managing-projects; the oldest are of
	// a domain, such as example.com:shop.
	"google": regexp.MustCompile(`^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`),
	"azure":  regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
}

// checkAccountID refuses an id that is none of the cloud's. A Huawei cloud of one's own
// may have other ids than the public one.
func (c realCloud) checkAccountID(e accountEntry, path string, r *report) {
	what, form := c.account, accountIDs[c.provider]
	if of, ok := organisations[c.provider]; ok && e.Discover.isGiven {
		what, form = of.account, of.id
	}
	checkText(path, e.AccountID, what+", so that a credential of another account is refused", r)
	if c.provider == "huawei" && e.Endpoint != "" {
		return
	}
	if !form.MatchString(e.AccountID) {
		r.showing(path, "%.40q cannot be one: write %s", e.AccountID, what)
	}
}
