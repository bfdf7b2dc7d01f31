package huaweifake

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"cloudsync/cloud/fake"
	"cloudsync/resource"
)

func (s server) volumes(region *fake.Region, query url.Values) (any, *refusal) {
	limit, refused := number(query, "limit", 1000, 1, 1000)
	if refused != nil {
		return nil, refused
	}
	offset, refused := number(query, "offset", 0, 0, unlimited)
	if refused != nil {
		return nil, refused
	}
	disks := region.Disks
	if ids := query.Get("ids"); ids != "" {
		disks = slices.DeleteFunc(slices.Clone(disks), func(d fake.Disk) bool { return !strings.Contains(ids, "'"+d.ID+"'") })
	}
	if marker := query.Get("marker"); marker != "" {
		offset = 1 + slices.IndexFunc(disks, func(d fake.Disk) bool { return d.ID == marker })
		if offset == 0 {
			return nil, &lostMarker
		}
	}
	page, next := fake.Page(s.cloud, disks, offset, limit)
	list, links := []any{}, []any{}
	for _, disk := range page {
		list = append(list, volumeOf(disk))
	}
	if next >= 0 {
		links = append(links, map[string]any{"rel": "next", "href": "https://evs/v2/cloudvolumes/detail?marker=" + page[len(page)-1].ID})
	}
	return map[string]any{"count": len(disks), "volumes": list, "volumes_links": links}, nil
}

func volumeOf(d fake.Disk) map[string]any {
	metadata := map[string]any{"hw:passthrough": "false"}
	if d.ChargeType == "prePaid" {
		metadata["orderID"] = "CS0000000000" + d.ID
	}
	attachments := []any{}
	if d.Host != "" {
		attachments = append(attachments, map[string]any{
			"id": d.ID, "volume_id": d.ID, "server_id": d.Host, "device": d.Device,
			"attachment_id": "attachment-of-" + d.ID, "attached_at": "2024-01-02T03:04:05.000006", "host_name": nil,
		})
	}
	return map[string]any{
		"id": d.ID, "name": d.Name, "status": d.Status, "availability_zone": d.Zone, "volume_type": d.Type,
		"size": d.SizeGiB, "bootable": fmt.Sprint(d.System), "metadata": metadata, "attachments": attachments,
		"tags": d.Tags, "created_at": formatted(d.Created, "2006-01-02T15:04:05.000000"), "updated_at": "2024-01-02T03:04:05.000006",
		"multiattach": false, "shareable": "false", "service_type": "EVS", "links": []any{}, "snapshot_id": nil,
		"description": nil, "user_id": "user", "volume_image_metadata": map[string]any{"image_name": "an image"},
	}
}

func (s server) snapshots(region *fake.Region, query url.Values) (any, *refusal) {
	limit, refused := number(query, "limit", 1000, 1, 1000)
	if refused != nil {
		return nil, refused
	}
	offset, refused := number(query, "offset", 0, 0, unlimited)
	if refused != nil {
		return nil, refused
	}
	all := ofIDs(query["id"], region.Snapshots, func(s resource.Snapshot) string { return s.NativeID })
	page, _ := fake.Page(s.cloud, all, offset, limit)
	return map[string]any{"count": len(all), "snapshots_links": []any{}, "snapshots": rendered(page, func(s resource.Snapshot) map[string]any {
		return map[string]any{
			"id": s.NativeID, "name": s.Name, "description": nil, "status": s.Status, "volume_id": s.DiskNativeID, "size": s.SizeGiB,
			"created_at": formatted(s.CloudCreatedAt, "2006-01-02T15:04:05.000000"), "updated_at": changing(), "metadata": map[string]any{}, "service_type": "EVS",
			"os-extended-snapshot-attributes:progress": fmt.Sprint(time.Now().UnixNano()%100, "%"), "os-extended-snapshot-attributes:project_id": "project",
		}
	})}, nil
}
