package aws

import (
	"cmp"
	"context"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxInstances is the most that DescribeInstances lists at once
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html).
const maxInstances = 1000

// hosts are EC2 instances. One that is terminated stays listed for about an hour.
var hosts = adapter.Listing[*session, instance]{
	Kind: resource.HostKind, What: "instance",
	Action: "DescribeInstances", Path: "reservationSet.item.instancesSet.item", IDField: "instanceId",
	Pages: adapter.Tokens(maxInstances), IDs: adapter.Together(maxFilterValues),
	Shared: true,
	Ask:    ask[instance]("nextToken", describeInstances),
	ID:     instanceID,
	Join:   joinHosts,
	Gone:   func(i *instance) (bool, error) { return i.State.Name == "terminated", nil },
}

// instance is the part of an EC2 instance that is kept.
type instance struct {
	ID              string                `json:"instanceId"`
	ImageID         string                `json:"imageId"`
	State           struct{ Name string } `json:"instanceState"`
	Type            string                `json:"instanceType"`
	Placement       struct{ AvailabilityZone string }
	Platform        string
	PlatformDetails string
	PrivateIP       string                                      `json:"privateIpAddress"`
	PublicIP        string                                      `json:"ipAddress"`
	IPv6            string                                      `json:"ipv6Address"`
	VPC             string                                      `json:"vpcId"`
	Subnet          string                                      `json:"subnetId"`
	Groups          []groupRef                                  `json:"groupSet"`
	Lifecycle       string                                      `json:"instanceLifecycle"`
	RootDevice      string                                      `json:"rootDeviceName"` // for its disks
	CPU             struct{ CoreCount, ThreadsPerCore string }  `json:"cpuOptions"`
	Disks           []struct{ EBS struct{ AttachTime string } } `json:"blockDeviceMapping"`
	Interfaces      []networkInterface                          `json:"networkInterfaceSet"`
	Tags            []adapter.Tag                               `json:"tagSet"`
}

type networkInterface struct {
	PrivateIP   string `json:"privateIpAddress"`
	Association struct{ PublicIP string }
	Attachment  struct{ AttachTime string }
	Addresses   []struct {
		PrivateIP   string `json:"privateIpAddress"`
		Association struct{ PublicIP string }
	} `json:"privateIpAddressesSet"`
	IPv6   []struct{ IPv6Address string } `json:"ipv6AddressesSet"`
	Groups []groupRef                     `json:"groupSet"`
}

// groupRef names a security group of an interface.
type groupRef struct {
	ID string `json:"groupId"`
}

func instanceID(i *instance) string { return i.ID }

// joinHosts joins instances with what their types have, and with their volumes.
func joinHosts(ctx context.Context, s *session, page adapter.Batch[instance]) (func(*adapter.Fields, *instance) resource.Row, error) {
	sizes, err := s.sizes.Of(ctx, page.Region, page.IDs(func(i *instance) string { return i.Type }), s.describe)
	if err != nil {
		return nil, err
	}
	diskGiB, err := hostDisks.Join(ctx, s, page.Visit(), page.IDs(instanceID))
	if err != nil {
		return nil, err
	}
	return func(f *adapter.Fields, i *instance) resource.Row {
		vcpu, memoryMiB := sizes(f, i.Type)
		return hostRow(f, i, vcpu, memoryMiB, diskGiB(f, i.ID))
	}, nil
}

func hostRow(f *adapter.Fields, i *instance, vcpu, memoryMiB, diskGiB int64) resource.Row {
	tags := adapter.TagsOf(i.Tags)
	private, public := i.addresses()
	return &resource.Host{
		Meta:             resource.Meta{NativeID: i.ID},
		Name:             tags["Name"],
		Status:           i.State.Name,
		Zone:             i.Placement.AvailabilityZone,
		InstanceType:     i.Type,
		VCPU:             cmp.Or(i.chosenVCPU(f), vcpu),
		MemoryMiB:        memoryMiB,
		DiskGiB:          diskGiB,
		PrivateIPs:       private,
		PublicIPs:        public,
		VPCID:            i.VPC,
		SubnetID:         i.Subnet,
		SecurityGroupIDs: i.securityGroups(),
		ImageID:          i.ImageID,
		OS:               cmp.Or(i.PlatformDetails, i.Platform),
		ChargeType:       cmp.Or(i.Lifecycle, "on-demand"),
		Tags:             tags,
		CloudCreatedAt:   i.created(f),
	}
}

// chosenVCPU is the number of vCPUs where it is said beside the type, else 0.
func (i *instance) chosenVCPU(f *adapter.Fields) int64 {
	return f.Whole("cpuOptions.coreCount", i.CPU.CoreCount) * f.Whole("cpuOptions.threadsPerCore", i.CPU.ThreadsPerCore)
}

// addresses are those of all interfaces, IPv6 among the private ones: EC2 does not say
// which of these can be reached from outside. A public one is associated with a private
// one. The instance's own fields have the first of each alone, and are all that an
// instance without interfaces has.
func (i *instance) addresses() (private, public []string) {
	for _, of := range i.Interfaces {
		private, public = append(private, of.PrivateIP), append(public, of.Association.PublicIP)
		for _, one := range of.Addresses {
			private, public = append(private, one.PrivateIP), append(public, one.Association.PublicIP)
		}
		for _, one := range of.IPv6 {
			private = append(private, one.IPv6Address)
		}
	}
	if private = adapter.IPs(private...); len(private) == 0 {
		private = adapter.IPs(i.PrivateIP, i.IPv6)
	}
	if public = adapter.IPs(public...); len(public) == 0 {
		public = adapter.IPs(i.PublicIP)
	}
	return private, public
}

// securityGroups are those of all interfaces. The instance's own are the first interface's.
func (i *instance) securityGroups() (ids []string) {
	groups := i.Groups
	for _, of := range i.Interfaces {
		groups = append(groups, of.Groups...)
	}
	for _, group := range groups {
		ids = append(ids, group.ID)
	}
	return adapter.Set(ids...)
}

// created is the oldest time at which a disk or an interface was attached: EC2 does not
// say when an instance was made. LaunchTime is that of the last start. It is not used
// even where nothing was ever attached: each start would be a modification.
func (i *instance) created(f *adapter.Fields) time.Time {
	var oldest earliest
	for _, of := range i.Disks {
		oldest.consider(f, "blockDeviceMapping.item.ebs.attachTime", of.EBS.AttachTime)
	}
	for _, of := range i.Interfaces {
		oldest.consider(f, "networkInterfaceSet.item.attachment.attachTime", of.Attachment.AttachTime)
	}
	return oldest.Time
}
