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

// joinDisks gets the instances: those of the run's hosts where they show the disks as they are
// attached, else a list that is newer than that of the disks.
func joinDisks(ctx context.Context, s *session, page adapter.Batch[disk]) (func(*adapter.Fields, *disk) resource.Row, error) {
	var all *adapter.Members[machine]
	var err error
	if len(page.All(func(d *disk) []string { return d.Users })) > 0 {
		all, err = machines.Showing(ctx, s, page.Visit(), func(all *adapter.Members[machine]) bool {
			return !slices.ContainsFunc(page.Items, func(item *adapter.Item[disk]) bool { return !item.Value.isShownBy(all) })
		})
	}
	return func(f *adapter.Fields, d *disk) resource.Row { return diskRow(f, d, all) }, err
}

// user is the instance that a disk is attached to, one of several: a row has room for one.
func (d *disk) user() string {
	if len(d.Users) == 0 {
		return ""
	}
	return pathOf(slices.Min(d.Users))
}

// isShownBy says that the disk's instance is there, and has it.
func (d *disk) isShownBy(machines *adapter.Members[machine]) bool {
	user := d.user()
	if user == "" {
		return true
	}
	found := machines.Of(user)
	return found != nil && slices.ContainsFunc(found.Value.Disks, func(at attached) bool { return pathOf(at.Source) == pathOf(d.SelfLink) })
}

func diskRow(f *adapter.Fields, d *disk, machines *adapter.Members[machine]) resource.Row {
	row := &resource.Disk{
		Name:           d.Name,
		Status:         d.Status,
		Zone:           zonesOf(append(slices.Clone(d.ReplicaZones), d.Zone)...),
		DiskType:       nameOf(d.Type),
		SizeGiB:        f.Whole("sizeGb", d.SizeGb),
		Tags:           tagsOf(d.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", d.CreationTimestamp, zone),
	}
	if user := d.user(); user != "" {
		attach(f, row, pathOf(d.SelfLink), user, machines)
	}
	return row
}
