package tencent

import (
	"cmp"

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
	Row: diskRow,
}

// disk is the part of a CBS disk that is kept.
type disk struct {
	ID          string        `json:"DiskId"`
	Name        string        `json:"DiskName"`
	State       string        `json:"DiskState"`
	Zone        string        `at:"Placement.Zone"`
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

var roles = map[string]string{"SYSTEM_DISK": "system", "DATA_DISK": "data"}

// diskRow has no device: CBS does not know it. A disk that several hosts share belongs to the
// first by name, so that it does not move when the API reorders them.
func diskRow(f *adapter.Fields, d *disk) resource.Row {
	return &resource.Disk{
		Name:           d.Name,
		Status:         d.State,
		Zone:           d.Zone,
		HostNativeID:   cmp.Or(append([]string{d.InstanceID}, adapter.Set(d.InstanceIDs...)...)...),
		DiskType:       d.Type,
		Role:           adapter.Word(roles, d.Usage),
		SizeGiB:        f.Whole("DiskSize", d.Size),
		ChargeType:     d.ChargeType,
		Tags:           adapter.TagsOf(d.Tags),
		CloudCreatedAt: f.Time("CreateTime", d.Created, beijing),
		ExpiresAt:      f.Expiry("DeadlineTime", d.Deadline, beijing),
	}
}
