package alibabafake

import (
	"net/http"
	"strconv"

	"cloudsync/resource"
)

func snapshots(c *call) (object, *failure) {
	id := func(s resource.Snapshot) string { return s.NativeID }
	return tokened(c, c.Region.Snapshots, "SnapshotIds", id, "Snapshots", "Snapshot", func(s resource.Snapshot) object {
		days := 0
		if !s.ExpiresAt.IsZero() {
			days = int(s.ExpiresAt.Sub(s.CloudCreatedAt).Hours() / 24)
		}
		o := object{
			"SnapshotId": s.NativeID, "SnapshotName": s.Name, "Status": s.Status, "RegionId": c.Region.Name, "SnapshotType": s.SnapshotType,
			"SourceDiskId": s.DiskNativeID, "SourceDiskSize": strconv.FormatInt(s.SizeGiB, 10), "SourceDiskType": "system", "RetentionDays": days,
			"Progress": c.volatile + "%", "RemainTime": c.volatile, "LastModifiedTime": c.volatile, "CreationTime": moment(s.CloudCreatedAt, seconds, ""),
		}
		setTags(o, s.Tags)
		return o
	})
}

// images lists available ones, unless it is asked for others too.
func images(c *call) (object, *failure) {
	if c.parameters.Get("DryRun") != "true" && (c.parameters.Get("ImageOwnerAlias") != "self" || c.parameters.Get("Status") == "") {
		return nil, &failure{status: http.StatusBadRequest, code: "InvalidParameter", message: "Only the account's own images are here, of all states."}
	}
	id := func(i resource.MachineImage) string { return i.NativeID }
	return counted(c, c.Region.Images, c.commas("ImageId"), id, 100, "Images", "Image", func(i resource.MachineImage) object {
		o := object{
			"ImageId": i.NativeID, "ImageName": i.Name, "Status": i.Status, "OSName": i.OS + " 64位", "OSNameEn": i.OS, "Architecture": i.Architecture,
			"Size": i.SizeGiB, "ImageOwnerAlias": "self", "ImageOwnerId": c.ownerID(), "Progress": c.volatile + "%", "Usage": c.volatile,
			"CreationTime": moment(i.CloudCreatedAt, seconds, ""),
		}
		setTags(o, i.Tags)
		return o
	})
}
