package azure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/compute/armcompute/v7"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// hostActions are what a credential has to be allowed for lists of hosts.
var hostActions = []string{
	"Microsoft.Compute/virtualMachines/read",
	"Microsoft.Compute/disks/read",
	"Microsoft.Compute/locations/vmSizes/read",
	"Microsoft.Network/networkInterfaces/read",
	"Microsoft.Network/publicIPAddresses/read",
}

// hosts lists virtual machines, those of flexible scale sets among them. The
// instances of uniform ones are no resources of their own.
type hosts struct{ s *session }

// List implements adapter.Lister. The cursor is that of ARM.
func (h hosts) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	begins := cursor == ""
	if begins {
		if err := h.s.enabled(ctx, region); err != nil {
			return cloud.Page{}, err
		}
		if err := h.s.permit(ctx, false, hostActions); err != nil {
			return cloud.Page{}, err
		}
	}
	found, next, err := h.s.machinesOf(region).at(ctx, h.s, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	if len(found) == 0 && next == "" {
		return cloud.Page{}, nil
	}
	joined, err := h.s.join(ctx, region, begins, found)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: next, Rows: make([]resource.Row, 0, len(found))}
	for _, machine := range found {
		row, err := hostRow(machine, joined)
		var lacks *lacking
		switch {
		case errors.As(err, &lacks): // the row would have half its fields; the machine must not stop the others
			page.Problems = append(page.Problems, cloud.Problem{NativeID: row.NativeID, Text: lacks.Error()})
		case err != nil:
			return cloud.Page{}, err
		default:
			page.Rows = append(page.Rows, row)
		}
	}
	return page, nil
}

// Lookup implements adapter.Lister: it lists the location again. The permission is
// asked for afterwards, so that it covers the list.
func (h hosts) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if err := h.s.enabled(ctx, region); err != nil {
		return nil, err
	}
	there := map[string]bool{}
	err := h.s.machinesOf(region).each(ctx, h.s, func(machine *armcompute.VirtualMachine) error {
		there[hostID(machine)] = true
		return nil
	})
	if err != nil {
		return nil, err
	}
	if there[""] {
		return nil, adapter.BadAnswer("vm_list of "+region, "a virtual machine has no vmId: it may be any of those looked up")
	}
	if err := h.s.permit(ctx, true, hostActions); err != nil {
		return nil, err
	}
	return existing(nativeIDs, there), nil
}

// existing are the ids that are there, spelled as they were asked for.
func existing(nativeIDs []string, there map[string]bool) []string {
	var found []string
	for _, id := range nativeIDs {
		if there[strings.ToLower(id)] {
			found = append(found, id)
		}
	}
	return found
}

// machinesOf is the list of a location's virtual machines.
func (s *session) machinesOf(region string) list[armcompute.VirtualMachine] {
	return list[armcompute.VirtualMachine]{region: region, action: "vm_list", page: paged(
		func() *runtime.Pager[armcompute.VirtualMachinesClientListByLocationResponse] {
			return s.clients.machines.NewListByLocationPager(region, nil)
		},
		func(page armcompute.VirtualMachinesClientListByLocationResponse) answered[armcompute.VirtualMachine] {
			return answered[armcompute.VirtualMachine]{Value: page.Value, NextLink: page.NextLink}
		})}
}

// hostID is empty for an answer without one.
func hostID(machine *armcompute.VirtualMachine) string {
	if machine.Properties == nil {
		return ""
	}
	return strings.ToLower(text(machine.Properties.VMID))
}

// hostRow is the row of a virtual machine, half of it where the error is *lacking. What
// is secret in it, such as customData and userData, is not looked at.
func hostRow(machine *armcompute.VirtualMachine, with *joined) (*resource.Host, error) {
	p := machine.Properties
	if p == nil {
		p = &armcompute.VirtualMachineProperties{}
	}
	storage := storageOf(p)
	row := &resource.Host{
		Meta:       resource.Meta{NativeID: hostID(machine)},
		Name:       text(machine.Name),
		Zone:       zoneOf(machine.Zones),
		ImageID:    imageOf(storage.ImageReference),
		OS:         text(storage.OSDisk.OSType),
		ChargeType: text(p.Priority),
		Tags:       tagsOf(machine.Tags),
	}
	if row.ChargeType == "" {
		row.ChargeType = string(armcompute.VirtualMachinePriorityTypesRegular)
	}
	if p.TimeCreated != nil {
		row.CloudCreatedAt = *p.TimeCreated
	}
	if err := setSize(row, p.HardwareProfile, with.sizes); err != nil {
		return nil, err
	}
	if err := setDisks(row, storage, with.disks); err != nil {
		return nil, err
	}
	status, listed := with.statuses[idOf(machine.ID)]
	if !listed {
		return row, &lacking{what: ofStatuses, id: idOf(machine.ID)}
	}
	if row.Status = status; status == "" { // no power state yet
		row.Status = text(p.ProvisioningState)
	}
	return row, setNetwork(row, p.NetworkProfile, with)
}

func setSize(row *resource.Host, hardware *armcompute.HardwareProfile, known *sizes) error {
	if hardware == nil {
		return nil
	}
	row.InstanceType = text(hardware.VMSize)
	size := known.of(row.InstanceType)
	row.VCPU, row.MemoryMiB = size.vcpu, size.memoryMiB
	if custom := hardware.VMSizeProperties; custom != nil && custom.VCPUsAvailable != nil {
		row.VCPU = number(custom.VCPUsAvailable)
	}
	if row.VCPU < 0 {
		return adapter.BadAnswer("vm_list", "vm %s: vCPUsAvailable is %d", row.NativeID, row.VCPU)
	}
	return nil
}

