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

// volume is the part of a volume that is kept.
type volume struct {
	ID          string            `json:"id"`
	Name        string            `json:"name"`
	Status      string            `json:"status"`
	Zone        string            `json:"availability_zone"`
	Type        string            `json:"volume_type"`
	Bootable    string            `json:"bootable"`
	Size        string            `json:"size"` // GiB
	Created     string            `json:"created_at"`
	Attachments []attachment      `json:"attachments"`
	Tags        map[string]string `json:"tags"`
	Metadata    struct {
		OrderID string `json:"orderID"` // by which it is paid for in advance, "" if it is not
	} `json:"metadata"`
}

type attachment struct {
	ServerID string `json:"server_id"`
	Device   string `json:"device"`
}

// volumes is an answer of ListVolumes.
type volumes struct {
	Volumes *[]adapter.Item[volume] `json:"volumes"`
	Count   adapter.Text            `json:"count"`
}

// List implements adapter.Lister.
func (d disks) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	listed, total, next, err := d.volumePage(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Total: total, Next: next}
	for i := range listed {
		f := listed[i].Read("volume", listed[i].Value.ID)
		f.Put(&page, diskRow(f, &listed[i].Value))
	}
	return page, nil
}

// volumePage is the page of volumes at a cursor. It is read from a marker, the id of
// the last volume before, and not from an offset: what is made or deleted during the
// listing shifts nothing.
func (s *session) volumePage(ctx context.Context, region, cursor string) (listed []adapter.Item[volume], total int64, next string, err error) {
	doing := s.doing(region, listVolumes)
	at, err := positionOf(doing, cursor, "")
	if err != nil {
		return nil, 0, "", err
	}
	limit := int32(volumesPerPage)
	answer, err := ask(ctx, s, evsProduct, region, listVolumes, func(client *evs.EvsClient) (*volumes, error) {
		request := &model.ListVolumesRequest{Limit: &limit}
		if at.place != "" {
			request.Marker = &at.place
		}
		answer, err := send[volumes](client.HcClient, request, evs.GenReqDefForListVolumes())
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
	listed = *answer.Volumes
	if err = adapter.CheckList(doing, listed); err != nil {
		return nil, 0, "", err
	}
	last := ""
	if len(listed) > 0 {
		last = listed[len(listed)-1].Value.ID
	}
	if next = at.next(last, len(listed), volumesPerPage, total); next == "" && len(listed) == volumesPerPage {
		// The total may have fallen by volumes that were listed before: a marker goes on
		// where it is, and only a page that is not full is the last.
		next = at.next(last, len(listed), volumesPerPage, total+at.listed+volumesPerPage)
	}
	if last != "" && last == at.place {
		return nil, 0, "", adapter.BadAnswer(doing, "the page after volume %q ends with it", cut(last))
	}
	return listed, total, next, nil
}

// diskRow is a volume as the inventory has it.
func diskRow(f *adapter.Fields, volume *volume) *resource.Disk {
	attachment := volume.firstAttachment()
	disk := &resource.Disk{
		Meta:           resource.Meta{NativeID: volume.ID},
		Name:           volume.Name,
		Status:         volume.Status,
		Zone:           volume.Zone,
		HostNativeID:   attachment.ServerID,
		DiskType:       volume.Type,
		Role:           "data",
		Device:         attachment.Device,
		SizeGiB:        f.Whole("size", volume.Size),
		ChargeType:     paidInAdvance(volume.Metadata.OrderID),
		Tags:           volume.Tags,
		CloudCreatedAt: f.Time("created_at", volume.Created, zone),
	}
	if volume.Bootable == "true" {
		disk.Role = "system"
	}
	return disk
}

// firstAttachment is the one whose server's id comes first: a shared volume is attached
// to several, in no order.
func (v *volume) firstAttachment() attachment {
	if len(v.Attachments) == 0 {
		return attachment{}
	}
	return slices.MinFunc(v.Attachments, func(a, b attachment) int {
		return cmp.Or(cmp.Compare(a.ServerID, b.ServerID), cmp.Compare(a.Device, b.Device))
	})
}

// attached is the GiB of all volumes attached to a server, by its id, and the volumes
// that are in it.
type attached struct {
	sizes map[string]int64
	seen  map[string]bool
	odd   map[string]string // why a server's sum is not known
}

// of is the sum of a server's volumes.
func (a attached) of(f *adapter.Fields, server string) int64 {
	if why, odd := a.odd[server]; odd {
		f.Fail("%s", why)
	}
	return a.sizes[server]
}

// attachedVolumes lists a region's volumes for the hosts of a listing, once. The API can
// be asked for the volumes of one server, but not of several.
func (s *session) attachedVolumes(ctx context.Context, region string, begins bool) (attached, error) {
	doing := s.doing(region, listVolumes)
	return s.volumes.Pages(ctx, region, begins, func(ctx context.Context, all attached, cursor string) (attached, string, error) {
		if cursor == "" {
			all = attached{sizes: map[string]int64{}, seen: map[string]bool{}, odd: map[string]string{}}
		}
		listed, _, next, err := s.volumePage(ctx, region, cursor)
		if err != nil {
			return all, "", err
		}
		known := len(all.seen)
		if err := all.add(doing, listed); err != nil {
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
func (a attached) add(doing string, listed []adapter.Item[volume]) error {
	for i := range listed {
		volume := &listed[i].Value
		if a.seen[volume.ID] {
			continue
		}
		f := listed[i].Read("volume", volume.ID)
		size := f.Whole("size", volume.Size)
		a.seen[volume.ID] = true
		if listed[i].IsOdd() && len(volume.Attachments) == 0 { // no server's sum is known
			return adapter.BadAnswer(doing, "whose is it? %s", f.Problem())
		}
		for _, attachment := range volume.Attachments {
			a.sizes[attachment.ServerID] += size
			if problem := f.Problem(); problem != "" {
				a.odd[attachment.ServerID] = problem
			}
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
	answer, err := ask(ctx, d.session, evsProduct, region, listVolumes, func(client *evs.EvsClient) (*volumes, error) {
		return send[volumes](client.HcClient, &model.ListVolumesRequest{Ids: &ids}, evs.GenReqDefForListVolumes())
	})
	if err != nil {
		return nil, err
	}
	if answer.Volumes == nil {
		return nil, adapter.BadAnswer(doing, "there is no list of volumes in the answer")
	}
	var answered []string
	for i := range *answer.Volumes {
		answered = append(answered, (*answer.Volumes)[i].Value.ID)
	}
	return found(doing, nativeIDs, answered, answer.Count)
}
