package google

import (
	"slices"

	"cloudsync/cloud/adapter"
)

// machines are all instances of the project, for hosts and for the disks that are attached to
// them. A list for each zone would be more than a hundred requests, most of them for nothing.
var machines = adapter.Census[*session, machine]{
	Actions: []string{instanceList}, Path: questions[instanceList].list, Ask: ask[machine],
	Key:    (*machine).path,
	Region: func(m *machine) string { return regionOf(m.SelfLink) },
}

// instanceFields are those of machine. An instance's metadata, in which secrets are, is not
// asked for: with that of a large Kubernetes cluster, a page would be longer than is read.
const instanceFields = "id,name,selfLink,status,machineType,creationTimestamp,labels,scheduling,networkInterfaces,disks"

// machine is an instance as Compute Engine lists it. What changes by itself, such as the times
// of the last start, is left out.
type machine struct {
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	SelfLink          string            `json:"selfLink"`
	Status            string            `json:"status"`
	MachineType       string            `json:"machineType"`
	CreationTimestamp string            `json:"creationTimestamp"`
	Labels            map[string]string `json:"labels"`
	Scheduling        struct {
		ProvisioningModel string `json:"provisioningModel"`
		Preemptible       bool   `json:"preemptible"` // of older ones
		TerminationTime   string `json:"terminationTime"`
	} `json:"scheduling"`
	NetworkInterfaces []networkInterface `json:"networkInterfaces"`
	Disks             []attached         `json:"disks"`
}

type networkInterface struct {
	Name          string `json:"name"` // nic0 is the first
	Network       string `json:"network"`
	Subnetwork    string `json:"subnetwork"`
	NetworkIP     string `json:"networkIP"`
	IPv6Address   string `json:"ipv6Address"`
	AccessConfigs []struct {
		NatIP string `json:"natIP"`
	} `json:"accessConfigs"`
	IPv6AccessConfigs []struct {
		ExternalIPv6 string `json:"externalIpv6"`
	} `json:"ipv6AccessConfigs"`
}

// attached is a disk that an instance has. A local SSD has no source, and is in no list of disks.
type attached struct {
	Source     string   `json:"source"`
	DeviceName string   `json:"deviceName"`
	Boot       bool     `json:"boot"`
	DiskSizeGb string   `json:"diskSizeGb"` // ? follows a disk that was enlarged
	Licenses   []string `json:"licenses"`
}

// path is where the instance is: disks refer to it by that.
func (m *machine) path() string { return pathOf(m.SelfLink) }

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
	var names []string
	for _, disk := range m.Disks {
		for _, license := range disk.Licenses {
			if disk.Boot {
				names = append(names, nameOf(license))
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}
