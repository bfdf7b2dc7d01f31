package alibaba

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// allImageStates are asked for by name: without, available images alone are listed.
const allImageStates = "Creating,Waiting,Available,UnAvailable,CreateFailed,Deprecated"

// images are the account's own
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describeimages).
var images = adapter.Listing[*session, image]{
	Kind: resource.MachineImageKind, What: "image",
	Action: "DescribeImages", Path: "Images.Image", IDField: "ImageId",
	Pages: adapter.Numbers(maxPage), IDs: adapter.Alone(maxAlone).If(isOneID),
	Ask:   ask[image](ecs, fixed(byNumber("ImageId", withCommas), map[string]string{"ImageOwnerAlias": "self", "Status": allImageStates})),
	Row:   imageRow,
	Empty: provenByDryRun(ecs, "DescribeImages"),
}

// image is the part of an image that is kept. Progress and Usage change by themselves.
type image struct {
	ImageID          string `json:"ImageId"`
	ImageName        string
	Status           string
	OSName, OSNameEn string
	Architecture     string
	Size             string   // GiB
	DiskSizes        []string `at:"DiskDeviceMappings.DiskDeviceMapping[].Size"` // GiB
	CreationTime     string
	Tags             tagList
}

func imageRow(f *adapter.Fields, i *image) resource.Row {
	size := f.Whole("Size", i.Size)
	return &resource.MachineImage{
		Name:           i.ImageName,
		Status:         i.Status,
		OS:             cmp.Or(i.OSNameEn, i.OSName), // the other depends on the account's language
		Architecture:   i.Architecture,
		SizeGiB:        cmp.Or(f.Sum("DiskDeviceMapping.Size", i.DiskSizes...), size),
		Tags:           adapter.TagsOf(i.Tags.Tag),
		CloudCreatedAt: f.Time("CreationTime", i.CreationTime, utc),
	}
}
