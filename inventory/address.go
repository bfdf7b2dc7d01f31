package inventory

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"cloudsync/query"
	"cloudsync/resource"
)

// AskedNetworks are the networks that a query asks for; an address is one, too.
func AskedNetworks(asked query.Query) (networks []netip.Prefix) {
	for _, word := range asked.Words {
		if word.Network().IsValid() {
			networks = append(networks, word.Network())
		}
	}
	for _, matcher := range asked.Matchers {
		switch {
		case matcher.Negated || !query.IsAddress(matcher.Label):
		case matcher.Network().IsValid():
			networks = append(networks, matcher.Network())
		default:
			for _, text := range matcher.Texts() {
				if addr := query.Address(text); addr.IsValid() {
					networks = append(networks, netip.PrefixFrom(addr, addr.BitLen()))
				}
			}
		}
	}
	return networks
}

// AskedNetwork is the network or address that is all that a query asks for; ok says that there
// is one.
func AskedNetwork(asked query.Query) (network netip.Prefix, ok bool) {
	networks := AskedNetworks(asked)
	if len(networks) != 1 || len(asked.Matchers)+len(asked.Words) != 1 {
		return network, false
	}
	return networks[0], true
}

// Range is a range of addresses that a subnet or a VPC has.
type Range struct {
	CIDR string
	Kind *resource.Kind
	Meta resource.Meta
	Name string
}

// maxRanges is how many ranges are told: private ones are the same in many accounts.
const maxRanges = 10

var errEnoughRanges = errors.New("enough ranges")

// RangesOf are some of the ranges that have all addresses of a network: those of subnets, then
// those of VPCs. asOf is a time, or zero for now.
func RangesOf(ctx context.Context, reader Reader, asOf time.Time, network netip.Prefix) (ranges []Range, err error) {
	scope := Scope{Kinds: []*resource.Kind{resource.SubnetKind, resource.VPCKind}, AsOf: asOf}
	schemas := map[*resource.Kind]*query.Schema{resource.SubnetKind: query.SchemaOf(resource.SubnetKind), resource.VPCKind: query.SchemaOf(resource.VPCKind)}
	err = reader.Each(ctx, scope, func(row Found) error {
		for _, cidr := range query.Values(schemas[row.Kind], row.Row, "cidrs") {
			if !covers(cidr, network) {
				continue
			}
			if len(ranges) == maxRanges {
				return errEnoughRanges
			}
			meta := row.Row.RowMeta()
			ranges = append(ranges, Range{CIDR: cidr, Kind: row.Kind, Meta: *meta, Name: strings.Join(query.Values(schemas[row.Kind], row.Row, "name"), "")})
		}
		return nil
	})
	if errors.Is(err, errEnoughRanges) {
		err = nil
	}
	return ranges, err
}

// covers says that a range has all addresses of a network. Every address is in 0.0.0.0/0.
func covers(cidr string, network netip.Prefix) bool {
	found, err := netip.ParsePrefix(cidr)
	return err == nil && found.Bits() > 0 && found.Bits() <= network.Bits() && found.Contains(network.Addr())
}
