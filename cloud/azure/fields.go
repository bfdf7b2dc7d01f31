package azure

import (
	"maps"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/adapter"
)

// zone is that of times which do not name theirs.
var zone = time.UTC

// idOf is the id of a resource in ARM, in lower case: lists write the same id in different
// cases.
func idOf(id string) string { return strings.ToLower(id) }

// nameOf is the last part of an id.
func nameOf(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// networkOf is the virtual network of a subnet's id, empty where it is of none.
func networkOf(subnet string) string {
	network, _, found := strings.Cut(subnet, "/subnets/")
	if !found {
		return ""
	}
	return network
}

// isWithin says that an id, or a path, is below the subscription.
func isWithin(id, subscription string) bool {
	prefix := "/subscriptions/" + subscription + "/"
	return len(id) > len(prefix) && strings.EqualFold(id[:len(prefix)], prefix)
}

// idWithin is the id of what is referred to, empty where that is of another subscription:
// that subscription's credential sees it.
func idWithin(subscription string, of *reference) string {
	if of == nil || !isWithin(of.ID, subscription) {
		return ""
	}
	return idOf(of.ID)
}

// locationOf is a location's name in the form of the list of locations: some resource
// providers write "East US" for eastus.
func locationOf(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "")
}

// zoneOf is the zone; several, of a resource that is in all of them, with commas.
func zoneOf(zones []string) string { return strings.Join(adapter.Set(zones...), ",") }

// tagsOf are the tags of one row alone.
func tagsOf(tags map[string]string) map[string]string { return maps.Clone(tags) }

// sku is how ARM writes a SKU.
type sku struct {
	Name     string `json:"name"`
	Tier     string `json:"tier"`
	Family   string `json:"family"`
	Capacity string `json:"capacity"`
}

// joinedWords are words in the form of SKUs' names, such as Premium_P1.
func joinedWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(word string) bool { return word == "" }), "_")
}

// reference is how ARM writes that a resource has another.
type reference struct {
	ID string `json:"id"`
}

// roleOf is the role of a disk.
func roleOf(system bool) string {
	if system {
		return "system"
	}
	return "data"
}
