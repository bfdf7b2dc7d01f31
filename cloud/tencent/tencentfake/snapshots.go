package tencentfake

import (
	"slices"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// shared is one that another account shares, which every list has unless it is filtered.
const shared = "-shared"

// snapshotsOf are the account's, and another's without the filter.
func snapshotsOf(r *fake.Region, filtered bool) []resource.Snapshot {
	if filtered {
		return r.Snapshots
	}
	return append(slices.Clip(r.Snapshots), resource.Snapshot{Meta: resource.Meta{NativeID: "snap" + shared}})
}

// snapshot has some time of expiry even where there is none.
func snapshot(s resource.Snapshot) object {
	of, policy := "PRIVATE_SNAPSHOT", ""
	if s.NativeID == "snap"+shared {
		of = "SHARED_SNAPSHOT"
	}
	if s.SnapshotType == "auto" {
		policy = "asp-1"
	}
	return object{
		"SnapshotId": s.NativeID, "SnapshotName": s.Name, "SnapshotState": s.Status, "SnapshotType": of, "AutoSnapshotPolicyId": policy,
		"DiskId": s.DiskNativeID, "DiskSize": s.SizeGiB, "DiskUsage": "DATA_DISK", "Placement": object{"Zone": "ap-beijing-3"},
		"Percent": 100, "ImageCount": 0, "Images": []object{}, "ShareReference": 0, "CopyingToRegions": []string{}, "LatestModifyTime": "2026-01-01 00:00:00",
		"Encrypt": false, "IsPermanent": s.ExpiresAt.IsZero(), "Tags": tags(s.Tags, "Key", "Value"),
		"CreateTime": local(s.CloudCreatedAt, ""), "DeadlineTime": local(s.ExpiresAt, "2023-04-09 10:45:11"),
	}
}

// imagesOf are the account's, and without the filter another's and a public one.
func imagesOf(r *fake.Region, filtered bool) []resource.MachineImage {
	if filtered {
		return r.Images
	}
	return append(slices.Clip(r.Images), resource.MachineImage{Meta: resource.Meta{NativeID: "img" + shared}}, resource.MachineImage{Meta: resource.Meta{NativeID: "img-public"}})
}

// The API's words where the program has others.
var (
	imageTypes    = map[string]string{"img" + shared: "SHARED_IMAGE", "img-public": "PUBLIC_IMAGE"}
	architectures = map[string]string{"arm64": "arm"}
)

// image is made of the one disk that it has.
func image(i resource.MachineImage) object {
	of, architecture := "PRIVATE_IMAGE", i.Architecture
	if another := imageTypes[i.NativeID]; another != "" {
		of = another
	}
	if another := architectures[architecture]; another != "" {
		architecture = another
	}
	return object{
		"ImageId": i.NativeID, "ImageName": i.Name, "ImageState": i.Status, "ImageType": of, "OsName": i.OS, "Platform": "CentOS", "Architecture": architecture,
		"ImageSize": i.SizeGiB, "SnapshotSet": []object{{"SnapshotId": "snap-1", "DiskUsage": "SYSTEM_DISK", "DiskSize": i.SizeGiB}},
		"ImageCreator": "100001234567", "ImageSource": "CREATE_IMAGE", "ImageDescription": Planted, "SyncPercent": nil, "IsSupportCloudinit": true,
		"Tags": tags(i.Tags, "Key", "Value"), "CreatedTime": utc(i.CloudCreatedAt),
	}
}
