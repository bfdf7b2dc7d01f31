package config

import (
	"slices"
	"strings"
	"time"

	"cloudsync/diff"
	"cloudsync/resource"
)

// maxName is the length of the columns for accounts and regions, in characters.
const maxName = 64

// maxInterval is the longest from one run to the next.
const maxInterval = 365 * 24 * time.Hour

// check reports what the types alone do not forbid.
func (doc *document) check(r *report) {
	if !r.has("mysql_s") || len(doc.MySQL) == 0 {
		r.at("mysql_s", "missing: write an entry with the name and the addr of the inventory")
	}
	for i, entry := range doc.MySQL {
		entry.check(item("mysql_s", i), r)
	}
	if len(doc.MySQL) > 1 {
		r.at(item("mysql_s", 1), "a second inventory is not supported: remove it")
	}
	doc.Serve.check(servePath, r)
	doc.Notify.check(notifyPath, r)
	if !r.has("public_cloud_sync") {
		r.at("public_cloud_sync", "missing: write the resources to synchronise and the accounts they are in")
		return
	}
	doc.Sync.check("public_cloud_sync", r)
	doc.checkAbout(r)
}

func (e mysqlEntry) check(path string, r *report) {
	checkText(child(path, "name"), e.Name, "a name for the inventory, such as stree", r)
	if e.MaxOpenConns < 1 || e.MaxOpenConns > maxOpenConns {
		r.showing(child(path, "max_open_conns"), "%d is outside 1 to %d: write a number within", e.MaxOpenConns, maxOpenConns)
	}
	addr := child(path, "addr")
	if !r.has(addr) || e.Addr == "" {
		r.at(addr, "missing: %s", dsnForm)
	} else if fault := dsnFault(e.Addr); fault != "" {
		r.at(addr, "%s", fault)
	} else if e.tls() != (tlsEntry{}) && setsTLS(e.Addr) {
		r.at(addr, "tls after the ? beside the tls_ keys: remove one of them")
	}
	e.tls().check(path, r)
}

func (e syncEntry) check(path string, r *report) {
	e.Tags.check(child(path, "stree_tags"), r)
	resources, accounts := child(path, "resources"), child(path, "accounts")
	if !r.has(resources) {
		r.at(resources, "missing: write the kinds to synchronise, such as resource_host: {interval: 5s}")
	} else if len(e.Resources) == 0 {
		r.at(resources, "empty: write a kind such as resource_host: {interval: 5s}; to stop all of them, write enable: false")
	}
	for _, entry := range e.Resources {
		entry.check(child(resources, entry.Kind), r)
	}
	if !r.has(accounts) || len(e.Accounts) == 0 {
		r.at(accounts, "missing: write an entry with provider, name and regions for each account")
	}
	seen := map[resource.Account]int{}
	for i, entry := range e.Accounts {
		entry.check(item(accounts, i), r)
		entry.checkUnique(item(accounts, i), seen, r)
		entry.checkNotTwice(e.Accounts[:i], accounts, i, r)
	}
}

func (e tagsEntry) check(path string, r *report) {
	for _, tag := range []struct{ key, value string }{{"group", e.Group}, {"product", e.Product}, {"app", e.App}} {
		if tag.value == "" {
			r.at(child(path, tag.key), "empty: write the key of a tag, or remove the line for the default")
		}
	}
}

func (e resourceEntry) check(path string, r *report) {
	e.policy().check(path, r)
	e.checkInterval(child(path, "interval"), r)
	if e.MaxParallelScopes < 1 || e.MaxParallelScopes > maxParallelScopes {
		r.showing(child(path, "max_parallel_scopes"), "%d is outside 1 to %d: write a number within", e.MaxParallelScopes, maxParallelScopes)
	}
}

func (e policyEntry) check(path string, r *report) {
	if kinds := resource.Standard().Names(); !slices.Contains(kinds, e.Kind) {
		r.at(path, "unknown kind: the kinds are %s", strings.Join(kinds, ", "))
	}
	if !(e.MaxDeleteRatio >= 0 && e.MaxDeleteRatio <= 1) { // NaN too
		r.showing(child(path, "max_delete_ratio"), "%v is outside 0 to 1: write a share such as 0.3", e.MaxDeleteRatio)
	}
	if e.MinRows < 0 {
		r.showing(child(path, "min_rows"), "%d is negative: write a number of rows from 0", e.MinRows)
	}
	ways := []string{string(diff.Apply), string(diff.Hold), string(diff.Never)}
	if !slices.Contains(ways, e.Deletes) {
		r.showing(child(path, "deletes"), "%.40q is no way to treat deletions: write one of %s", e.Deletes, strings.Join(ways, ", "))
	}
	if replaced := diff.Replaced(e.Replaced); replaced != diff.ReplacedApply && replaced != diff.ReplacedHold {
		r.showing(child(path, "replaced"), "%.40q is no way to treat the additions of a fleet that was replaced: write apply or hold", e.Replaced)
	}
}

// checkInterval wants whole seconds: Temporal's schedules know no parts of one.
func (e resourceEntry) checkInterval(path string, r *report) {
	switch {
	case !r.has(path):
		r.at(path, "missing: write how often to run, such as 5s")
	case e.Interval < time.Second:
		r.showing(path, "%v is shorter than a second: write 1s or more", e.Interval)
	case e.Interval > maxInterval:
		r.showing(path, "%v is longer than %v, a year: write less; to stop a kind, take it out", e.Interval, maxInterval)
	case e.Interval%time.Second != 0:
		r.showing(path, "%v is not a number of whole seconds: write %v", e.Interval, e.Interval.Round(time.Second))
	}
}

