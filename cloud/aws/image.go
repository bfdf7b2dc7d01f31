package aws

import (
	"cmp"
	"time"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// images are AMIs that the account owns, disabled and deprecated ones too. One that is
// deregistered stays listed for a short while.
var images = adapter.Listing[*session, image]{
	Kind: resource.MachineImageKind, What: "image",
	Action: "DescribeImages", Path: "imagesSet.item", IDField: "imageId",
	Pages: adapter.Tokens(maxListed), IDs: adapter.Together(maxFilterValues),
	Ask:  ask[image]("nextToken", describeImages),
	Row:  imageRow,
	Gone: func(i *image) (bool, error) { return i.State == "deregistered", nil },
}

// image is the part of an AMI that is kept.
type image struct {
	ID              string   `json:"imageId"`
	Name            string   `json:"name"`
	State           string   `json:"imageState"`
	Platform        string   `json:"platform"`
	PlatformDetails string   `json:"platformDetails"`
	Architecture    string   `json:"architecture"`
	Created         string   `json:"creationDate"`
	Sizes           []string `at:"blockDeviceMapping[].ebs.volumeSize"` // GiB
	Tags            []tag    `json:"tagSet"`
}

// imageRow has no expiry: an image that is deprecated can be used all the same.
func imageRow(f *adapter.Fields, i *image) resource.Row {
	return &resource.MachineImage{
		Name:           i.Name,
		Status:         i.State,
		OS:             cmp.Or(i.PlatformDetails, i.Platform),
		Architecture:   i.Architecture,
		SizeGiB:        f.Sum("blockDeviceMapping.item.ebs.volumeSize", i.Sizes...),
		Tags:           adapter.TagsOf(i.Tags),
		CloudCreatedAt: f.Time("creationDate", i.Created, time.UTC),
	}
}
