package azure

import (
	"strings"

	"cloudsync/cloud/adapter"
)

// armID is the id of a resource in ARM, in lower case: lists write the same id in
// different cases.
type armID string

func idOf(id string) armID { return armID(strings.ToLower(id)) }

// network is the virtual network of a subnet's id, empty where it is of none.
func (id armID) network() string {
	network, _, found := strings.Cut(string(id), "/subnets/")
	if !found {
		return ""
	}
	return network
}

// within says that the resource is of the subscription.
func (id armID) within(subscription string) bool {
	return strings.HasPrefix(string(id), "/subscriptions/"+strings.ToLower(subscription)+"/")
}

// location is a location's name in the form of the list of locations: some resource
// providers write "East US" for eastus.
func location(name string) string {
	return strings.ReplaceAll(strings.ToLower(name), " ", "")
}

// text is what a field of the SDK holds, empty where it is absent.
func text[T ~string](field *T) string {
	if field == nil {
		return ""
	}
	return string(*field)
}

// nativeIDOf is a resource's own GUID, or its ARM id where the answer has none. Where
// something cannot be read, it may be the GUID: then nobody knows which resource it is,
// and its stored row is not to go for being looked up under another id.
func nativeIDOf[T any](item *adapter.Item[T], guid string, id armID) string {
	switch {
	case guid != "":
		return strings.ToLower(guid)
	case item.IsOdd():
		return ""
	default:
		return string(id)
	}
}

// reference is how ARM writes that a resource has another.
type reference struct {
	ID string `json:"id"`
}
