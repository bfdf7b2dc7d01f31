package azure

import (
	"cmp"
	"strings"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

var storageAccounts = listed[accountProperties]("storage_list")

// A bucket is a storage account: its containers, in which objects are, would be a request for
// each. An account has no id but that of ARM.
var buckets = adapter.Listing[*session, storageAccount]{
	Kind: resource.BucketKind, What: "storage account", IDField: "id",
	Pages: adapter.Whole(pageSize), IDs: adapter.Relist(maxIDs), Census: &storageAccounts,
	Believe: permitted("Microsoft.Storage/storageAccounts/read"),
	ID:      (*storageAccount).key,
	Row:     bucketRow,
}

type storageAccount = entity[accountProperties]

// accountProperties are without all that is of keys. The list has none of these themselves.
type accountProperties struct {
	ProvisioningState string `json:"provisioningState"`
	AccessTier        string `json:"accessTier"`
	CreationTime      string `json:"creationTime"`
	PrimaryEndpoints  struct {
		Blob string `json:"blob"`
		File string `json:"file"` // of an account for files alone
	} `json:"primaryEndpoints"`
}

func bucketRow(f *adapter.Fields, a *storageAccount) resource.Row {
	p := &a.Properties
	return &resource.Bucket{
		Name:           a.Name,
		Status:         p.ProvisioningState,
		BucketType:     joinedWords(a.Kind, a.SKU.Name),
		StorageClass:   p.AccessTier,
		Endpoint:       hostIn(cmp.Or(p.PrimaryEndpoints.Blob, p.PrimaryEndpoints.File)),
		Tags:           tagsOf(a.Tags),
		CloudCreatedAt: f.Time("creationTime", p.CreationTime, zone),
	}
}

// hostIn is the host in a URL such as https://logs.blob.core.windows.net/.
func hostIn(url string) string {
	_, host, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	return strings.TrimSuffix(host, "/")
}
