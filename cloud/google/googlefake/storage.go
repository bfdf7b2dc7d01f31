package googlefake

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"cloudsync/cloud/fake"
)

// snapshots are those of snapshots.list and regionSnapshots.list
// (https://cloud.google.com/compute/docs/reference/rest/v1/snapshots/list).
func snapshots(at place) (all []object) {
	for _, s := range at.region.Snapshots {
		one := at.base("snapshot", "snapshots", s.NativeID, s.Name, s.Tags, s.CloudCreatedAt)
		one["status"], one["snapshotType"], one["sourceDiskId"], one["diskSizeGb"] = s.Status, s.SnapshotType, s.DiskNativeID, fmt.Sprint(s.SizeGiB)
		one["storageBytes"], one["sourceDiskEncryptionKey"] = fmt.Sprint(time.Now().UnixNano()), object{"rawKey": Secret}
		all = append(all, one)
	}
	return all
}

// images are those of images.list
// (https://cloud.google.com/compute/docs/reference/rest/v1/images/list).
func images(at place) (all []object) {
	for _, i := range at.region.Images {
		one := at.base("image", "images", i.NativeID, i.Name, i.Tags, i.CloudCreatedAt)
		one["status"], one["architecture"], one["diskSizeGb"] = "READY", strings.ToUpper(i.Architecture), fmt.Sprint(i.SizeGiB)
		one["archiveSizeBytes"], one["imageEncryptionKey"] = fmt.Sprint(time.Now().UnixNano()), object{"rawKey": Secret}
		if i.Status != "READY" {
			one["deprecated"] = object{"state": i.Status}
		}
		if i.OS != "" {
			one["licenses"] = []string{link("debian-cloud", "global/licenses/"+i.OS)}
		}
		all = append(all, one)
	}
	return all
}

// gke answers as clusters.list of all locations
// (https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters/list).
// A zone out of reach is named.
func (s server) gke(w http.ResponseWriter, _ *http.Request, j fake.Judgement) {
	answer := object{}
	var all []object
	var missing []string
	for _, region := range j.Account.Regions {
		missing = append(missing, region.Unreachable...)
		for _, k := range region.Clusters {
			one := object{
				"id": k.NativeID, "name": k.Name, "location": region.Name, "selfLink": "https://container.googleapis.com/v1/projects/" + j.Account.ID + "/locations/" + region.Name + "/clusters/" + k.Name,
				"status": k.Status, "currentMasterVersion": k.Version, "endpoint": k.Endpoint, "currentNodeCount": time.Now().Unix(), "autopilot": object{"enabled": k.ClusterType == "autopilot"},
				"networkConfig": object{"network": k.VPCID, "subnetwork": strings.Join(k.SubnetIDs, "")}, "resourceLabels": k.Tags,
				"masterAuth": object{"password": Secret, "clientKey": Secret}, "etag": fmt.Sprint(time.Now().UnixNano()),
			}
			putTime(one, "createTime", k.CloudCreatedAt)
			putTime(one, "expireTime", k.ExpiresAt)
			all = append(all, one)
		}
	}
	if len(all) > 0 {
		answer["clusters"] = all
	}
	if len(missing) > 0 {
		answer["missingZones"] = missing
	}
	write(w, http.StatusOK, answer)
}

// buckets answers as buckets.list
// (https://cloud.google.com/storage/docs/json_api/v1/buckets/list).
func (s server) buckets(w http.ResponseWriter, r *http.Request, j fake.Judgement) {
	var all []object
	for _, region := range j.Account.Regions {
		for _, b := range region.Buckets {
			one := object{
				"kind": "storage#bucket", "id": b.NativeID, "name": b.Name, "location": strings.ToUpper(region.Name), "locationType": b.BucketType, "storageClass": b.StorageClass,
				"labels": b.Tags, "metageneration": fmt.Sprint(time.Now().UnixNano()), "updated": time.Now().Format(time.RFC3339Nano), "etag": "e",
			}
			if of, location, isSeveral := strings.Cut(b.BucketType, " "); isSeveral {
				one["locationType"], one["location"] = of, location
			}
			putTime(one, "timeCreated", b.CloudCreatedAt)
			all = append(all, one)
		}
	}
	list(s, w, r, "storage#buckets", "items", all)
}
