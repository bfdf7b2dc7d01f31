package tencent

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxDiskIDs is how many DiskIds DescribeDisks takes.
// (https://cloud.tencent.com/document/api/362/16315)
const maxDiskIDs = 100

var disks = adapter.Listing[*Session, disk]{
	Kind: resource.DiskKind, What: "disk",
	Action: "DescribeDisks", Path: "DiskSet", IDField: "DiskId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxDiskIDs),
	Ask: Ask[disk](cbs, "DiskIds"),
	ID:  func(d *disk) string { return d.ID },
	Row: diskRow,
}

// disk is the part of a CBS disk that is kept.
type disk struct {
	ID        string `json:"DiskId"`
	Name      string `json:"DiskName"`
	State     string `json:"DiskState"`
	Placement struct {
		Zone string `json:"Zone"`
	} `json:"Placement"`
	InstanceID  string        `json:"InstanceId"`
	InstanceIDs []string      `json:"InstanceIdList"`
	Type        string        `json:"DiskType"`
	Usage       string        `json:"DiskUsage"`
	Size        string        `json:"DiskSize"`
	ChargeType  string        `json:"DiskChargeType"`
	Tags        []adapter.Tag `json:"Tags"`
	Created     string        `json:"CreateTime"`
	Deadline    string        `json:"DeadlineTime"`
}

// diskRow has no device: CBS does not know it.
func diskRow(f *adapter.Fields, d *disk) resource.Row {
	return &resource.Disk{
		Meta:           resource.Meta{NativeID: d.ID},
		Name:           d.Name,
		Status:         d.State,
		Zone:           d.Placement.Zone,
		HostNativeID:   d.host(),
		DiskType:       d.Type,
		Role:           roleOf(d.Usage),
		SizeGiB:        f.Whole("DiskSize", d.Size),
		ChargeType:     d.ChargeType,
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("CreateTime", d.Created, beijing),
		ExpiresAt:      f.Expiry("DeadlineTime", d.Deadline, beijing),
	}
}

// host is the one that the disk is attached to. A disk that several share belongs to
// the first by name, so that it does not move when the API reorders them.
func (d *disk) host() string {
	if hosts := adapter.Set(d.InstanceIDs...); d.InstanceID == "" && len(hosts) > 0 {
		return hosts[0]
	}
	return d.InstanceID
}

func roleOf(usage string) string {
	switch usage {
	case "SYSTEM_DISK":
		return "system"
	case "DATA_DISK":
		return "data"
	default:
		return usage
	}
}
