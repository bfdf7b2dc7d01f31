package azure

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

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

// machine is a virtual machine as ARM lists it. What is secret in it, such as customData
// and userData, is not looked at.
type machine struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Location   string            `json:"location"`
	Zones      []string          `json:"zones"`
	Tags       map[string]string `json:"tags"`
	Properties struct {
		VMID              string `json:"vmId"`
		ProvisioningState string `json:"provisioningState"`
		Priority          string `json:"priority"`
		TimeCreated       string `json:"timeCreated"`
		HardwareProfile   struct {
			VMSize           string `json:"vmSize"`
			VMSizeProperties struct {
				VCPUsAvailable string `json:"vCPUsAvailable"`
			} `json:"vmSizeProperties"`
		} `json:"hardwareProfile"`
		StorageProfile struct {
			ImageReference image    `json:"imageReference"`
			OSDisk         vmDisk   `json:"osDisk"`
			DataDisks      []vmDisk `json:"dataDisks"`
		} `json:"storageProfile"`
		NetworkProfile struct {
			NetworkInterfaces []nicReference `json:"networkInterfaces"`
		} `json:"networkProfile"`
		InstanceView struct {
			Statuses []struct {
				Code string `json:"code"`
			} `json:"statuses"`
		} `json:"instanceView"`
	} `json:"properties"`
}

// image is what a machine was made from.
type image struct {
	ID                      string `json:"id"`
	CommunityGalleryImageID string `json:"communityGalleryImageId"`
	SharedGalleryImageID    string `json:"sharedGalleryImageId"`
	Publisher               string `json:"publisher"`
	Offer                   string `json:"offer"`
	SKU                     string `json:"sku"`
	Version                 string `json:"version"`
	ExactVersion            string `json:"exactVersion"`
}

// vmDisk is a disk in a machine's storage profile.
type vmDisk struct {
	Name        string     `json:"name"`
	OSType      string     `json:"osType"`
	DiskSizeGB  string     `json:"diskSizeGB"`
	LUN         string     `json:"lun"`
	ManagedDisk *reference `json:"managedDisk"`
	VHD         any        `json:"vhd"`
}

// nicReference is a network interface of a machine.
type nicReference struct {
	ID         string `json:"id"`
	Properties struct {
		Primary bool `json:"primary"`
	} `json:"properties"`
}

func (h hosts) counted() counted[adapter.Item[machine]] {
	return counted[adapter.Item[machine]]{
		s: h.s, kind: "hosts", what: "virtual machine", actions: hostActions, table: h.s.tables.machines, load: h.s.listMachines,
		idOf: func(item *adapter.Item[machine]) string { return item.Value.nativeID() },
	}
}

