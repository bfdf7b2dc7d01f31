package azure

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// pageSize is how many resources a page out of a list of the subscription has.
const pageSize = 1000

// maxIDs is large because ARM has no filter by id: a look-up lists the subscription again,
// however few ids it is for.
const maxIDs = 1000

// regular is the priority of a machine that does not say its own
// (https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all#virtualmachineprioritytypes).
const regular = "Regular"

var hosts = adapter.Listing[*session, machine]{
	Kind: resource.HostKind, What: "virtual machine", IDField: "properties.vmId",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &machines,
	Believe: permitted("Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/disks/read", "Microsoft.Compute/locations/vmSizes/read",
		"Microsoft.Compute/virtualMachineScaleSets/read", "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
		"Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read", "Microsoft.Compute/virtualMachineScaleSets/publicIPAddresses/read",
		"Microsoft.Network/networkInterfaces/read", "Microsoft.Network/publicIPAddresses/read", "Microsoft.Network/virtualNetworks/read"),
	ID:   (*machine).nativeID,
	Join: joinHosts,
}

// hostRow is the row of a virtual machine.
func hostRow(f *adapter.Fields, m *machine, with *joined) *resource.Host {
	p := &m.Properties
	row := &resource.Host{
		Name:           m.Name,
		Zone:           zoneOf(m.Zones),
		ImageID:        p.StorageProfile.ImageReference.name(),
		OS:             p.StorageProfile.OSDisk.OSType,
		ChargeType:     cmp.Or(p.Priority, regular),
		Tags:           tagsOf(m.Tags),
		CloudCreatedAt: f.Time("timeCreated", p.TimeCreated, zone),
		InstanceType:   m.size(),
	}
	row.VCPU, row.MemoryMiB = with.sizeOf(f, row.InstanceType)
	if custom := p.HardwareProfile.VMSizeProperties.VCPUsAvailable; custom != "" {
		row.VCPU = f.Whole("vCPUsAvailable", custom)
	}
	row.DiskGiB = m.diskGiB(f, with.disks)
	row.Status = m.status(f, with.powers)
	setNetwork(f, row, m, with)
	return row
}

// status is the power state, or that of the machine's making, while it has none yet.
func (m *machine) status(f *adapter.Fields, powers *adapter.Members[power]) string {
	view := &m.Properties.InstanceView
	if id := m.unviewed(); id != "" {
		view = &needed(f, powers, powerState, id).Properties.InstanceView
	}
	return cmp.Or(view.state(), m.Properties.ProvisioningState)
}

// diskGiB adds up the machine's disks. ARM leaves their sizes out of a machine that
// is deallocated; then they are those of the disks. One on an unmanaged disk of unknown
// size has no sum.
func (m *machine) diskGiB(f *adapter.Fields, disks *adapter.Members[managedDisk]) (sum int64) {
	for _, disk := range m.attached(f) {
		gib, known := disk.gib, true
		if gib == 0 {
			gib, known = disk.listedGiB(f, locationOf(m.Location), disks)
		}
		if !known {
			return 0
		}
		sum += gib
	}
	return sum
}

// setNetwork takes the addresses and the security groups of all network interfaces, and the
// network of the primary one.
func setNetwork(f *adapter.Fields, row *resource.Host, m *machine, with *joined) {
	var privateIPs, publicIPs, groups []string
	for i, id := range m.interfaces() {
		nic := needed(f, with.interfaces, networkInterface, id)
		for _, ip := range nic.publicIPs() {
			publicIPs = append(publicIPs, addressOf(f, with.addressesOf(ip), ip))
		}
		for _, configuration := range nic.Properties.IPConfigurations {
			privateIPs = append(privateIPs, configuration.Properties.PrivateIPAddress)
		}
		groups = append(groups, nic.securityGroups(f, with.subnets, with.subscription)...)
		if i == 0 {
			row.SubnetID = nic.subnet()
			row.VPCID = networkOf(row.SubnetID)
		}
	}
	row.PrivateIPs, row.PublicIPs, row.SecurityGroupIDs = adapter.IPs(privateIPs...), adapter.IPs(publicIPs...), adapter.Set(groups...)
}

// listedGiB is the disk's size in the list of disks; unknown where the list lacks it.
func (a attached) listedGiB(f *adapter.Fields, region string, disks *adapter.Members[managedDisk]) (gib int64, known bool) {
	if a.id == "" {
		return 0, false
	}
	found := disks.Of(a.id)
	if found == nil {
		if disks.Nameless(region) != nil {
			f.Fail("its disk %s may be one that is listed without an id", nameOf(a.id))
		}
		return 0, false
	}
	of := found.Read("disk", found.Value.ID)
	gib = of.Whole("diskSizeGB", found.Value.Properties.DiskSizeGB)
	f.Inherit(of)
	return gib, true
}
