package azure

import (
	"context"
	"slices"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// diskActions are what a credential has to be allowed for lists of disks.
var diskActions = []string{"Microsoft.Compute/disks/read", "Microsoft.Compute/virtualMachines/read"}

// The roles of disks.
const (
	systemDisk = "system"
	dataDisk   = "data"
)

// disks lists managed disks.
type disks struct{ s *session }

// diskFound is a disk before it is joined with the machine that it is attached to.
type diskFound struct {
	id      armID
	row     resource.Disk
	machine armID
}

func (d disks) counted() counted[diskFound] {
	return counted[diskFound]{
		s: d.s, kind: "disks", actions: diskActions, table: d.s.tables.disks, load: d.s.listDisks,
		idOf: func(found *diskFound) string { return found.row.NativeID },
	}
}

// List implements adapter.Lister. The cursor is the ARM id of the last disk before.
func (d disks) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	begins := cursor == ""
	page, found, err := d.counted().page(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	attachedHere, err := d.s.machines(ctx, region, begins, found.listed)
	if err != nil {
		return cloud.Page{}, err
	}
	for _, one := range found.members {
		page.Rows = append(page.Rows, attachedHere.place(one.row))
	}
	if page.Next == "" {
		d.s.tables.machines.Forget(region)
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d disks) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return d.counted().lookup(ctx, region, nativeIDs)
}

// listDisks lists all managed disks of the subscription.
func (s *session) listDisks(ctx context.Context) (census[diskFound], error) {
	found := newCensus[diskFound]()
	all := list[armcompute.Disk]{action: "disk_list", page: paged(
		func() *runtime.Pager[armcompute.DisksClientListResponse] { return s.clients.disks.NewListPager(nil) },
		func(page armcompute.DisksClientListResponse) answered[armcompute.Disk] {
			return answered[armcompute.Disk]{Value: page.Value, NextLink: page.NextLink}
		})}
	err := all.each(ctx, s, func(disk *armcompute.Disk) error {
		row, err := diskRow(disk)
		found.add(location(disk.Location), idOf(disk.ID), row)
		return err
	})
	found.sort()
	return found, err
}

// diskRow is the row of a disk, with the role that it has while it is not attached.
func diskRow(disk *armcompute.Disk) (found diskFound, err error) {
	p := disk.Properties
	if p == nil {
		p = &armcompute.DiskProperties{}
	}
	row := resource.Disk{
		Meta:    resource.Meta{NativeID: nativeID(p.UniqueID, idOf(disk.ID))},
		Name:    text(disk.Name),
		Status:  text(p.DiskState),
		Zone:    zoneOf(disk.Zones),
		Role:    dataDisk,
		SizeGiB: number(p.DiskSizeGB),
		Tags:    tagsOf(disk.Tags),
	}
	if row.SizeGiB < 0 {
		return found, adapter.BadAnswer("disk_list", "disk %s: diskSizeGB is %d", row.NativeID, row.SizeGiB)
	}
	if disk.SKU != nil {
		row.DiskType = text(disk.SKU.Name)
	}
	if p.OSType != nil {
		row.Role = systemDisk
	}
	if p.TimeCreated != nil {
		row.CloudCreatedAt = *p.TimeCreated
	}
	return diskFound{id: idOf(disk.ID), row: row, machine: managerOf(disk)}, nil
}

// managerOf is the machine that a disk is attached to; the first of several that share
// it.
func managerOf(disk *armcompute.Disk) armID {
	if manager := idOf(disk.ManagedBy); manager != "" {
		return manager
	}
	var several []armID
	for _, id := range disk.ManagedByExtended {
		several = append(several, idOf(id))
	}
	if len(several) == 0 {
		return ""
	}
	return slices.Min(several)
}

// machines are what a region's disks are attached to.
type machines struct {
	began time.Time
	ids   map[armID]string // native ids of virtual machines
	disks map[armID]attached
}

// machines are those of the region, listed after its disks: a disk names a machine that
// was there before it was listed itself. One that this list lacks is gone; an instance of
// a uniform scale set never is in it, being no host.
func (s *session) machines(ctx context.Context, region string, begins bool, disksListed time.Time) (machines, error) {
	load := func(ctx context.Context) (machines, error) { return s.listMachines(ctx, region) }
	found, err := s.tables.machines.Get(ctx, region, begins, load)
	if err != nil || !found.began.Before(disksListed) {
		return found, err
	}
	s.tables.machines.Forget(region) // the disks were listed anew meanwhile
	return s.tables.machines.Get(ctx, region, begins, load)
}

func (s *session) listMachines(ctx context.Context, region string) (machines, error) {
	found := machines{began: time.Now(), ids: map[armID]string{}, disks: map[armID]attached{}}
	err := s.machinesOf(region).each(ctx, s, func(machine *armcompute.VirtualMachine) error {
		found.ids[idOf(machine.ID)] = hostID(machine)
		if machine.Properties == nil {
			return nil
		}
		for _, disk := range attachedTo(storageOf(machine.Properties)) {
			if disk.id != "" {
				found.disks[disk.id] = disk
			}
		}
		return nil
	})
	return found, err
}

// place is the disk's row with its machine, and with the role and the LUN that it has
// there.
func (m machines) place(found diskFound) *resource.Disk {
	row := found.row
	row.HostNativeID = m.ids[found.machine]
	if row.HostNativeID == "" {
		return &row
	}
	if at, there := m.disks[found.id]; there {
		row.Device = at.device
		row.Role = dataDisk
		if at.system {
			row.Role = systemDisk
		}
	}
	return &row
}
