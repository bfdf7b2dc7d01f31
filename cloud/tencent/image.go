package tencent

import (
	"cmp"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// ownImages is the type of the images that the account has made or imported.
const ownImages = "PRIVATE_IMAGE"

// images are the account's own, not the public ones, nor those that other accounts share
// (https://cloud.tencent.com/document/api/213/15715).
var images = adapter.Listing[*Session, image]{
	Kind: resource.MachineImageKind, What: "image",
	Action: "DescribeImages", Path: "ImageSet", IDField: "ImageId",
	Pages: adapter.Offsets(maxPage), IDs: adapter.Together(maxIDs),
	Ask:  Ask[image](cvm, "ImageIds", having("image-type", ownImages)),
	Row:  imageRow,
	Gone: func(i *image) (bool, error) { return cmp.Or(i.ImageType, ownImages) != ownImages, nil },
}

// image is the part of an image that is kept. SyncPercent changes by itself.
type image struct {
	ImageID, ImageName string
	ImageState         string
	ImageType          string
	OSName             string
	Architecture       string
	ImageSize          string   // GiB
	DiskSizes          []string `at:"SnapshotSet[].DiskSize"` // of one that was made of a whole instance
	Tags               []adapter.Tag
	CreatedTime        string
}

// architectures are the words that other clouds have otherwise.
var architectures = map[string]string{"arm": "arm64"}

func imageRow(f *adapter.Fields, i *image) resource.Row {
	size := f.Whole("ImageSize", i.ImageSize)
	return &resource.MachineImage{
		Name:           i.ImageName,
		Status:         i.ImageState,
		OS:             i.OSName,
		Architecture:   adapter.Word(architectures, i.Architecture),
		SizeGiB:        cmp.Or(f.Sum("DiskSize", i.DiskSizes...), size),
		Tags:           adapter.TagsOf(i.Tags),
		CloudCreatedAt: f.Time("CreatedTime", i.CreatedTime, utc),
	}
}
