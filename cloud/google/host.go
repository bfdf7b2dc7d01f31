package google

import (
	"cmp"
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// pageSize is how many resources a page out of a list of the project has.
const pageSize = 1000

// maxIDs is large because a look-up lists the project again, however few ids it is for. A
// filter by ids would cost a quota of its own.
const maxIDs = 1000

var hosts = adapter.Listing[*session, machine]{
	Kind: resource.HostKind, What: "instance", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &machines,
	Believe: enabled,
	Join:    joinHosts,
}

// joinHosts gets what the machine types of the instances just listed have.
func joinHosts(ctx context.Context, s *session, page adapter.Batch[machine]) (func(*adapter.Fields, *machine) resource.Row, error) {
	types := map[string][]string{}
	for _, item := range page.Items {
		m := &item.Value
		types[m.zone()] = append(types[m.zone()], nameOf(m.MachineType))
	}
	sizes := map[string]adapter.SizeOf{}
	for zone, names := range types {
		var err error
		if sizes[zone], err = s.sizes.Of(ctx, zone, unspoken(names), s.describeTypes); err != nil {
			return nil, err
		}
	}
	return func(f *adapter.Fields, m *machine) resource.Row { return hostRow(f, m, sizes[m.zone()]) }, nil
}

func hostRow(f *adapter.Fields, m *machine, sizeOf adapter.SizeOf) resource.Row {
	first, schedule := m.primary(), m.Scheduling
	row := &resource.Host{
		Name:           m.Name,
		Status:         m.Status,
		Zone:           m.zone(),
		InstanceType:   nameOf(m.MachineType),
		VPCID:          pathOf(first.Network),
		SubnetID:       pathOf(first.Subnetwork),
		OS:             m.os(),
		ChargeType:     cmp.Or(schedule.ProvisioningModel, modelOf(schedule.Preemptible)),
		Tags:           tagsOf(m.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", m.CreationTimestamp, zone),
		ExpiresAt:      f.Expiry("terminationTime", schedule.TerminationTime, zone),
	}
	row.VCPU, row.MemoryMiB = sizeIn(f, row.InstanceType, sizeOf)
	row.PrivateIPs, row.PublicIPs = m.addresses()
	for _, disk := range m.Disks {
		row.DiskGiB += f.Whole("diskSizeGb", disk.DiskSizeGb)
	}
	return row
}

// addresses are those of all network interfaces. An external IPv6 address is the interface's
// own; an external IPv4 address is translated to it.
func (m *machine) addresses() (privateIPs, publicIPs []string) {
	for _, nic := range m.NetworkInterfaces {
		privateIPs = append(privateIPs, nic.NetworkIP, nic.IPv6Address)
		for _, config := range nic.IPv6AccessConfigs {
			privateIPs = append(privateIPs, config.ExternalIPv6)
		}
		for _, config := range nic.AccessConfigs {
			publicIPs = append(publicIPs, config.NatIP)
		}
	}
	return adapter.IPs(privateIPs...), adapter.IPs(publicIPs...)
}

// modelOf is the provisioning model of an instance that does not say its own.
func modelOf(preemptible bool) string {
	if preemptible {
		return "PREEMPTIBLE"
	}
	return "STANDARD"
}
