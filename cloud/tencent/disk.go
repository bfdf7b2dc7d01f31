package tencent

import (
	"context"
	"slices"

	"cloudsync/resource"
)

// maxDiskIDs is how many DiskIds DescribeDisks takes.
// (https://cloud.tencent.com/document/api/362/16315)
const maxDiskIDs = 100

var describeDisks = action{"cbs", "2017-03-12", "DescribeDisks"}

// disk is the part of a CBS disk that is kept.
type disk struct {
	ID        string `json:"DiskId"`
	Name      string `json:"DiskName"`
	State     string `json:"DiskState"`
	Placement struct {
		Zone string `json:"Zone"`
	} `json:"Placement"`
	InstanceID  string    `json:"InstanceId"`
	InstanceIDs []string  `json:"InstanceIdList"`
	Type        string    `json:"DiskType"`
	Usage       string    `json:"DiskUsage"`
	Size        *int64    `json:"DiskSize"`
	ChargeType  string    `json:"DiskChargeType"`
	Tags        []diskTag `json:"Tags"`
	Created     string    `json:"CreateTime"`
	Deadline    string    `json:"DeadlineTime"`
}

type diskTag struct {
	Key   string `json:"Key"`
	Value string `json:"Value"`
}

func diskTagPair(t diskTag) (key, value string) { return t.Key, t.Value }

func (s *session) disks() *lister[disk] {
	return &lister[disk]{
		session: s,
		action:  describeDisks.name,
		ask: func(ctx context.Context, region string, q query) (answer[disk], error) {
			found, err := send[struct {
				TotalCount *int64
				DiskSet    []disk
			}](ctx, s, region, describeDisks, q.parameters("DiskIds"))
			if err != nil {
				return answer[disk]{}, err
			}
			return answer[disk]{items: found.DiskSet, total: found.TotalCount}, nil
		},
		id:  func(d disk) string { return d.ID },
		row: diskRow,
	}
}

// diskRow has no device: CBS does not know it.
func diskRow(f *fields, d disk) resource.Row {
	return &resource.Disk{
		Meta:           resource.Meta{NativeID: d.ID},
		Name:           d.Name,
		Status:         d.State,
		Zone:           d.Placement.Zone,
		HostNativeID:   d.host(),
		DiskType:       d.Type,
		Role:           roleOf(d.Usage),
		SizeGiB:        f.number("DiskSize", d.Size),
		ChargeType:     d.ChargeType,
		Tags:           tagMap(d.Tags, diskTagPair),
		CloudCreatedAt: f.beijing("CreateTime", d.Created),
		ExpiresAt:      f.beijing("DeadlineTime", d.Deadline),
	}
}

// host is the one that the disk is attached to. A disk that several share belongs to
// the first by name, so that it does not move when the API reorders them.
func (d disk) host() string {
	if hosts := present(d.InstanceIDs...); d.InstanceID == "" && len(hosts) > 0 {
		return slices.Min(hosts)
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
