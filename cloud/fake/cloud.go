// Package fake is what the fake servers of the clouds stand on: accounts with
// resources in neutral terms, and faults. A server of a cloud's own package renders
// them in that cloud's wire format; tests state what is there once for all clouds.
package fake

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"cloudsync/resource"
)

// Cloud is what there is, and what goes wrong. The zero value is empty. It is safe
// for concurrent use through its methods; the fields of what Update hands out are
// not to be kept.
type Cloud struct {
	mu       sync.Mutex
	accounts []*Account
	faults   []*Fault
	requests []Request
	recorded map[string][]byte
	// PageSize is how many resources a page has at most, whatever a request asks for;
	// 0: as the request says. Set it before the first request.
	PageSize int
	// SessionLasts is how long an assumed role does; 0: an hour. Set it before the first
	// request.
	SessionLasts time.Duration
	sessions     map[string]session // by key id
	entered      int                // sessions so far
}

// Account is an account and the credential that it is entered with.
type Account struct {
	ID    string // the provider's own id: see cloud.Settings.AccountID
	KeyID string // access key id, secret id, client id
	Key   string // what belongs to it; servers need not check signatures
	// Expired makes the credential one that the cloud does not take any more.
	Expired bool
	// Role is the name of the role by which it can be entered; empty: any. At a cloud without
	// roles, an account with one is closed to the credential of its organisation.
	Role    string
	Regions []*Region
	// Organisation is what the account knows of its organisation; nil: it has none, or may
	// not ask.
	Organisation *Organisation

	shown *Account // to requests, until something changes
}

// Region returns the region of that name, nil if the account has none.
func (a *Account) Region(name string) *Region {
	i := slices.IndexFunc(a.Regions, func(r *Region) bool { return r.Name == name })
	if i < 0 {
		return nil
	}
	return a.Regions[i]
}

// Region is a region of an account with the resources in it.
type Region struct {
	Name string
	// Denied makes the account one that may not list here. A cloud that answers a
	// missing permission with an empty list does that.
	Denied bool
	// Disabled is a region that the account has not enabled.
	Disabled bool
	// Unreachable are zones that the cloud cannot list at present. A list of a cloud that
	// tells of it is answered without what is in them.
	Unreachable   []string
	Hosts         []Host
	Disks         []Disk
	Databases     []Database
	LoadBalancers []LoadBalancer
	Caches        []Cache

	// Of these kinds, rows are the neutral terms: see their columns.
	VPCs           []resource.VPC
	Subnets        []resource.Subnet
	SecurityGroups []SecurityGroup
	PublicIPs      []resource.PublicIP
	NATGateways    []resource.NATGateway
	Clusters       []resource.Cluster
	Buckets        []resource.Bucket
	Snapshots      []resource.Snapshot
	Images         []resource.MachineImage
	Certificates   []resource.Certificate
}

// SecurityGroup is a security group with its rules, which each cloud writes in its way.
type SecurityGroup struct {
	resource.SecurityGroup
	Rules []resource.SecurityRule
}

// Host is a machine. Its disks are those of the region that name it. A server
// leaves out what its cloud does not know.
type Host struct {
	ID, Name, Status, Zone string
	Type                   string
	VCPU, MemoryMiB        int64 // the same for all hosts of a Type
	PrivateIPs, PublicIPs  []string
	VPC, Subnet            string
	SecurityGroups         []string
	Image, OS              string
	ChargeType             string
	Tags                   map[string]string
	Created, Expires       time.Time // whole minutes, UTC; zero: none
	// Volatile is put in what the cloud lists of a host and changes by itself: ids of
	// requests, times of the last start, host machines. It is no part of the host.
	Volatile string
}

// Disk is a volume, attached to the host of that id or to none.
type Disk struct {
	ID, Name, Status, Zone string
	Host, Device           string
	System                 bool
	Type                   string
	SizeGiB                int64
	ChargeType             string
	Tags                   map[string]string
	Created, Expires       time.Time
}

