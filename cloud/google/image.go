package google

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// projectImages are those of the project: public ones are of projects of their own.
var projectImages = inProject(imageList, func(i *image) string { return i.SelfLink })

var images = listed(resource.MachineImageKind, "image", "id", &projectImages, func(i *image) string { return i.ID }, imageRow)

// imageFields are those of image. The keys of secure boot, which an image may have, are long.
const imageFields = "id,name,selfLink,creationTimestamp,status,architecture,diskSizeGb,deprecated,licenses,labels"

// image is a disk's. Machine images, which have whole instances in them, are other resources.
type image struct {
	ID, Name, SelfLink, CreationTimestamp string
	Status, Architecture, DiskSizeGb      string
	Deprecated                            struct{ State string }
	Licenses                              []string
	Labels                                map[string]string
}

func imageRow(f *adapter.Fields, i *image) resource.Row {
	return &resource.MachineImage{
		Name:           i.Name,
		Status:         i.status(),
		OS:             osOf(i.Licenses),
		Architecture:   strings.ToLower(i.Architecture),
		SizeGiB:        f.Whole("diskSizeGb", i.DiskSizeGb),
		Tags:           tagsOf(i.Labels),
		CloudCreatedAt: f.Time("creationTimestamp", i.CreationTimestamp, zone),
	}
}

// status is whether the image can be used: one that is READY may be DEPRECATED or OBSOLETE.
func (i *image) status() string {
	if i.Deprecated.State == "ACTIVE" {
		return i.Status
	}
	return cmp.Or(i.Deprecated.State, i.Status)
}
