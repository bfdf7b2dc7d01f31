package azure

import (
	"cmp"
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
	readRow[resource.Disk]
	id      armID
	machine armID
}

// managedDisk is a disk as ARM lists it.
type managedDisk struct {
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	Location          string            `json:"location"`
	Zones             []string          `json:"zones"`
	Tags              map[string]string `json:"tags"`
	SKU               named             `json:"sku"`
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

func (d disks) counted() counted[diskFound] {
	return counted[diskFound]{
		s: d.s, kind: "disks", what: "disk", actions: diskActions, table: d.s.tables.disks, load: d.s.listDisks,
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
	machines, err := d.s.machines(ctx, region, begins, found.listed)
	if err != nil {
		return cloud.Page{}, err
	}
	for _, one := range found.members {
		row, problem := placed(one.row, region, machines)
		adapter.PutRead(&page, row, problem)
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
	all := list[managedDisk]{action: "disk_list", page: paged[managedDisk](
		func() *runtime.Pager[armcompute.DisksClientListResponse] { return s.clients.disks.NewListPager(nil) })}
	err := all.each(ctx, s, func(item *adapter.Item[managedDisk]) {
		disk := &item.Value
		native := nativeIDOf(item, disk.Properties.UniqueID, idOf(disk.ID))
		f := item.Read("disk", native)
		one := diskFound{id: idOf(disk.ID), machine: managerOf(disk), readRow: readRow[resource.Disk]{row: diskRow(f, disk)}}
		one.row.NativeID = native
		one.problem = f.Problem()
		found.add(location(disk.Location), one.id, one)
	})
	found.sort()
	return found, err
}

// diskRow is the row of a disk, with the role that it has while it is not attached.
func diskRow(f *adapter.Fields, disk *managedDisk) resource.Disk {
	p := &disk.Properties
	row := resource.Disk{
		Name:           disk.Name,
		Status:         p.DiskState,
		Zone:           zoneOf(disk.Zones),
		DiskType:       disk.SKU.Name,
		Role:           dataDisk,
		SizeGiB:        f.Whole("diskSizeGB", p.DiskSizeGB),
		Tags:           disk.Tags,
		CloudCreatedAt: f.Time("timeCreated", p.TimeCreated, zone),
	}
	if p.OSType != "" {
		row.Role = systemDisk
	}
	return row
}

// managerOf is the machine that a disk is attached to; the first of several that share
// it.
func managerOf(disk *managedDisk) armID {
	if disk.ManagedBy != "" {
		return idOf(disk.ManagedBy)
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

// machines are those of the subscription, listed after the disks: a disk names a machine
// that was there before it was listed itself. One that this list lacks is gone; an
// instance of a uniform scale set never is in it, being no host.
func (s *session) machines(ctx context.Context, region string, begins bool, disksListed time.Time) (census[adapter.Item[machine]], error) {
	covers := func(census[adapter.Item[machine]]) bool { return false } // one from before tells nothing, whatever is in it
	return s.tables.machines.covering(ctx, "disks/"+region, begins, disksListed, covers, s.listMachines)
}

// placed is the disk's row with its machine, and with the role and the LUN that it has
// there, and why they cannot be relied on.
func placed(found diskFound, region string, machines census[adapter.Item[machine]]) (placed *resource.Disk, problem string) {
	row, problem := &found.row, found.problem
	if found.machine == "" {
		return row, problem
	}
	one, there := machines.byID[found.machine]
	if there && one.row.IsOdd() {
		problem = cmp.Or(problem, one.row.Read("virtual machine", one.row.Value.ID).Problem())
	}
	if there {
		row.HostNativeID = one.row.Value.nativeID()
	}
	if row.HostNativeID == "" {
		if nameless := machines.nameless(region); nameless != nil { // it may be that one
			problem = cmp.Or(problem, nameless.row.Read("virtual machine", "").Problem())
		}
		return row, problem
	}
	for _, at := range one.row.Value.attached(nil) {
		if at.id != found.id || at.id == "" {
			continue
		}
		row.Device = at.device
		row.Role = dataDisk
		if at.system {
			row.Role = systemDisk
		}
	}
	return row, problem
}
