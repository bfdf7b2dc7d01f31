package google

import (
	"context"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// persistentDisks are all of the project, those of one zone and those of two.
var persistentDisks = inProject(diskList, func(d *disk) string { return d.SelfLink })

var disks = adapter.Listing[*session, disk]{
	Kind: resource.DiskKind, What: "disk", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &persistentDisks,
	Believe: enabled,
	ID:      func(d *disk) string { return d.ID },
	Join:    joinDisks,
}

// disk is a persistent disk or a Hyperdisk. Local SSDs are parts of their instances.
type disk struct {
	ID, Name, SelfLink, Status      string
	SizeGb, Type, CreationTimestamp string
	Zone                            string
	ReplicaZones                    []string // of a regional one
	Users                           []string
	Labels                          map[string]string
}

// joinDisks gets the instances, listed after the disks: a disk names an instance that was there
// before it was listed itself.
func joinDisks(ctx context.Context, s *session, page adapter.Batch[disk]) (func(*adapter.Fields, *disk) resource.Row, error) {
	var all *adapter.Members[machine]
	var err error
	if len(page.All(func(d *disk) []string { return d.Users })) > 0 {
		all, err = machines.After(ctx, s, page.Visit())
	}
	return func(f *adapter.Fields, d *disk) resource.Row { return diskRow(f, d, all) }, err
}

func diskRow(f *adapter.Fields, d *disk, machines *adapter.Members[machine]) resource.Row {
	row := &resource.Disk{
		Meta:           resource.Meta{NativeID: d.ID},
		Name:           d.Name,
		Status:         d.Status,
		Zone:           zonesOf(append(slices.Clone(d.ReplicaZones), d.Zone)...),
		DiskType:       nameOf(d.Type),
		SizeGiB:        f.Whole("sizeGb", d.SizeGb),
		Tags:           tagsOf(d.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", d.CreationTimestamp, zone),
	}
	if len(d.Users) > 0 { // a row has room for one
		attach(f, row, pathOf(d.SelfLink), pathOf(slices.Min(d.Users)), machines)
	}
	return row
}
