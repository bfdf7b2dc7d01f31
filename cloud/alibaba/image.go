package alibaba

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	maxImages = 100 // the most that DescribeImages gives on a page
	// imagesInLookup is how many calls a look-up makes: the action takes one id.
	imagesInLookup = 10
	// allImageStates are asked for by name: without, available images alone are listed.
	allImageStates = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"
)

// images are the account's own
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeimages).
var images = adapter.Listing[*session, image]{
	Kind: resource.MachineImageKind, What: "image",
	Action: "DescribeImages", Path: "Images.Image", IDField: "ImageId",
	Pages: adapter.Numbers(maxImages), IDs: adapter.Alone(imagesInLookup).If(isOneID),
	Ask: ask[image](ecs, func(q adapter.Query) map[string]string {
		parameters := byNumber("ImageId", withCommas)(q)
		parameters["ImageOwnerAlias"], parameters["Status"] = "self", allImageStates
		return parameters
	}),
	ID:    func(i *image) string { return i.ImageID },
	Row:   imageRow,
	Empty: provenByDryRun(ecs, "DescribeImages"),
}

// image is the part of an image that is kept. Progress and Usage change by themselves.
type image struct {
	ImageID            string `json:"ImageId"`
	ImageName          string
	Status             string
	OSName, OSNameEn   string
	Architecture       string
	Size               string // GiB
	DiskDeviceMappings struct {
		DiskDeviceMapping []struct{ Size string } // GiB
	}
	CreationTime string
	Tags         tagList
}

func imageRow(f *adapter.Fields, i *image) resource.Row {
	size := f.Whole("Size", i.Size)
	var disks int64
	for _, disk := range i.DiskDeviceMappings.DiskDeviceMapping {
		disks += f.Whole("DiskDeviceMapping.Size", disk.Size)
	}
	return &resource.MachineImage{
		Meta:           resource.Meta{NativeID: i.ImageID},
		Name:           i.ImageName,
		Status:         i.Status,
		OS:             cmp.Or(i.OSNameEn, i.OSName), // the other depends on the account's language
		Architecture:   i.Architecture,
		SizeGiB:        cmp.Or(disks, size),
		Tags:           adapter.TagsOf(i.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", i.CreationTime, utc),
	}
}
