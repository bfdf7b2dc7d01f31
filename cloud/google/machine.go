package google

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// machines are all instances of the project, for hosts and for the disks that are attached to
// them. A list for each zone would be more than a hundred requests, most of them for nothing.
var machines = inProject(instanceList, func(m *machine) string { return m.SelfLink })

// instanceFields are those of machine. An instance's metadata, in which secrets are, is not
// asked for: with that of a large Kubernetes cluster, a page would be longer than is read.
const instanceFields = "id,name,selfLink,status,machineType,creationTimestamp,labels,scheduling,networkInterfaces,disks"

// machine is an instance as Compute Engine lists it. What changes by itself, such as the times
// of the last start, is left out.
type machine struct {
	ID, Name, SelfLink, Status     string
	MachineType, CreationTimestamp string
	Labels                         map[string]string
	Scheduling                     struct {
		ProvisioningModel, TerminationTime string
		Preemptible                        bool // of older ones
	}
	NetworkInterfaces []networkInterface
	Disks             []attached
}

type networkInterface struct {
	Name                string // nic0 is the first
	Network, Subnetwork string
	NetworkIP           string
	IPv6Address         string
	AccessConfigs       []struct{ NatIP string }
	IPv6AccessConfigs   []struct{ ExternalIPv6 string }
}

// attached is a disk that an instance has. A local SSD has no source, and is in no list of disks.
type attached struct {
	Source, DeviceName string
	Boot               bool
	DiskSizeGb         string // ? follows a disk that was enlarged
	Licenses           []string
}

func (m *machine) zone() string {
	if zone := zoneIn(m.SelfLink); zone != "" {
		return zone
	}
	return zoneIn(m.MachineType)
}

// primary is the first network interface, whatever their order.
func (m *machine) primary() (first networkInterface) {
	for i, nic := range m.NetworkInterfaces {
		if i == 0 || nic.Name < first.Name {
			first = nic
		}
	}
	return first
}

// os is what the boot disk has a licence for, such as debian-12-bookworm.
func (m *machine) os() string {
	var licenses []string
	for _, disk := range m.Disks {
		if disk.Boot {
			licenses = append(licenses, disk.Licenses...)
		}
	}
	return osOf(licenses)
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
