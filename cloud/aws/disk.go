package aws

import (
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// maxVolumes is the most that DescribeVolumes lists at once
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html).
const maxVolumes = 500

// disks are EBS volumes. One that is deleted may be listed for a moment.
var disks = adapter.Listing[*session, volume]{
	Kind: resource.DiskKind, What: "volume",
	Action: "DescribeVolumes", Path: "volumeSet.item", IDField: "volumeId",
	Pages: adapter.Tokens(maxVolumes), IDs: adapter.Together(maxFilterValues),
	Shared: true,
	Ask:    ask[volume]("nextToken", describeVolumes("volume-id")),
	Join:   adapter.With(&rootDevices, instanceOf, diskRow),
	Gone:   func(v *volume) (bool, error) { return v.State == "deleted", nil },
}

// volume is the part of an EBS volume that is kept.
type volume struct {
	ID          string        `json:"volumeId"`
	State       string        `json:"status"`
	Zone        string        `json:"availabilityZone"`
	Type        string        `json:"volumeType"`
	Size        string        // GiB
	Created     string        `json:"createTime"`
	Attachments []attachment  `json:"attachmentSet"`
	Tags        []adapter.Tag `json:"tagSet"`
}

func volumeID(v *volume) string { return v.ID }

type attachment struct {
	InstanceID string `json:"instanceId"`
	Device     string
	State      string `json:"status"`
}

func instanceOf(v *volume) string { return v.attachment().InstanceID }

// diskRow has the device that the instance starts from: a volume does not say whether it is
// such a one.
func diskRow(f *adapter.Fields, v *volume, rootDevice string) resource.Row {
	attached, tags, role := v.attachment(), adapter.TagsOf(v.Tags), "data"
	if attached.Device != "" && attached.Device == rootDevice {
		role = "system"
	}
	return &resource.Disk{
		Name:           tags["Name"],
		Status:         v.State,
		Zone:           v.Zone,
		HostNativeID:   attached.InstanceID,
		DiskType:       v.Type,
		Role:           role,
		Device:         attached.Device,
		SizeGiB:        f.Whole("size", v.Size),
		Tags:           tags,
		CloudCreatedAt: f.Time("createTime", v.Created, time.UTC),
	}
}

// attachment is that to an instance, the zero one where there is none. Of several, which
// io1 and io2 volumes can have, it is that with the first instance id: the order in which
// AWS lists them varies.
func (v *volume) attachment() attachment {
	return adapter.Least(v.Attachments, func(a attachment) string {
		if a.State == "detached" {
			return ""
		}
		return a.InstanceID
	})
}
