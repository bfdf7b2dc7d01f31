package azure

import (
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

// managedImages are those of the subscription; the images of galleries, and the versions of
// these, would be a request for each. An image has no id but that of ARM.
var managedImages = listed[managedImageProperties]("image_list")

var machineImages = adapter.Listing[*session, managedImage]{
	Kind: resource.MachineImageKind, What: "image", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &managedImages,
	Believe: permitted("Microsoft.Compute/images/read"),
	ID:      (*managedImage).key,
	Row:     machineImageRow,
}

type managedImage = entity[managedImageProperties]

type managedImageProperties struct {
	ProvisioningState string `json:"provisioningState"`
	StorageProfile    struct {
		OSDisk    *imageDisk  `json:"osDisk"`
		DataDisks []imageDisk `json:"dataDisks"`
	} `json:"storageProfile"`
}

// imageDisk is without where it is: the address of a blob may have a signature in it.
type imageDisk struct {
	OSType     string `json:"osType"`
	DiskSizeGB string `json:"diskSizeGB"`
}

func machineImageRow(f *adapter.Fields, i *managedImage) resource.Row {
	p := &i.Properties
	row := &resource.MachineImage{
		Name:           i.Name,
		Status:         p.ProvisioningState,
		Tags:           tagsOf(i.Tags),
		CloudCreatedAt: f.Time("createdAt", i.SystemData.CreatedAt, zone), // not confirmed that the list has it
	}
	disks := p.StorageProfile.DataDisks
	if os := p.StorageProfile.OSDisk; os != nil {
		row.OS, disks = os.OSType, append([]imageDisk{*os}, disks...)
	}
	row.SizeGiB = sizeOfAll(f, disks)
	return row
}

// sizeOfAll is 0 where one of the disks does not say its size.
func sizeOfAll(f *adapter.Fields, disks []imageDisk) (sum int64) {
	for _, disk := range disks {
		gib := f.Whole("diskSizeGB", disk.DiskSizeGB)
		if gib == 0 {
			return 0
		}
		sum += gib
	}
	return sum
}
