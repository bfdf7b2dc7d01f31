package azure

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// managedDisks are all of the subscription, for disks and for the hosts that do not say
// the sizes of theirs.
var managedDisks = adapter.Census[*session, managedDisk]{
	Actions: []string{"disk_list"}, Path: listPath, Ask: ask[managedDisk],
	Key:    func(d *managedDisk) string { return idOf(d.ID) },
	Region: func(d *managedDisk) string { return locationOf(d.Location) },
}

var disks = adapter.Listing[*session, managedDisk]{
	Kind: resource.DiskKind, What: "disk", IDField: "properties.uniqueId",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &managedDisks,
	Believe: permitted("Microsoft.Compute/disks/read", "Microsoft.Compute/virtualMachines/read",
		"Microsoft.Compute/virtualMachineScaleSets/read", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read"),
	ID:      func(d *managedDisk) string { return strings.ToLower(d.Properties.UniqueID) },
	OtherID: func(d *managedDisk) string { return idOf(d.ID) },
	Join:    joinDisks,
}

type managedDisk struct {
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	Location          string            `json:"location"`
	Zones             []string          `json:"zones"`
	Tags              map[string]string `json:"tags"`
	SKU               sku               `json:"sku"`
	ManagedBy         string            `json:"managedBy"`
	ManagedByExtended []string          `json:"managedByExtended"`
	Properties        struct {
		UniqueID    string `json:"uniqueId"`
		DiskState   string `json:"diskState"`
		DiskSizeGB  string `json:"diskSizeGB"`
		OSType      string `json:"osType"`
		TimeCreated string `json:"timeCreated"`
	} `json:"properties"`
}

// joinDisks gets the machines: those of the run's hosts where they show the disks as they are
// attached, else a list that is newer than that of the disks.
func joinDisks(ctx context.Context, s *session, page adapter.Batch[managedDisk]) (func(*adapter.Fields, *managedDisk) resource.Row, error) {
	var all *adapter.Members[machine]
	var err error
	if len(page.Items) > 0 {
		all, err = machines.Showing(ctx, s, page.Visit(), func(all *adapter.Members[machine]) bool {
			return !slices.ContainsFunc(page.Items, func(item *adapter.Item[managedDisk]) bool { return !item.Value.isShownBy(all) })
		})
	}
	return func(f *adapter.Fields, d *managedDisk) resource.Row { return diskRow(f, d, all) }, err
}

// isShownBy says that the disk's machine is there, and has it.
func (d *managedDisk) isShownBy(machines *adapter.Members[machine]) bool {
	manager := d.manager()
	if manager == "" {
		return true
	}
	found := machines.Of(manager)
	return found != nil && slices.ContainsFunc(found.Value.attached(nil), func(at attached) bool { return at.id == idOf(d.ID) })
}

func diskRow(f *adapter.Fields, d *managedDisk, machines *adapter.Members[machine]) *resource.Disk {
	p := &d.Properties
	row := &resource.Disk{
		Name:           d.Name,
		Status:         p.DiskState,
		Zone:           zoneOf(d.Zones),
		DiskType:       d.SKU.Name,
		Role:           roleOf(p.OSType != ""), // that it has while it is not attached
		SizeGiB:        f.Whole("diskSizeGB", p.DiskSizeGB),
		Tags:           tagsOf(d.Tags),
		CloudCreatedAt: f.Time("timeCreated", p.TimeCreated, zone),
	}
	if manager := d.manager(); manager != "" {
		attach(f, row, d, machines, manager)
	}
	return row
}

// manager is the machine that a disk is attached to; the first of several that share it.
func (d *managedDisk) manager() string {
	return idOf(cmp.Or(d.ManagedBy, adapter.Least(d.ManagedByExtended, idOf)))
}
