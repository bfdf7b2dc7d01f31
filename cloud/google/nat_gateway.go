package google

import (
	"cmp"
	"context"
	"encoding/json"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// nats are the gateways of all routers of the project. They are no resources of their own.
var nats = adapter.Census[*session, nat]{
	Actions: []string{routerList}, Path: questions[routerList].list, Ask: askNATs,
	Key:    func(n *nat) string { return pathOf(n.Router.SelfLink) + "/nats/" + n.NAT.Name },
	Region: func(n *nat) string { return regionOf(n.Router.SelfLink) },
}

var natGateways = adapter.Listing[*session, nat]{
	Kind: resource.NATGatewayKind, What: "NAT gateway", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &nats,
	Believe: enabled,
	ID:      (*nat).id,
	Join:    joinNATs,
}

// routerFields are those of nat. The keys of a router's BGP sessions are not asked for.
const routerFields = "id,selfLink,network,nats"

// nat is a gateway with the router that it is a part of.
type nat struct {
	NAT struct {
		Name, Type string
		NATIPs     []string // addresses of addresses; none where it takes some for itself
	}
	Router struct{ ID, SelfLink, Network string }
}

// id has the router's id in it: a gateway has none.
func (n *nat) id() string {
	if n.Router.ID == "" || n.NAT.Name == "" {
		return ""
	}
	return n.Router.ID + "/" + n.NAT.Name
}

// askNATs asks for a page of routers, and gives the gateways in them.
func askNATs(ctx context.Context, s *session, q adapter.Query) (answer adapter.Answer[nat], err error) {
	routers, err := ask[any](ctx, s, q)
	answer = adapter.Answer[nat]{NoList: routers.NoList, Next: routers.Next, Lacks: routers.Lacks}
	for _, router := range routers.Items {
		for _, one := range natsIn(router.Value) {
			text, err := json.Marshal(map[string]any{"nat": one, "router": router.Value})
			if err != nil {
				return answer, err
			}
			var item adapter.Item[nat]
			if err := json.Unmarshal(text, &item); err != nil {
				return answer, err
			}
			answer.Items = append(answer.Items, item)
		}
	}
	return answer, err
}

// natsIn is the list of a router's gateways. What is no list, or no router, is a gateway that
// makes no sense.
func natsIn(router any) []any {
	of, isRouter := router.(map[string]any)
	list, isList := of["nats"].([]any)
	if isRouter && (isList || of["nats"] == nil) {
		return list
	}
	return []any{cmp.Or[any](of["nats"], "")}
}

// joinNATs gets the addresses of the gateways just listed. One that the list lacks is gone.
func joinNATs(ctx context.Context, s *session, page adapter.Batch[nat]) (func(*adapter.Fields, *nat) resource.Row, error) {
	var all *adapter.Members[address]
	var err error
	if paths := page.All((*nat).addresses); len(paths) > 0 {
		all, err = addresses.Covering(ctx, s, page.Visit(), paths)
	}
	return func(f *adapter.Fields, n *nat) resource.Row { return natGatewayRow(f, n, all) }, err
}

// addresses are where those that the gateway was given are.
func (n *nat) addresses() []string {
	var paths []string
	for _, link := range n.NAT.NATIPs {
		paths = append(paths, pathOf(link))
	}
	return paths
}

func natGatewayRow(f *adapter.Fields, n *nat, all *adapter.Members[address]) resource.Row {
	row := &resource.NATGateway{
		Name:        n.NAT.Name,
		GatewayType: cmp.Or(n.NAT.Type, "PUBLIC"),
		VPCID:       pathOf(n.Router.Network),
	}
	for _, path := range n.addresses() {
		if found := cmp.Or(all.Of(path), all.Nameless(regionOf(path))); found != nil { // the latter may be that one
			f.Inherit(found.Read("address", pathOf(found.Value.SelfLink)))
			row.PublicIPs = append(row.PublicIPs, found.Value.text())
		}
	}
	row.PublicIPs = adapter.IPs(row.PublicIPs...)
	return row
}