// Database is a managed database.
type Database struct {
	ID, Name, Status, Zone string
	Engine, Version, Type  string
	Endpoint               string
	Port                   int64
	VCPU, MemoryMiB        int64
	StorageGiB             int64
	VPC, Subnet            string
	ChargeType             string
	Tags                   map[string]string
	Created, Expires       time.Time
}

// LoadBalancer is a load balancer.
type LoadBalancer struct {
	ID, Name, Status, Type string
	Internal               bool
	Addresses              []string // IPs, or the name where the cloud gives a name
	Ports                  []string // such as 443/https
	VPC                    string
	Zones, Subnets         []string
	ChargeType             string
	Tags                   map[string]string
	Created, Expires       time.Time
}

// Cache is a managed in-memory store.
type Cache struct {
	ID, Name, Status      string
	Zones                 []string
	Engine, Version, Type string
	MemoryMiB             int64
	Shards, Replicas      int64
	Endpoint              string
	Port                  int64
	VPC                   string
	Subnets               []string
	ChargeType            string
	Tags                  map[string]string
	Created, Expires      time.Time
}

// AttachedDisks are those that have a host, by its id. A server that looked through all disks
// for each host would take most of the time of the tests of many hosts.
func (r *Region) AttachedDisks() map[string][]Disk {
	attached := map[string][]Disk{}
	for i := range r.Disks {
		if host := r.Disks[i].Host; host != "" {
			attached[host] = append(attached[host], r.Disks[i])
		}
	}
	return attached
}

// Update changes what there is.
func (c *Cloud) Update(change func(accounts []*Account)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(c.accounts)
	for _, account := range c.accounts {
		account.shown = nil
	}
}

// Add adds accounts.
func (c *Cloud) Add(accounts ...*Account) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accounts = append(c.accounts, accounts...)
}

// Request is one that a server was sent.
type Request struct {
	Account string // id; empty where the credential is of none
	Region  string
	Action  string // such as DescribeInstances
	Began   time.Time
}

// Requests are those that were sent so far.
func (c *Cloud) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// Record makes the body the answer to every request for the action: a recorded one. nil ends
// that.
func (c *Cloud) Record(action string, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if body == nil {
		delete(c.recorded, action)
		return
	}
	if c.recorded == nil {
		c.recorded = map[string][]byte{}
	}
	c.recorded[action] = body
}

// Ask is what a server has understood of a request.
type Ask struct {
	KeyID string // of the credential
	// Account is whose resources are asked for, where the request says that: the
	// organisation's credential is good for its members, too.
	Account string
	Region  string
	Action  string
}

// Verdict is how a request is to be answered.
type Verdict int

// The verdicts; Answer is the usual one.
const (
	Answer Verdict = iota
	Recorded
	InvalidCredential
	Denied
	RegionDisabled
	Throttled
	ServerError
	ExpiredCursor
	Done // the fault has answered, or hung up
)

// Judgement is the answer that a request gets.
type Judgement struct {
	Verdict    Verdict
	Account    *Account      // of the credential: a copy of the account, whose regions are not to be changed
	Region     *Region       // the request's, nil where it names none or one that is not there
	RetryAfter time.Duration // of a Throttled
	Body       []byte        // of a Recorded
}

// Judge notes a request and says how it is to be answered. A server calls it first.
// cursor is whether the request goes on with a listing.
func (c *Cloud) Judge(w http.ResponseWriter, r *http.Request, ask Ask, cursor bool) Judgement {
	fault, verdict := c.judge(ask, cursor)
	if fault == nil {
		return verdict
	}
	verdict.RetryAfter = fault.RetryAfter
	verdict.Verdict = fault.strike(w, r)
	return verdict
}

