package huawei

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/huaweicloud/huaweicloud-sdk-go-obs/obs"

	"cloudsync/cloud/adapter"
	"cloudsync/resource"
)

const (
	bucketsPerPage = 1000 // that are handed on at a time; OBS lists all at once
	maxBucketNames = 1000 // for a look-up, which lists them again
)

// allBuckets are those of the account, which OBS lists in any region, with their regions
// (https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0020.html).
var allBuckets = adapter.Census[*session, bucket]{
	Actions: []string{"ListBuckets"}, Path: "Buckets.Bucket", Ask: askBuckets,
	Key:    bucketName,
	Region: func(b *bucket) string { return b.Location },
}

// buckets have no id but the name, which somebody else may take once it is free.
var buckets = adapter.Listing[*session, bucket]{
	Kind: resource.BucketKind, What: "bucket", IDField: "Name",
	Pages: adapter.Whole(bucketsPerPage), IDs: adapter.Relist(maxBucketNames), Census: &allBuckets,
	Believe: func(ctx context.Context, s *session, region string, _ bool) error {
		_, err := s.project(ctx, region) // the region is the account's
		return err
	},
	ID:  bucketName,
	Row: bucketRow,
}

// bucket is what the list has of one.
type bucket struct {
	Name, Location string
	BucketType     string // OBJECT, or POSIX for a parallel file system
	CreationDate   string
}

func bucketName(b *bucket) string { return b.Name }

func bucketRow(f *adapter.Fields, b *bucket) resource.Row {
	return &resource.Bucket{
		Meta:           resource.Meta{NativeID: b.Name},
		Name:           b.Name,
		BucketType:     b.BucketType,
		CloudCreatedAt: f.Time("CreationDate", b.CreationDate, utc),
	}
}

// askBuckets lists the account's buckets. OBS has an SDK of its own, which signs; the answer
// is read here, since that SDK refuses all of it for one odd date.
func askBuckets(ctx context.Context, s *session, q adapter.Query) (adapter.Answer[bucket], error) {
	address, err := s.obsAddress(ctx)
	if err != nil {
		return adapter.Answer[bucket]{}, err
	}
	return adapter.DoSigned(ctx, s.account.Calls, s.sign, "", q.Action, func(ctx context.Context, keys adapter.Keys) (answer adapter.Answer[bucket], err error) {
		kept := &keeping{base: s.account.Calls.Transport(ctx)}
		client, err := obs.New(keys.ID, keys.Key, address, obs.WithSecurityToken(keys.Token), obs.WithSignature(obs.SignatureObs),
			obs.WithHttpClient(&http.Client{Transport: kept}), obs.WithMaxRetryCount(0), obs.WithUserAgent("cloudsync"))
		if err != nil {
			return answer, err
		}
		_, err = client.ListBuckets(&obs.ListBucketsInput{QueryLocation: true, Marker: q.Token})
		if refused := new(obs.ObsError); errors.As(err, refused) || kept.body == nil {
			return answer, err
		}
		return bucketsIn(kept.body, q)
	})
}

// bucketsIn reads an answer. That OBS may cut one short is not documented.
func bucketsIn(body []byte, q adapter.Query) (answer adapter.Answer[bucket], err error) {
	root, err := adapter.ParseXML(body)
	if err != nil {
		return answer, err
	}
	answer.NoList = len(root.At("Buckets")) == 0
	for _, element := range root.At(q.Path) {
		answer.Items = append(answer.Items, adapter.ItemOf[bucket](element))
	}
	if root.Find("IsTruncated") == "true" {
		if answer.Next = root.Find("NextMarker"); answer.Next == "" {
			err = adapter.BadAnswer("", "the answer is not all, and does not say what follows")
		}
	}
	return answer, err
}

// keeping is a transport that keeps the last answer, which the one below has read whole.
type keeping struct {
	base http.RoundTripper
	body []byte
}

// RoundTrip implements http.RoundTripper.
func (k *keeping) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := k.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	k.body, err = io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(k.body))
	return response, err
}
