package alibaba

import (
	"cmp"
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxECSIDs is how many ids DescribeInstances and DescribeDisks take.
const maxECSIDs = 100

// hosts are ECS instances
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeinstances).
var hosts = adapter.Listing[*session, instance]{
	Kind: resource.HostKind, What: "instance",
	Action: "DescribeInstances", Path: "Instances.Instance", IDField: "InstanceId",
	Pages: adapter.Tokens(maxPage), IDs: adapter.Together(maxECSIDs),
	Ask:    ask[instance](ecs, byToken("InstanceIds", asArray)),
	Join:   adapter.With(&hostDisks, instanceID, hostRow),
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
	SecurityGroupIDs   []string `at:"SecurityGroupIds.SecurityGroupId"`
	VpcID              string   `at:"VpcAttributes.VpcId"`
	VSwitchID          string   `at:"VpcAttributes.VSwitchId"`
	PublicIPs          []string `at:"PublicIpAddress.IpAddress"`
	ElasticIP          string   `at:"EipAddress.IpAddress"`
	VpcIPs             []string `at:"VpcAttributes.PrivateIpAddress.IpAddress"`
	InnerIPs           []string `at:"InnerIpAddress.IpAddress"` // of classic networks

	// Of the network interfaces.
	PrimaryIPs []string `at:"NetworkInterfaces.NetworkInterface[].PrimaryIpAddress"`
	PrivateIPs []string `at:"NetworkInterfaces.NetworkInterface[].PrivateIpSets.PrivateIpSet[].PrivateIpAddress"`
	IPv6s      []string `at:"NetworkInterfaces.NetworkInterface[].Ipv6Sets.Ipv6Set[].Ipv6Address"`
}

func instanceID(i *instance) string { return i.InstanceID }

func hostRow(f *adapter.Fields, i *instance, diskGiB int64) resource.Row {
	return &resource.Host{
		Name:             i.InstanceName,
		Status:           i.Status,
		Zone:             i.ZoneID,
		InstanceType:     i.InstanceType,
		VCPU:             f.Whole("Cpu", i.CPU),
		MemoryMiB:        f.Whole("Memory", i.Memory),
		DiskGiB:          diskGiB,
		PrivateIPs:       adapter.IPs(slices.Concat(i.VpcIPs, i.InnerIPs, i.PrimaryIPs, i.PrivateIPs, i.IPv6s)...),
		PublicIPs:        adapter.IPs(append(i.PublicIPs, i.ElasticIP)...),
		VPCID:            i.VpcID,
		SubnetID:         i.VSwitchID,
		SecurityGroupIDs: adapter.Set(i.SecurityGroupIDs...),
		ImageID:          i.ImageID,
		OS:               cmp.Or(i.OSNameEn, i.OSName), // the other depends on the account's language
		ChargeType:       i.chargeType(),
		Tags:             adapter.TagsOf(i.Tags.Tag),
		CloudCreatedAt:   f.Time("CreationTime", i.CreationTime, utc),
		ExpiresAt:        f.Expiry("ExpiredTime", i.ExpiredTime, utc),
	}
}

// chargeType is the strategy of a spot instance, which is PostPaid otherwise.
func (i *instance) chargeType() string {
	if i.SpotStrategy != "" && i.SpotStrategy != "NoSpot" {
		return i.SpotStrategy
	}
	return i.InstanceChargeType
}
