package azure

import (
	"context"
	"fmt"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// What rows are joined with, in words.
const (
	powerState       = "power state"
	networkInterface = "network interface"
	publicAddress    = "public IP"
)

// lack notes that a list lacks what a row needs, though it was listed after the resource.
// The row would have half its fields.
func lack(f *adapter.Fields, what, id string) { f.Fail("no list has its %s %s", what, nameOf(id)) }

// covering is a list that has been read after what refers to its resources, or has them
// all. An empty one says nothing of them.
func covering[T any](ctx context.Context, s *session, census *adapter.Census[*session, T], what string, visit adapter.Visit, ids []string) (*adapter.Members[T], error) {
	found, err := census.Covering(ctx, s, visit, ids)
	if err == nil && len(ids) > 0 && found.IsEmpty() {
		err = &cloud.Error{Class: cloud.Incomplete, Doing: census.Actions[0], Err: fmt.Errorf("the list is empty, and there are resources with a %s", what)}
	}
	return found, err
}

// joined is what a page of hosts is joined with.
type joined struct {
	powers     *adapter.Members[power]
	interfaces *adapter.Members[nic]
	addresses  *adapter.Members[publicIP]
	disks      *adapter.Members[managedDisk] // nil where no machine needs it
	sizeOf     adapter.SizeOf
}

// joinHosts gets what covers the machines just listed.
func joinHosts(ctx context.Context, s *session, page adapter.Batch[machine]) (func(*adapter.Fields, *machine) resource.Row, error) {
	with := &joined{}
	row := func(f *adapter.Fields, m *machine) resource.Row { return hostRow(f, m, with) }
	if len(page.Items) == 0 {
		return row, nil
	}
	needs, visit := needsOf(page.Items), page.Visit()
	var err error
	if with.sizeOf, err = s.sizes.Of(ctx, page.Region, needs.sizes, s.describe); err != nil {
		return nil, err
	}
	if with.powers, err = covering(ctx, s, &powers, powerState, visit, needs.machines); err != nil {
		return nil, err
	}
	if with.interfaces, err = covering(ctx, s, &interfaces, networkInterface, visit, needs.interfaces); err != nil {
		return nil, err
	}
	if with.addresses, err = covering(ctx, s, &addresses, publicAddress, visit, with.publicIPs(needs.interfaces)); err != nil {
		return nil, err
	}
	if len(needs.disks) > 0 {
		with.disks, err = managedDisks.Covering(ctx, s, visit, needs.disks)
	}
	return row, err
}

// publicIPs are those of the interfaces.
func (j *joined) publicIPs(interfaces []string) (ids []string) {
	for _, id := range interfaces {
		if found := j.interfaces.Of(id); found != nil {
			ids = append(ids, found.Value.publicIPs()...)
		}
	}
	return ids
}

// needs are what machines refer to.
type needs struct {
	machines, interfaces, disks []string // disks are those whose size is not said
	sizes                       []string
}

func needsOf(machines []*adapter.Item[machine]) (n needs) {
	for _, one := range machines {
		machine := &one.Value
		n.machines = append(n.machines, idOf(machine.ID))
		n.sizes = append(n.sizes, machine.Properties.HardwareProfile.VMSize)
		for _, reference := range machine.interfaces() {
			n.interfaces = append(n.interfaces, idOf(reference.ID))
		}
		for _, disk := range machine.attached(nil) {
			if disk.gib == 0 && disk.id != "" {
				n.disks = append(n.disks, disk.id)
			}
		}
	}
	return n
}

// joinLoadBalancers gets what covers the public IPs of the load balancers just listed.
func joinLoadBalancers(ctx context.Context, s *session, page adapter.Batch[loadBalancer]) (func(*adapter.Fields, *loadBalancer) resource.Row, error) {
	var needed []string
	for _, one := range page.Items {
		for _, frontend := range one.Value.Properties.Frontends {
			if frontend.Properties != nil {
				needed = append(needed, idWithin(s.subscription, frontend.Properties.PublicIPAddress))
			}
		}
	}
	needed = adapter.Set(needed...)
	var known *adapter.Members[publicIP]
	var err error
	if len(needed) > 0 {
		known, err = covering(ctx, s, &addresses, publicAddress, page.Visit(), needed)
	}
	return func(f *adapter.Fields, l *loadBalancer) resource.Row {
		return loadBalancerRow(f, l, known, s.subscription)
	}, err
}

// joinDatabases gets the sizes of the servers just listed.
func joinDatabases(ctx context.Context, s *session, page adapter.Batch[server]) (func(*adapter.Fields, *server) resource.Row, error) {
	sizeOf, err := s.sizes.Of(ctx, page.Region, page.IDs(func(s *server) string { return s.SKU.Name }), s.describe)
	return func(f *adapter.Fields, s *server) resource.Row { return databaseRow(f, s, sizeOf) }, err
}
