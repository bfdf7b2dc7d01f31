package alibaba

import (
	"cmp"
	"context"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	// maxECSIDs is how many ids DescribeInstances and DescribeDisks take.
	maxECSIDs = 100
	// maxHosts is the most that DescribeInstances gives on a page.
	// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances)
	maxHosts = 100
)

// hosts are ECS instances.
var hosts = adapter.Listing[*session, instance]{
	Kind: resource.HostKind, What: "instance",
	Action: "DescribeInstances", Path: "Instances.Instance", IDField: "InstanceId",
	Pages: adapter.Tokens(maxHosts), IDs: adapter.Together(maxECSIDs),
	Ask:    ask[instance](ecs, byToken("InstanceIds", asArray)),
	ID:     instanceID,
	Join:   withDisks,
	Region: func(i *instance) string { return regionOf(i.RegionID) },
	Empty:  provenByDryRun(ecs, "DescribeInstances"),
}

// instance is the part of an ECS instance that is kept. StartTime and other fields that
// change by themselves are left out.
type instance struct {
	InstanceID         string `json:"InstanceId"`
	InstanceName       string
	Status             string
	RegionID           string `json:"RegionId"`
	ZoneID             string `json:"ZoneId"`
	InstanceType       string
	CPU                string `json:"Cpu"`
	Memory             string // MiB
	ImageID            string `json:"ImageId"`
	OSName, OSNameEn   string
	InstanceChargeType string
	SpotStrategy       string
	CreationTime       string
	ExpiredTime        string
	Tags               tagList
	SecurityGroupIDs   struct {
		SecurityGroupID []string `json:"SecurityGroupId"`
	} `json:"SecurityGroupIds"`
	VpcAttributes struct {
		VpcID            string `json:"VpcId"`
		VSwitchID        string `json:"VSwitchId"`
		PrivateIPAddress ips    `json:"PrivateIpAddress"`
	}
	InnerIPAddress    ips `json:"InnerIpAddress"` // of classic networks
	PublicIPAddress   ips `json:"PublicIpAddress"`
	EipAddress        struct{ IPAddress string }
	NetworkInterfaces struct {
		NetworkInterface []struct {
			PrimaryIPAddress string
			PrivateIPSets    struct {
				PrivateIPSet []struct{ PrivateIPAddress string }
			}
			IPv6Sets struct {
				IPv6Set []struct{ IPv6Address string }
			}
		}
	}
}

func instanceID(i *instance) string { return i.InstanceID }

type ips struct{ IPAddress []string }

// withDisks makes rows with the sizes of their disks.
func withDisks(ctx context.Context, s *session, page adapter.Batch[instance]) (func(*adapter.Fields, *instance) resource.Row, error) {
	diskGiB, err := hostDisks.Join(ctx, s, page.Visit(), page.IDs(instanceID))
	return func(f *adapter.Fields, i *instance) resource.Row { return hostRow(f, i, diskGiB(f, i.InstanceID)) }, err
}

func hostRow(f *adapter.Fields, i *instance, diskGiB int64) resource.Row {
	return &resource.Host{
		Meta:             resource.Meta{NativeID: i.InstanceID},
		Name:             i.InstanceName,
		Status:           i.Status,
		Zone:             i.ZoneID,
		InstanceType:     i.InstanceType,
		VCPU:             f.Whole("Cpu", i.CPU),
		MemoryMiB:        f.Whole("Memory", i.Memory),
		DiskGiB:          diskGiB,
		PrivateIPs:       i.privateIPs(),
		PublicIPs:        adapter.IPs(append(i.PublicIPAddress.IPAddress, i.EipAddress.IPAddress)...),
		VPCID:            i.VpcAttributes.VpcID,
		SubnetID:         i.VpcAttributes.VSwitchID,
		SecurityGroupIDs: adapter.Set(i.SecurityGroupIDs.SecurityGroupID...),
		ImageID:          i.ImageID,
		OS:               cmp.Or(i.OSNameEn, i.OSName), // the other depends on the account's language
		ChargeType:       i.chargeType(),
		Tags:             adapter.TagsOf(i.Tags.Tag),
		CloudCreatedAt:   f.Time("CreationTime", i.CreationTime, utc),
		ExpiresAt:        f.Expiry("ExpiredTime", i.ExpiredTime, utc),
	}
}

// privateIPs are those of all network interfaces, in a VPC or a classic network.
func (i *instance) privateIPs() []string {
	all := append(i.VpcAttributes.PrivateIPAddress.IPAddress, i.InnerIPAddress.IPAddress...)
	for _, nic := range i.NetworkInterfaces.NetworkInterface {
		all = append(all, nic.PrimaryIPAddress)
		for _, set := range nic.PrivateIPSets.PrivateIPSet {
			all = append(all, set.PrivateIPAddress)
		}
		for _, set := range nic.IPv6Sets.IPv6Set {
			all = append(all, set.IPv6Address)
		}
	}
	return adapter.IPs(all...)
}

// chargeType is the strategy of a spot instance, which is PostPaid otherwise.
func (i *instance) chargeType() string {
	if i.SpotStrategy != "" && i.SpotStrategy != "NoSpot" {
		return i.SpotStrategy
	}
	return i.InstanceChargeType
}
