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
	networkSubnet    = "virtual network's subnet"
	publicAddress    = "public IP"
)

// needed is one of a list, for a row that would have half its fields without. It is zero where
// the list lacks it, though it was listed after the resource.
func needed[T any](f *adapter.Fields, list *adapter.Members[T], what, id string) *T {
	found := list.Of(id)
	if found == nil {
		f.Fail("no list has its %s %s", what, nameOf(id))
		return new(T)
	}
	f.Inherit(found.Read(what, id))
	return &found.Value
}

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
	inSets     *adapter.Members[publicIP] // of scale sets; nil where no machine needs them
	subnets    *hostSubnets

	subscription string
	disks        *adapter.Members[managedDisk] // nil where no machine needs it
	sizeOf       adapter.SizeOf
}

// joinHosts gets what covers the machines just listed.
func joinHosts(ctx context.Context, s *session, page adapter.Batch[machine]) (func(*adapter.Fields, *machine) resource.Row, error) {
	with := joined{subscription: s.subscription}
	row := func(f *adapter.Fields, m *machine) resource.Row { return hostRow(f, m, &with) }
	if len(page.Items) == 0 {
		return row, nil
	}
	var err error
	if with.sizeOf, err = s.sizes.Of(ctx, page.Region, page.IDs((*machine).size), s.describe); err != nil {
		return nil, err
	}
	visit, interfaceIDs := page.Visit(), page.All((*machine).interfaces)
	if unviewed := page.IDs((*machine).unviewed); len(unviewed) > 0 {
		if with.powers, err = covering(ctx, s, &powers, powerState, visit, unviewed); err != nil {
			return nil, err
		}
	}
	if with.interfaces, err = covering(ctx, s, &interfaces, networkInterface, visit, interfaceIDs); err != nil {
		return nil, err
	}
	var publicIPs, subnetIDs []string
	for _, id := range interfaceIDs {
		if found := with.interfaces.Of(id); found != nil {
			publicIPs = append(publicIPs, found.Value.publicIPs()...)
			subnetIDs = append(subnetIDs, found.Value.subnets(s.subscription)...)
		}
	}
	if with.subnets, err = coverSubnets(ctx, s, page, adapter.Set(subnetIDs...)); err != nil {
		return nil, err
	}
	inSets, ofTheirOwn := partition(publicIPs, isInScaleSet)
	if with.addresses, err = covering(ctx, s, &addresses, publicAddress, visit, ofTheirOwn); err != nil {
		return nil, err
	}
	if len(inSets) > 0 {
		if with.inSets, err = covering(ctx, s, &scaleSetAddresses, publicAddress, visit, inSets); err != nil {
			return nil, err
		}
	}
	if unsized := page.All((*machine).unsized); len(unsized) > 0 {
		with.disks, err = managedDisks.Covering(ctx, s, visit, unsized)
	}
	return row, err
}

// addressesOf are the public IPs that one of them is among.
func (j *joined) addressesOf(id string) *adapter.Members[publicIP] {
	if isInScaleSet(id) {
		return j.inSets
	}
	return j.addresses
}

// partition are the ids that are something, and those that are not.
func partition(ids []string, is func(id string) bool) (some, others []string) {
	for _, id := range ids {
		if is(id) {
			some = append(some, id)
		} else {
			others = append(others, id)
		}
	}
	return some, others
}

// coveringAddresses are the addresses of the public IPs that the resources of a page have.
func coveringAddresses(ctx context.Context, s *session, visit adapter.Visit, publicIPs []string) (known *adapter.Members[publicIP], err error) {
	if len(publicIPs) > 0 {
		known, err = covering(ctx, s, &addresses, publicAddress, visit, publicIPs)
	}
	return known, err
}

// joinLoadBalancers gets what covers the public IPs of the load balancers just listed.
func joinLoadBalancers(ctx context.Context, s *session, page adapter.Batch[loadBalancer]) (func(*adapter.Fields, *loadBalancer) resource.Row, error) {
	publicIPs := page.All(func(l *loadBalancer) []string { return l.Properties.publicIPs(s.subscription) })
	known, err := coveringAddresses(ctx, s, page.Visit(), publicIPs)
	return func(f *adapter.Fields, l *loadBalancer) resource.Row {
		return loadBalancerRow(f, l, known, s.subscription)
	}, err
}

// joinDatabases gets the sizes of the servers just listed.
func joinDatabases(ctx context.Context, s *session, page adapter.Batch[server]) (func(*adapter.Fields, *server) resource.Row, error) {
	sizeOf, err := s.sizes.Of(ctx, page.Region, page.IDs(func(s *server) string { return s.SKU.Name }), s.describe)
	return func(f *adapter.Fields, s *server) resource.Row { return databaseRow(f, s, sizeOf) }, err
}

// publicIPs are those of the subscription.
func (p *balancerProperties) publicIPs(subscription string) (ids []string) {
	for _, frontend := range p.Frontends {
		if frontend.Properties != nil {
			ids = append(ids, idWithin(subscription, frontend.Properties.PublicIPAddress))
		}
	}
	return ids
}
