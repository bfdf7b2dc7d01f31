package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxInstanceIDs is how many InstanceIds DescribeInstances takes.
// (https://cloud.tencent.com/document/api/213/15728)
const maxInstanceIDs = 100

var hosts = adapter.Listing[*Session, instance]{
	Kind: resource.HostKind, What: "instance",
	Action: "DescribeInstances", Path: "InstanceSet", IDField: "InstanceId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxInstanceIDs),
	Ask: Ask[instance](cvm, "InstanceIds"),
	Row: hostRow,
}

// instance is the part of a CVM instance that is kept. What changes by itself is left
// out (LatestOperation and its kin), and what may hold secrets (LoginSettings, Metadata).
type instance struct {
	ID          string `json:"InstanceId"`
	Name        string `json:"InstanceName"`
	State       string `json:"InstanceState"`
	Type        string `json:"InstanceType"`
	CPU, Memory string // GiB
	Placement   struct{ Zone string }
	VPC         string   `at:"VirtualPrivateCloud.VpcId"`
	Subnet      string   `at:"VirtualPrivateCloud.SubnetId"`
	PrivateIPs  []string `json:"PrivateIpAddresses"`
	PublicIPs   []string `json:"PublicIpAddresses"`
	IPv6        []string `json:"IPv6Addresses"`
	PublicIPv6  []string `json:"PublicIPv6Addresses"`
	Groups      []string `json:"SecurityGroupIds"`
	ImageID     string   `json:"ImageId"`
	OS          string   `json:"OsName"`
	ChargeType  string   `json:"InstanceChargeType"`
	SystemDisk  struct{ DiskSize string }
	DataDisks   []string `at:"DataDisks[].DiskSize"`
	Tags        []adapter.Tag
	Created     string `json:"CreatedTime"`
	Expires     string `json:"ExpiredTime"`
}

// hostRow has the addresses of the primary network interface alone: the API gives no
// others here.
func hostRow(f *adapter.Fields, i *instance) resource.Row {
	return &resource.Host{
		Name:             i.Name,
		Status:           i.State,
		Zone:             i.Placement.Zone,
		InstanceType:     i.Type,
		VCPU:             f.Whole("CPU", i.CPU),
		MemoryMiB:        f.Scaled("Memory", i.Memory, 1024), // GiB
		DiskGiB:          f.Sum("DiskSize", append([]string{i.SystemDisk.DiskSize}, i.DataDisks...)...),
		PrivateIPs:       adapter.IPs(append(i.IPv6, i.PrivateIPs...)...),
		PublicIPs:        adapter.IPs(append(i.PublicIPv6, i.PublicIPs...)...),
		VPCID:            i.VPC,
		SubnetID:         i.Subnet,
		SecurityGroupIDs: adapter.Set(i.Groups...),
		ImageID:          i.ImageID,
		OS:               i.OS,
		ChargeType:       i.ChargeType,
		Tags:             adapter.TagsOf(i.Tags),
		CloudCreatedAt:   f.Time("CreatedTime", i.Created, utc),
		ExpiresAt:        f.Expiry("ExpiredTime", i.Expires, utc), // none where it is paid afterwards
	}
}
