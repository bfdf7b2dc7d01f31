package huawei

import (
	"strings"

	evs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2/model"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// The most that a page has, and how many ids a request takes
// (https://support.huaweicloud.com/intl/en-us/api-evs/evs_04_2006.html).
const volumesPerPage, maxVolumeIDs = 1000, 60

var disks = adapter.Listing[*session, volume]{
	Kind: resource.DiskKind, What: "volume",
	Action: "ListVolumes", Path: "volumes", IDField: "id",
	Pages: adapter.Markers(volumesPerPage), IDs: adapter.Together(maxVolumeIDs).If(isID).Uncounted(),
	Ask: ask[volume](evsProduct, "count", evs.GenReqDefForListVolumes, func(q adapter.Query) any {
		request := &model.ListVolumesRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token)}
		if len(q.IDs) > 0 {
			request.Ids = given("['" + strings.Join(q.IDs, "','") + "']")
		}
		return request
	}),
	Row:    diskRow,
	Shared: true,
}

// volume is the part of a volume that is kept.
type volume struct {
	ID, Name, Status, Bootable string
	Zone                       string `json:"availability_zone"`
	Type                       string `json:"volume_type"`
	Size                       string // GiB
	Created                    string `json:"created_at"`
	Attachments                []attachment
	Servers                    []string `at:"attachments[].server_id"`
	Tags                       map[string]string
	Metadata                   struct{ OrderID string } // by which it is paid for in advance, "" if it is not
}

type attachment struct {
	ServerID string `json:"server_id"`
	Device   string
}

func diskRow(f *adapter.Fields, v *volume) resource.Row {
	// A shared volume is attached to several, in no order.
	attached := adapter.Least(v.Attachments, func(a attachment) string { return a.ServerID + " " + a.Device })
	disk := &resource.Disk{
		Name:           v.Name,
		Status:         v.Status,
		Zone:           v.Zone,
		HostNativeID:   attached.ServerID,
		DiskType:       v.Type,
		Role:           "data",
		Device:         attached.Device,
		SizeGiB:        f.Whole("size", v.Size),
		ChargeType:     paidInAdvance(v.Metadata.OrderID),
		Tags:           v.Tags,
		CloudCreatedAt: f.Time("created_at", v.Created, utc),
	}
	if v.Bootable == "true" {
		disk.Role = "system"
	}
	return disk
}
