package azurefake

import (
	"net/http"
	"time"

	"cloudsync/cloud/fake"
)

// snapshots answers as Snapshots_List (https://learn.microsoft.com/rest/api/compute/snapshots/list).
// The sources are disks.
func snapshots(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, snapshot := range region.Snapshots {
			source := object{"createOption": "Copy"}
			if of := snapshot.DiskNativeID; of != "" {
				source["sourceUniqueId"], source["sourceResourceId"] = of, otherCase(group(j, of)+"/providers/Microsoft.Compute/disks/disk")
			}
			properties := object{
				"uniqueId": otherCase(snapshot.NativeID), "diskState": snapshot.Status, "diskSizeGB": snapshot.SizeGiB, "provisioningState": "Succeeded",
				"incremental": snapshot.SnapshotType == "Incremental", "creationData": source,
				"completionPercent":            time.Now().UnixNano() % 100,
				"encryptionSettingsCollection": object{"encryptionSettings": []any{object{"diskEncryptionKey": object{"secretUrl": Secret}}}},
			}
			putTime(properties, "timeCreated", snapshot.CloudCreatedAt)
			all = append(all, object{
				"id":   group(j, snapshot.NativeID) + "/providers/Microsoft.Compute/snapshots/" + snapshot.Name,
				"name": snapshot.Name, "location": region.Name, "tags": tags(snapshot.Tags), "sku": object{"name": "Standard_ZRS", "tier": "Standard"}, "properties": properties,
			})
		}
	}
	return all
}

// images answers as Images_List (https://learn.microsoft.com/rest/api/compute/images/list).
// One of more than 100 GiB has a data disk for the rest.
func images(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, image := range region.Images {
			system, data := object{"osType": image.OS, "osState": "Generalized", "blobUri": Secret}, []any{}
			if image.SizeGiB > 0 {
				system["diskSizeGB"] = min(image.SizeGiB, 100)
			}
			if image.SizeGiB > 100 {
				data = append(data, object{"lun": 0, "diskSizeGB": image.SizeGiB - 100, "blobUri": Secret})
			}
			created := object{}
			putTime(created, "createdAt", image.CloudCreatedAt)
			all = append(all, object{
				"id":   group(j, image.NativeID) + "/providers/Microsoft.Compute/images/" + image.Name,
				"name": image.Name, "location": region.Name, "tags": tags(image.Tags), "systemData": created,
				"properties": object{"provisioningState": image.Status, "storageProfile": object{"osDisk": system, "dataDisks": data}},
			})
		}
	}
	return all
}
