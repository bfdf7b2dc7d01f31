package huawei

import (
	"cmp"
	"context"
	"slices"
	"strings"

	evs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2/model"
	evsregion "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/evs/v2/region"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var evsProduct = product[*evs.EvsClient]{name: "evs", client: evs.NewEvsClient, region: evsregion.SafeValueOf}

const (
	listVolumes = "ListVolumes"
	// volumesPerPage is the most that a page has
	// (https://support.huaweicloud.com/intl/en-us/api-evs/evs_04_2006.html).
	volumesPerPage = 1000
	// maxVolumeIDs is how many ids one request takes, by the same page.
	maxVolumeIDs = 60
)

// disks lists volumes of the elastic volume service.
type disks struct{ *session }

// List implements adapter.Lister.
func (d disks) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	doing := d.doing(region, listVolumes)
	volumes, total, next, err := d.volumePage(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Rows: make([]resource.Row, 0, len(volumes)), Total: total, Next: next}
	for i := range volumes {
		disk, err := diskRow(doing, &volumes[i])
		if err != nil {
			return cloud.Page{}, err
		}
		page.Rows = append(page.Rows, disk)
	}
	return page, nil
}

// volumePage is the page of volumes at a cursor. It is read from a marker, the id of
// the last volume before, and not from an offset: what is made or deleted during the
// listing shifts nothing.
func (s *session) volumePage(ctx context.Context, region, cursor string) (volumes []model.VolumeDetail, total int64, next string, err error) {
	doing := s.doing(region, listVolumes)
	at, err := positionOf(doing, cursor, "")
	if err != nil {
		return nil, 0, "", err
	}
	limit := int32(volumesPerPage)
	answer, err := ask(ctx, s, evsProduct, region, listVolumes, func(client *evs.EvsClient) (*model.ListVolumesResponse, error) {
		request := &model.ListVolumesRequest{Limit: &limit}
		if at.place != "" {
			request.Marker = &at.place
		}
		answer, err := client.ListVolumes(request)
		return answer, resumed(doing, cursor == "", err)
	})
	if err != nil {
		return nil, 0, "", err
	}
	if answer.Volumes == nil {
		return nil, 0, "", adapter.BadAnswer(doing, "there is no list of volumes in the answer")
	}
	if total, err = announced(doing, answer.Count); err != nil {
		return nil, 0, "", err
	}
	volumes = *answer.Volumes
	last := ""
	if len(volumes) > 0 {
		last = volumes[len(volumes)-1].Id
	}
	if next = at.next(last, len(volumes), volumesPerPage, total); next == "" && len(volumes) == volumesPerPage {
		// The total may have fallen by volumes that were listed before: a marker goes on
		// where it is, and only a page that is not full is the last.
		next = at.next(last, len(volumes), volumesPerPage, total+at.listed+volumesPerPage)
	}
	if last != "" && last == at.place {
		return nil, 0, "", adapter.BadAnswer(doing, "the page after volume %q ends with it", cut(last))
	}
	return volumes, total, next, nil
}

// diskRow is a volume as the inventory has it.
func diskRow(doing string, volume *model.VolumeDetail) (*resource.Disk, error) {
	f := fields{doing: doing, id: volume.Id}
	attachment := firstAttachment(volume)
	disk := &resource.Disk{
		Name:           volume.Name,
		Status:         volume.Status,
		Zone:           volume.AvailabilityZone,
		HostNativeID:   attachment.ServerId,
		DiskType:       volume.VolumeType,
		Role:           "data",
		Device:         attachment.Device,
		SizeGiB:        f.quantity("size", int64(volume.Size)),
		ChargeType:     paidInAdvance(order(volume)),
		Tags:           volume.Tags,
		CloudCreatedAt: f.time("created_at", volume.CreatedAt),
	}
	disk.NativeID = volume.Id
	if volume.Bootable == "true" {
		disk.Role = "system"
	}
	return disk, f.err
}

// firstAttachment is the one whose server's id comes first: a shared volume is attached
// to several, in no order.
func firstAttachment(volume *model.VolumeDetail) model.Attachment {
	if len(volume.Attachments) == 0 {
		return model.Attachment{}
	}
	return slices.MinFunc(volume.Attachments, func(a, b model.Attachment) int {
		return cmp.Or(cmp.Compare(a.ServerId, b.ServerId), cmp.Compare(a.Device, b.Device))
	})
}

// order is that by which a volume is paid for in advance, "" if it is not.
func order(volume *model.VolumeDetail) string {
	id, _ := volume.Metadata["orderID"].(string)
	return id
}

// attached is the GiB of all volumes attached to a server, by its id, and the volumes
// that are in it.
type attached struct {
	sizes map[string]int64
	seen  map[string]bool
}

// attachedVolumes lists a region's volumes for the hosts of a listing, once. The API can
// be asked for the volumes of one server, but not of several.
func (s *session) attachedVolumes(ctx context.Context, region string, begins bool) (attached, error) {
	doing := s.doing(region, listVolumes)
	return s.volumes.Pages(ctx, region, begins, func(ctx context.Context, all attached, cursor string) (attached, string, error) {
		if cursor == "" {
			all = attached{sizes: map[string]int64{}, seen: map[string]bool{}}
		}
		volumes, _, next, err := s.volumePage(ctx, region, cursor)
		if err != nil {
			return all, "", err
		}
		known := len(all.seen)
		if err := all.add(doing, volumes); err != nil {
			return all, "", err
		}
		if next != "" && len(all.seen) == known { // pages that lead back to each other have no end
			return all, "", adapter.BadAnswer(doing, "the page after %q has no volume that was not listed before", cut(cursor))
		}
		return all, next, nil
	})
}

// add adds each volume once: one that is on two pages, since another was made or deleted
// in between, is still one.
func (a attached) add(doing string, volumes []model.VolumeDetail) error {
	for i := range volumes {
		if a.seen[volumes[i].Id] {
			continue
		}
		f := fields{doing: doing, id: volumes[i].Id}
		size := f.quantity("size", int64(volumes[i].Size))
		if f.err != nil {
			return f.err
		}
		a.seen[volumes[i].Id] = true
		for _, attachment := range volumes[i].Attachments {
			a.sizes[attachment.ServerId] += size
		}
	}
	return nil
}

// Lookup implements adapter.Lister. The API leaves ids out that there are not.
func (d disks) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	return untilNone(nativeIDs, func(ids []string) ([]string, error) { return d.find(ctx, region, ids) })
}

// find gives those of the ids that are in one answer.
func (d disks) find(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	doing := d.doing(region, listVolumes)
	ids := "['" + strings.Join(nativeIDs, "','") + "']"
	answer, err := ask(ctx, d.session, evsProduct, region, listVolumes, func(client *evs.EvsClient) (*model.ListVolumesResponse, error) {
		return client.ListVolumes(&model.ListVolumesRequest{Ids: &ids})
	})
	if err != nil {
		return nil, err
	}
	if answer.Volumes == nil {
		return nil, adapter.BadAnswer(doing, "there is no list of volumes in the answer")
	}
	var answered []string
	for i := range *answer.Volumes {
		answered = append(answered, (*answer.Volumes)[i].Id)
	}
	return found(doing, nativeIDs, answered, answer.Count)
}