// provider is what a provider wants of its accounts.
type provider struct {
	name  string
	check func(e accountEntry, path string, r *report)
}

// MockProvider is the provider of the simulated cloud.
const MockProvider = "mock"

// providers are those that accounts can be at.
func providers() []provider {
	all := []provider{{name: MockProvider, check: checkMock}}
	for _, c := range realClouds {
		all = append(all, provider{name: c.provider, check: c.check})
	}
	return all
}

func providerNames() (names []string) {
	for _, p := range providers() {
		names = append(names, p.name)
	}
	return names
}

func (e accountEntry) check(path string, r *report) {
	e.checkProvider(path, r)
	checkAccountName(child(path, "name"), e.Name, r)
	e.checkRegions(child(path, "regions"), r)
	if !(e.RequestsPerSecond >= 0 && e.RequestsPerSecond <= maxRequestsPerSecond) { // NaN too
		r.showing(child(path, "requests_per_second"), "%v is outside 0 to %d: write a number within, or 0 for the default", e.RequestsPerSecond, maxRequestsPerSecond)
	}
	e.checkDiscover(path, r)
	for _, own := range e.Deletions {
		own.check(child(child(path, "deletions"), own.Kind), r)
	}
}

func (e accountEntry) checkProvider(path string, r *report) {
	at, names := child(path, "provider"), providerNames()
	i := slices.Index(names, e.Provider)
	switch {
	case !r.has(at):
		r.at(at, "missing: write one of %s", strings.Join(names, ", "))
	case i < 0:
		r.showing(at, "unknown provider %.40q: the providers are %s", e.Provider, strings.Join(names, ", "))
	default:
		providers()[i].check(e, path, r)
	}
}

func (e accountEntry) checkUnique(path string, seen map[resource.Account]int, r *report) {
	if e.Provider == "" || e.Name == "" {
		return
	}
	id := resource.Account{Provider: e.Provider, Name: e.Name}
	if line, again := seen[id]; again {
		r.at(path, "this account is on line %d already: give it another name, or remove it", line)
		return
	}
	seen[id] = r.lineOf(path)
}

func (e accountEntry) checkRegions(path string, r *report) {
	const remedy = "[REGION, …], or [all] for every region of the provider"
	switch {
	case !r.has(path):
		r.at(path, "missing: write %s", remedy)
	case len(e.Regions) == 0:
		r.at(path, "empty: write %s", remedy)
	case len(e.Regions) > 1 && slices.Contains(e.Regions, everyRegion):
		r.at(path, "all stands beside other regions: write %s", remedy)
	}
	for i, region := range e.Regions {
		at := item(path, i)
		if what, instead := insteadOfRegion(e.Provider, region); instead != "" {
			r.showing(at, "%.64q is %s: write %s", region, what, instead)
		}
		checkRegionName(at, region, r)
		if slices.Contains(e.Regions[:i], region) {
			r.showing(at, "the region %.64q is listed twice: remove one", region)
		}
	}
}

// checkNotTwice refuses an account that an earlier entry has under another name: its
// rows would stand twice. It allows entries that divide the account's regions among
// them, to have keys of their own for instance, and the same ids at different
// endpoints.
func (e accountEntry) checkNotTwice(earlier []accountEntry, accounts string, i int, r *report) {
	if e.AccountID == "" {
		return
	}
	for j, other := range earlier {
		if e.Discover.isGiven != other.Discover.isGiven || e.Discover.Parent != other.Discover.Parent {
			continue // which members are found, the cloud says: see activities/members.go
		}
		if e.Provider != other.Provider || e.Name == other.Name || !strings.EqualFold(e.AccountID, other.AccountID) ||
			!strings.EqualFold(strings.TrimRight(e.Endpoint, "/"), strings.TrimRight(other.Endpoint, "/")) || !e.shares(other) {
			continue
		}
		r.at(child(item(accounts, i), "account_id"), "the account of line %d under another name, with a region that both have: its rows would stand twice: "+
			"remove one of them, or write regions of its own for each", r.lineOf(item(accounts, j)))
	}
}

// shares says that a region is of both entries.
func (e accountEntry) shares(other accountEntry) bool {
	return e.allRegions() || other.allRegions() || slices.ContainsFunc(e.Regions, func(region string) bool {
		return slices.Contains(other.Regions, region)
	})
}

func checkMock(e accountEntry, path string, r *report) {
	e.refuseKeys(MockProvider, nil, path, r)
	settings := child(path, "mock")
	for _, problem := range e.Mock.Validate() {
		r.showing(child(settings, problem.Path), "%s", problem.Text)
	}
	kinds := resource.Standard().Names()
	for i, fault := range e.Mock.Faults {
		at := item(child(settings, "faults"), i)
		if fault.Kind != "" && !slices.Contains(kinds, fault.Kind) {
			r.showing(child(at, "kind"), "unknown kind %.40q: the kinds are %s", fault.Kind, strings.Join(kinds, ", "))
		}
		if fault.Region != "" && !e.allRegions() && !slices.Contains(e.Regions, fault.Region) {
			r.showing(child(at, "region"), "the account has no region %.64q: write one of its regions", fault.Region)
		}
	}
}
