package aws

import (
	"cmp"
	"context"
	"slices"
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
	PrivateIP       string                                     `json:"privateIpAddress"`
	PublicIP        string                                     `json:"ipAddress"`
	IPv6            string                                     `json:"ipv6Address"`
	VPC             string                                     `json:"vpcId"`
	Subnet          string                                     `json:"subnetId"`
	Groups          []string                                   `at:"groupSet[].groupId"`
	Lifecycle       string                                     `json:"instanceLifecycle"`
	RootDevice      string                                     `json:"rootDeviceName"` // for its disks
	CPU             struct{ CoreCount, ThreadsPerCore string } `json:"cpuOptions"`
	DiskTimes       []string                                   `at:"blockDeviceMapping[].ebs.attachTime"`
	Tags            []adapter.Tag                              `json:"tagSet"`

	// Of the network interfaces.
	FirstPrivateIPs []string `at:"networkInterfaceSet[].privateIpAddress"`
	PrivateIPs      []string `at:"networkInterfaceSet[].privateIpAddressesSet[].privateIpAddress"`
	IPv6s           []string `at:"networkInterfaceSet[].ipv6AddressesSet[].ipv6Address"`
	FirstPublicIPs  []string `at:"networkInterfaceSet[].association.publicIp"`
	PublicIPs       []string `at:"networkInterfaceSet[].privateIpAddressesSet[].association.publicIp"`
	InterfaceGroups []string `at:"networkInterfaceSet[].groupSet[].groupId"`
	InterfaceTimes  []string `at:"networkInterfaceSet[].attachment.attachTime"`
}

func instanceID(i *instance) string { return i.ID }

// joinHosts joins instances with what their types have, and with their volumes.
func joinHosts(ctx context.Context, s *session, page adapter.Batch[instance]) (func(*adapter.Fields, *instance) resource.Row, error) {
	sizes, err := s.sizes.Of(ctx, page.Region, page.IDs(func(i *instance) string { return i.Type }), s.describe)
	if err != nil {
		return nil, err
	}
	return adapter.With(&hostDisks, instanceID, func(f *adapter.Fields, i *instance, diskGiB int64) resource.Row {
		return hostRow(f, i, sizes, diskGiB)
	})(ctx, s, page)
}

func hostRow(f *adapter.Fields, i *instance, sizes adapter.SizeOf, diskGiB int64) resource.Row {
	vcpu, memoryMiB := sizes(f, i.Type)
	tags := adapter.TagsOf(i.Tags)
	private, public := i.addresses()
	return &resource.Host{
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
		SecurityGroupIDs: adapter.Set(slices.Concat(i.Groups, i.InterfaceGroups)...), // the former are the first interface's
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
	private = adapter.FirstIPs(slices.Concat(i.FirstPrivateIPs, i.PrivateIPs, i.IPv6s), []string{i.PrivateIP, i.IPv6})
	public = adapter.FirstIPs(slices.Concat(i.FirstPublicIPs, i.PublicIPs), []string{i.PublicIP})
	return private, public
}

// created is the oldest time at which a disk or an interface was attached: EC2 does not
// say when an instance was made. LaunchTime is that of the last start. It is not used
// even where nothing was ever attached: each start would be a modification.
func (i *instance) created(f *adapter.Fields) time.Time {
	var oldest earliest
	oldest.consider(f, "blockDeviceMapping.item.ebs.attachTime", i.DiskTimes...)
	oldest.consider(f, "networkInterfaceSet.item.attachment.attachTime", i.InterfaceTimes...)
	return oldest.Time
}
