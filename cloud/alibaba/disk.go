package alibaba

import (
	"context"
	"slices"
	"strings"

	"cloudsync/cloud"
	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const disksPage = "500" // the most that DescribeDisks gives

// disks lists block storage volumes
// (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-describedisks).
type disks struct{ *session }

// disk is a block storage volume. AttachedTime and the like are left out: they are of
// the attachment.
type disk struct {
	DiskID         string `json:"DiskId"`
	DiskName       string
	Status         string
	ZoneID         string `json:"ZoneId"`
	InstanceID     string `json:"InstanceId"` // empty where several hosts can be attached
	Device         string // likewise
	Category       string
	Type           string // system or data
	Size           string // GiB
	DiskChargeType string
	CreationTime   string
	ExpiredTime    string
	Tags           tagList
	Attachments    struct{ Attachment []attachment }
}

type attachment struct {
	InstanceID string `json:"InstanceId"`
	Device     string
}

// List implements adapter.Lister.
func (d disks) List(ctx context.Context, region, cursor string) (cloud.Page, error) {
	listed, next, err := d.page(ctx, region, cursor)
	if err != nil {
		return cloud.Page{}, err
	}
	page := cloud.Page{Next: next} // TotalCount means nothing beside NextToken
	for i := range listed {
		f := listed[i].Read("disk", listed[i].Value.DiskID)
		f.Put(&page, listed[i].Value.row(f))
	}
	return page, nil
}

// Lookup implements adapter.Lister.
func (d disks) Lookup(ctx context.Context, region string, nativeIDs []string) ([]string, error) {
	if len(nativeIDs) == 0 {
		return nil, nil
	}
	there, err := existing(d.doing("DescribeDisks", region), nativeIDs, func(ids []string) ([]string, error) {
		return d.find(ctx, region, ids)
	})
	if err != nil || len(there) > 0 {
		return there, err
	}
	return nil, d.proveByDryRun(ctx, region, "DescribeDisks")
}

// find gives those of the ids that are on the answer's pages.
func (d disks) find(ctx context.Context, region string, ids []string) (found []string, err error) {
	err = d.eachPage("DescribeDisks", region, func(token string) (string, error) {
		listed, rest, err := d.describe(ctx, region, map[string]string{"MaxResults": disksPage, "NextToken": token, "DiskIds": list(ids)})
		for _, disk := range listed {
			found = append(found, disk.Value.DiskID)
		}
		return rest.next, err
	})
	return found, err
}

// page is a page of the region's disks, where none at all is proven.
func (d disks) page(ctx context.Context, region, token string) ([]adapter.Item[disk], string, error) {
	listed, rest, err := d.describe(ctx, region, map[string]string{"MaxResults": disksPage, "NextToken": token})
	if err == nil {
		err = rest.checkEnd(d.doing("DescribeDisks", region), token, len(listed))
	}
	if err == nil && len(listed) == 0 && rest.next == "" {
		err = d.proveByDryRun(ctx, region, "DescribeDisks")
	}
	return listed, rest.next, err
}

func (d disks) describe(ctx context.Context, region string, parameters map[string]string) ([]adapter.Item[disk], more, error) {
	type answer struct {
		Disks                *struct{ Disk []adapter.Item[disk] }
		NextToken            string
		PageSize, TotalCount adapter.Text
	}
	got, err := ask[answer](ctx, d.session, request{product: ecs, action: "DescribeDisks", region: region, parameters: parameters})
	if err != nil {
		return nil, more{}, err
	}
	if got.Disks == nil {
		return nil, more{}, adapter.BadAnswer(d.doing("DescribeDisks", region), "Disks is missing")
	}
	rest := more{next: got.NextToken, size: got.PageSize, total: got.TotalCount}
	return got.Disks.Disk, rest, adapter.CheckList(d.doing("DescribeDisks", region), got.Disks.Disk)
}

func (d *disk) row(f *adapter.Fields) *resource.Disk {
	attached := d.attached()
	return &resource.Disk{
		Meta:           resource.Meta{NativeID: d.DiskID},
		Name:           d.DiskName,
		Status:         d.Status,
		Zone:           d.ZoneID,
		HostNativeID:   attached[0].InstanceID,
		DiskType:       d.Category,
		Role:           d.Type,
		Device:         attached[0].Device,
		SizeGiB:        f.Whole("Size", d.Size),
		ChargeType:     d.DiskChargeType,
		Tags:           d.Tags.byKey(),
		CloudCreatedAt: f.Time("CreationTime", d.CreationTime, zone),
		ExpiresAt:      f.Expiry("ExpiredTime", d.ExpiredTime, zone),
	}
}

// attached are the hosts that have the disk, by their ids; one without an id stands
// for none. A row has room for the first.
func (d *disk) attached() []attachment {
	all := slices.DeleteFunc(slices.Clone(d.Attachments.Attachment), func(a attachment) bool { return a.InstanceID == "" })
	known := slices.ContainsFunc(all, func(a attachment) bool { return a.InstanceID == d.InstanceID })
	if d.InstanceID != "" && !known {
		all = append(all, attachment{InstanceID: d.InstanceID, Device: d.Device})
	}
	if len(all) == 0 {
		return []attachment{{Device: d.Device}}
	}
	slices.SortFunc(all, func(a, b attachment) int { return strings.Compare(a.InstanceID, b.InstanceID) })
	return all
}

// diskSizes are what the disks of each host have together, in GiB, by the host's id, and
// the disks that are in it.
type diskSizes struct {
	ofHost map[string]int64
	seen   map[string]bool
	odd    map[string]string // why a host's sum is not known
}

// of is the sum of a host's disks.
func (d diskSizes) of(f *adapter.Fields, host string) int64 {
	if why, odd := d.odd[host]; odd {
		f.Fail("%s", why)
	}
	return d.ofHost[host]
}

// diskSizes lists the disks of a region for the hosts of a listing, once. DescribeDisks
// takes one host's id alone, so that a page of hosts cannot be asked for.
func (s *session) diskSizes(ctx context.Context, region string, begins bool) (diskSizes, error) {
	return s.sizes.Pages(ctx, region, begins, func(ctx context.Context, all diskSizes, token string) (diskSizes, string, error) {
		if token == "" {
			all = diskSizes{ofHost: map[string]int64{}, seen: map[string]bool{}, odd: map[string]string{}}
		}
		listed, next, err := disks{s}.page(ctx, region, token)
		if err == nil {
			err = all.add(s.doing("DescribeDisks", region), listed)
		}
		return all, next, err
	})
}

// add adds each disk once: one that is on two pages is still one. Where nobody can know
// whose disk it is, no host's sum is known.
func (d diskSizes) add(doing string, listed []adapter.Item[disk]) error {
	for i := range listed {
		disk := &listed[i].Value
		if d.seen[disk.DiskID] {
			continue
		}
		f := listed[i].Read("disk", disk.DiskID)
		size := f.Whole("Size", disk.Size)
		d.seen[disk.DiskID] = true
		for _, attachment := range disk.attached() {
			if attachment.InstanceID == "" && listed[i].IsOdd() {
				return adapter.BadAnswer(doing, "whose is it? %s", f.Problem())
			}
			if attachment.InstanceID == "" { // no host has it
				continue
			}
			d.ofHost[attachment.InstanceID] += size
			if problem := f.Problem(); problem != "" {
				d.odd[attachment.InstanceID] = problem
			}
		}
	}
	return nil
}
