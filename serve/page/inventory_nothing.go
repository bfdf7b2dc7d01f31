package page

import (
	"context"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"cloudsync/inventory"
	"cloudsync/query"
)

// nothing is what may help where no row matches.
type nothing struct {
	Empty   bool   // the inventory has no row at all
	Address string // that is asked for, and that no resource has
	Ranges  []addressRange
	Deleted []deletedRow // that matched once
	// Whole is a query that finds a part of a value, where the one that was asked has to match
	// the whole of it.
	Whole, WholeLink string
}

// addressRange is a range that an address is in.
type addressRange struct {
	CIDR, Kind, ID, Name, Place, Link string
}

func (p *Page) tellNothing(ctx context.Context, view *inventoryView) (*nothing, error) {
	told := &nothing{}
	if view.At.IsZero() && view.Others == 0 {
		counts, err := p.Inventory.Count(ctx, inventory.Count{Scope: inventory.Scope{Kinds: p.kinds}})
		if err != nil {
			return nil, err
		}
		if told.Empty = counts.Total == 0; told.Empty {
			return told, nil
		}
	}
	if view.At.IsZero() {
		if err := p.addDeleted(ctx, view, told); err != nil {
			return nil, err
		}
	}
	if network, ok := inventory.AskedNetwork(view.find.Query); ok {
		return told, p.tellRanges(ctx, view, network, told)
	}
	for _, matcher := range view.find.Query.Matchers {
		text := matcher.Expression()
		if text == "" || strings.ContainsAny(text, "*+") || regexp.QuoteMeta(text) != text {
			continue
		}
		// Words and other matchers stay as they are.
		whole := strings.Replace(view.find.Query.Written(), matcher.Written(), query.WrittenLabel(matcher.Label)+`=~".*`+text+`.*"`, 1)
		told.Whole, told.WholeLink = whole, view.Asked.but(func(a *asked) { a.Q = whole }).Link()
		break
	}
	return told, nil
}

func (p *Page) tellRanges(ctx context.Context, view *inventoryView, network netip.Prefix, told *nothing) error {
	told.Address = network.String()
	if network.IsSingleIP() {
		told.Address = network.Addr().String()
	}
	ranges, err := inventory.RangesOf(ctx, p.Inventory, view.At, network)
	for _, found := range ranges {
		meta := found.Meta
		told.Ranges = append(told.Ranges, addressRange{
			CIDR: found.CIDR, Kind: found.Kind.Name(), ID: meta.NativeID, Name: found.Name, Place: meta.Provider + "/" + meta.Account + "/" + meta.Region,
			Link: with(resourcePath(found.Kind.Name(), meta.UID), url.Values{"at": {view.Asked.At}}),
		})
	}
	return err
}
