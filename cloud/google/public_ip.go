package google

import (
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// addresses are all that the project has reserved, in its regions and globally.
var addresses = inProject(addressList, func(a *address) string { return a.SelfLink })

var publicIPs = listed(resource.PublicIPKind, "address", "id", &addresses, func(a *address) string { return a.ID }, publicIPRow)

// address is one that was reserved. An ephemeral one is in no list but its instance's.
type address struct {
	ID, Name, SelfLink, CreationTimestamp string
	Address, PrefixLength                 string // the latter of a range, such as an instance's IPv6
	AddressType, Purpose, Status          string
	Users                                 []string
	Labels                                map[string]string
}

// isKept says that an address is public, and kept until somebody releases it. Those that a NAT
// gateway takes for itself come and go with its traffic.
func (a *address) isKept() bool { return a.AddressType != "INTERNAL" && a.Purpose != "NAT_AUTO" }

func publicIPRow(f *adapter.Fields, a *address) resource.Row {
	if !a.isKept() {
		return nil
	}
	row := &resource.PublicIP{
		Name:           a.Name,
		Status:         a.Status,
		Address:        a.text(),
		Tags:           tagsOf(a.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", a.CreationTimestamp, zone),
	}
	if len(a.Users) > 0 { // a row has room for one
		row.AttachedID = pathOf(slices.Min(a.Users))
		row.AttachedType = collectionOf(row.AttachedID)
	}
	return row
}

// text is the address, with its length where it is a range.
func (a *address) text() string {
	text := strings.Join(adapter.IPs(a.Address), "")
	if a.PrefixLength == "" || a.PrefixLength == "0" || text == "" {
		return text
	}
	return text + "/" + a.PrefixLength
}
