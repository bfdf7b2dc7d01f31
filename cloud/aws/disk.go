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
	for _, one := range volumes {
		if one.unread != nil {
			page.Problems = append(page.Problems, cloud.Problem{NativeID: one.unread.id, Text: one.unread.problem("volume")})
			continue
		}
		if one.of.State == deleted {
			continue
		}
		f := adapter.NewFields("volume", awssdk.ToString(one.of.VolumeId))
		f.Put(&page, DiskRow(f, one.of, roots))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d disks) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	found := map[string]bool{}
	err := d.eachVolume(ctx, region, byVolume, nativeIDs, func(one listed[ec2types.Volume]) {
		if one.of.State != deleted {
			found[idOf(one, volumeID)] = true
		}
	})
	if err != nil {
		return nil, err
	}
	return inside(nativeIDs, found), nil
}

func volumeID(volume ec2types.Volume) *string { return volume.VolumeId }

// rootDevices are the names of the devices that the volumes' instances start from, by
// instance id: a volume does not say whether it is such a one.
func (d disks) rootDevices(ctx context.Context, region, cursor, next string, volumes []listed[ec2types.Volume]) (map[string]string, error) {
	var ids []string
	known := map[string]bool{"": true}
	for _, volume := range volumes {
		if id := awssdk.ToString(attachmentOf(volume.of).InstanceId); !known[id] {
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
// the instance.
func DiskRow(f *adapter.Fields, volume ec2types.Volume, rootDevices map[string]string) *resource.Disk {
	attachment := attachmentOf(volume)
	host, device := awssdk.ToString(attachment.InstanceId), awssdk.ToString(attachment.Device)
	role := dataRole
	if device != "" && rootDevices[host] == device {
		role = systemRole
	}
	tags := tagsOf(volume.Tags)
	return &resource.Disk{
		Meta: resource.Meta{NativeID: awssdk.ToString(volume.VolumeId)}, Name: tags["Name"], Tags: tags,
		Status: string(volume.State), Zone: awssdk.ToString(volume.AvailabilityZone),
		HostNativeID: host, Device: device, Role: role,
		DiskType: string(volume.VolumeType), SizeGiB: adapter.Count(f, "size", volume.Size),
		CloudCreatedAt: f.At("createTime", volume.CreateTime),
	}
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