// List implements adapter.Lister. The cursor is the ARM id of the last machine before.
func (h hosts) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	page, found, err := h.counted().page(ctx, region, cursor)
	if err != nil || len(found.members) == 0 {
		return page, err
	}
	joined, err := h.s.join(ctx, region, cursor == "", found)
	if err != nil {
		return cloud.Page{}, err
	}
	for _, one := range found.members {
		machine := &one.row.Value
		f := one.row.Read("virtual machine", machine.nativeID())
		f.Put(&page, hostRow(f, machine, joined))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (h hosts) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return h.counted().lookup(ctx, region, nativeIDs)
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

// listMachines lists all virtual machines of the subscription, for hosts and for the disks
// that are attached to them. A list by location would be a request for each of them.
func (s *session) listMachines(ctx context.Context) (census[adapter.Item[machine]], error) {
	found := newCensus[adapter.Item[machine]]()
	all := list[machine]{action: "vm_list", page: paged[machine](
		func() *runtime.Pager[armcompute.VirtualMachinesClientListAllResponse] {
			return s.clients.machines.NewListAllPager(nil)
		})}
	err := all.each(ctx, s, func(item *adapter.Item[machine]) {
		found.add(location(item.Value.Location), idOf(item.Value.ID), *item)
	})
	found.sort()
	return found, err
}

// nativeID is empty for an answer without one.
func (m *machine) nativeID() string { return strings.ToLower(m.Properties.VMID) }

// hostRow is the row of a virtual machine.
func hostRow(f *adapter.Fields, machine *machine, with *joined) *resource.Host {
	p := &machine.Properties
	row := &resource.Host{
		Meta:           resource.Meta{NativeID: machine.nativeID()},
		Name:           machine.Name,
		Zone:           zoneOf(machine.Zones),
		ImageID:        p.StorageProfile.ImageReference.name(),
		OS:             p.StorageProfile.OSDisk.OSType,
		ChargeType:     cmp.Or(p.Priority, string(armcompute.VirtualMachinePriorityTypesRegular)),
		Tags:           machine.Tags,
		CloudCreatedAt: f.Time("timeCreated", p.TimeCreated, zone),
		InstanceType:   p.HardwareProfile.VMSize,
	}
	size := with.sizes.of(f, row.InstanceType)
	row.VCPU, row.MemoryMiB = size.vcpu, size.memoryMiB
	if custom := p.HardwareProfile.VMSizeProperties.VCPUsAvailable; custom != "" {
		row.VCPU = f.Whole("vCPUsAvailable", custom)
	}
	row.DiskGiB = machine.diskGiB(f, with.disks)
	status, listed := with.statuses[idOf(machine.ID)]
	if !listed { // the row would have half its fields
		f.Fail("%s", lacking(ofStatuses, idOf(machine.ID)))
	}
	row.Status = cmp.Or(status, p.ProvisioningState) // no power state yet
	setNetwork(f, row, machine, with)
	return row
}

// diskGiB adds up the machine's disks. ARM leaves their sizes out of a machine that
// is deallocated; then they are those of the disks. One on an unmanaged disk of unknown
// size has no sum.
func (m *machine) diskGiB(f *adapter.Fields, disks census[diskFound]) (sum int64) {
	known := true
	for _, disk := range m.attached(f) {
		gib := disk.gib
		if gib == 0 {
			found, there := disks.byID[disk.id]
			if there = there && disk.id != ""; !there && disk.id != "" && disks.nameless(location(m.Location)) != nil {
				f.Fail("its disk %s may be one that is listed without an id", disk.id.name())
			}
			if there && found.row.problem != "" {
				f.Fail("%s", found.row.problem)
			}
			if known = known && there; there {
				gib = found.row.row.SizeGiB
			}
		}
		sum += gib
	}
	if !known {
		return 0
	}
	return sum
}

// setNetwork takes the addresses of all network interfaces, and the network of the
// primary one.
func setNetwork(f *adapter.Fields, row *resource.Host, machine *machine, with *joined) {
	var privateIPs, publicIPs []string
	for i, reference := range machine.interfaces() {
		id := idOf(reference.ID)
		found, there := with.interfaces[id]
		if !there {
			f.Fail("%s", lacking(ofInterfaces, id))
		}
		if found.problem != "" {
			f.Fail("%s", found.problem)
		}
		for _, ip := range found.publicIPs {
			address, there := with.addresses[ip]
			if !there {
				f.Fail("%s", lacking(ofAddresses, ip))
			}
			publicIPs = append(publicIPs, address.read(f))
		}
		privateIPs = append(privateIPs, found.privateIPs...)
		if i == 0 {
			row.VPCID, row.SubnetID = found.subnet.network(), string(found.subnet)
		}
	}
	row.PrivateIPs, row.PublicIPs = adapter.IPs(privateIPs...), adapter.IPs(publicIPs...)
}

// interfaces are the references to network interfaces, the primary one first.
func (m *machine) interfaces() []nicReference {
	secondary := func(reference nicReference) int {
		if reference.Properties.Primary {
			return 0
		}
		return 1
	}
	references := slices.Clone(m.Properties.NetworkProfile.NetworkInterfaces)
	slices.SortFunc(references, func(a, b nicReference) int {
		return cmp.Or(secondary(a)-secondary(b), strings.Compare(string(idOf(a.ID)), string(idOf(b.ID))))
	})
	return references
}

// attached is a disk that a machine has.
type attached struct {
	id     armID // empty for an unmanaged one
	gib    int64 // 0 where it is not said
	system bool
	device string
}

// attached are the disks in the machine's storage profile. f may be nil where their
// sizes make no difference.
func (m *machine) attached(f *adapter.Fields) []attached {
	if f == nil {
		f = adapter.NewFields("virtual machine", m.nativeID())
	}
	storage := &m.Properties.StorageProfile
	var all []attached
	if os := storage.OSDisk; os.ManagedDisk != nil || os.VHD != nil || os.DiskSizeGB != "" || os.Name != "" {
		all = append(all, attached{id: os.managed(), gib: f.Whole("diskSizeGB", os.DiskSizeGB), system: true})
	}
	for _, data := range storage.DataDisks {
		disk := attached{id: data.managed(), gib: f.Whole("diskSizeGB", data.DiskSizeGB)}
		if data.LUN != "" {
			disk.device = "lun" + data.LUN
		}
		all = append(all, disk)
	}
	return all
}

func (d *vmDisk) managed() armID {
	if d.ManagedDisk == nil {
		return ""
	}
	return idOf(d.ManagedDisk.ID)
}

// name is the id of an image or of its version, or the URN of one of the marketplace,
// publisher:offer:sku:version.
func (i image) name() string {
	if id := cmp.Or(i.ID, i.CommunityGalleryImageID, i.SharedGalleryImageID); id != "" {
		return string(idOf(id))
	}
	urn := strings.Join([]string{i.Publisher, i.Offer, i.SKU, cmp.Or(i.ExactVersion, i.Version)}, ":")
	if urn == ":::" {
		return ""
	}
	return urn
}

// zone is that of times which do not name theirs.
var zone = time.UTC

// zoneOf is the zone; several, of a resource that is in all of them, with commas.
func zoneOf(zones []string) string { return strings.Join(adapter.Set(zones...), ",") }
