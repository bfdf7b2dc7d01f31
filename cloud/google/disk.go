package google

import (
	"context"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// persistentDisks are all of the project, those of one zone and those of two.
var persistentDisks = adapter.Census[*session, disk]{
	Actions: []string{diskList}, Path: questions[diskList].list, Ask: ask[disk],
	Key:    func(d *disk) string { return pathOf(d.SelfLink) },
	Region: func(d *disk) string { return regionOf(d.SelfLink) },
}

var disks = adapter.Listing[*session, disk]{
	Kind: resource.DiskKind, What: "disk", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &persistentDisks,
	Believe: enabled,
	ID:      func(d *disk) string { return d.ID },
	Join:    joinDisks,
}

// disk is a persistent disk or a Hyperdisk. Local SSDs are parts of their instances.
type disk struct {
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	SelfLink          string            `json:"selfLink"`
	Status            string            `json:"status"`
	SizeGb            string            `json:"sizeGb"`
	Type              string            `json:"type"`
	Zone              string            `json:"zone"`
	ReplicaZones      []string          `json:"replicaZones"` // of a regional one
	Users             []string          `json:"users"`
	Labels            map[string]string `json:"labels"`
	CreationTimestamp string            `json:"creationTimestamp"`
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

// attach sets what a disk has of its instance. One that the list lacks is gone.
func attach(f *adapter.Fields, row *resource.Disk, disk, user string, machines *adapter.Members[machine]) {
	found := machines.Of(user)
	if found == nil {
		if nameless := machines.Nameless(regionOf(user)); nameless != nil { // it may be that one
			f.Inherit(nameless.Read("instance", ""))
		}
		return
	}
	f.Inherit(found.Read("instance", found.Value.ID))
	row.HostNativeID = found.Value.ID
	for _, at := range found.Value.Disks {
		if pathOf(at.Source) == disk {
			row.Device, row.Role = at.DeviceName, roleOf(at.Boot)
		}
	}
}

// roleOf is the role of a disk that is attached.
func roleOf(boot bool) string {
	if boot {
		return "system"
	}
	return "data"
}
