package huawei

import (
	"cmp"
	"context"

	ims "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ims/v2"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const imagesPerPage = 500 // as many as the API gives where it is asked for no number; the most is not documented

// images are the project's own. They are asked for by their owner: one that is shared with
// others is called "shared", and private no more
// (https://docs.otc.t-systems.com/image-management-service/api-ref/ims_apis/image/querying_images.html).
var images = adapter.Listing[*session, image]{
	Kind: resource.MachineImageKind, What: "image",
	Action: "ListImages", Path: "images", IDField: "id",
	Pages: adapter.Tokens(imagesPerPage), IDs: adapter.Alone(maxAlone).If(isID),
	Ask: askImages,
	Row: imageRow,
}

func askImages(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[image], error) {
	own, err := s.project(ctx, q.Region)
	if err != nil {
		return adapter.Answer[image]{}, err
	}
	request := &listRequest{Limit: given(int32(q.Limit)), Marker: given(q.Token), Id: &q.IDs}
	if len(q.IDs) == 0 { // one that is asked for is there, whosever the API says that it is
		request.Owner = &own
	}
	return asking[image]{
		of: imsProduct, described: ims.GenReqDefForListImages, read: unannounced(imageID),
		request: func(adapter.Query) any { return request },
	}.ask(ctx, s, q)
}

// image is the part of an image that is kept.
type image struct {
	ID, Name, Status string
	OSType           string `json:"__os_type"`
	OSVersion        string `json:"__os_version"` // such as CentOS 7.3 64bit
	For              string `json:"virtual_env_type"`
	IsARM            string `json:"__support_arm"`
	Size             string `json:"min_disk"` // GiB, of the disk that is made of it
	Tags             []string
	Created          string `json:"created_at"`
}

func imageID(i *image) string { return i.ID }

// architecture is that of x86 where the image does not say that it is for ARM. One of a data
// disk has none.
func (i *image) architecture() string {
	switch {
	case i.For == "DataImage":
		return ""
	case i.IsARM == "true":
		return "arm64"
	default:
		return "x86_64"
	}
}

func imageRow(f *adapter.Fields, i *image) resource.Row {
	return &resource.MachineImage{
		Name:           i.Name,
		Status:         i.Status,
		OS:             cmp.Or(i.OSVersion, i.OSType),
		Architecture:   i.architecture(),
		SizeGiB:        f.Whole("min_disk", i.Size),
		Tags:           textTags(i.Tags),
		CloudCreatedAt: f.Time("created_at", i.Created, utc),
	}
}
