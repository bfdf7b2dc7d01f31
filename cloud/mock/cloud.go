// Package mock is a deterministic simulation of a cloud. The seed and the tick say
// which resources there are, the same in every process, so that a test knows the exact
// sets; size, churn and faults are settings. A row is computed when it is listed, from
// its slot and the tick alone, so a million hosts cost nothing to keep.
package mock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"cloudsync/cloud"
	"cloudsync/resource"
)

// Cloud is a simulated account. It implements cloud.Provider and is safe for
// concurrent use.
type Cloud struct {
	population population
	places     []place // by region
	pageSize   int
	pageDelay  time.Duration
	clock      *clock
	faults     *faults
	quota      *quota
	calls      atomic.Int64
}

// New returns the cloud that the settings describe, which must be sound (see
// Settings.Validate). The hosts are spread evenly over the regions, nil for
// DefaultRegions; another list of regions places them anew.
func New(settings Settings, regions []string) *Cloud {
	if len(regions) == 0 {
		regions = DefaultRegions()
	}
	c := &Cloud{
		population: newPopulation(settings),
		pageSize:   settings.PageSize,
		pageDelay:  settings.PageDelay,
		clock:      newClock(settings),
		faults:     newFaults(settings),
		quota:      newQuota(settings.RequestsPerSecond),
	}
	if c.pageSize == 0 {
		c.pageSize = DefaultPageSize
	}
	for _, region := range regions {
		c.places = append(c.places, newPlace(region, len(regions)))
	}
	return c
}

// Lists implements cloud.Provider.
func (c *Cloud) Lists(kind string) bool {
	_, ok := rowKinds[kind]
	return ok
}

// Regions implements cloud.Provider.
func (c *Cloud) Regions(ctx context.Context) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, &cloud.Error{Class: cloud.ClassOf(err), Doing: "list regions", Err: err}
	}
	regions := make([]string, len(c.places))
	for i := range c.places {
		regions[i] = c.places[i].region
	}
	return regions, nil
}

// List implements cloud.Provider. The scope's provider and account make no
// difference: they are the caller's names for this cloud.
func (c *Cloud) List(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	c.calls.Add(1)
	page, err := c.list(ctx, scope, cursor)
	if err != nil {
		return cloud.Page{}, failed(listCall, scope, err)
	}
	return page, nil
}

func failed(call string, scope resource.Scope, err error) error {
	failure := &cloud.Error{Class: cloud.ClassOf(err), Err: err}
	errors.As(err, &failure)
	failure.Doing = call + " " + scope.String()
	return failure
}

func (c *Cloud) list(ctx context.Context, scope resource.Scope, cursor string) (cloud.Page, error) {
	if err := c.quota.take(scope.Region); err != nil {
		return cloud.Page{}, err
	}
	if err := wait(ctx, c.pageDelay); err != nil {
		return cloud.Page{}, err
	}
	l, err := c.open(scope, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	if err := c.faults.fail(ctx, l); err != nil {
		return cloud.Page{}, err
	}
	return c.faults.distort(c, l, c.page(l)), nil
}

// Snapshot returns what the scope truly holds at the tick, in the order of a
// listing and without faults; nothing for an unknown kind or region.
func (c *Cloud) Snapshot(scope resource.Scope, tick int64) []resource.Row {
	l, err := c.locate(scope)
	if err != nil {
		return nil
	}
	l.tick = tick
	var rows []resource.Row
	for position := range c.slotsIn(l) {
		if life, ok := c.lifeAt(l, position); ok {
			rows = l.kind.rows(rows, &c.places[l.region], life)
		}
	}
	return rows
}

// Tick returns the cloud's time. The error says why the tick file cannot be
// used; without a tick file there is none.
func (c *Cloud) Tick() (int64, error) { return c.clock.now() }

// SetTick pins this cloud to the tick, from 0 to MaxTick: from now on neither
// time nor the tick file moves it. Clouds in other processes are not told;
// WriteTick does that.
func (c *Cloud) SetTick(tick int64) { c.clock.pin(tick) }

// SetFaults replaces the faults, from the next call on.
func (c *Cloud) SetFaults(faults []Fault) { c.faults.set(faults) }

// Calls is how many pages were asked for so far, those that failed included.
func (c *Cloud) Calls() int64 { return c.calls.Load() }

// locate finds the scope's kind and region.
func (c *Cloud) locate(scope resource.Scope) (listing, error) {
	region := slices.IndexFunc(c.places, func(p place) bool { return p.region == scope.Region })
	if region < 0 {
		return listing{}, &cloud.Error{Class: cloud.NotFound, Err: fmt.Errorf("no region %q", scope.Region)}
	}
	kind, ok := rowKinds[scope.Kind]
	if !ok {
		return listing{}, &cloud.Error{Class: cloud.NotFound, Err: fmt.Errorf("no resources of kind %q", scope.Kind)}
	}
	return listing{call: listCall, kind: kind, scope: scope, region: region}, nil
}

// open starts a listing, or takes it up where the cursor left it.
func (c *Cloud) open(scope resource.Scope, cursor string) (listing, error) {
	if cursor != "" {
		l, err := c.locate(scope)
		if err != nil {
			return listing{}, err
		}
		return l, l.resume(cursor, c.slotsIn(l))
	}
	l, err := c.now(scope)
	if err != nil {
		return listing{}, err
	}
	l.total = c.count(l)
	return l, nil
}

// now is the scope at the present tick, with nothing counted.
func (c *Cloud) now(scope resource.Scope) (listing, error) {
	l, err := c.locate(scope)
	if err != nil {
		return listing{}, err
	}
	if l.tick, err = c.clock.now(); err != nil {
		return listing{}, &cloud.Error{Class: cloud.Unavailable, Err: err}
	}
	return l, nil
}

func wait(ctx context.Context, delay time.Duration) error {
	if delay <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