// setDisks adds up the machine's disks. ARM leaves their sizes out of a machine that
// is deallocated; then they are those of the disks. One on an unmanaged disk of unknown
// size has no sum.
func setDisks(row *resource.Host, storage *armcompute.StorageProfile, disks census[diskFound]) error {
	sum, known := int64(0), true
	for _, disk := range attachedTo(storage) {
		gib := disk.gib
		if gib == 0 {
			found, there := disks.byID[disk.id]
			known = known && there
			if there {
				gib = found.row.row.SizeGiB
			}
		}
		if gib < 0 {
			return adapter.BadAnswer("vm_list", "vm %s: diskSizeGB of disk %s is %d", row.NativeID, disk.id, gib)
		}
		sum += gib
	}
	if known {
		row.DiskGiB = sum
	}
	return nil
}

// setNetwork takes the addresses of all network interfaces, and the network of the
// primary one.
func setNetwork(row *resource.Host, profile *armcompute.NetworkProfile, with *joined) error {
	for i, reference := range interfacesOf(profile) {
		id := idOf(reference.ID)
		found, there := with.interfaces[id]
		if !there {
			return &lacking{what: ofInterfaces, id: id}
		}
		for _, ip := range found.publicIPs {
			address, there := with.addresses[ip]
			if !there {
				return &lacking{what: ofAddresses, id: ip}
			}
			if address != "" { // a dynamic one of a machine that is off
				row.PublicIPs = append(row.PublicIPs, address)
			}
		}
		row.PrivateIPs = append(row.PrivateIPs, found.privateIPs...)
		if i == 0 {
			row.VPCID, row.SubnetID = found.subnet.network(), string(found.subnet)
		}
	}
	slices.Sort(row.PrivateIPs)
	slices.Sort(row.PublicIPs)
	return nil
}

// interfacesOf are the references to network interfaces, the primary one first.
func interfacesOf(profile *armcompute.NetworkProfile) []*armcompute.NetworkInterfaceReference {
	if profile == nil {
		return nil
	}
	secondary := func(reference *armcompute.NetworkInterfaceReference) int {
		if reference.Properties != nil && reference.Properties.Primary != nil && *reference.Properties.Primary {
			return 0
		}
		return 1
	}
	references := slices.DeleteFunc(slices.Clone(profile.NetworkInterfaces), func(r *armcompute.NetworkInterfaceReference) bool { return r == nil })
	slices.SortFunc(references, func(a, b *armcompute.NetworkInterfaceReference) int {
		if order := secondary(a) - secondary(b); order != 0 {
			return order
		}
		return strings.Compare(string(idOf(a.ID)), string(idOf(b.ID)))
	})
	return references
}

// attached is a disk in a machine's storage profile.
type attached struct {
	id     armID // empty for an unmanaged one
	gib    int64 // 0 where it is not said
	system bool
	device string
}

// attachedTo are the disks of a storage profile that storageOf gave.
func attachedTo(storage *armcompute.StorageProfile) []attached {
	var all []attached
	if os := storage.OSDisk; os.ManagedDisk != nil || os.Vhd != nil || os.DiskSizeGB != nil || os.Name != nil {
		all = append(all, attached{id: managed(os.ManagedDisk), gib: number(os.DiskSizeGB), system: true})
	}
	for _, data := range storage.DataDisks {
		if data == nil {
			continue
		}
		disk := attached{id: managed(data.ManagedDisk), gib: number(data.DiskSizeGB)}
		if data.Lun != nil {
			disk.device = fmt.Sprintf("lun%d", *data.Lun)
		}
		all = append(all, disk)
	}
	return all
}

func managed(disk *armcompute.ManagedDiskParameters) armID {
	if disk == nil {
		return ""
	}
	return idOf(disk.ID)
}

// storageOf is the machine's storage profile, with an OSDisk in any case.
func storageOf(p *armcompute.VirtualMachineProperties) *armcompute.StorageProfile {
	var storage armcompute.StorageProfile
	if p.StorageProfile != nil {
		storage = *p.StorageProfile
	}
	if storage.OSDisk == nil {
		storage.OSDisk = &armcompute.OSDisk{}
	}
	return &storage
}

// imageOf is the id of an image or of its version, or the URN of one of the
// marketplace, publisher:offer:sku:version.
func imageOf(image *armcompute.ImageReference) string {
	if image == nil {
		return ""
	}
	for _, id := range []*string{image.ID, image.CommunityGalleryImageID, image.SharedGalleryImageID} {
		if id := idOf(id); id != "" {
			return string(id)
		}
	}
	version := text(image.ExactVersion)
	if version == "" {
		version = text(image.Version)
	}
	urn := strings.Join([]string{text(image.Publisher), text(image.Offer), text(image.SKU), version}, ":")
	if urn == ":::" {
		return ""
	}
	return urn
}

// zoneOf is the zone; several, of a resource that is in all of them, with commas.
func zoneOf(zones []*string) string {
	return strings.Join(sortedTexts(zones), ",")
}

func sortedTexts(fields []*string) []string {
	var all []string
	for _, field := range fields {
		if one := text(field); one != "" {
			all = append(all, one)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func tagsOf(tags map[string]*string) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	all := make(map[string]string, len(tags))
	for key, value := range tags {
		all[key] = text(value)
	}
	return all
}
