package azurefake

import (
	"net/http"
	"strings"

	"cloudsync/cloud/fake"
)

// storageAccounts answers as StorageAccounts_List
// (https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list). An account's type
// is KIND_SKU.
func storageAccounts(_ *http.Request, j fake.Judgement) (all []any) {
	for _, region := range j.Account.Regions {
		for _, bucket := range region.Buckets {
			kind, sku, _ := strings.Cut(bucket.BucketType, "_")
			properties := object{
				"provisioningState": bucket.Status, "accessTier": bucket.StorageClass, "primaryLocation": region.Name, "statusOfPrimary": "available",
				"primaryEndpoints": object{"blob": "https://" + bucket.Endpoint + "/"}, "keyCreationTime": object{"key1": changing()},
				"geoReplicationStats": object{"status": "Live", "lastSyncTime": changing()}, "accessKeys": []any{object{"value": Secret}}, // which no list has
			}
			putTime(properties, "creationTime", bucket.CloudCreatedAt)
			all = append(all, object{
				"id":   group(j, bucket.NativeID) + "/providers/Microsoft.Storage/storageAccounts/" + bucket.Name,
				"name": bucket.Name, "location": region.Name, "kind": kind, "tags": tags(bucket.Tags), "sku": object{"name": sku, "tier": "Standard"}, "properties": properties,
			})
		}
	}
	return all
}
