package activities_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// modelCloud has the hosts of all accounts of a world, of some versions.
type modelCloud struct {
	mu      sync.Mutex
	hosts   map[resource.Scope]map[string]int
	created int
	step    int
	fault   *modelFault
	calls   map[resource.Scope]int // since the fault was set
	hit     map[resource.Scope]int // the step in which a fault hit the scope last
	listed  map[resource.Scope]int // calls of List ever
}

// modelFault is what goes wrong with calls for some scopes. The others do not suffer.
type modelFault struct {
	scopes   map[resource.Scope]bool
	from, to int // the calls of each scope, from now on
	class    cloud.Class
	panics   bool // a fault of the program, instead
}

func newModelCloud(scopes []resource.Scope) *modelCloud {
	c := &modelCloud{hosts: map[resource.Scope]map[string]int{}, hit: map[resource.Scope]int{}, listed: map[resource.Scope]int{}}
	for _, scope := range scopes {
		c.hosts[scope] = map[string]int{}
	}
	return c
}

// change makes the host of that name come, change, or go.
func (c *modelCloud) change(scope resource.Scope, nativeID string, exists bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.hosts[scope], nativeID)
	if exists {
		c.created++
		c.hosts[scope][nativeID] = c.created
	}
}

func (c *modelCloud) copied() map[resource.Scope]map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	hosts := make(map[resource.Scope]map[string]int, len(c.hosts))
	for scope, of := range c.hosts {
		hosts[scope] = maps.Clone(of)
	}
	return hosts
}

// setFault lets calls fail from now on; nil: none.
func (c *modelCloud) setFault(fault *modelFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault, c.calls = fault, map[resource.Scope]int{}
}

// fails is what becomes of a call. The caller holds the lock.
func (c *modelCloud) fails(scope resource.Scope) error {
	if c.fault == nil || !c.fault.scopes[scope] {
		return nil
	}
	c.calls[scope]++
	if n := c.calls[scope]; n < c.fault.from || n > c.fault.to {
		return nil
	}
	c.hit[scope] = c.step
	if c.fault.panics {
		panic("a fault of the program")
	}
	return &cloud.Error{Class: c.fault.class, Doing: "call", Err: errors.New("internal error")}
}

// wasHit says that a fault hit the scope in that step or later.
func (c *modelCloud) wasHit(scope resource.Scope, since int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	step, ever := c.hit[scope]
	return ever && step >= since
}

func (c *modelCloud) listings() map[resource.Scope]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.listed)
}

// modelAccount is one account of the cloud.
type modelAccount struct {
	*modelCloud
	regions []string
}

func (a *modelAccount) Lists(string) bool { return true }

func (a *modelAccount) Regions(context.Context) ([]string, error) { return a.regions, nil }

// List has two hosts on a page; the cursor is the last one's id.
func (a *modelAccount) List(_ context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listed[scope]++
	if err := a.fails(scope); err != nil {
		return cloud.Page{}, err
	}
	const pageSize = 2
	hosts := a.hosts[scope]
	page := cloud.Page{Total: int64(len(hosts))}
	for _, id := range slices.Sorted(maps.Keys(hosts)) {
		switch {
		case id <= cursor:
		case len(page.Rows) == pageSize:
			page.Next = page.Rows[pageSize-1].RowMeta().NativeID
		case len(page.Rows) < pageSize:
			page.Rows = append(page.Rows, hostOfVersion(id, hosts[id]))
		}
	}
	return page, nil
}

func (a *modelAccount) LookupLimit(string) int { return 2 }

func (a *modelAccount) Lookup(_ context.Context, scope resource.Scope, ids []string) (existing []string, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, id := range ids {
		if _, ok := a.hosts[scope][id]; ok {
			existing = append(existing, id)
		}
	}
	return existing, a.fails(scope)
}

func hostOfVersion(id string, version int) *resource.Host {
	return host(id, func(h *resource.Host) { h.Name, h.VCPU = fmt.Sprintf("version %d", version), int64(version) })
}
