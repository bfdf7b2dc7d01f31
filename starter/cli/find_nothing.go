package cli

import (
	"context"
	"net/netip"
	"strings"

	"cloudsync/inventory"
	"cloudsync/query"
	"cloudsync/resource"
	"cloudsync/starter/output"
)

// tellNothing says that nothing matches, and what may help: in whose range an address is, or
// what of the query may be meant otherwise.
func tellNothing(ctx context.Context, out *output.Printer, reader inventory.Reader, scope inventory.Scope) error {
	if networks := askedNetworks(scope.Query); len(networks) == 1 && len(scope.Query.Matchers)+len(scope.Query.Words) == 1 {
		return tellAddress(ctx, out, reader, scope, networks[0])
	}
	if len(scope.Kinds) == 1 {
		out.Line("no row of %s matches", scope.Kinds[0].Name())
	} else {
		out.Line("no row matches")
	}
	for _, matcher := range scope.Query.Matchers {
		if text := matcher.Expression(); text != "" && !strings.ContainsAny(text, `*+`) {
			out.Note(output.Plain, "An expression has to match the whole of a value: for a part of it, write "+matcher.Label+`=~".*`+text+`.*"`)
			return nil
		}
	}
	return nil
}

// tellAddress says whose range an address is in that no resource has.
func tellAddress(ctx context.Context, out *output.Printer, reader inventory.Reader, scope inventory.Scope, network netip.Prefix) error {
	if network.IsSingleIP() {
		out.Line("no resource has the address %s", network.Addr())
	} else {
		out.Line("no resource has an address in %s", network)
	}
	ranges := inventory.Scope{Kinds: []*resource.Kind{resource.SubnetKind, resource.VPCKind}, AsOf: scope.AsOf}
	schemas := map[*resource.Kind]*query.Schema{resource.SubnetKind: query.SchemaOf(resource.SubnetKind), resource.VPCKind: query.SchemaOf(resource.VPCKind)}
	told := 0
	return reader.Each(ctx, ranges, func(row inventory.Found) error {
		schema := schemas[row.Kind]
		for _, cidr := range query.Values(schema, row.Row, "cidrs") {
			if !covers(cidr, network) || told == maxRanges {
				continue
			}
			told++
			out.Line("  %s is in the range %s of %s %s (%s) in %s", network.Addr(), cidr, shortKind(row.Kind.Name()),
				row.Row.RowMeta().NativeID, labelText("name")(schema, row), placeText(schema, row))
		}
		return nil
	})
}

// maxRanges is how many ranges are told: private ones are the same in many accounts.
const maxRanges = 10

// covers says that a range has all addresses of a network. Every address is in 0.0.0.0/0.
func covers(cidr string, network netip.Prefix) bool {
	found, err := netip.ParsePrefix(cidr)
	return err == nil && found.Bits() > 0 && found.Bits() <= network.Bits() && found.Contains(network.Addr())
}
