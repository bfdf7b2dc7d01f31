package benchindex

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
)

// The names of figures of the page.
const (
	pageOverview  = "page: overview"
	pageInventory = "page: inventory"
	pageResource  = "page: a resource"
	pageTree      = "page: tree root"
)

// How often each page is asked for.
const (
	inventoryPages = 200
	otherPages     = 50
)

// pages asks for what people look at, as HTML with all that it shows.
func (b *bench) pages(ctx context.Context, rng *rand.Rand) error {
	b.say("pages")
	some, err := b.resources(ctx)
	if err != nil {
		return err
	}
	for _, page := range []struct {
		name, detail string
		times        int
		path         func(*rand.Rand) (string, url.Values)
	}{
		{pageOverview, "", otherPages, func(*rand.Rand) (string, url.Values) { return "/", nil }},
		{pageInventory, "first rows, total and facets of different addresses", inventoryPages, b.fleet.inventoryPage},
		{pageResource, "with what belongs to it, and its life", otherPages, func(rng *rand.Rand) (string, url.Values) { return "/resources/resource_host/" + pick(rng, some), nil }},
		{pageTree, "", otherPages, func(*rand.Rand) (string, url.Values) { return "/tree", nil }},
	} {
		var took []float64
		for range page.times {
			path, query := page.path(rng)
			answer, err := b.client.ask(ctx, path, query)
			if err != nil {
				return err
			}
			if !bytes.HasSuffix(bytes.TrimSpace(answer.body), []byte("</html>")) {
				return fmt.Errorf("%s?%s is no page: %.200s", path, query.Encode(), answer.body)
			}
			took = append(took, inMilliseconds(answer.took))
		}
		b.results.add(page.name, "ms", page.detail, took...)
	}
	return nil
}

// inventoryPage is an address of the inventory with all hosts, or those that a random question
// finds, in a random order.
func (f fleet) inventoryPage(rng *rand.Rand) (path string, query url.Values) {
	query = url.Values{"kind": {"resource_host"}}
	if sort := pick(rng, []string{"", "", "name", "-vcpu", "region"}); sort != "" {
		query.Set("sort", sort)
	}
	switch rng.IntN(4) {
	case 0: // all
	case 1:
		query.Set("q", f.byName(rng).q)
	default:
		query.Set("q", f.threeMatchers(rng).q)
	}
	return "/inventory", query
}

// resources are the uids of some hosts.
func (b *bench) resources(ctx context.Context) (uids []string, err error) {
	answer, err := b.client.ask(ctx, hostPath, url.Values{"limit": {fmt.Sprint(otherPages)}})
	if err != nil {
		return nil, err
	}
	var found struct {
		Rows []struct {
			UID string `json:"uid"`
		} `json:"rows"`
	}
	if err := answer.read(&found); err != nil {
		return nil, err
	}
	for _, row := range found.Rows {
		uids = append(uids, row.UID)
	}
	if len(uids) == 0 {
		return nil, fmt.Errorf("the server has no hosts: %.200s", answer.body)
	}
	return uids, nil
}
