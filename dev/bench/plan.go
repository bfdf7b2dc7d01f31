package bench

import (
	"fmt"
	"slices"
)

const (
	thousand = 1_000
	million  = thousand * thousand
)

// ScopeHosts is how many hosts a scope has where the fleet says no other number.
const ScopeHosts = 20_000

// Fleet is the size of a cloud: hosts in scopes of equal size.
type Fleet struct {
	Hosts    int
	Scopes   int
	Accounts int // with as many regions each; 0: one
}

func ofScopes(hosts int) Fleet {
	return Fleet{Hosts: hosts, Scopes: max(1, (hosts+ScopeHosts-1)/ScopeHosts)}
}

// The fleets that have bounds.
var (
	mediumFleet = ofScopes(100 * thousand)
	largeFleet  = ofScopes(million)
	single      = Fleet{Hosts: million, Scopes: 1}
	smallScopes = Fleet{Hosts: 100 * thousand, Scopes: 2 * thousand, Accounts: 100}
	tinyScopes  = Fleet{Hosts: 100 * thousand, Scopes: 20 * thousand, Accounts: thousand}
	hugeFleet   = Fleet{Hosts: 10 * million, Scopes: 500, Accounts: 25}
)

// String is such as "1000000 hosts in 50 scopes".
func (f Fleet) String() string { return fmt.Sprintf("%d hosts in %d scopes", f.Hosts, f.Scopes) }

func (f Fleet) accounts() int { return max(1, f.Accounts) }

// regions are how many each account has.
func (f Fleet) regions() int { return f.Scopes / f.accounts() }

// Case is one run on a fleet.
type Case struct {
	Name string
	// Tick is the cloud's time. The cloud changes by a thousandth per tick, so that it says
	// how much has changed in all.
	Tick int64
	// Denied makes one region in ten of each account refuse.
	Denied bool
}

const churnPerTick = 0.001

// The names of cases.
const (
	firstLoad = "first load"
	unchanged = "unchanged"
	churn1    = "1% churn"
	churn01   = "0.1% churn"
	churn10   = "10% churn"
	oneDenied = "unchanged, 1 region in 10 denied"
)

// deniedOf is one in so many regions.
const deniedOf = 10

// The cases of a fleet, in the order in which they are run. What stands there several
// times is short, and leaves the next run the same to do.
var (
	usualCases  = []Case{{Name: firstLoad}, {Name: unchanged}, {Name: churn1, Tick: 10}, {Name: churn01, Tick: 11}, {Name: churn10, Tick: 111}}
	singleCases = append(slices.Clone(usualCases), Case{Name: churn10, Tick: 211}, Case{Name: churn10, Tick: 311})
	smallCases  = []Case{{Name: firstLoad}, {Name: unchanged}, {Name: churn1, Tick: 10}, {Name: oneDenied, Tick: 10, Denied: true}}
	tinyCases   = []Case{
		{Name: firstLoad}, {Name: unchanged}, {Name: unchanged}, {Name: unchanged}, {Name: churn1, Tick: 10}, {Name: oneDenied, Tick: 10, Denied: true},
	}
	growthCases = []Case{{Name: firstLoad}, {Name: unchanged}, {Name: unchanged}, {Name: unchanged}, {Name: churn01, Tick: 1}}
)

// Plan is what is measured on one fleet, with a database of its own.
type Plan struct {
	Fleet
	Cases []Case
	// Alone leaves out what the same rows cost without this program.
	Alone bool
}

// rounds is how often a fleet is measured whose seconds have bounds: one measurement is
// off by several percent.
const rounds = 3

// The plans that are measured for their bounds.
var (
	small = slices.Repeat([]Plan{{Fleet: smallScopes, Cases: smallCases, Alone: true}}, rounds)
	tiny  = []Plan{{Fleet: tinyScopes, Cases: tinyCases, Alone: true}}
	// Ten million hosts take long: with them goes only the million that they are compared with.
	growth = []Plan{{Fleet: largeFleet, Cases: growthCases, Alone: true}, {Fleet: hugeFleet, Cases: growthCases, Alone: true}}
	whole  = slices.Concat(
		usual(10*thousand), slices.Repeat(usual(mediumFleet.Hosts), rounds), slices.Repeat(usual(largeFleet.Hosts), rounds),
		[]Plan{{Fleet: single, Cases: singleCases}}, small, tiny,
	)
)

func usual(hosts int) []Plan { return []Plan{{Fleet: ofScopes(hosts), Cases: usualCases}} }

// Plans are what to measure, one after the other: a fleet of so many hosts or, for 0, the
// whole benchmark. Of a case that is there several times, the median counts.
func Plans(hosts int) []Plan {
	switch hosts {
	case 0:
		return whole
	case hugeFleet.Hosts:
		return growth
	default:
		return usual(hosts)
	}
}

// PlansOfScopes are those of so many small scopes alone; ok says that there are any.
func PlansOfScopes(scopes int) (plans []Plan, ok bool) {
	switch scopes {
	case smallScopes.Scopes:
		return small, true
	case tinyScopes.Scopes:
		return tiny, true
	default:
		return nil, false
	}
}

// mostHosts are those of the largest fleet.
func mostHosts(plans []Plan) (most int) {
	for _, plan := range plans {
		most = max(most, plan.Hosts)
	}
	return most
}
