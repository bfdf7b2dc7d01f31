package alibaba

import (
	"slices"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxDisks is the most that DescribeDisks gives on a page.
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describedisks)
const maxDisks = 500

var disks = adapter.Listing[*session, disk]{
	Kind: resource.DiskKind, What: "disk",
	Action: "DescribeDisks", Path: "Disks.Disk", IDField: "DiskId",
	Pages: adapter.Tokens(maxDisks), IDs: adapter.Together(maxECSIDs),
	Shared: true,
	Ask:    ask[disk](ecs, byToken("DiskIds", asArray)),
	Row:    diskRow,
	Region: func(d *disk) string { return regionOf(d.RegionID) },
	Empty:  provenByDryRun(ecs, "DescribeDisks"),
}

// disk is the part of a block storage volume that is kept. AttachedTime and the like are
// left out: they are of the attachment.
type disk struct {
	DiskID         string `json:"DiskId"`
	DiskName       string
	Status         string
	RegionID       string `json:"RegionId"`
	ZoneID         string `json:"ZoneId"`
	InstanceID     string `json:"InstanceId"` // empty where several hosts can be attached
	Device         string // likewise
	Category       string
	Type           string // system or data
	Size           string // GiB
	DiskChargeType string
	CreationTime   string
	ExpiredTime    string
	Tags           tagList
	InstanceIDs    []string     `at:"Attachments.Attachment[].InstanceId"`
	Attachments    []attachment `at:"Attachments.Attachment"`
}

type attachment struct {
	InstanceID string `json:"InstanceId"`
	Device     string
}

func (a attachment) instance() string { return a.InstanceID }

// diskRow has room for one host.
func diskRow(f *adapter.Fields, d *disk) resource.Row {
	first := adapter.Least(append(slices.Clone(d.Attachments), attachment{d.InstanceID, d.Device}), attachment.instance)
	if first.InstanceID == "" {
		first.Device = d.Device
	}
	return &resource.Disk{
		Name:           d.DiskName,
		Status:         d.Status,
		Zone:           d.ZoneID,
		HostNativeID:   first.InstanceID,
		DiskType:       d.Category,
		Role:           d.Type,
		Device:         first.Device,
		SizeGiB:        f.Whole("Size", d.Size),
		ChargeType:     d.DiskChargeType,
		Tags:           adapter.TagsOf(d.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", d.CreationTime, utc),
		ExpiresAt:      f.Expiry("ExpiredTime", d.ExpiredTime, utc),
	}
}

// hostDisks are what hosts are joined with: DescribeDisks takes one host's id alone.
var hostDisks = adapter.Beside[*session, disk, int64]{
	List: &disks, Add: adapter.Sum, Whose: []string{"InstanceId", "Attachments"},
	Of: func(f *adapter.Fields, d *disk) (gib int64, hosts []string) {
		return f.Whole("Size", d.Size), append(d.InstanceIDs, d.InstanceID)
	},
}
