package cli

import (
	"context"
	"net/netip"
	"strings"

	"cloudsync/inventory"
	"cloudsync/starter/output"
)

// tellNothing says that nothing matches, and what may help: in whose range an address is, or
// what of the query may be meant otherwise.
func tellNothing(ctx context.Context, out *output.Printer, reader inventory.Reader, scope inventory.Scope) error {
	if network, ok := inventory.AskedNetwork(scope.Query); ok {
		return tellAddress(ctx, out, reader, scope, network)
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
	ranges, err := inventory.RangesOf(ctx, reader, scope.AsOf, network)
	for _, found := range ranges {
		out.Line("  %s is in the range %s of %s %s (%s) in %s/%s/%s", network.Addr(), found.CIDR, shortKind(found.Kind.Name()),
			found.Meta.NativeID, found.Name, found.Meta.Provider, found.Meta.Account, found.Meta.Region)
	}
	return err
}
