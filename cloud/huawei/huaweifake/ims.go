package huaweifake

import (
	"fmt"
	"net/url"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

// images has as many on a page as are asked for: that more follow is said nowhere. All images
// are the region's project's.
func (s server) images(region *fake.Region, query url.Values) (any, *refusal) {
	own := region.Images
	if query.Has("owner") && query.Get("owner") != query.Get("project_id") {
		own = nil
	}
	page, _, refused := markedPage(&fake.Cloud{}, query, 500, own, func(i resource.MachineImage) string { return i.NativeID })
	if refused != nil {
		return nil, refused
	}
	return map[string]any{"images": rendered(page, func(i resource.MachineImage) map[string]any {
		tags := []string{}
		for key, value := range i.Tags {
			tags = append(tags, key+"."+value)
		}
		return map[string]any{
			"id": i.NativeID, "name": i.Name, "status": i.Status, "owner": query.Get("project_id"), "visibility": "private", "__imagetype": "private",
			"__os_version": i.OS, "__os_type": "Linux", "__os_bit": "64", "__platform": "EulerOS", "virtual_env_type": "FusionCompute", "__isregistered": "true",
			"__support_arm": fmt.Sprint(i.Architecture == "arm64"), "min_disk": i.SizeGiB, "min_ram": 0, "__image_size": "1073741824", "size": 0,
			"tags": tags, "created_at": zulu(i.CloudCreatedAt), "updated_at": changing(), "active_at": changing(), "container_format": "bare",
		}
	})}, nil
}
