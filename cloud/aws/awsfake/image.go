package awsfake

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"cloudsync/resource"
)

type snapshot struct {
	ID       string `xml:"snapshotId,omitempty"`
	State    string `xml:"status,omitempty"`
	Tier     string `xml:"storageTier,omitempty"`
	Volume   string `xml:"volumeId,omitempty"`
	Size     string `xml:"volumeSize,omitempty"`
	Started  string `xml:"startTime,omitempty"`
	Owner    string `xml:"ownerId"`
	Progress string `xml:"progress"`
	Key      string `xml:"dataEncryptionKeyId"`
	Tags     []tag  `xml:"tagSet>item"`
}

// ownOnly is an error for a question that does not leave out what others own: that would be
// all that is public.
func (q *request) ownOnly(parameter string) error {
	if owners := q.texts(parameter); !slices.Equal(owners, []string{"self"}) {
		return &failure{http.StatusBadRequest, "InvalidParameterValue", fmt.Sprintf("%s is %v: there are thousands", parameter, owners)}
	}
	return nil
}

func (q *request) describeSnapshots() (any, error) {
	if err := q.ownOnly("Owner"); err != nil {
		return nil, err
	}
	id := func(of resource.Snapshot) map[string]string { return map[string]string{"snapshot-id": of.NativeID} }
	return ec2List(q, "snapshotSet", q.Region.Snapshots, id, func(of resource.Snapshot) snapshot {
		return snapshot{
			ID: of.NativeID, State: of.Status, Tier: of.SnapshotType, Volume: of.DiskNativeID, Size: number(of.SizeGiB), Started: timeText(of.CloudCreatedAt),
			Owner: q.Account.ID, Progress: fmt.Sprintf("%d%%", q.number%100), Key: Planted, Tags: q.tags(of.Tags, of.Name),
		}
	})
}

// number is one that is left out where it is not known.
func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

type image struct {
	ID           string      `xml:"imageId,omitempty"`
	Name         string      `xml:"name,omitempty"`
	State        string      `xml:"imageState,omitempty"`
	OS           string      `xml:"platformDetails,omitempty"`
	Architecture string      `xml:"architecture,omitempty"`
	Created      string      `xml:"creationDate,omitempty"`
	Launched     string      `xml:"lastLaunchedTime"`
	Disks        []imageDisk `xml:"blockDeviceMapping>item"`
	Tags         []tag       `xml:"tagSet>item"`
}

type imageDisk struct {
	Device  string `xml:"deviceName"`
	Virtual string `xml:"virtualName,omitempty"`
	Size    string `xml:"ebs>volumeSize,omitempty"`
}

// describeImages says when each was launched last, another time at each request. It has
// disabled images only where it is asked to.
func (q *request) describeImages() (any, error) {
	if err := q.ownOnly("Owner"); err != nil {
		return nil, err
	}
	all := q.Region.Images
	if q.form.Get("IncludeDisabled") != "true" {
		all = slices.DeleteFunc(slices.Clone(all), func(of resource.MachineImage) bool { return of.Status == "disabled" })
	}
	id := func(of resource.MachineImage) map[string]string { return map[string]string{"image-id": of.NativeID} }
	return ec2List(q, "imagesSet", all, id, func(of resource.MachineImage) image {
		item := image{
			ID: of.NativeID, Name: of.Name, State: of.Status, OS: of.OS, Architecture: of.Architecture, Created: timeText(of.CloudCreatedAt),
			Launched: volatileTime(q.id()), Tags: q.tags(of.Tags, of.Tags["Name"]),
		}
		if of.SizeGiB > 0 { // a small disk to begin with, and a large one
			item.Disks = varied(q, []imageDisk{{Device: rootDevice, Size: "1"}, {Device: "/dev/sdb", Virtual: "ephemeral0"}, {Device: "/dev/sdf", Size: number(of.SizeGiB - 1)}})
		}
		return item
	})
}
