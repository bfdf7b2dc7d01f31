package azure

import (
	"context"
	"errors"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
)

// hostSubnets are the subnets of the subscription that the hosts of a page are in. Those of
// another subscription, such as a peered network's, are in no list here: their security groups
// are not seen.
//
// A subnet that the list of networks lacks is looked for in its network, which is asked for
// alone. So a list that is late takes no security group off a host, which would be modified
// now, and back in the next run.
type hostSubnets struct {
	listed *adapter.Members[subnet] // nil where none is needed
	asked  map[string]*adapter.Item[subnet]
	hidden map[string]bool // networks that the credential may not see
}

// coverSubnets gets the subnets, after the hosts of the page were listed.
func coverSubnets(ctx context.Context, s *session, page adapter.Batch[machine], ids []string) (*hostSubnets, error) {
	h := &hostSubnets{asked: map[string]*adapter.Item[subnet]{}, hidden: map[string]bool{}}
	if len(ids) == 0 {
		return h, nil
	}
	var err error
	if h.listed, err = covering(ctx, s, &subnetsInside, networkSubnet, page.Visit(), ids); err != nil {
		return nil, err
	}
	var networks []string
	for _, id := range ids {
		if h.listed.Of(id) == nil {
			networks = append(networks, networkOf(id))
		}
	}
	for _, network := range adapter.Set(networks...) {
		if err := h.ask(ctx, s, page.Region, network); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// ask asks for a network by its id. One that is not found, or makes no sense, has no subnets.
func (h *hostSubnets) ask(ctx context.Context, s *session, region, network string) error {
	of, err := call(ctx, s, region, "vnet_get", func(ctx context.Context) (adapter.Item[vnet], error) {
		return read[adapter.Item[vnet]](ctx, s, runtime.JoinPaths(s.client.Endpoint(), network)+"?api-version="+questions["vnet_list"].version)
	})
	var failure *cloud.Error
	switch {
	case err == nil:
		for _, one := range subnetsOf(&of) {
			h.asked[idOf(one.Value.ID)] = &one
		}
		return nil
	case !errors.As(err, &failure) || failure.OfAccount:
		return err
	}
	switch failure.Class {
	case cloud.Denied:
		h.hidden[network] = true
	case cloud.NotFound, cloud.BadAnswer:
	default:
		return err
	}
	return nil
}

// groupOf is the security group of a subnet. That of a network that the credential may not
// see, now or in the next run, is as little seen as those of other subscriptions. The host of a
// subnet that nobody finds is refused: what is stored of it stays.
func (h *hostSubnets) groupOf(f *adapter.Fields, id string) string {
	found := h.listed.Of(id)
	if found == nil {
		found = h.asked[id]
	}
	switch {
	case found != nil:
		f.Inherit(found.Read(networkSubnet, id))
		return idOf(found.Value.Properties.SecurityGroup.ID)
	case !h.hidden[networkOf(id)]:
		f.Fail("no list has its %s %s", networkSubnet, nameOf(id))
	}
	return ""
}