func (c *Cloud) judge(ask Ask, cursor bool) (*Fault, Judgement) {
	c.mu.Lock()
	defer c.mu.Unlock()
	j := c.asked(ask)
	noted := Request{Region: ask.Region, Action: ask.Action, Began: time.Now()}
	if j.Account != nil {
		noted.Account = j.Account.ID
	}
	c.requests = append(c.requests, noted)
	if body, ok := c.recorded[ask.Action]; ok {
		j.Verdict, j.Body = Recorded, body
		return nil, j
	}
	for _, fault := range c.faults {
		if !fault.strikes(noted, cursor) {
			continue
		}
		if fault.Moves == nil {
			return fault, j
		}
		j = c.moved(ask, fault)
		break
	}
	switch {
	case j.Account == nil || j.Account.Expired:
		j.Verdict = InvalidCredential
	case j.Region != nil && j.Region.Disabled:
		j.Verdict = RegionDisabled
	case j.Region != nil && j.Region.Denied:
		j.Verdict = Denied
	}
	return nil, j
}

// asked finds the account and the region of a request.
func (c *Cloud) asked(ask Ask) (j Judgement) {
	if account, hasEnded := c.account(ask); account != nil {
		shown := *account.show()
		shown.Expired = account.Expired || hasEnded
		j.Account, j.Region = &shown, shown.Region(ask.Region)
	}
	return j
}

// moved is asked after the region has moved.
func (c *Cloud) moved(ask Ask, fault *Fault) Judgement {
	if account, _ := c.account(ask); account != nil {
		if region := account.Region(ask.Region); region != nil {
			fault.Moves(region)
			account.shown = nil
		}
	}
	return c.asked(ask)
}

// account is that of a key, nil where there is none, and whether the key's session has ended.
func (c *Cloud) account(ask Ask) (of *Account, hasEnded bool) {
	i := slices.IndexFunc(c.accounts, func(a *Account) bool { return a.KeyID == ask.KeyID })
	if i < 0 {
		return c.accountOfSession(ask.KeyID)
	}
	return c.memberOf(c.accounts[i], ask.Account)
}

// show is a copy of the account, which stays as it is whatever changes.
func (a *Account) show() *Account {
	if a.shown == nil {
		a.shown = a.copy()
	}
	return a.shown
}

// copy is one whose lists stay as they are: Update may only replace elements, not
// what they refer to.
func (a *Account) copy() *Account {
	copied := *a
	copied.Regions = make([]*Region, len(a.Regions))
	for i, region := range a.Regions {
		r := *region
		r.Hosts = slices.Clone(r.Hosts)
		r.Disks = slices.Clone(r.Disks)
		r.Databases = slices.Clone(r.Databases)
		r.LoadBalancers = slices.Clone(r.LoadBalancers)
		r.Caches = slices.Clone(r.Caches)
		r.VPCs = slices.Clone(r.VPCs)
		r.Subnets = slices.Clone(r.Subnets)
		r.SecurityGroups = slices.Clone(r.SecurityGroups)
		r.PublicIPs = slices.Clone(r.PublicIPs)
		r.NATGateways = slices.Clone(r.NATGateways)
		r.Clusters = slices.Clone(r.Clusters)
		r.Buckets = slices.Clone(r.Buckets)
		r.Snapshots = slices.Clone(r.Snapshots)
		r.Images = slices.Clone(r.Images)
		r.Certificates = slices.Clone(r.Certificates)
		copied.Regions[i] = &r
	}
	return &copied
}

// Page cuts a page out of a list: at most limit from offset, and no more than
// PageSize. next is the offset of the following one, -1 after the last.
func Page[T any](c *Cloud, all []T, offset, limit int) (page []T, next int) {
	if c.PageSize > 0 && (limit <= 0 || limit > c.PageSize) {
		limit = c.PageSize
	}
	offset = min(max(offset, 0), len(all))
	end := len(all)
	if limit > 0 {
		end = min(offset+limit, end)
	}
	if end == len(all) {
		return all[offset:end], -1
	}
	return all[offset:end], end
}
