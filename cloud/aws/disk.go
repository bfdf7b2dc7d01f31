package aws

import (
	"context"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// disks lists EBS volumes.
type disks struct{ *session }

// List implements adapter.Lister. EC2 does not say how many volumes there are.
func (d disks) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	volumes, next, err := d.volumes(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	roots, err := d.rootDevices(ctx, region, cursor, next, volumes)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: next, Rows: make([]resource.Row, 0, len(volumes))}
	for _, volume := range volumes {
		if volume.State == deleted {
			continue
		}
		row, err := DiskRow(volume, roots)
		if err != nil {
			return cloud.Page{}, err
		}
		page.Rows = append(page.Rows, row)
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d disks) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	found := map[string]bool{}
	err := d.eachVolume(ctx, region, byVolume, nativeIDs, func(volume ec2types.Volume) {
		if volume.State != deleted {
			found[awssdk.ToString(volume.VolumeId)] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return inside(nativeIDs, found), nil
}

// rootDevices are the names of the devices that the volumes' instances start from, by
// instance id: a volume does not say whether it is such a one.
func (d disks) rootDevices(ctx context.Context, region, cursor, next string, volumes []ec2types.Volume) (map[string]string, error) {
	var ids []string
	known := map[string]bool{"": true}
	for _, volume := range volumes {
		if id := awssdk.ToString(attachmentOf(volume).InstanceId); !known[id] {
			known[id] = true
			ids = append(ids, id)
		}
	}
	byID := func(ids []string) (map[string]string, error) { return d.rootsOf(ctx, region, ids) }
	if askedByID(cursor, next, ids) {
		return byID(ids)
	}
	all, err := d.allRoots(ctx, region, cursor == "")
	if err != nil {
		return nil, err
	}
	if next == "" {
		d.tables.roots.Forget(region)
	}
	return joined(all, ids, byID)
}

// DiskRow is the row of a volume; rootDevices are the root devices' names by the id of
// the instance. A size that makes no sense is an error of the class BadAnswer.
func DiskRow(volume ec2types.Volume, rootDevices map[string]string) (*resource.Disk, error) {
	id, size := awssdk.ToString(volume.VolumeId), int64(awssdk.ToInt32(volume.Size))
	if size < 0 {
		return nil, adapter.BadAnswer("read volume "+id, "its size is %d GiB", size)
	}
	attachment := attachmentOf(volume)
	host, device := awssdk.ToString(attachment.InstanceId), awssdk.ToString(attachment.Device)
	role := dataRole
	if device != "" && rootDevices[host] == device {
		role = systemRole
	}
	tags := tagsOf(volume.Tags)
	row := &resource.Disk{
		Meta: resource.Meta{NativeID: id}, Name: tags["Name"], Tags: tags,
		Status: string(volume.State), Zone: awssdk.ToString(volume.AvailabilityZone),
		HostNativeID: host, Device: device, Role: role,
		DiskType: string(volume.VolumeType), SizeGiB: size,
	}
	if volume.CreateTime != nil {
		row.CloudCreatedAt = volume.CreateTime.UTC()
	}
	return row, nil
}

// attachmentOf is the volume's attachment to an instance, the zero one where there is
// none. Of several, which io1 and io2 volumes can have, it is that with the first
// instance id: the order in which AWS lists them varies.
func attachmentOf(volume ec2types.Volume) (first ec2types.VolumeAttachment) {
	for _, attachment := range volume.Attachments {
		id := awssdk.ToString(attachment.InstanceId)
		if id == "" || attachment.State == ec2types.VolumeAttachmentStateDetached {
			continue
		}
		if first.InstanceId == nil || id < *first.InstanceId {
			first = attachment
		}
	}
	return first
}
